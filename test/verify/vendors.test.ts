import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../vendors/clock.ts";
import type { DeclaredResource } from "../../verify/declared.ts";
import type { Probe } from "../../verify/probe.ts";
import { registry as everyProbe } from "../../verify/registry.ts";
import { verificationPage } from "../../verify/report/page.ts";
import { verificationText } from "../../verify/report/text.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { previewedProduction } from "../recording/recorded.ts";
import { type Given, inState, verified } from "../target/verified.ts";
import { commits } from "../vendors/fake/healthy.ts";
import { type FakePlatform, startPlatform, type VendorStates } from "../vendors/fake/platform.ts";
import type { Misbehavior } from "../vendors/fake/server.ts";

const settings = accept(writtenSettings("production"));
const registry = everyProbe.filter(({ needs }) => needs.some((need) => need.startsWith("vendor:")));
const reading = registry.filter(({ needs }) => !needs.includes("writes"));
const start = Date.parse("2026-11-28T12:00:00Z");

let declared: readonly DeclaredResource[];
let platform: FakePlatform;
beforeAll(async () => {
  declared = (await previewedProduction()).resources;
  platform = await startPlatform(settings, { declared, now: () => start });
}, 60_000);
afterAll(() => platform.stop());
beforeEach(() => platform.reset());

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
    ...{ probes: reading, settings, targets: {}, declared, clock: driven() },
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

it("writes nothing unless it may", async () => {
  const { probes } = await verified(given({ probes: registry }));
  const writing = probes.filter(({ reason }) => reason === "not-allowed").map(({ name }) => name);
  expect(writing).toEqual(["sentry-event-found", "grafana-test-notification"]);
  expect(platform.server.requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
});

function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new RangeError("The platform has none");
  return item;
}

function rule({ cloudflare }: VendorStates, phase: string) {
  return first(cloudflare.rulesets[phase] ?? []);
}

