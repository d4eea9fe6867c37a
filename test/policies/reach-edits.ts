import { cloudflare, grafanaTokens, vercel } from "../../policies/model/tokens.ts";
import {
  add,
  all,
  type Edit,
  type Inputs,
  inside,
  inZone,
  jobVariables,
  list,
  literal,
  ofProject,
  set,
  variables,
  without,
} from "../recording/edited.ts";
import type { Case } from "./kinds-edits.ts";

// What has to arrive and to be allowed: credentials, grants, events and records that look right and reach nothing.

const token = (inputs: Inputs): Edit => set("backups-token", () => inputs);
const tokenRule = (change: Inputs): Edit =>
  set("backups-token", ({ policies }) => ({ policies: [inside(list(policies)[0], change)] }));
const key = (rateLimitCount: number, rateLimitWindow: number): Edit =>
  set("errors-key", () => ({ rateLimitCount, rateLimitWindow }));
const tableGrant = (change: Inputs): Edit => set("database-application-table-grant", () => change);
const drift = (scheduleCron: string): Edit => set("delivery-production-drift", () => ({ scheduleCron }));
const deploymentVariables = (change: Inputs): Edit =>
  set("delivery-production-deployments", ({ operationContext }) => ({
    operationContext: inside(operationContext, {
      environmentVariables: inside(Object(operationContext).environmentVariables, change),
    }),
  }));
const regions = (...functionDefaultRegions: readonly string[]): Edit =>
  set("web-project", ({ resourceConfig }) => ({
    resourceConfig: inside(resourceConfig, { functionDefaultRegions }),
  }));

const record = (name: string, change: Inputs, made: Inputs = {}): Edit =>
  add(cloudflare.dnsRecord, name, { ttl: 300, ...change, ...made }, inZone);
const authority = (name: string, value: string): Edit =>
  record(`caa-${value}`, { type: "CAA", name, data: { flags: 0, tag: "issue", value } });
/** A URL that does not say whether the connection is encrypted. */
const silentUrl = literal("web-DATABASE_URL", {
  value: "postgresql://optropic_application:[secret]@aws-0.pooler.supabase.com:6543/postgres",
});
const grouped = (change: (variables: Inputs) => Inputs): Edit =>
  set("api-variables", ({ envVars }) => ({ envVars: change(Object(envVars)) }));

const jobSource = (change: Inputs): Edit =>
  set("backups-job", ({ runtimeSource }) => ({
    runtimeSource: inside(runtimeSource, { docker: inside(Object(runtimeSource).docker, change) }),
  }));

const bucket = "com.cloudflare.edge.r2.bucket.0123456789abcdef0123456789abcdef";

export const unreachedPlatforms: readonly Case[] = [
  ["api-tokens-allow", "the token denies", tokenRule({ effect: "deny" })],
  ["api-tokens-allow", "the token has no policy", token({ policies: [] })],
  ["api-tokens-allow", "a policy has no permission", tokenRule({ permissionGroups: [] })],
  ["api-tokens-allow", "a permission has no id", tokenRule({ permissionGroups: [{}] })],
  [
    "api-tokens-allow",
    "the token may only read",
    tokenRule({ permissionGroups: [{ id: "6a018a9f2fc74eb6b293b0c548f38b39" }] }),
  ],
  [
    "api-tokens-allow",
    "the token is for another bucket",
    tokenRule({ resources: JSON.stringify({ [`${bucket}_eu_exports`]: "*" }) }),
  ],
  [
    "api-tokens-allow",
    "the bucket is in another jurisdiction",
    tokenRule({ resources: JSON.stringify({ [`${bucket}_default_optropic-backups`]: "*" }) }),
  ],
  ["api-tokens-allow", "the token is another account's", token({ accountId: "f".repeat(32) })],
  ["api-tokens-allow", "the token has expired", token({ expiresOn: "2026-01-01T00:00:00Z" })],
  ["api-tokens-allow", "the token is for later", token({ notBefore: "2035-01-01T00:00:00Z" })],
  ["api-tokens-allow", "the token is disabled", token({ status: "disabled" })],
  [
    "api-tokens-allow",
    "the token is good from nowhere",
    token({ condition: { requestIp: { notIns: ["0.0.0.0/0"] } } }),
  ],
  [
    "api-tokens-allow",
    "an access policy at Grafana has no scope",
    add(grafanaTokens.accessPolicy, "push", { region: "eu", scopes: [], realms: [{ type: "stack" }] }),
  ],
  [
    "api-tokens-allow",
    "a token at Grafana has expired",
    add(grafanaTokens.accessPolicyToken, "push", { region: "eu", expiresAt: "2026-01-01T00:00:00Z" }),
  ],
  [
    "api-tokens-allow",
    "an account at Grafana may do nothing",
    add(grafanaTokens.serviceAccount[0], "push", { role: "None" }),
  ],
  [
    "api-tokens-allow",
    "a token at Grafana is good for a minute",
    add(grafanaTokens.serviceAccountToken[0], "push", { serviceAccountId: "1", secondsToLive: 60 }),
  ],
  ["error-tracking-key", "the key takes an event a day", key(1, 86_400)],
  ["error-tracking-key", "the key takes five an hour", key(5, 3600)],
  ["error-tracking-key", "the events of a day are used up at once", key(100_000, 86_400)],
  ["database-grants-reach", "a grant names no schema", tableGrant({ schema: "" })],
  ["database-grants-reach", "a grant has no schema", tableGrant({ schema: undefined })],
  ["database-grants-reach", "a grant is of another database", tableGrant({ database: "reports" })],
  ["database-grants-reach", "a grant takes everything away", tableGrant({ privileges: [] })],
  ["database-grants-reach", "tables of a schema that cannot be used", tableGrant({ schema: "billing" })],
  [
    "database-grants-reach",
    "sequences of another schema",
    set("database-application-sequence-grant", () => ({ schema: "billing" })),
  ],
];

