import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../../config/settings.ts";
import { verificationPage } from "../../verify/report/page.ts";
import { verificationText } from "../../verify/report/text.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { freePort } from "../ports.ts";
import { faultGroups, faults, obstacles, oddities } from "../target/faults.ts";
import { journeys, startTarget, type Target } from "../target/target.ts";
import { everythingFor, type Given, inState, verified } from "../target/verified.ts";
import { parts } from "./parts.ts";
import { finders, graded, groupsOf, unlimited } from "./web-faults.ts";

const changes: Readonly<Record<string, unknown>> = {
  "edge.rateLimits.api.requests": 150,
  "edge.dnssecDelegated": true,
  // The target shares a processor with whoever asks it.
  "objectives.p95Ms": 20_000,
  "objectives.p99Ms": 30_000,
  "verify.journeys": journeys,
};
const writtenWith = (all: typeof changes) =>
  Object.entries(all).reduce(
    (written, [path, value]) => changed(written, path, value),
    writtenSettings("production"),
  );
const settings: Settings = accept(writtenWith(changes));
/** The target has no database of its own: test/verify/database.test.ts has one. */
const registry = parts.web;

/** Without those that send hundreds of requests. */
const quick = registry.filter(({ disturbs = false }) => !disturbs);

type Place = { readonly host: string; readonly port: number };

let target: Target;
beforeAll(async () => {
  target = await startTarget(settings);
});
afterAll(() => target.stop());

describe("a healthy platform", () => {
  it("passes every probe", async () => {
    target.become();
    const verification = await verified({ probes: registry, ...everythingFor(target, settings) });
    expect(verification.probes.filter(({ state }) => state !== "holds")).toEqual([]);
    expect(verification.probes.map(({ name }) => name)).toEqual(registry.map(({ name }) => name));
    for (const { checks, digest } of verification.probes) {
      expect(checks.length).toBeGreaterThan(0);
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    }
  });

  it.each(oddities.map((odd) => [odd]))("passes every probe as well with %s", async (odd) => {
    target.become(...odd);
    // Journeys name the very status that they expect.
    const probes = registry.filter(({ name, disturbs = false }) => !disturbs && name !== "journeys-pass");
    // The list of preloaded hosts asks for more than is needed without it.
    const given = odd.some((each) => each === "redirect-at-once")
      ? { settings: accept(changed(writtenWith(changes), "edge.hsts.preload", false)) }
      : {};
    const verification = await verified({ ...everythingFor(target, settings), probes, ...given });
    expect(verification.probes.filter(({ state }) => state !== "holds")).toEqual([]);
  });
});

describe("a platform with one fault", () => {
  it.each(faults)("%s fails its probe", async (fault) => {
    target.become(fault);
    const probes = registry.filter(({ name }) => name === finders[fault]);
    const verification = await verified({ ...everythingFor(target, settings), probes });
    expect(inState(verification, "does-not-hold")).toEqual([finders[fault]]);
  });

  /** In each of both sets of groups every fault stands once, and no two faults are together twice. */
  const first = groupsOf([...faults]);
  const second = groupsOf([...faults], first);

  it("is together with another one once at most", () => {
    expect(first.flat().toSorted()).toEqual(faults.toSorted());
    const alone = first.flatMap((group) => (group.length === 1 ? group : []));
    expect([...second.flat(), ...alone].toSorted()).toEqual(faults.toSorted());
    for (const group of first) {
      for (const other of second) {
        const both = group.filter((fault) => other.includes(fault));
        expect(both.length, both.join(" and ")).toBeLessThan(2);
      }
    }
  });

  it.each([...first, ...second].map((group) => [group]))("fails no other probe: %s", async (group) => {
    target.become(...group);
    // Those that send hundreds of requests run for their own faults, both where one limit could hide the other.
    const own = registry.filter(
      ({ name, disturbs = false }) =>
        disturbs && group.some((fault) => unlimited.includes(fault) || finders[fault] === name),
    );
    const verification = await verified({ ...everythingFor(target, settings), probes: [...quick, ...own] });
    expect(inState(verification, "does-not-hold").sort()).toEqual(
      [
        ...group.map((fault) => finders[fault]),
        ...(group.some((fault) => graded.includes(fault)) ? ["observatory-grade"] : []),
      ].sort(),
    );
    expect(inState(verification, "error")).toEqual([]);
  });
});

describe("a platform with several faults", () => {
  it.each(faultGroups.map((group) => [group]))("%s has each found by its probe", async (group) => {
    target.become(...group.map(([fault]) => fault));
    const probes = quick;
    const verification = await verified({ ...everythingFor(target, settings), probes });
    expect(inState(verification, "does-not-hold").sort()).toEqual(group.map(([, probe]) => probe).sort());
    expect(inState(verification, "error")).toEqual([]);
  });
});

/** What is told without a request. */
const ofTheHandshake = [
  ...["certificate-trusted", "old-tls-refused", "weak-ciphers-refused", "http2-offered"],
  ...["http-redirected", "certificate-not-revoked"],
];

const askingTheApplication = registry
  .filter(({ needs, disturbs = false }) => needs.includes("web") && !disturbs)
  .map(({ name }) => name)
  .filter((name) => !ofTheHandshake.includes(name));