/** What can be wrong at the vendors, and the probe that finds it. */
const faults: Readonly<Record<string, readonly [probe: string, (states: VendorStates) => void]>> = {
  "another Vercel plan": [
    "vercel-account",
    ({ vercel }) => Object.assign(vercel.team.billing, { plan: "hobby" }),
  ],
  "another production branch": [
    "vercel-project",
    ({ vercel }) => Object.assign(Object(first(vercel.projects).link), { productionBranch: "main" }),
  ],
  "another region of functions": [
    "vercel-project",
    ({ vercel }) =>
      Object.assign(first(vercel.projects), { resourceConfig: { functionDefaultRegions: ["iad1"] } }),
  ],
  "no protection": [
    "vercel-protection",
    ({ vercel }) => Object.assign(first(vercel.projects), { ssoProtection: null }),
  ],
  "forks without permission": [
    "vercel-protection",
    ({ vercel }) => Object.assign(first(vercel.projects), { gitForkProtection: false }),
  ],
  "domain not verified": [
    "vercel-domains",
    ({ vercel }) => Object.assign(first(first(vercel.projects).domains), { verified: false }),
  ],
  "no redirecting domain": ["vercel-domains", ({ vercel }) => void first(vercel.projects).domains.pop()],
  "domain that points elsewhere": [
    "vercel-certificates",
    ({ vercel }) => void vercel.misconfigured.add(settings.domains.web),
  ],
  "variable missing": ["vercel-variables", ({ vercel }) => void first(vercel.projects).envs.shift()],
  "secret variable readable": [
    "vercel-variables",
    ({ vercel }) => Object.assign(first(first(vercel.projects).envs), { type: "encrypted" }),
  ],
  "variable for previews": [
    "vercel-variables",
    ({ vercel }) => void first(first(vercel.projects).envs).target.push("preview"),
  ],
  "old deployment": [
    "vercel-deployment",
    ({ vercel }) => Object.assign(first(vercel.projects), { serving: "dpl_previous" }),
  ],
  "no Render service of the region": [
    "render-service",
    ({ render }) => Object.assign(first(render.services).serviceDetails, { region: "oregon" }),
  ],
  "suspended service": [
    "render-service",
    ({ render }) => Object.assign(first(render.services), { suspended: "suspended" }),
  ],
  "smaller Render plan": [
    "render-plan",
    ({ render }) => Object.assign(first(render.services).serviceDetails, { plan: "free" }),
  ],
  "no autoscaling": [
    "render-scaling",
    ({ render }) => Object.assign(first(render.services).serviceDetails, { autoscaling: null }),
  ],
  "another health check path": [
    "render-health-check",
    ({ render }) => Object.assign(first(render.services).serviceDetails, { healthCheckPath: "/" }),
  ],
  "auto-deploy off": [
    "render-auto-deploy",
    ({ render }) => Object.assign(first(render.services), { autoDeployTrigger: "off" }),
  ],
  "API host not verified": [
    "render-domain",
    ({ render }) =>
      Object.assign(first(first(render.services).domains), { verificationStatus: "unverified" }),
  ],
  "group not linked": [
    "render-variables",
    ({ render }) => Object.assign(first(render.groups), { serviceLinks: [] }),
  ],
  "variable of the group missing": [
    "render-variables",
    ({ render }) => void first(render.groups).envVars.pop(),
  ],
  "old deploy": [
    "render-deploy",
    ({ render }) => {
      for (const deploy of first(render.services).deploys) {
        deploy.status = deploy.id === "dep-previous" ? "live" : "deactivated";
      }
    },
  ],
  "free organization": [
    "supabase-account",
    ({ supabase }) => Object.assign(supabase.organization, { plan: "free" }),
  ],
  "paused project": [
    "supabase-project",
    ({ supabase }) => Object.assign(first(supabase.projects), { status: "INACTIVE" }),
  ],
  "smaller database": [
    "supabase-project",
    ({ supabase }) => Object.assign(first(supabase.addons), { variant: "ci_micro" }),
  ],
  "recovery off": [
    "supabase-recovery",
    ({ supabase }) => Object.assign(supabase, { pitr: false, addons: supabase.addons.slice(0, 1) }),
  ],
  "recovery for other days": [
    "supabase-recovery",
    ({ supabase }) => Object.assign(supabase.addons[1] ?? {}, { variant: "pitr_28" }),
  ],
  "old backup": [
    "supabase-backups",
    ({ supabase }) => Object.assign(supabase, { newestPhysical: start / 1000 - 27 * 3600 }),
  ],
  "no backup": ["supabase-backups", ({ supabase }) => Object.assign(supabase, { newestPhysical: null })],
  "session pool": ["supabase-pooler", ({ supabase }) => Object.assign(supabase.pooler, { mode: "session" })],
  "TLS optional": ["supabase-tls", ({ supabase }) => Object.assign(supabase.ssl, { database: false })],
  "open to the world": ["supabase-networks", ({ supabase }) => void supabase.networks.v4.push("0.0.0.0/0")],
  "restrictions not applied": [
    "supabase-networks",
    ({ supabase }) => Object.assign(supabase.networks, { status: "stored" }),
  ],
  "zone missing": ["cloudflare-zone", ({ cloudflare }) => Object.assign(cloudflare, { zones: [] })],
  "zone paused": [
    "cloudflare-zone",
    ({ cloudflare }) => Object.assign(first(cloudflare.zones), { paused: true }),
  ],
  "old TLS allowed": [
    "cloudflare-settings",
    ({ cloudflare }) => Object.assign(cloudflare.settings, { min_tls_version: "1.0" }),
  ],
  "HSTS shorter": [
    "cloudflare-settings",
    ({ cloudflare }) =>
      Object.assign(Object(Object(cloudflare.settings.security_header).strict_transport_security), {
        max_age: 0,
      }),
  ],
  "record missing": ["cloudflare-records", ({ cloudflare }) => void cloudflare.records.shift()],
  "record past the edge": [
    "cloudflare-records",
    ({ cloudflare }) =>
      Object.assign(first(cloudflare.records.filter(({ type }) => type === "CNAME")), { proxied: false }),
  ],
  "another address": [
    "cloudflare-records",
    ({ cloudflare }) =>
      void cloudflare.records.push({
        ...{ id: "x", type: "A", name: settings.domains.api, content: "192.0.2.1", ttl: 1 },
      }),
  ],
  "DNSSEC off": ["cloudflare-dnssec", ({ cloudflare }) => Object.assign(cloudflare, { dnssec: "disabled" })],
  "certificate pending": [
    "cloudflare-certificates",
    ({ cloudflare }) => Object.assign(first(cloudflare.packs), { status: "pending_validation" }),
  ],
  "no normalization": [
    "cloudflare-url-normalization",
    ({ cloudflare }) => Object.assign(cloudflare.normalization, { scope: "none" }),
  ],
  "managed rule off": [
    "cloudflare-managed-rules",
    (states) => Object.assign(rule(states, "http_request_firewall_managed"), { enabled: false }),
  ],
  "firewall rule that skips": [
    "cloudflare-firewall-rules",
    ({ cloudflare }) =>
      void cloudflare.rulesets.http_request_firewall_custom?.unshift({
        ...{
          id: "x",
          ref: "x",
          action: "skip",
          expression: "true",
          description: "let all in",
          enabled: true,
        },
      }),
  ],
  "rate limit raised": [
    "cloudflare-rate-limits",
    (states) =>
      Object.assign(Object(rule(states, "http_ratelimit").ratelimit), { requests_per_period: 10_000 }),
  ],
  "rules in another order": [
    "cloudflare-rate-limits",
    ({ cloudflare }) => void cloudflare.rulesets.http_ratelimit?.reverse(),
  ],
  "header removed": [
    "cloudflare-response-headers",
    ({ cloudflare }) => {
      const rules = cloudflare.rulesets.http_response_headers_transform ?? [];
      const headers = rules.map((one) => Object(Object(one.action_parameters).headers));
      delete headers.find((one) => "Content-Security-Policy" in one)["Content-Security-Policy"];
    },
  ],
  "cache rules gone": [
    "cloudflare-cache-rules",
    ({ cloudflare }) => {
      delete cloudflare.rulesets.http_request_cache_settings;
    },
  ],
  "key switched off": [
    "sentry-project",
    ({ sentry }) => Object.assign(first(sentry.keys), { isActive: false }),
  ],
  "another rate limit of the key": [
    "sentry-project",
    ({ sentry }) => Object.assign(first(sentry.keys), { rateLimit: null }),
  ],
  "scrubber off": [
    "sentry-scrubbing",
    ({ sentry }) => Object.assign(first(sentry.projects), { dataScrubber: false }),
  ],
  "alert off": ["sentry-alerts", ({ sentry }) => Object.assign(sentry.alerts[1] ?? {}, { enabled: false })],
  "monitor missing": ["sentry-alerts", ({ sentry }) => void sentry.monitors.pop()],
  "monitor not connected": ["sentry-alerts", ({ sentry }) => void sentry.alerts[1]?.detectorIds.pop()],
  "backup failed": [
    "backup-checked-in",
    ({ sentry }) => Object.assign(sentry.checkIns[1] ?? {}, { status: "error" }),
  ],
  "new error": [
    "no-new-issues",
    ({ sentry }) => Object.assign(first(sentry.issues), { release: commits.current }),
  ],
  "dashboard missing": ["grafana-dashboards", ({ grafana }) => void grafana.dashboards.pop()],
  "panel removed": ["grafana-dashboards", ({ grafana }) => void first(grafana.dashboards).panels.pop()],
  "data source fails": [
    "grafana-data-source",
    ({ grafana }) => Object.assign(grafana.dataSource, { status: "ERROR" }),
  ],
  "rule paused": ["grafana-rules", ({ grafana }) => Object.assign(first(grafana.rules), { isPaused: true })],
  "rule missing": ["grafana-rules", ({ grafana }) => void grafana.rules.shift()],
  "rule that cannot be evaluated": [
    "grafana-rules-healthy",
    ({ grafana }) => Object.assign(first(grafana.rules), { health: "error" }),
  ],
  "alert that fires": [
    "grafana-nothing-firing",
    ({ grafana }) => void grafana.firing.push({ labels: { alertname: "service-down" }, state: "active" }),
  ],
  "gap in the rotation": [
    "on-call-covered",
    ({ pagerduty }) => void first(pagerduty.schedules).entries.splice(2, 1),
  ],
  "nobody on call": ["on-call-covered", ({ pagerduty }) => void first(pagerduty.schedules).entries.splice(0)],
  "one person only": [
    "on-call-covered",
    ({ pagerduty }) => {
      for (const entry of first(pagerduty.schedules).entries) entry.user = "P0";
    },
  ],
  "slower escalation": [
    "escalation-as-declared",
    ({ pagerduty }) => void pagerduty.escalation.minutes.splice(0, 1, 60),
  ],
  ...Object.fromEntries(
    ["test", "typecheck", "lint", "build"].map((name, index) => [
      `check ${name} failed`,
      [
        `release-${name}-green`,
        ({ github }: VendorStates) => Object.assign(github.runs[index] ?? {}, { conclusion: "failure" }),
      ] as const,
    ]),
  ),
  "check did not run": ["release-lint-green", ({ github }) => void github.runs.splice(2, 1)],
  "commit without a pull request": ["release-reviewed", ({ github }) => void github.pulls.splice(0)],
  "approved by its author": [
    "release-reviewed",
    ({ github }) => Object.assign(github, { reviews: [{ login: "author", state: "APPROVED" }] }),
  ],
  "approval dismissed": [
    "release-reviewed",
    ({ github }) => void github.reviews.push({ login: "reviewer", state: "DISMISSED" }),
  ],
  "no approval required": ["branch-rules", ({ github }) => Object.assign(github, { approvals: 0 })],
  "check not required": ["branch-rules", ({ github }) => void github.required.shift()],
  "critical alert": ["no-open-alerts", ({ github }) => void github.dependabot.push(1)],
  "leaked secret": ["no-open-alerts", ({ github }) => void github.secrets.push(1)],
  "service disabled": [
    "escalation-as-declared",
    ({ pagerduty }) => Object.assign(pagerduty.service, { status: "disabled" }),
  ],
};

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

  it("leaves no probe without a fault", () => {
    const found = new Set(Object.values(faults).map(([probe]) => probe));
    expect(reading.map(({ name }) => name).filter((name) => !found.has(name))).toEqual(["render-account"]);
  });

  it("an event that never arrives fails its probe, in bounded time", async () => {
    platform.states.sentry.delivers = false;
    const verification = await verified(given({ probes: registry, allowWrites: true, only: ["5.3"] }));
    expect(inState(verification, "does-not-hold")).toEqual(["sentry-event-found"]);
  });

  it("a contact point where nothing arrives fails its probe", async () => {
    platform.states.grafana.broken.add("Slack");
    const { probes } = await verified(given({ probes: registry, allowWrites: true, only: ["S6.6"] }));
    const wrong = probes.flatMap(({ checks }) => checks.filter(({ state }) => state === "does-not-hold"));
    expect(wrong).toMatchObject([{ subject: expect.stringContaining("Slack") }]);
  });
});

const vendors = ["vercel", "render", "supabase", "cloudflare", "sentry", "grafana", "pagerduty", "github"];

describe("a vendor that cannot be asked", () => {
  it("is unknown without its token, and says which", async () => {
    const { probes } = await verified(given({ environment: { VERIFY_COMMIT: commits.current } }));
    for (const { state, reason, message } of probes) {
      expect({ state, reason }).toEqual({ state: "unknown", reason: "no-credential" });
      expect(message).toMatch(/[A-Z_]+ is not set$/);
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
