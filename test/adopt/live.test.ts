import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { liveVendors, readVendors } from "../../adopt/live/index.ts";
import { planImports } from "../../adopt/plan.ts";
import { isHidden } from "../../adopt/resources.ts";
import { stateOfInventory } from "../../preview/index.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { type FakePlatform, startPlatform } from "../vendors/fake/platform.ts";
import type { Misbehavior } from "../vendors/fake/server.ts";

let platform: FakePlatform;
const settings = accept(writtenSettings("production"));
const where = {
  repository: settings.project.repository,
  renderOwner: settings.accounts.renderOwner,
  sentry: settings.errorTracking.organization,
  grafana: "https://shop.grafana.net",
};
const quick = {
  attempts: 1,
  requestMs: 60_000,
  totalMs: 60_000,
  pauseMs: 1,
  longestWaitMs: 1,
  pages: 50,
  bodyBytes: 200_000,
};

beforeAll(async () => {
  platform = await startPlatform(settings);
});

afterEach(() => platform.reset());

afterAll(() => platform.stop());

async function read(without: readonly string[] = [], limits: Partial<typeof quick> = quick) {
  const inventory = await readVendors(where, without, { environment: platform.environment, limits });
  const { resources, untold } = stateOfInventory(inventory, { project: "p", stack: "s" });
  const found = resources.filter(({ custom, urn }) => custom && !untold.urns.has(urn));
  return { inventory, gaps: inventory.gaps.filter(({ unasked }) => !unasked), found };
}

function inputsOf(found: Awaited<ReturnType<typeof read>>["found"], type: string) {
  return found.filter((one) => one.type.endsWith(`:${type}`)).map(({ inputs }) => inputs);
}

