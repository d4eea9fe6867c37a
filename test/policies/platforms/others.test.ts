import { beforeAll, describe, expect, test } from "vitest";
import { type Declared, nothingDeclared } from "../../../policies/framework/declared.ts";
import { add, all, type Edit, objecting, set } from "../../recording/edited.ts";
import { judge } from "../../recording/judge.ts";
import type { RecordedStack } from "../../recording/stacks.ts";
import { platform as digitalocean } from "./digitalocean/program.ts";
import { mapped, newlyObjecting, recordSample, without } from "./judged.ts";
import { platform as neon } from "./neon/program.ts";
import { platform as render } from "./render/program.ts";
import { platform as vercel } from "./vercel/program.ts";

// Platforms of other vendors, each in a style of its own.

const samples = { vercel, render, neon, digitalocean };
type Name = keyof typeof samples;

const recorded = new Map<Name, RecordedStack>();

/** Their headers are the application's, as their settings say. */
const declared: Declared = { ...nothingDeclared, headers: "application" };

beforeAll(async () => {
  for (const name of ["vercel", "render", "neon", "digitalocean"] as const) {
    const sample = await recordSample(name, samples[name]);
    recorded.set(name, { ...sample, context: { ...sample.context, declared } });
  }
}, 60_000);

function sampleOf(name: Name): RecordedStack {
  const sample = recorded.get(name);
  if (sample === undefined) throw new RangeError(`No sample ${name} is recorded.`);
  return sample;
}

/** None of them has Sentry, metrics and dashboards of its own, or an alarm on the budget and on backups. */
const ofAll = [
  "alert-backup-overdue",
  "alert-error-budget",
  "dashboard-golden-signals",
  "error-tracking-error-rate",
  "error-tracking-incidents-page",
  "error-tracking-issue-alert",
  "error-tracking-key",
  "error-tracking-monitors-routed",
  "error-tracking-origins",
  "error-tracking-project",
  "metrics-protected",
  "metrics-scraped",
  "sentry-dsn-wired",
];

/** Neon and Vercel keep their own backups, and nothing copies them elsewhere. */
const withoutBackups = [
  "backup-bucket",
  "backup-encrypted",
  "backup-interval",
  "backup-job-daily",
  "backup-keys-scoped",
  "backup-lock",
  "backup-retention",
  "backup-strategy",
];

/** Nothing stands in front of Render. */
const withoutEdge = [
  "assets-http2",
  "cdn-cache-rules",
  "cdn-enabled",
  "rate-limit-login",
  "waf-managed-rules",
];

/** What each does not have, and so is told. */
const missing: Readonly<Record<Name, readonly string[]>> = {
  vercel: [...ofAll, ...withoutBackups],
  // Its zone has no managed rules, no limits and no cache rules.
  render: [...ofAll, "cdn-cache-rules", "rate-limit-api", "rate-limit-login", "waf-managed-rules"],
  neon: [...ofAll, ...withoutBackups, ...withoutEdge, "rate-limit-api"],
  // App Platform caches, and has no rules of a firewall.
  digitalocean: [...ofAll, ...withoutBackups, "rate-limit-api", "rate-limit-login", "waf-managed-rules"],
};

const p95 = (scope: string): Edit =>
  set("p95", () => ({ query: `percentile(last_5m):p95:trace.http.request${scope} > 0.5` }));

test.each<[Name]>([["vercel"], ["render"], ["neon"], ["digitalocean"]])(
  "%s is told what it does not have, and nothing else",
  (name) => {
    expect(objecting(sampleOf(name)).toSorted()).toEqual(missing[name].toSorted());
  },
);

const render1 = (name: string, value: object): Edit =>
  set("tasks", ({ envVars }) => ({ envVars: { ...Object(envVars), [name]: value } }));
const variable = (key: string, change: object): Edit =>
  set("variables", (inputs) => ({
    variables: mapped(inputs.variables, (it) => (it.key === key ? { ...it, ...change } : it)),
  }));

const downtime = (scope: string, duration: string, rrule = "FREQ=DAILY"): Edit =>
  add("datadog:index/downtimeSchedule:DowntimeSchedule", "maintenance", {
    scope,
    monitorIdentifier: { monitorTags: ["*"] },
    recurringSchedule: { recurrences: [{ duration, rrule, start: "2026-01-04T03:00:00" }] },
  });
const once = (oneTimeSchedule: object): Edit =>
  add("datadog:index/downtimeSchedule:DowntimeSchedule", "maintenance", { scope: "*", oneTimeSchedule });