export const unreachedHosts: readonly Case[] = [
  [
    "dns-records-arrive",
    "the record is in a zone of nobody knows whom",
    literal("edge-web", { zoneId: "f".repeat(32) }),
  ],
  ["dns-records-arrive", "the record leads nowhere", set("edge-web", () => ({ content: undefined }))],
  [
    "caa-permits-hosts",
    "an authority that Render does not have",
    authority("api.optropic.example", "digicert.com"),
  ],
  ["caa-permits-hosts", "nobody may issue for a host at Vercel", authority("www.optropic.example", ";")],
  ["variables-arrive", "another project gets it", literal("web-PGSSLMODE", { projectId: "prj_elsewhere" })],
  [
    "variables-arrive",
    "PGSSLMODE has another name",
    all(
      silentUrl,
      set("web-PGSSLMODE", () => ({ key: "PG_SSL_MODE" })),
    ),
  ],
  [
    "variables-arrive",
    "PGSSLMODE is of previews",
    all(
      silentUrl,
      set("web-PGSSLMODE", () => ({ targets: ["preview"] })),
    ),
  ],
  ["variables-arrive", "a host has neither PGSSLMODE nor sslmode", all(silentUrl, without("web-PGSSLMODE"))],
  ["variables-arrive", "PGSSLMODE is empty", variables({ PGSSLMODE: "" })],
  ["variables-arrive", "DIRECT_URL has another name", set("web-DIRECT_URL", () => ({ key: "DIRECT_URI" }))],
  [
    "variables-arrive",
    "METRICS_TOKEN has another name",
    set("web-METRICS_TOKEN", () => ({ key: "METRICS_KEY" })),
  ],
  [
    "variables-arrive",
    "METRICS_TOKEN has another name at Render",
    grouped(({ METRICS_TOKEN, ...rest }) => ({ ...rest, METRICS_KEY: METRICS_TOKEN })),
  ],
  ["variables-arrive", "migrations have no session", grouped(({ DIRECT_URL: _, ...rest }) => rest)],
  ["variables-arrive", "the session of migrations is empty", variables({ DIRECT_URL: "" })],
  [
    "variables-arrive",
    "another service gets them",
    set("api-variables-link", ({ serviceIds }) => ({ serviceIds: [...list(serviceIds), "srv-elsewhere"] })),
  ],
];