describe("what the vendors have", () => {
  it("is read of each, with what is seldom there, and with no secret", async () => {
    Object.assign(platform.states.cloudflare, {
      extras: {
        pageRules: [
          {
            ...{ id: "p1", status: "active", priority: 1 },
            targets: [{ target: "url", constraint: { operator: "matches", value: "shop.test/*" } }],
            actions: [{ id: "disable_security" }, { id: "ssl", value: "off" }],
          },
        ],
        routes: [{ id: "w1", pattern: "shop.test/*", script: "front" }],
        lockdowns: [],
        accessRules: [{ id: "a1", mode: "whitelist", configuration: { target: "ip", value: "192.0.2.1" } }],
        buckets: {
          abroad: { jurisdiction: "eu" },
          backups: {
            lifecycle: {
              rules: [
                {
                  ...{ id: "old", enabled: true, conditions: { prefix: "" } },
                  deleteObjectsTransition: { condition: { type: "Age", maxAge: 86_400 } },
                },
              ],
            },
            lock: { rules: [{ id: "k", enabled: true, condition: { type: "Age", maxAgeSeconds: 86_400 } }] },
            "domains/managed": { bucketId: "b", domain: "pub.r2.dev", enabled: false },
            "domains/custom": { domains: [{ domain: "files.shop.test", enabled: true }] },
          },
        },
      },
    });
    platform.states.grafana.templates = [{ name: "page", template: "{{ .CommonLabels.alertname }}" }];
    Object.assign(platform.states.vercel, {
      logDrains: [
        {
          ...{ id: "d1", name: "logs", deliveryFormat: "json", url: "https://logs.test/in?token=canary" },
          ...{
            sources: ["lambda", "edge"],
            environments: ["production"],
            secret: "canary",
            headers: { a: "canary" },
          },
        },
        { id: "d2", status: "disabled", url: "https://logs.test/" },
      ],
      sharedVariables: [
        { id: "v1", key: "TOKEN", type: "sensitive", target: ["production"], value: "canary" },
      ],
    });
    const [site] = platform.states.vercel.projects;
    Object.assign(site ?? {}, { security: { attackModeEnabled: true } });
    platform.states.vercel.bypasses = {
      [site?.id ?? ""]: [
        { OwnerId: "team", Id: "b1", Domain: "shop.test", Ip: "192.0.2.7", Note: "office" },
        { OwnerId: "team", Id: "b2", Domain: "shop.test", Ip: "192.0.2.8", Action: "block" },
        { OwnerId: "team", Id: "b3", Domain: "shop.test", Ip: "0.0.0.0/0", Action: "bypass" },
      ],
    };
    const route = {
      ...{ src: "/old/(.*)", dest: "/new/$1", headers: { "Access-Control-Allow-Origin": "*" } },
      transforms: [{ type: "response.headers", op: "set", target: { key: "x-frame-options" }, args: "DENY" }],
    };
    platform.states.vercel.routes = {
      [site?.id ?? ""]: [
        { id: "rt1", name: "Old", enabled: true, route },
        { id: "rt2", name: "Off", enabled: false, route },
      ],
    };
    platform.states.sentry.monitors.push(
      {
        ...{ id: "201", name: "Shop", type: "uptime_domain_failure", enabled: true, projectId: "4501" },
        config: { environment: "production", mode: 1, downtimeThreshold: 3, recoveryThreshold: 1 },
        dataSources: [
          {
            type: "uptime_subscription",
            queryObj: {
              ...{ url: "https://shop.test/health", method: "GET", headers: [["Authorization", "canary"]] },
              ...{ intervalSeconds: 60, timeoutMs: 5000, assertion: { root: { op: "and", children: [] } } },
            },
          },
        ],
      },
      {
        ...{ id: "202", name: "Nightly", type: "monitor_check_in_failure", enabled: true, projectId: "4501" },
        dataSources: [
          {
            type: "cron_monitor",
            queryObj: {
              slug: "nightly",
              config: {
                ...{ schedule_type: "interval", schedule: [1, "day"], checkin_margin: 30, max_runtime: 60 },
                ...{ timezone: "UTC", failure_issue_threshold: 1, recovery_threshold: 1 },
              },
            },
          },
        ],
      },
      {
        ...{ id: "203", name: "Errors", type: "metric_issue", enabled: true, projectId: "4501" },
        config: { detectionType: "static" },
        conditionGroup: {
          logicType: "any",
          conditions: [{ id: "1", type: "gt", comparison: 0.01, conditionResult: 75 }],
        },
        dataSources: [
          {
            type: "snuba_query_subscription",
            queryObj: {
              snubaQuery: {
                ...{ aggregate: "failure_rate()", dataset: "events_analytics_platform", timeWindow: 300 },
                ...{ query: "is_transaction:true", queryType: 1, eventTypes: ["trace_item_span"] },
              },
            },
          },
        ],
      },
      { id: "204", name: "Every error", type: "error", enabled: true, projectId: "4501" },
    );
    platform.states.pagerduty.orchestrations = {
      V1: {
        type: "service",
        sets: [
          {
            id: "start",
            rules: [
              {
                ...{ id: "r", label: "Noise", disabled: false },
                conditions: [{ expression: "event.severity matches 'info'" }],
                actions: { suppress: true, automation_actions: [{ headers: [{ value: "canary" }] }] },
              },
            ],
          },
        ],
        catch_all: { actions: {} },
      },
    };
    platform.states.vercel.firewalls = {
      [platform.states.vercel.projects[0]?.id ?? ""]: {
        ...{ ownerId: "team", projectKey: "p", id: "fw", version: 3, firewallEnabled: true, changes: [] },
        crs: { sqli: { active: true, action: "deny" }, xss: { active: false, action: "log" } },
        managedRules: { bot_protection: { active: true, action: "challenge" } },
        rules: [
          {
            ...{ id: "r1", name: "Login", active: true },
            conditionGroup: [{ conditions: [{ type: "path", op: "pre", value: "/login" }] }],
            action: {
              mitigate: {
                action: "rate_limit",
                rateLimit: { algo: "fixed_window", window: 60, limit: 10, keys: ["ip"], action: null },
              },
            },
          },
        ],
        ips: [{ id: "i1", hostname: "*", ip: "192.0.2.1", action: "bypass" }],
      },
    };
    Object.assign(platform.states.render, {
      projects: [{ id: "prj-1", name: "shop-api", environmentIds: ["evm-1"] }],
      environments: [
        ...[{ id: "evm-1", name: "production", projectId: "prj-1", protectedStatus: "protected" }],
      ],
      postgres: [
        {
          ...{ id: "dpg-1", name: "shop", plan: "basic_1gb", region: "frankfurt", version: "17" },
          ipAllowList: [{ cidrBlock: "0.0.0.0/0", description: "everywhere" }],
        },
        { id: "dpg-2", name: "unsaid" },
      ],
      keyValues: [
        ...[{ id: "red-1", name: "cache", ipAllowList: [], options: { maxmemoryPolicy: "noeviction" } }],
      ],
      logStream: { endpoint: "logs.shop.test:6514", preview: "drop", token: "canary" },
    });
    for (const group of platform.states.render.groups) {
      group.secretFiles = [{ name: "key.pem", content: "canary" }];
    }
    const { found, gaps, inventory } = await read();
    expect(gaps).toEqual([]);
    expect(JSON.stringify(inventory)).not.toContain("canary");
    const [group] = inputsOf(found, "EnvGroup");
    expect(Object.keys(Object(group?.secretFiles))).toEqual(["key.pem"]);
    expect(inputsOf(found, "MessageTemplate")).toMatchObject([
      { name: "page", template: "{{ .CommonLabels.alertname }}" },
    ]);
    expect(inputsOf(found, "LogStream")).toMatchObject([{ endpoint: "logs.shop.test:6514" }]);
    expect(inputsOf(found, "R2Bucket")).toMatchObject([
      { name: "backups", jurisdiction: "default" },
      { name: "abroad", jurisdiction: "eu" },
    ]);
    expect(found.filter(({ type }) => type === "render:index/project:Project")).toMatchObject([
      { inputs: { environments: { production: { protectedStatus: "protected", networkIsolated: false } } } },
    ]);
    expect(inputsOf(found, "Postgres")).toMatchObject([
      { name: "shop", ipAllowLists: [{ cidrBlock: "0.0.0.0/0" }] },
      { name: "unsaid" },
    ]);
    expect(inputsOf(found, "Keyvalue")).toMatchObject([{ maxMemoryPolicy: "noeviction" }]);
    expect(inputsOf(found, "FirewallConfig")).toMatchObject([
      {
        ...{ enabled: true, managedRulesets: { owasp: { sqli: { active: true, action: "deny" } } } },
        rules: {
          rules: [
            {
              conditionGroups: [{ conditions: [{ type: "path", op: "pre", value: "/login" }] }],
              action: { action: "rate_limit", rateLimit: { window: 60, limit: 10, keys: ["ip"] } },
            },
          ],
        },
        ipRules: { rules: [{ ip: "192.0.2.1", action: "bypass" }] },
      },
    ]);
    expect(inputsOf(found, "AttackChallengeMode")).toMatchObject([{ projectId: site?.id, enabled: true }]);
    expect(inputsOf(found, "FirewallBypass")).toMatchObject([
      { domain: "shop.test", sourceIp: "192.0.2.7" },
      { domain: "shop.test", sourceIp: "0.0.0.0/0" },
    ]);
    expect(inputsOf(found, "ProjectRoute")).toMatchObject([
      {
        name: "Old",
        route: {
          ...{ src: "/old/(.*)", headers: { "Access-Control-Allow-Origin": "*" } },
          transforms: [{ type: "response.headers", target: '{"key":"x-frame-options"}', args: "DENY" }],
        },
      },
    ]);
    expect(inputsOf(found, "UptimeMonitor")).toMatchObject([
      {
        ...{ name: "Shop", url: "https://shop.test/health", intervalSeconds: 60, timeoutMs: 5000 },
        ...{ environment: "production", downtimeThreshold: 3 },
        assertionJson: '{"root":{"op":"and","children":[]}}',
      },
    ]);
    expect(inputsOf(found, "CronMonitor")).toMatchObject([
      {
        schedule: { intervalValue: 1, intervalUnit: "day" },
        checkinMarginMinutes: 30,
        maxRuntimeMinutes: 60,
      },
    ]);
    expect(inputsOf(found, "MetricMonitor").at(-1)).toMatchObject({
      ...{ aggregate: "failure_rate()", queryType: "performance", timeWindowSeconds: 300 },
      ...{ eventTypes: ["trace_item_span"], issueDetection: { type: "static" } },
      conditionGroup: { conditions: [{ type: "gt", comparison: 0.01, conditionResult: 75 }] },
    });
    expect(inputsOf(found, "EventOrchestrationService")).toMatchObject([
      {
        service: "V1",
        sets: [
          {
            rules: [
              { conditions: [{ expression: "event.severity matches 'info'" }], actions: { suppress: true } },
            ],
          },
        ],
      },
    ]);
    expect(inputsOf(found, "PageRule")).toMatchObject([
      { target: "shop.test/*", actions: { disableSecurity: true, ssl: "off" } },
    ]);
    expect(inputsOf(found, "WorkersRoute")).toMatchObject([{ pattern: "shop.test/*", script: "front" }]);
    expect(inputsOf(found, "AccessRule")).toMatchObject([{ mode: "whitelist" }]);
    expect(inputsOf(found, "R2BucketLifecycle")).toMatchObject([
      { bucketName: "backups", rules: [{ deleteObjectsTransition: { condition: { maxAge: 86_400 } } }] },
    ]);
    expect(inputsOf(found, "R2BucketLock")).toMatchObject([
      { rules: [{ condition: { maxAgeSeconds: 86_400 } }] },
    ]);
    expect(inputsOf(found, "R2ManagedDomain")).toMatchObject([{ enabled: false }]);
    expect(inputsOf(found, "R2CustomDomain")).toMatchObject([{ domain: "files.shop.test" }]);
    expect(inputsOf(found, "LogDrain")).toMatchObject([
      { endpoint: "https://logs.test/", sources: ["lambda", "edge"] },
    ]);
    expect(inputsOf(found, "SharedEnvironmentVariable")).toMatchObject([{ key: "TOKEN", sensitive: true }]);
    expect(inputsOf(found, "Alert")).toMatchObject([{ monitorIds: ["99"] }, { enabled: true }]);
    expect(inputsOf(found, "Schedule")).toMatchObject([
      { timeZone: "UTC", layers: [{ rotationTurnLengthSeconds: 604_800 }] },
      { timeZone: "UTC" },
    ]);
    expect(inputsOf(found, "ServiceIntegration")).toMatchObject([{ service: "V1" }]);
    const [supabase] = inputsOf(found, "Settings");
    expect(supabase).toMatchObject({ sslEnforcement: true });
    expect(JSON.parse(String(supabase?.network))).toEqual({
      restrictions: settings.database.allowedNetworks,
    });
    const auth = JSON.parse(String(supabase?.auth));
    expect(auth).toMatchObject({ site_url: "https://optropic.example", disable_signup: true, jwt_exp: 3600 });
    expect(Object.keys(auth).filter((key) => /pass|secret/.test(key))).toEqual([]);
    const [service] = inputsOf(found, "WebService");
    expect(service).toMatchObject({ region: settings.api.region, envVars: expect.anything() });
  });

  it("is read of a repository, with its rules, its environments and what its actions may do", async () => {
    const people = { users: [{ login: "jane" }], teams: [{ slug: "ops" }] };
    platform.states.github.protections = {
      "release/1": {
        required_status_checks: { strict: true, contexts: ["test"] },
        required_pull_request_reviews: {
          required_approving_review_count: 2,
          bypass_pull_request_allowances: people,
        },
        ...{ enforce_admins: { enabled: true }, allow_force_pushes: { enabled: false } },
      },
    };
    const { found, gaps } = await read(liveVendors.filter((name) => name !== "github"));
    expect(gaps).toEqual([]);
    // The branch that rulesets protect has no protection of the older kind.
    expect(inputsOf(found, "BranchProtection")).toMatchObject([
      {
        ...{ pattern: "release/1", enforceAdmins: true, allowsForcePushes: false },
        requiredStatusChecks: [{ strict: true, contexts: ["test"] }],
        requiredPullRequestReviews: [
          {
            requiredApprovingReviewCount: 2,
            pullRequestBypassers: ["/jane", expect.stringMatching(/\/ops$/)],
          },
        ],
      },
    ]);
    expect(inputsOf(found, "Repository")).toMatchObject([
      { visibility: "private", securityAndAnalysis: { secretScanning: { status: "enabled" } } },
    ]);
    expect(inputsOf(found, "RepositoryCollaborators")).toMatchObject([
      {
        users: [{ username: "jane", permission: "push" }],
        teams: [{ teamId: "platform", permission: "push" }],
      },
    ]);
    // Who may go past its rules is shown to those alone who may change them.
    expect(inputsOf(found, "RepositoryRuleset")).toMatchObject([
      {
        ...{ target: "branch", enforcement: "active", bypassActors: expect.anything() },
        conditions: { refName: { includes: ["~DEFAULT_BRANCH"] } },
        rules: {
          deletion: true,
          pullRequest: { requiredApprovingReviewCount: 1 },
          requiredStatusChecks: { strictRequiredStatusChecksPolicy: true, requiredChecks: expect.any(Array) },
        },
      },
    ]);
    expect(inputsOf(found, "RepositoryEnvironment")).toMatchObject([
      { preventSelfReview: true, canAdminsBypass: false, reviewers: [{ teams: [77] }] },
    ]);
    expect(inputsOf(found, "RepositoryEnvironmentDeploymentPolicy")).toMatchObject([
      { environment: "production", branchPattern: "release/*" },
    ]);
    expect(inputsOf(found, "RepositoryVulnerabilityAlerts")).toMatchObject([{ enabled: true }]);
    expect(inputsOf(found, "ActionsRepositoryPermissions")).toMatchObject([
      { shaPinningRequired: true, allowedActionsConfig: { githubOwnedAllowed: true } },
    ]);
  });
});