const older = (inputs: object): Edit =>
  add("datadog:index/downtime:Downtime", "maintenance", { scopes: ["*"], ...inputs });
const hours = Array.from({ length: 24 }, (_, hour) => hour).join(",");
const told = (text: string): Edit =>
  set("down", ({ message }) => ({ message: String(message).replace("@pagerduty-production", text) }));
const spec = (change: object): Edit =>
  set("ledger", (inputs) => ({ spec: { ...Object(inputs.spec), ...change } }));
const web = (change: object): Edit =>
  set("ledger", ({ spec }) => ({
    spec: { ...Object(spec), services: mapped(Object(spec).services, (it) => ({ ...it, ...change })) },
  }));
const env = (key: string, change: object): Edit =>
  set("ledger", ({ spec }) => ({
    spec: {
      ...Object(spec),
      services: mapped(Object(spec).services, (service) => ({
        ...service,
        envs: mapped(service.envs, (it) => (it.key === key ? { ...it, ...change } : it)),
      })),
    },
  }));

const check = '"http.can_connect".over("env:prod").by("host").last(4).count_by_status()';

test.each<[Name, what: string, Edit]>([
  [
    "vercel",
    "maintenance of an evening",
    once({ start: "2026-12-01T20:00:00Z", end: "2026-12-01T22:00:00Z" }),
  ],
  [
    "vercel",
    "maintenance that is over",
    once({ start: "2026-01-01T00:00:00Z", end: "2026-02-01T00:00:00Z" }),
  ],
  [
    "vercel",
    "the older resource mutes an hour a week",
    older({
      recurrence: { type: "weeks", period: 1, weekDays: ["Sun"] },
      start: 1_767_300_000,
      end: 1_767_303_600,
    }),
  ],
  ["vercel", "a message for alerts alone", told("{{#is_alert}}@pagerduty-production{{/is_alert}}")],
  [
    "vercel",
    "a message for what the query is limited to",
    told('{{^is_recovery}}{{#is_match "env.name" "prod"}}@pagerduty-production{{/is_match}}{{/is_recovery}}'),
  ],
  [
    "digitalocean",
    "a domain of TLS 1.3",
    spec({ domainNames: [{ name: "ledger.example", type: "PRIMARY", minimumTlsVersion: "1.3" }] }),
  ],
  [
    "render",
    "memory in use, divided by its limit",
    set("memory", () => ({
      query:
        "avg(last_5m):avg:ecs.fargate.mem.usage{env:prod} / avg:ecs.fargate.mem.limit{env:prod} * 100 > 90",
    })),
  ],
  [
    "render",
    "memory in use as Docker gives it",
    set("memory", () => ({ query: "avg(last_10m):avg:docker.mem.in_use{env:prod} > 0.9" })),
  ],
  [
    "render",
    "what maintenance of two hours a week silences",
    downtime("env:prod", "2h", "FREQ=WEEKLY;BYDAY=SU"),
  ],
  ["render", "what maintenance of staging leaves alone", downtime("env:staging", "1d")],
  ["render", "the one application that there is", p95("{env:prod,service:tasks}")],
  ["neon", "each service by itself", p95("{env:prod,service:*} by {service}")],
  [
    "render",
    "a check that fails three times",
    set("down", () => ({ type: "service check", query: check, monitorThresholds: { critical: "3" } })),
  ],
])("%s may watch %s", (name, _, edit) => {
  expect(newlyObjecting(sampleOf(name), edit)).toEqual([]);
});

test.each<[what: string, Edit]>([
  [
    "a database that App Platform binds",
    (stack) =>
      env("DATABASE_URL", { value: ["$", "{db.DATABASE_URL}"].join("") })(
        set("ledger", ({ spec }) => ({
          spec: {
            ...Object(spec),
            databases: [{ name: "db", engine: "PG", production: true, clusterName: "ledger-db" }],
          },
        }))(stack),
      ),
  ],
  [
    "domains in the older form",
    set("ledger", ({ spec }) => ({
      spec: { ...Object(spec), domainNames: undefined, domains: ["ledger.example"] },
    })),
  ],
  [
    "domains in the older form, as objects",
    set("ledger", ({ spec }) => ({
      spec: {
        ...Object(spec),
        domainNames: undefined,
        domains: [{ name: "ledger.example", type: "PRIMARY" }],
      },
    })),
  ],
  [
    "a health check at its own port, or at one inside the app",
    web({ healthCheck: { httpPath: "/health", port: 9090 }, internalPorts: [9090] }),
  ],
  [
    "a health check at the port that visitors are sent to by default",
    web({ healthCheck: { httpPath: "/health", port: 8080 }, httpPort: undefined }),
  ],
  [
    "a cache beside the database",
    add("digitalocean:index/databaseCluster:DatabaseCluster", "cache", {
      engine: "valkey",
      region: "fra1",
      nodeCount: 1,
    }),
  ],
])("digitalocean may have %s", (_, edit) => {
  expect(newlyObjecting(sampleOf("digitalocean"), edit)).toEqual([]);
});

