import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../vendors/clock.ts";
import type { DeclaredResource } from "../../verify/declared.ts";
import type { Probe } from "../../verify/probe.ts";
import { verificationPage } from "../../verify/report/page.ts";
import { verificationText } from "../../verify/report/text.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { previewedProduction, recordedStacks } from "../recording/recorded.ts";
import { type Given, inState, verified } from "../target/verified.ts";
import { healthyRulesets } from "../vendors/fake/github.ts";
import { commits } from "../vendors/fake/healthy.ts";
import { type FakePlatform, startPlatform } from "../vendors/fake/platform.ts";
import type { Misbehavior } from "../vendors/fake/server.ts";
import { historyFaults } from "./history-faults.ts";
import { parts } from "./parts.ts";
import { rule, settings, start, faults as vendorFaults, writingFaults } from "./vendor-faults.ts";

const faults = { ...vendorFaults, ...historyFaults };

const staging = accept(writtenSettings("staging"));
const withoutPages = accept(writtenSettings("production"));
const registry = parts.vendors;
const reading = registry.filter(({ needs }) => !needs.includes("writes"));

let declared: readonly DeclaredResource[];
let declaredDelivery: readonly DeclaredResource[];
let platform: FakePlatform;
beforeAll(async () => {
  declared = (await previewedProduction()).resources;
  declaredDelivery = (await recordedStacks()).delivery;
  platform = await startPlatform(settings, { declared, now: () => start });
}, 60_000);
afterAll(() => platform.stop());
beforeEach(reset);

function reset(): void {
  platform.reset();
  platform.states.github.rulesets = healthyRulesets();
}

/** A clock that moves only by waiting. */
function driven(): Clock {
  let now = start;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
}

function given(more: Partial<Given> = {}): Given {
  return {
    ...{ probes: reading, settings, targets: {}, declared, clock: driven(), staging, declaredDelivery },
    environment: { ...platform.environment, VERIFY_COMMIT: commits.current },
    outputs: { sentryDsn: platform.sentryDsn },
    ...more,
  };
}

it("finds a healthy platform as declared, and sends each token to its own vendor only", async () => {
  const verification = await verified(given({ probes: registry, allowWrites: true }));
  expect(verification.probes.filter(({ state }) => state !== "holds")).toEqual([]);
  expect(verification.probes.map(({ name }) => name)).toEqual(registry.map(({ name }) => name));
  for (const { checks, digest } of verification.probes) {
    expect(checks.length).toBeGreaterThan(0);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    for (const check of checks)
      if (check.setting !== undefined) expect(check.declared?.line).toBeGreaterThan(0);
  }
  for (const tokens of platform.server.credentials.values()) expect(tokens.size).toBe(1);
});

it("cleans up what it wrote, and tells people by every contact point", async () => {
  await verified(given({ probes: registry, allowWrites: true, only: ["5.3", "S6.6"] }));
  const { sentry, grafana } = platform.states;
  expect(sentry.deleted).toEqual([...sentry.events.values()].map(({ group }) => group));
  expect(sentry.deleted).toHaveLength(1);
  expect(new Set(grafana.tested)).toEqual(new Set(grafana.contactPoints.map(({ name }) => name)));
});

it("pages nobody whom the settings do not name", async () => {
  const { probes } = await verified(
    given({ probes: registry, allowWrites: true, only: ["S6.6"], settings: withoutPages }),
  );
  expect(probes).toMatchObject([{ state: "unknown", reason: "not-allowed" }]);
  expect(probes[0]?.message).toContain("verify.pagingContactPoints");
  expect(platform.states.grafana.tested).toContain("Slack");
  expect(platform.states.grafana.tested).not.toContain("PagerDuty");
});