describe("a list that lies about its end", () => {
  it.each([
    ["has fewer records than it says", { page: 1, per_page: 50, total_pages: 1, total_count: 40 }],
    ["is full and does not say whether it ends", null],
  ])("is not known where it %s", async (_, result_info) => {
    const records = Array.from({ length: result_info === null ? 50 : 3 }, (__, index) => ({
      ...{ id: `r${index}`, type: "A", name: `h${index}.test`, content: "192.0.2.1" },
    }));
    const text = JSON.stringify({ success: true, errors: [], result: records, result_info });
    platform.server.misbehaveAt("cloudflare", "/dns_records", { kind: "text", text });
    const { gaps, found } = await read(liveVendors.filter((name) => name !== "cloudflare"));
    expect(gaps.map(({ what }) => what)).toEqual([`DNS records of ${settings.domains.zone}`]);
    expect(inputsOf(found, "DnsRecord")).toEqual([]);
  });
});

const hostile: readonly (readonly [string, Misbehavior])[] = [
  ["no JSON", { kind: "text", text: "<html>502</html>" }],
  [
    "an error with the status of success",
    { kind: "text", text: '{"error":"token canary expired","errors":["x"]}' },
  ],
  ["null", { kind: "text", text: "null" }],
  ["wrong types", { kind: "text", text: '[{"id":{},"name":7,"uid":[],"slug":null}]' }],
  ["a key of the prototype", { kind: "text", text: '{"__proto__":{"admin":true},"constructor":1}' }],
  ["nothing", { kind: "text", text: "" }],
  ["too much", { kind: "text", text: JSON.stringify([{ id: "x".repeat(300_000) }]) }],
  ["an end before its time", { kind: "closed" }],
  ["a redirect", { kind: "redirect", to: "http://127.0.0.1:1/" }],
  ["no right", { kind: "status", status: 403, body: { message: "no" } }],
  ["too many requests", { kind: "status", status: 429, headers: { "retry-after": "86400" } }],
];

