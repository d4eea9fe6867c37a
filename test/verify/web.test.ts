import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../../config/settings.ts";
import { registry as everyProbe } from "../../verify/registry.ts";
import { verificationPage } from "../../verify/report/page.ts";
import { verificationText } from "../../verify/report/text.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { freePort } from "../operations/support/postgres.ts";
import { type Fault, faultGroups, faults, obstacles, oddities } from "../target/faults.ts";
import { journeys, startTarget, type Target } from "../target/target.ts";
import { everythingFor, inState, verified } from "../target/verified.ts";

const changes: Readonly<Record<string, unknown>> = {
  "edge.rateLimits.api.requests": 150,
  "edge.dnssecDelegated": true,
  "verify.journeys": journeys,
};
const writtenWith = (all: typeof changes) =>
  Object.entries(all).reduce(
    (written, [path, value]) => changed(written, path, value),
    writtenSettings("production"),
  );
const settings: Settings = accept(writtenWith(changes));
/** The target has no database of its own: test/verify/database.test.ts has one. What compares outputs asks nobody. */
const registry = everyProbe.filter(
  ({ needs }) => !needs.some((need) => ["database", "outputs"].includes(need) || need.startsWith("vendor:")),
);

let target: Target;
beforeAll(async () => {
  target = await startTarget(settings);
});
afterAll(() => target.stop());

/** Which probe finds each fault. */
const finders: Readonly<Record<(typeof faults)[number], string>> = {
  "script-of-others": "observatory-grade",
  "hsts-twice": "preload-eligible",
  "hsts-over-http": "preload-eligible",
  "certificate-revoked": "certificate-not-revoked",
  "alt-svc-missing": "http3-offered",
  "quic-of-another-version": "http3-offered",
  "security-txt-missing": "security-contact-served",
  "security-txt-expired": "security-contact-served",
  "security-txt-of-another": "security-contact-served",
  "journey-broken": "journeys-pass",
  "no-https-redirect": "http-redirected",
  "temporary-redirect": "http-redirected",
  "redirect-elsewhere": "http-redirected",
  "hsts-missing": "strict-transport",
  "hsts-short": "strict-transport",
  "hsts-without-subdomains": "strict-transport",
  "hsts-without-preload": "strict-transport",
  "certificate-expiring": "certificate-trusted",
  "certificate-of-another-name": "certificate-trusted",
  "old-tls": "old-tls-refused",
  "weak-ciphers": "weak-ciphers-refused",
  "without-http2": "http2-offered",
  "nosniff-missing": "security-headers",
  "framing-allowed": "security-headers",
  "referrer-leaked": "security-headers",
  "permissions-missing": "security-headers",
  "opener-policy-missing": "security-headers",
  "resource-policy-open": "security-headers",
  "software-named": "security-headers",
  "csp-other-than-declared": "declared-csp-served",
  "api-csp-unsafe": "csp-effective",
  "cors-any-origin": "cors-restricted",
  "cors-reflects": "cors-restricted",
  "cors-null": "cors-restricted",
  "cors-lookalike": "cors-restricted",
  "cors-own-refused": "cors-restricted",
  "login-unlimited": "login-rate-limited",
  "api-unlimited": "api-rate-limited",
  "sql-injection": "sql-injection-without-effect",
  "injection-crashes": "sql-injection-without-effect",
  "input-reflected": "input-not-reflected",
  "wrong-password-accepted": "login-works",
  "account-enumerable": "login-works",
  "account-timed": "login-works",
  "cookie-insecure": "session-cookies-guarded",
  "cookie-readable": "session-cookies-guarded",
  "cookie-cross-site": "session-cookies-guarded",
  "foreign-login": "foreign-requests-refused",
  "stack-traces": "errors-sanitized",
  "paths-in-errors": "errors-sanitized",
  "oversized-bodies": "errors-sanitized",
  "series-missing": "metrics-contract-kept",
  "label-missing": "metrics-contract-kept",
  "metrics-open": "metrics-closed",
  "old-release": "release-served",
  "old-commit": "release-served",
  "many-errors": "error-rate-low",
  "slow-requests": "latency-low",
  "memory-full": "memory-low",
  "health-degraded": "health-answers",
  "health-cached": "health-answers",
  "health-failing": "health-answers",
  "asset-not-kept": "assets-optimized",
  "asset-not-compressed": "assets-optimized",
  "redirect-host-elsewhere": "redirect-host-redirects",
  "redirect-host-temporary": "redirect-host-redirects",
  "address-missing": "hosts-resolved",
  "ipv6-missing": "ipv6-resolved",
  "past-the-edge": "hosts-behind-edge",
  "name-server-stale": "name-servers-alike",
  "name-server-foreign": "name-servers-alike",
  "caa-missing": "authorities-restricted",
  "caa-stranger": "authorities-restricted",
  "caa-report-missing": "authorities-restricted",
  "dnssec-forged": "dnssec-validated",
  "dnssec-expired": "dnssec-validated",
  "dnssec-not-delegated": "dnssec-validated",
  "dnssec-other-key": "dnssec-validated",
  "health-of-database": "health-answers",
  "nonce-reused": "csp-effective",
  "limit-believes-headers": "login-rate-limited",
};