export const unreachedDatabases: readonly Case[] = [
  [
    "database-roles-connect",
    "a role may not log in",
    set("database-application-role", () => ({ login: false })),
  ],
  [
    "database-roles-connect",
    "no statement has time",
    set("database-application-role", () => ({ statementTimeout: 1 })),
  ],
  ["database-roles-connect", "backups read nothing", set("database-backup-role", () => ({ roles: [] }))],
  [
    "database-roles-connect",
    "roles are made at another server",
    literal("database-postgresql", { host: "db.elsewhere.example" }),
  ],
  ["backup-job-configured", "a port that is none", jobVariables({ PGPORT: { value: "postgres" } })],
  ["backup-job-configured", "the job is built from the default branch", jobSource({ branch: undefined })],
  ["backup-job-configured", "the job is built from nothing", jobSource({ repoUrl: "" })],
  ["variables-arrive", "the pages have no METRICS_TOKEN", without("web-METRICS_TOKEN")],
  ["variables-arrive", "a variable has no value", grouped((all) => ({ ...all, CORS_ORIGINS: {} }))],
  ["variables-arrive", "a session that is none", literal("web-DIRECT_URL", { value: "elsewhere" })],
  ["one-region", "a region that is none", regions("fra1", "*")],
];

const project = (change: Inputs): Edit => set("errors-project", () => change);

export const unseenFailures: readonly Case[] = [
  ["error-tracking-project", "every message is dropped", project({ filters: { errorMessages: ["*"] } })],
  ["error-tracking-project", "every release is dropped", project({ filters: { releases: ["**"] } })],
  [
    "error-tracking-project",
    "every address is dropped",
    project({ filters: { blacklistedIps: ["0.0.0.0/0"] } }),
  ],
  [
    "error-tracking-origins",
    "events of other pages alone",
    project({ clientSecurity: { allowedDomains: ["https://elsewhere.example"] } }),
  ],
  [
    "monitors-watch-platform",
    "a day between two calls",
    set("errors-uptime-api", () => ({ intervalSeconds: 86_400 })),
  ],
  [
    "monitors-watch-platform",
    "a hundred failures in a row",
    set("errors-uptime-api", () => ({ downtimeThreshold: 100 })),
  ],
  [
    "monitors-watch-platform",
    "an hour between two checks",
    set("observability-health-api", () => ({ frequency: 3_600_000 })),
  ],
];

export const unreachedDeliveries: readonly Case[] = [
  ["drift-schedules-run", "the 30th of February", drift("0 5 30 2 *")],
  ["drift-schedules-run", "once a year", drift("0 5 1 1 *")],
  ["drift-schedules-run", "a minute that no hour has", drift("61 5 * * *")],
  ["pack-enforced", "code before the pack", deploymentVariables({ NODE_OPTIONS: "--require ./before.cjs" })],
  ["pack-enforced", "another file of settings", deploymentVariables({ PULUMI_OPTION_CONFIG_FILE: "x.yaml" })],
  ["pack-enforced", "a part of the stack", deploymentVariables({ PULUMI_OPTION_TARGET: "urn" })],
];

type Right = readonly [what: string, edit: Edit];

export const reachedPlatforms: readonly Right[] = [
  ["an authority that Render has", authority("api.optropic.example", "pki.goog")],
  ["one authority more", authority("optropic.example", "digicert.com")],
  ["a wildcard for the host that redirects", set("edge-redirect", () => ({ name: "*.optropic.example" }))],
  ["names relative to their zone", set("edge-api", () => ({ name: "api" }))],
  ["pages that have no session for migrations", without("web-DIRECT_URL")],
  [
    "a variable of previews",
    add(
      vercel.variable,
      "flags",
      { key: "FLAGS", value: "all", sensitive: false, targets: ["preview"] },
      ofProject,
    ),
  ],
  ["functions in a second region", regions("fra1", "cdg1")],
  ["a token without an end, and one policy more", tokenRule({ effect: "allow" })],
  ["one message is dropped", project({ filters: { errorMessages: ["*ResizeObserver loop*"] } })],
  ["any host of the domain", project({ clientSecurity: { allowedDomains: ["*.optropic.example"] } })],
  ["five minutes between two checks", set("observability-health-api", () => ({ frequency: 300_000 }))],
  ["1,000 events a minute", key(1000, 60)],
  ["10,000 events an hour", key(10_000, 3600)],
];

export const reachedDeliveries: readonly Right[] = [
  ["a refresh before each update", deploymentVariables({ PULUMI_OPTION_REFRESH: "true" })],
  ["differences in full", deploymentVariables({ PULUMI_OPTION_DIFF: "true" })],
  ["more memory", deploymentVariables({ NODE_OPTIONS: "--max-old-space-size=4096" })],
  ["drift on workdays", drift("0 6 * * 1-5")],
];