describe("a vendor that answers with", () => {
  it.each(hostile)("%s is not known, and no other is harmed", async (_, misbehavior) => {
    for (const vendor of liveVendors) {
      platform.server.behave();
      platform.server.misbehave(vendor, misbehavior);
      const without = liveVendors.filter((name) => name !== vendor && name !== "pagerduty");
      const { gaps, found, inventory } = await read(without);
      expect(gaps.filter((gap) => gap.vendor === vendor).length, vendor).toBeGreaterThan(0);
      expect(
        found.filter((one) => one.type.startsWith(`${vendor}:`)),
        vendor,
      ).toEqual([]);
      expect(vendor === "pagerduty" || inputsOf(found, "EscalationPolicy").length > 0, vendor).toBe(true);
      expect(JSON.stringify(inventory)).not.toMatch(/canary_|sbp_|ghp_|sntrys_/);
    }
    expect(Object.hasOwn(Object.prototype, "admin")).toBe(false);
  });

  it("nothing at all, pages without an end or one that leads back is not known", async () => {
    const zones = [{ id: "z", name: "shop.test", status: "active", account: { id: "a" } }];
    const endless = { success: true, result: zones, result_info: { total_pages: 1e9 } };
    const more = {
      more: true,
      users: [],
      schedules: [],
      services: [],
      escalation_policies: [],
      maintenance_windows: [],
    };
    const circle = { projects: [{ id: "p", name: "p" }], pagination: { next: 7 } };
    const lies: [string, Misbehavior, Partial<typeof quick>][] = [
      ["cloudflare", { kind: "text", text: JSON.stringify(endless) }, { pages: 3 }],
      ["pagerduty", { kind: "text", text: JSON.stringify(more) }, { pages: 3 }],
      ["vercel", { kind: "text", text: JSON.stringify(circle) }, {}],
      ["render", { kind: "silent" }, { requestMs: 20 }],
    ];
    for (const [vendor, misbehavior, limits] of lies) {
      platform.server.misbehaveAt(vendor, vendor === "vercel" ? "/v10/projects" : "", misbehavior);
      const { gaps } = await read(
        liveVendors.filter((name) => name !== vendor),
        { ...quick, ...limits },
      );
      expect(gaps.map((gap) => gap.why).join(), vendor).toMatch(
        /more than 3 pages|circle|no complete answer/,
      );
    }
  });

  it("what of a service could not be read is not known of it, and not absent", async () => {
    platform.server.misbehaveAt("render", "/env-vars", { kind: "status", status: 403 });
    const { found, gaps } = await read(liveVendors.filter((name) => name !== "render"));
    expect(gaps.map(({ what }) => what)).toContain(`environment variables of ${settings.project.name}-api`);
    const [service] = inputsOf(found, "WebService");
    expect(isHidden(service?.envVars)).toBe(true);
    expect(isHidden(service?.customDomains)).toBe(false);
  });

  it("one thing twice has it once for an import and says no creation", async () => {
    const record = {
      id: "r1",
      type: "CNAME",
      name: `api.${settings.domains.zone}`,
      content: "shop.onrender.com",
      ttl: 1,
    };
    platform.states.cloudflare.records = [record, record];
    const { found } = await read(liveVendors.filter((name) => name !== "cloudflare"));
    const records = found.filter(({ type }) => type.endsWith(":DnsRecord"));
    expect(new Set(records.map(({ urn }) => urn)).size).toBe(2);
    const existing = found.map(({ type, name, id = "", inputs }) => ({ type, name, id, properties: inputs }));
    const zone = {
      urn: "z",
      type: "cloudflare:index/zone:Zone",
      name: "zone",
      custom: true,
      inputs: { name: platform.states.cloudflare.zones[0]?.name },
    };
    const declared = {
      urn: "r",
      type: records[0]?.type ?? "",
      name: "r",
      custom: true,
      inputs: records[0]?.inputs ?? {},
    };
    const { steps } = planImports({ declared: [zone, declared], existing });
    expect(steps.map(({ action }) => action)).toEqual(["import", "import"]);
  });
});