/** Faults that alone take so many points that the grade suffers too, since it is made of what others measure. */
const graded: readonly Fault[] = ["hsts-missing", "no-https-redirect", "cors-reflects"];

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
    const probes = registry.filter(({ name, disturbs }) => disturbs !== true && name !== "journeys-pass");
    // The list of preloaded hosts asks for more than is needed without it.
    const given = odd.some((each) => each === "redirect-at-once")
      ? { settings: accept(changed(writtenWith(changes), "edge.hsts.preload", false)) }
      : {};
    const verification = await verified({ ...everythingFor(target, settings), probes, ...given });
    expect(verification.probes.filter(({ state }) => state !== "holds")).toEqual([]);
  });
});

describe("a platform with one fault", () => {
  it.each(faults)("%s fails its probe and no other", async (fault) => {
    target.become(fault);
    // Those that send hundreds of requests run for their own faults, and with all others when nothing is wrong.
    const probes = registry.filter(({ name, disturbs }) => disturbs !== true || name === finders[fault]);
    const verification = await verified({ ...everythingFor(target, settings), probes });
    expect(inState(verification, "does-not-hold").sort()).toEqual(
      (graded.includes(fault) ? [finders[fault], "observatory-grade"] : [finders[fault]]).sort(),
    );
    expect(inState(verification, "error")).toEqual([]);
  });
});

describe("a platform with several faults", () => {
  it.each(faultGroups.map((group) => [group]))("%s has each found by its probe", async (group) => {
    target.become(...group.map(([fault]) => fault));
    const probes = registry.filter(({ disturbs }) => disturbs !== true);
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
  .filter(({ needs, disturbs }) => needs.includes("web") && disturbs !== true)
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
    "split-horizon": { unknown: ["hosts-resolved", "hosts-behind-edge", "dnssec-validated"] },
    challenged: { unknown: askingTheApplication },
    // What asks whether the hosts work has its answer.
    "gateway-down": {
      unknown: askingTheApplication.filter((name) => !["health-answers", "journeys-pass"].includes(name)),
      wrong: ["health-answers", "journeys-pass"],
    },
  };

  it.each(obstacles)("by %s is unknown in what needs it, and in nothing else", async (obstacle) => {
    target.become(obstacle);
    const probes = registry.filter(({ disturbs }) => disturbs !== true);
    const verification = await verified({
      ...everythingFor(target, settings),
      limits: { dnsMs: 400 },
      probes,
    });
    const { unknown, wrong = [] } = untold[obstacle];
    expect(inState(verification, "unknown").sort()).toEqual(unknown.toSorted());
    expect(inState(verification, "does-not-hold").sort()).toEqual(wrong.toSorted());
  });

  it("is unknown where credentials are missing", async () => {
    target.become();
    const { environment, outputs, ...rest } = everythingFor(target, settings);
    const verification = await verified({ probes: registry, ...rest });
    const unknown = verification.probes.filter(({ state }) => state !== "holds");
    expect(unknown.map(({ name, state, reason }) => [name, state, reason])).toEqual([
      ["login-works", "unknown", "no-credential"],
      ["session-cookies-guarded", "unknown", "no-credential"],
      ["foreign-requests-refused", "unknown", "no-credential"],
      ["metrics-contract-kept", "unknown", "no-credential"],
      ["release-served", "unknown", "no-data"],
      ["error-rate-low", "unknown", "no-credential"],
      ["latency-low", "unknown", "no-credential"],
      ["memory-low", "unknown", "no-credential"],
      ["name-servers-alike", "unknown", "no-data"],
      ["journeys-pass", "unknown", "no-credential"],
    ]);
  });

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