describe("a break is refused", () => {
  test.each<[Name, policy: string, what: string, Edit]>([
    [
      "vercel",
      "health-checked-outside",
      "the test takes any status but one",
      set("outside", () => ({ assertions: [{ type: "statusCode", operator: "isNot", target: "500" }] })),
    ],
    [
      "vercel",
      "alert-database-connections",
      "the monitor is of a host of staging",
      set("connections", ({ query }) => ({
        query: String(query).replace("env:prod", "env:prod,host:staging-db"),
      })),
    ],
    [
      "render",
      "render-service-configured",
      "it is built for development",
      set("tasks", ({ runtimeSource }) => ({
        runtimeSource: {
          docker: { ...Object(Object(runtimeSource).docker), dockerfilePath: "./Dockerfile.dev" },
        },
      })),
    ],
    [
      "digitalocean",
      "database-url-own",
      "the database is one for development",
      (stack) =>
        env("DATABASE_URL", { value: ["$", "{db.DATABASE_URL}"].join("") })(
          spec({ databases: [{ name: "db", engine: "PG", production: false }] })(stack),
        ),
    ],
    [
      "digitalocean",
      "node-env-production",
      "its command sets NODE_ENV",
      web({ runCommand: "NODE_ENV=development node server.js" }),
    ],
    [
      "digitalocean",
      "service-health-check",
      "its health is asked at a port where it does not answer",
      web({ healthCheck: { httpPath: "/health", port: 9999 } }),
    ],
    [
      "neon",
      "render-service-configured",
      "an image of developers runs",
      set("pets-web", ({ runtimeSource }) => ({
        runtimeSource: { image: { ...Object(Object(runtimeSource).image), tag: "dev" } },
      })),
    ],
    [
      "vercel",
      "alert-values",
      "both bounds of a monitor differ",
      set("errors", () => ({ monitorThresholds: { critical: "50" } })),
    ],
    [
      "vercel",
      "alerts-routed",
      "the pager is told of another host",
      told('{{#is_match "host.name" "staging"}}@pagerduty-production{{/is_match}}'),
    ],
    [
      "vercel",
      "alerts-routed",
      "the pager is told again and not at first",
      told("{{#is_renotify}}@pagerduty-production{{/is_renotify}}"),
    ],
    [
      "vercel",
      "health-checked-outside",
      "the test runs once a week",
      set("outside", () => ({ optionsList: { tickEvery: 604_800 } })),
    ],
    [
      "vercel",
      "pager-reaches-on-call",
      "maintenance lasts for years",
      once({ start: "2026-01-01T20:00:00Z", end: "2099-01-01T00:00:00Z" }),
    ],
    [
      "vercel",
      "alert-service-down",
      "maintenance is at each hour of the day",
      downtime("*", "1h", `FREQ=DAILY;BYHOUR=${hours}`),
    ],
    ["vercel", "alert-service-down", "maintenance is of a length that nobody reads", downtime("*", "soon")],
    [
      "vercel",
      "alert-service-down",
      "the older resource mutes every day",
      older({ recurrence: { type: "days", period: 1 }, start: 1_767_300_000, end: 1_767_340_000 }),
    ],
    [
      "digitalocean",
      "visitors-let-in",
      "the app is in maintenance",
      spec({ maintenance: { enabled: true } }),
    ],
    [
      "digitalocean",
      "visitors-let-in",
      "the app redirects to plain http",
      spec({ ingress: { rules: [{ redirect: { scheme: "http" } }] } }),
    ],
    [
      "digitalocean",
      "tls-minimum-version",
      "the domain takes TLS 1.0",
      spec({ domainNames: [{ name: "ledger.example", type: "PRIMARY", minimumTlsVersion: "1.0" }] }),
    ],
    [
      "digitalocean",
      "database-role-least-privilege",
      "the pool lets in the administrator",
      set("pool", () => ({ user: "doadmin" })),
    ],
    [
      "vercel",
      "required-variables",
      "a variable is for previews alone",
      variable("NODE_ENV", { targets: ["preview"] }),
    ],
    [
      "vercel",
      "secrets-not-shared",
      "previews have production's secret",
      variable("JWT_SECRET", { targets: ["production", "preview"] }),
    ],
    [
      "vercel",
      "secret-variables-sensitive",
      "anybody can read a secret",
      variable("SECRET_KEY", { sensitive: false }),
    ],
    ["vercel", "jwt-secret-length", "a secret is short", set("jwt-secret", () => ({ byteLength: 32 }))],
    [
      "vercel",
      "vercel-git-repository",
      "a feature is deployed",
      set("notes", ({ gitRepository }) => ({
        gitRepository: { ...Object(gitRepository), productionBranch: "feature/x" },
      })),
    ],
    [
      "vercel",
      "waf-managed-rules",
      "injection passes",
      set("firewall", () => ({ managedRulesets: undefined })),
    ],
    ["vercel", "rate-limit-login", "login has no limit", set("firewall", () => ({ rules: { rules: [] } }))],
    ["vercel", "tls-caa", "any authority may issue certificates", without("dns-CAA")],
    [
      "vercel",
      "database-pitr",
      "the history is of a day",
      set("notes-db", () => ({ historyRetentionSeconds: 86_400 })),
    ],
    [
      "vercel",
      "escalation-levels",
      "a page goes no further",
      set("escalation", (inputs) => ({ rules: mapped(inputs.rules, (it) => it).slice(0, 1) })),
    ],
    [
      "render",
      "render-health-check",
      "nothing asks whether it can serve",
      set("tasks", () => ({ healthCheckPath: undefined })),
    ],
    [
      "render",
      "jwt-secret-length",
      "Render makes up a secret",
      render1("JWT_SECRET", { generateValue: true }),
    ],
    ["render", "jwt-secret-length", "a secret is short", set("jwt-secret", () => ({ length: 32 }))],
    ["render", "required-variables", "a variable is empty", render1("BASE_URL", { value: "" })],
    ["render", "log-level-quiet", "requests are logged", render1("LOG_LEVEL", { value: "trace" })],
    ["render", "database-pitr", "the database is free", set("tasks-db", () => ({ plan: "free" }))],
    [
      "render",
      "backup-lock",
      "backups are locked for a week",
      set("lock", () => ({
        rules: [
          { id: "kept", enabled: true, prefix: "", condition: { type: "Age", maxAgeSeconds: 604_800 } },
        ],
      })),
    ],
    [
      "render",
      "backup-job-daily",
      "backups are weekly",
      set("nightly-backup", () => ({ schedule: "0 3 * * 0" })),
    ],
    [
      "render",
      "tls-minimum-version",
      "TLS 1.0 is taken",
      set("setting-min_tls_version", () => ({ value: "1.0" })),
    ],
    [
      "render",
      "alert-high-error-rate",
      "an alert waits for a tenth of errors",
      set("errors", ({ query }) => ({ query: String(query).replace("0.01", "0.1") })),
    ],
    [
      "render",
      "alert-high-memory",
      "an alert waits for nine times the memory",
      set("memory", () => ({
        query: "avg(last_5m):avg:container.memory.usage{env:prod} / avg:container.memory.limit{env:prod} > 9",
      })),
    ],
    [
      "render",
      "alert-pending-period",
      "a check fires at its first failure",
      set("down", () => ({ type: "service check", query: check })),
    ],
    [
      "render",
      "critical-alerts-page",
      "nobody is paged",
      set("down", () => ({ message: "https://wiki.tasks.example/runbooks/down @slack-alerts" })),
    ],
    ["render", "alert-service-down", "a monitor is silenced", set("down", () => ({ silenced: { "*": 0 } }))],
    [
      "render",
      "alert-high-error-rate",
      "staging is watched",
      set("errors", ({ query }) => ({ query: String(query).replaceAll("env:prod", "env:staging") })),
    ],
    [
      "render",
      "alert-high-error-rate",
      "a month is looked at",
      set("errors", ({ query }) => ({ query: String(query).replace("last_5m", "last_1mo") })),
    ],
    [
      "render",
      "alert-service-down",
      "what happened a day ago is looked at",
      set("down", () => ({ evaluationDelay: 86_400 })),
    ],
    ["render", "alert-service-down", "maintenance is all day, each day", downtime("env:prod", "1d")],
    ["render", "alert-high-latency-p95", "one path is measured", p95("{env:prod,resource_name:get_/}")],
    ["neon", "alert-high-latency-p95", "one version is measured", p95("{env:prod AND version:1}")],
    [
      "render",
      "render-service-configured",
      "the image is that of a test",
      set("tasks", ({ runtimeSource }) => ({
        runtimeSource: { docker: { ...Object(runtimeSource).docker, dockerfilePath: "./test/Dockerfile" } },
      })),
    ],
    ["neon", "render-auto-deploy", "nothing deploys the image", without("deploy-hook")],
    ["neon", "dns-records", "the domain leads elsewhere", set("apex", () => ({ records: ["203.0.113.9"] }))],
    ["neon", "dns-records", "the domain has no record", without("apex")],
    [
      "neon",
      "dns-records",
      "one of two answers leads elsewhere",
      set("apex", () => ({ records: ["216.24.57.1", "198.51.100.9"] })),
    ],
    ["neon", "database-pitr", "there is no history", set("pets", () => ({ historyRetentionSeconds: 0 }))],
    [
      "neon",
      "secrets-generated",
      "a secret is no setting",
      set("pets-web", ({ envVars }) => ({
        envVars: { ...Object(envVars), JWT_SECRET: { value: "Jx7".repeat(30) } },
      })),
    ],
    ["neon", "on-call-without-gap", "nobody is on call by night", set("on-call", () => ({ rotations: [] }))],
    ["neon", "tls-caa", "any authority may issue certificates", without("caa")],
    [
      "neon",
      "caa-permits-hosts",
      "authorities may ask by DNS alone",
      set("caa", ({ records }) => ({
        records: [...(records as string[])].map((text) => text.replace(/"$/, '; validationmethods=dns-01"')),
      })),
    ],
    [
      "digitalocean",
      "caa-permits-hosts",
      "authorities may ask by DNS alone",
      all(
        ...["letsencrypt.org.", "pki.goog."].map((authority) =>
          set(`caa-${authority}`, ({ value }) => ({ value: `${value}; validationmethods=dns-01` })),
        ),
      ),
    ],
    ["digitalocean", "service-health-check", "only the port is asked", web({ healthCheck: {} })],
    ["digitalocean", "service-autoscaling", "it does not scale", web({ autoscaling: undefined })],
    [
      "digitalocean",
      "secret-variables-sensitive",
      "anybody can read a secret",
      env("JWT_SECRET", { type: "GENERAL" }),
    ],
    [
      "digitalocean",
      "required-variables",
      "the build alone has a variable",
      env("SECRET_KEY", { scope: "BUILD_TIME" }),
    ],
    [
      "digitalocean",
      "cors-header-restricted",
      "any origin may call",
      web({ cors: { allowOrigins: { regex: ".*" } } }),
    ],
    ["digitalocean", "database-pooler", "there is no pool", without("pool")],
    [
      "digitalocean",
      "tls-caa",
      "App Platform gets no certificate",
      without("caa-letsencrypt.org.", "caa-pki.goog."),
    ],
    ["digitalocean", "dns-records", "the domain has no record", without("apex")],
    [
      "digitalocean",
      "connections-encrypted",
      "the connection is in plain text",
      env("DATABASE_URL", { value: "postgresql://ledger@db.ledger.example/ledger?sslmode=disable" }),
    ],
  ])("%s: %s where %s", (name, policy, _, edit) => {
    expect(newlyObjecting(sampleOf(name), edit)).toContain(policy);
  });
});

describe("what a platform is told", () => {
  const vendors: readonly (readonly [vendor: string, words: RegExp])[] = [
    ["cloudflare", /cloudflare/i],
    ["vercel", /vercel/i],
    ["render", /\brender\b/i],
    ["supabase", /supabase/i],
    ["aws", /\b(?:aws|amazon|cloudfront|app ?runner|ecs)\b/i],
    ["digitalocean", /digitalocean|app platform/i],
  ];

  test.each<[Name]>([["vercel"], ["render"], ["neon"], ["digitalocean"]])(
    "at %s is of the vendors that it has, whatever is taken out of it",
    (name) => {
      const { resources, context } = sampleOf(name);
      const used = new Set(resources.map(({ type }) => type.split(":")[0]));
      const foreign = vendors.filter(([vendor]) => !used.has(vendor));
      const parts = Map.groupBy(resources, ({ type }) => type);
      const stacks = [
        resources,
        ...[...parts.keys()].map((type) => resources.filter((it) => it.type !== type)),
      ];
      const told = stacks.flatMap((stack) =>
        judge(stack, context).flatMap(({ policy, violations }) =>
          violations.map(({ found, expected, fix }) => `${policy.name}: ${found} ${expected} ${fix}`),
        ),
      );
      expect(told.length).toBeGreaterThan(50);
      expect(new Set(told.filter((text) => foreign.some(([, words]) => words.test(text))))).toEqual(
        new Set(),
      );
    },
  );
});