describe("a platform that cannot be judged", () => {
  /** What each obstacle keeps from being told. A page that is not served fails what needs one. */
  const untold: Readonly<Record<(typeof obstacles)[number], { unknown: string[]; wrong?: string[] }>> = {
    "quic-silent": { unknown: ["http3-offered"] },
    "list-missing": { unknown: ["certificate-not-revoked"] },
    "list-expired": { unknown: ["certificate-not-revoked"] },
    "list-of-another": { unknown: ["certificate-not-revoked"] },
    "page-unavailable": {
      unknown: ["observatory-grade", "assets-optimized"],
      wrong: ["redirect-host-redirects", "journeys-pass"],
    },
    "dns-unsigned": { unknown: ["dnssec-validated"] },
    "dns-wildcard": { unknown: ["dnssec-validated"] },
    "split-horizon": { unknown: ["hosts-resolved", "hosts-behind-edge", "dnssec-validated"] },
    "memory-unlimited": { unknown: ["memory-low"] },
    "status-untold": { unknown: ["error-rate-low"] },
    challenged: { unknown: askingTheApplication },
    // What asks whether the hosts work has its answer.
    "gateway-down": {
      unknown: askingTheApplication.filter((name) => !["health-answers", "journeys-pass"].includes(name)),
      wrong: ["health-answers", "journeys-pass"],
    },
  };

  const judged = async (probes: typeof registry, ...present: readonly (typeof obstacles)[number][]) => {
    target.become(...present);
    const given = everythingFor(target, settings);
    const verification = await verified({ ...given, limits: { dnsMs: 2000 }, probes });
    const found = {
      unknown: inState(verification, "unknown"),
      wrong: inState(verification, "does-not-hold"),
    };
    const expected = present.map((obstacle) => untold[obstacle]);
    expect(found.unknown.sort()).toEqual(expected.flatMap(({ unknown }) => unknown).sort());
    expect(found.wrong.sort()).toEqual(expected.flatMap(({ wrong = [] }) => wrong).sort());
  };

  it.each(obstacles)("by %s is unknown in what needs it", async (obstacle) => {
    const { unknown, wrong = [] } = untold[obstacle];
    await judged(
      quick.filter(({ name }) => unknown.includes(name) || wrong.includes(name)),
      obstacle,
    );
  });

  it.each([
    [["quic-silent", "list-missing", "dns-unsigned"]],
    [["list-expired", "page-unavailable", "dns-wildcard"]],
    [["list-of-another", "split-horizon"]],
    [["challenged"]],
    [["gateway-down"]],
  ] as const)("by %s is unknown in nothing else", async (present) => judged(quick, ...present));

  /** What is taken away for each need, and the probes that need it without saying so for every stack. */
  const without: Readonly<
    Record<string, readonly [take: (all: Given, nowhere: Place) => Given, more?: string]>
  > = {
    web: [(all, nowhere) => ({ ...all, targets: { ...all.targets, https: nowhere, http: nowhere } })],
    dns: [(all, nowhere) => ({ ...all, targets: { ...all.targets, dns: nowhere } })],
    "metrics-token": [(all) => ({ ...all, outputs: { ...all.outputs, metricsToken: undefined } })],
    // The declared journeys log in.
    "test-account": [
      (all) => ({ ...all, environment: { ...all.environment, VERIFY_PASSWORD: "" } }),
      "journeys-pass",
    ],
    "release-commit": [
      ({ environment: { VERIFY_COMMIT: _, ...environment } = {}, ...all }) => ({ ...all, environment }),
    ],
    "the names of the declared name servers": [
      (all) => ({ ...all, outputs: { ...all.outputs, zoneNameServers: undefined } }),
      "name-servers-alike",
    ],
  };

  it.each(Object.entries(without))(
    "without %s is unknown in what needs it, and holds in all else",
    async (need, [take, more]) => {
      target.become();
      const nowhere = { host: "127.0.0.1", port: await freePort() };
      const { probes } = await verified(
        take({ ...everythingFor(target, settings), limits: { dnsMs: 2000 }, probes: quick }, nowhere),
      );
      const needing = quick.filter(({ name, needs }) => name === more || needs.some((each) => each === need));
      const found = probes.filter(({ state }) => state !== "holds");
      expect(found.map(({ name }) => name)).toEqual(needing.map(({ name }) => name));
      for (const { name, state, reason, message } of found) {
        expect({ name, state }).toEqual({ name, state: "unknown" });
        expect(["no-credential", "no-data", "target-refused", "not-understood"]).toContain(reason);
        expect(message).not.toBe("");
      }
    },
  );

  it("is unknown in every probe where nothing answers", async () => {
    const nowhere = { host: "127.0.0.1", port: await freePort() };
    const given = everythingFor(target, settings);
    const { probes } = await verified({
      probes: registry,
      ...given,
      targets: { https: nowhere, http: nowhere, dns: nowhere },
    });
    expect(probes.filter(({ state }) => state !== "unknown")).toEqual([]);
    for (const { reason } of probes) expect(["target-refused", "not-understood"]).toContain(reason);
  });

  it("is unknown where the rate limit holds the probes back", async () => {
    target.become();
    const given = everythingFor(target, settings);
    await verified({ ...given, only: ["4.4"] });
    const { items } = await verified({ ...given, only: ["S4.3", "S4.5"] });
    expect(items).toMatchObject([{ state: "unknown" }, { state: "unknown" }]);
  });
});

it("shows no credential, whatever the target sends back", async () => {
  target.become("metrics-open", "stack-traces", "input-reflected");
  const verification = await verified({ probes: registry, ...everythingFor(target, settings) });
  const outputs = [
    JSON.stringify(verification),
    verificationText(verification),
    verificationPage(verification),
  ];
  for (const output of outputs) expect(output).not.toContain("canary");
});