it("writes nothing unless it may", async () => {
  const { probes } = await verified(given({ probes: registry }));
  const writing = probes.filter(({ reason }) => reason === "not-allowed").map(({ name }) => name);
  expect(writing).toEqual(["sentry-event-found", "grafana-test-notification"]);
  expect(platform.server.requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
});

describe("a platform with one fault at a vendor", () => {
  it.each(Object.entries(faults))("%s fails its probe and no other", async (_, [probe, spoil]) => {
    spoil(platform.states);
    const vendor = registry
      .find(({ name }) => name === probe)
      ?.needs.find((need) => need.startsWith("vendor:"));
    const probes = reading.filter(({ needs }) => needs.some((need) => need === vendor));
    const verification = await verified(given({ probes }));
    expect(inState(verification, "does-not-hold")).toEqual([probe]);
    expect(inState(verification, "error")).toEqual([]);
  });

  it.each(Object.entries(writingFaults))("%s fails its probe, in bounded time", async (_, [probe, spoil]) => {
    spoil(platform.states);
    const probes = registry.filter(({ needs }) => needs.includes("writes"));
    const verification = await verified(given({ probes, allowWrites: true }));
    expect(inState(verification, "does-not-hold")).toEqual([probe]);
    expect(inState(verification, "error")).toEqual([]);
  });

  it("a day with gaps is unknown, and so is one without metrics", async () => {
    const gap = (part: number) => (part > 0.5 && part < 0.9 ? undefined : 0.2);
    Object.assign(platform.states.prometheus, { latency: gap, memory: () => undefined });
    const { probes } = await verified(given({ only: ["OK.4", "6.6"] }));
    expect(probes.map(({ name, state, reason }) => [name, state, reason])).toEqual([
      ["day-latency", "unknown", "no-data"],
      ["day-memory", "unknown", "no-data"],
    ]);
  });

  it("staging that was not watched, not loaded or of another commit is unknown, and so are logs of few lines", async () => {
    const gap = (part: number) => (part > 0.5 && part < 0.7 ? undefined : 1);
    const lately = (part: number) => commits[part > 0.3 ? "current" : "previous"];
    const wrong = [
      { scraped: gap },
      { commit: lately },
      { requests: () => 20 },
      // A load test of five minutes, which has too few values of memory.
      { requests: (part: number) => (part > 0.6 && part < 0.6005 ? 5000 : 20) },
    ];
    const unknown: string[][] = [];
    for (const spoiled of wrong) {
      Object.assign(platform.states.staging, spoiled);
      const verification = await verified(given({ only: ["S2.7", "6.1", "6.5"] }));
      unknown.push(inState(verification, "unknown"));
      expect(inState(verification, "does-not-hold")).toEqual([]);
      reset();
    }
    expect(unknown).toEqual([
      ["staging-quiet"],
      ["staging-quiet"],
      ["load-test-seen", "memory-under-load"],
      ["memory-under-load"],
    ]);
    for (const { lines } of [...platform.states.render.services, ...platform.states.vercel.projects])
      lines.splice(19);
    const { probes } = await verified(given({ only: ["5.8"] }));
    const few = { state: "unknown", reason: "no-data" };
    expect(probes).toMatchObject([few, few]);
  });

  it("a ruleset whose exceptions the token may not see is unknown", async () => {
    for (const ruleset of platform.states.github.rulesets) delete ruleset.bypass_actors;
    const verification = await verified(given({ only: ["1.5"] }));
    expect(inState(verification, "unknown")).toEqual(["github-rulesets"]);
    expect(verification.probes.find(({ name }) => name === "github-rulesets")?.reason).toBe("no-right");
  });

  it("a service that Render suspended and does not say why is unknown", async () => {
    const { services } = platform.states.render;
    const worker = { id: "srv-worker", name: "worker", suspended: "suspended" };
    services.push(...services.slice(0, 1).map((own) => ({ ...own, ...worker })));
    Reflect.deleteProperty(services.at(-1) ?? {}, "suspenders");
    const { probes } = await verified(given({ only: ["7.2"] }));
    expect(probes.find(({ name }) => name === "render-account")).toMatchObject({
      ...{ state: "unknown", reason: "no-data" },
      message: expect.stringContaining("who suspended worker"),
    });
  });

  it("a wrong clock, an empty list, a check that runs and a state that nobody knows are unknown", async () => {
    const { supabase, sentry, github, vercel, grafana } = platform.states;
    Object.assign(supabase, { newestPhysical: start / 1000 + 86_400 });
    sentry.checkIns.splice(0);
    Object.assign(github.runs[0] ?? {}, { status: "in_progress", conclusion: null });
    for (const deployment of vercel.projects[0]?.deployments ?? []) deployment.state = "HIBERNATED";
    Object.assign(grafana.rules[0] ?? {}, { health: "unknown" });
    const verification = await verified(given());
    expect(inState(verification, "unknown").sort()).toEqual([
      ...["backup-checked-in", "grafana-rules-healthy", "release-test-green"],
      ...["supabase-backups", "vercel-deployment"],
    ]);
    expect(inState(verification, "does-not-hold")).toEqual([]);
  });

  it("what a vendor may leave out of an answer is unknown where it does, and so is what it hides", async () => {
    const { vercel, cloudflare, github, sentry } = platform.states;
    vercel.projects[0]?.envs.shift();
    Object.assign(vercel, { hiddenVariables: 1 });
    Object.assign(vercel.projects[0] ?? {}, { gitForkProtection: undefined });
    Object.assign(cloudflare.zones[0] ?? {}, { status: undefined });
    Object.assign(cloudflare, { dnssec: undefined, universalSsl: undefined });
    Object.assign(github, { reviews: [{ login: "stranger", state: "APPROVED" }] });
    Object.assign(sentry.projects[0] ?? {}, { safeFields: undefined });
    const verification = await verified(given());
    expect(inState(verification, "unknown").sort()).toEqual([
      ...["cloudflare-certificates", "cloudflare-dnssec", "cloudflare-zone"],
      ...["release-reviewed", "sentry-scrubbing", "vercel-protection", "vercel-variables"],
    ]);
    expect(inState(verification, "does-not-hold")).toEqual([]);
  });

  it("metrics that the server read in part, below zero or of another time are unknown", async () => {
    const { prometheus } = platform.states;
    Object.assign(prometheus, { latency: () => -1 });
    const { probes } = await verified(given({ only: ["OK.4"] }));
    expect(probes).toMatchObject([{ state: "unknown", reason: "no-data" }]);
    const body = {
      status: "success",
      warnings: ["one store is away"],
      data: { resultType: "matrix", result: [] },
    };
    platform.server.misbehave("prometheus", { kind: "status", status: 200, body });
    const partly = await verified(given({ only: ["OK.4"] }));
    expect(partly.probes).toMatchObject([{ state: "unknown", reason: "not-understood" }]);
  });

  it("a moment of metrics that a server repeats, and moments that nobody asked for, make no day", async () => {
    const day = 86_400;
    const moments: ((index: number) => number)[] = [
      () => start / 1000,
      (index) => start / 1000 - 2 * day + index * 240,
      (index) => start / 1000 + index * 240,
    ];
    for (const momentOf of moments) {
      const values = Array.from({ length: 361 }, (_, index) => [momentOf(index), "0.2"]);
      const result = [{ metric: { host: "api" }, values }];
      const body = { status: "success", data: { resultType: "matrix", result } };
      platform.server.misbehave("prometheus", { kind: "status", status: 200, body });
      const { probes } = await verified(given({ only: ["OK.4"] }));
      expect(probes).toMatchObject([{ state: "unknown", reason: "no-data" }]);
    }
  });

  it("staging is unknown where its settings are not known", async () => {
    const { staging: _, ...rest } = given({ only: ["S2.7", "6.1", "6.5"] });
    const { probes } = await verified(rest);
    expect(new Set(probes.map(({ state, reason }) => `${state} ${reason}`))).toEqual(
      new Set(["unknown no-data"]),
    );
  });

  it("a contact point where nothing arrives fails its probe", async () => {
    platform.states.grafana.broken.add("Slack");
    const { probes } = await verified(given({ probes: registry, allowWrites: true, only: ["S6.6"] }));
    const wrong = probes.flatMap(({ checks }) => checks.filter(({ state }) => state === "does-not-hold"));
    expect(wrong).toMatchObject([{ subject: expect.stringContaining("Slack") }]);
  });
});

const vendors = [
  "vercel",
  "render",
  "supabase",
  "cloudflare",
  "sentry",
  "grafana",
  "pagerduty",
  "github",
  "prometheus",
  "staging",
];

describe("a vendor that cannot be asked", () => {
  it("is unknown without its token, and says which", async () => {
    const { probes } = await verified(given({ environment: { VERIFY_COMMIT: commits.current } }));
    for (const { state, reason, message } of probes) {
      expect({ state, reason }).toEqual({ state: "unknown", reason: "no-credential" });
      expect(message).toMatch(/[A-Z_]+ is not set$/);
    }
  });

  /** The variables of each need that probes of vendors declare. */
  const variables: Readonly<Record<string, readonly string[]>> = {
    "vendor:github": ["GITHUB_TOKEN", "GITHUB_API_URL"],
    "vendor:supabase": ["SUPABASE_ACCESS_TOKEN", "OPTROPIC_SUPABASE_URL"],
    "vendor:vercel": ["VERCEL_API_TOKEN", "OPTROPIC_VERCEL_URL"],
    "vendor:render": ["RENDER_API_KEY", "OPTROPIC_RENDER_URL"],
    "vendor:cloudflare": ["CLOUDFLARE_API_TOKEN", "OPTROPIC_CLOUDFLARE_URL"],
    "vendor:sentry": ["SENTRY_AUTH_TOKEN", "OPTROPIC_SENTRY_URL"],
    "vendor:grafana": ["GRAFANA_AUTH", "OPTROPIC_GRAFANA_URL"],
    "vendor:pagerduty": ["PAGERDUTY_TOKEN", "OPTROPIC_PAGERDUTY_URL"],
    "vendor:prometheus": [
      ...["PROMETHEUS_TOKEN", "PROMETHEUS_URL", "STAGING_PROMETHEUS_TOKEN", "STAGING_PROMETHEUS_URL"],
    ],
    "release-commit": ["VERIFY_COMMIT"],
  };
  const needed = new Set(reading.flatMap(({ needs }) => needs));

  it.each([...needed])("needs %s where a probe says so, and nothing else that is there", async (need) => {
    const own = reading.filter(({ needs }) => needs.includes(need));
    const all: Readonly<Record<string, string>> = { ...platform.environment, VERIFY_COMMIT: commits.current };
    const only = (names: readonly string[]) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
    for (const probe of own) {
      const names = (needs: Probe["needs"]) => needs.flatMap((each) => variables[each] ?? []);
      const enough = await verified(given({ probes: [probe], environment: only(names(probe.needs)) }));
      expect(inState(enough, "holds")).toEqual([probe.name]);
      const others = probe.needs.filter((each) => each !== need);
      const rest = only([...names(others), ...names(probe.needs).filter((name) => name.endsWith("_URL"))]);
      const { probes } = await verified(given({ probes: [probe], environment: rest }));
      expect(probes).toMatchObject([{ name: probe.name, state: "unknown" }]);
      expect(["no-credential", "no-data"]).toContain(probes[0]?.reason);
    }
  });

  it.each<[string, Misbehavior, string]>([
    ["refuses the token", { kind: "status", status: 401 }, "no-right"],
    ["lacks the right", { kind: "status", status: 403 }, "no-right"],
    ["is busy", { kind: "status", status: 429, headers: { "retry-after": "86400" } }, "rate-limited"],
    ["fails", { kind: "status", status: 500 }, "target-refused"],
    ["says something else", { kind: "status", status: 200, body: { success: "yes" } }, "not-understood"],
    ["says no JSON", { kind: "text", text: "\u0000<script>" }, "not-understood"],
    ["closes the connection", { kind: "closed" }, "target-refused"],
    ["redirects", { kind: "redirect", to: "http://127.0.0.1:1/" }, "target-refused"],
  ])("that %s is unknown in every probe", async (_, misbehavior, reason) => {
    for (const vendor of vendors) platform.server.misbehave(vendor, misbehavior);
    const { probes } = await verified(given());
    expect(probes.filter((probe) => probe.state !== "unknown")).toEqual([]);
    expect(new Set(probes.map((probe) => probe.reason))).toEqual(new Set([reason]));
  });

  it.each<Misbehavior>([{ kind: "silent" }, { kind: "slow" }, { kind: "endless" }])(
    "that is $kind is unknown in bounded time",
    async (misbehavior) => {
      for (const vendor of vendors) platform.server.misbehave(vendor, misbehavior);
      const { probes } = await verified(given({ limits: { requestMs: 80, concurrency: 40 } }));
      expect(probes.filter((probe) => probe.state !== "unknown")).toEqual([]);
    },
  );

  it("does not take what a token cannot see for missing", async () => {
    const { states } = platform;
    Object.assign(states.supabase, { projects: [] });
    Object.assign(states.supabase.organization, { slug: "another" });
    Object.assign(states.render, { services: [], owner: { ...states.render.owner, id: "tea-another" } });
    Object.assign(states.cloudflare, { zones: [], account: { id: "another", name: "Another" } });
    const { probes } = await verified(given());
    const own = probes.filter(({ name }) => /^(supabase|render|cloudflare)-/.test(name));
    expect(own.filter(({ state }) => state !== "unknown").map(({ name }) => name)).toEqual([]);
  });
});

it("shows no token and no value of a variable, whatever the vendors send back", async () => {
  const body = { message: Object.values(platform.environment).join(" "), status: "\u001b[31m" };
  for (const vendor of vendors)
    platform.server.misbehaveAt(vendor, "/", { kind: "status", status: 403, body });
  const forbidden = await verified(given());
  platform.server.behave();
  const healthy = await verified(given());
  for (const verification of [forbidden, healthy]) {
    const texts = [
      JSON.stringify(verification),
      verificationText(verification),
      verificationPage(verification),
    ];
    for (const text of texts) expect(text).not.toMatch(/canary/i);
  }
});

it("puts what is declared, what the vendor has and what is served side by side, with the declaring line", async () => {
  const hsts = "edge.hsts.maxAgeSeconds";
  const served = (measured: string, state: "holds" | "does-not-hold"): Probe => ({
    ...{ name: "served", items: ["4.2"], title: "It must be served.", needs: ["web"], settings: [hsts] },
    measure: async () => [{ subject: "max-age", state, expected: "31536000", measured, setting: hsts }],
  });
  const rowsOf = async (probe: Probe) => {
    const { drift } = await verified(given({ probes: [...reading, probe] }));
    return drift.filter(({ state }) => state !== "as-declared");
  };
  expect(await rowsOf(served("31536000", "holds"))).toEqual([]);
  expect(await rowsOf(served("300", "does-not-hold"))).toMatchObject([
    {
      ...{ vendor: "cloudflare", setting: hsts, state: "drift" },
      ...{ declared: "31536000", atVendor: "31536000", served: "max-age: 300" },
      declaredIn: { path: "Pulumi.production.yaml", line: expect.any(Number) },
    },
  ]);
  Object.assign(rule(platform.states, "http_ratelimit"), { action: "log" });
  const verification = await verified(given());
  expect(verification.drift.filter(({ state }) => state === "drift")).toMatchObject([
    { vendor: "cloudflare", subject: "rule login (action)", declared: "block", atVendor: "log" },
  ]);
  expect(verificationText(verification)).toMatch(
    /Drift:[\s\S]*rule login \(action\) +block +cloudflare: log/,
  );
  expect(verificationPage(verification)).toContain("cloudflare: rule login (action)");
});

it("knows the variables that the program declares", async () => {
  const { environmentNames } = await import("../../config/environment-names.ts");
  const variables = declared.filter(({ type }) =>
    type.startsWith("vercel:index/projectEnvironmentVariable:"),
  );
  const names = (isSecret: boolean) =>
    variables.filter(({ inputs }) => inputs.sensitive === isSecret).map(({ inputs }) => inputs.key);
  expect(new Set(names(true))).toEqual(new Set(environmentNames.secret));
  expect(new Set(names(false))).toEqual(new Set(environmentNames.plain));
});
