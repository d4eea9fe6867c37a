import { cloudflare, github } from "../../policies/model/tokens.ts";
import {
  add,
  type Edit,
  type Inputs,
  inZone,
  jobVariables,
  list,
  operation,
  set,
} from "../recording/edited.ts";

// One change for each kind of mistake that the pack once took for good, and what looks like it and is right.

export type Case = readonly [policy: string, what: string, edit: Edit];

const inside = (inputs: Inputs, key: string, change: Inputs): Inputs => ({
  [key]: { ...Object(inputs[key]), ...change },
});
/** The items of a list among the inputs, each with the change. */
const each =
  (property: string, change: (item: Inputs) => Inputs) =>
  (inputs: Inputs): Inputs => ({
    [property]: list(inputs[property]).map((item) => ({ ...Object(item), ...change(Object(item)) })),
  });

const record = (inputs: Inputs): Edit =>
  add(cloudflare.dnsRecord, "another", { ttl: 300, ...inputs }, inZone);
const service = (inputs: Inputs): Edit => set("api-service", () => inputs);
const job = (source: Inputs): Edit =>
  set("backups-job", ({ runtimeSource }) => ({
    runtimeSource: inside(Object(runtimeSource), "docker", source),
  }));
const deployments = (change: (inputs: Inputs) => Inputs): Edit =>
  set("delivery-production-deployments", change);
const git = (change: Inputs): Edit =>
  deployments(({ sourceContext }) => ({ sourceContext: inside(Object(sourceContext), "git", change) }));

const ruleAt = (name: string, index: number, change: Inputs): Edit =>
  set(name, ({ rules }) => ({
    rules: list(rules).map((rule, at) => (at === index ? { ...Object(rule), ...change } : rule)),
  }));
/** Changes how each rate limit counts. */
export const limits = (change: Inputs): Edit =>
  set("edge-rate-limits", (inputs) => each("rules", (rule) => inside(rule, "ratelimit", change))(inputs));
const signIn = (change: Inputs): Edit =>
  set("database-settings", ({ auth }) => ({
    auth: JSON.stringify({ ...Object(JSON.parse(String(auth))), ...change }),
  }));
const status = (cmp: string, value: number): string =>
  JSON.stringify({ root: { op: "and", children: [{ op: "status_code_check", operator: { cmp }, value }] } });

export const brokenPlatforms: readonly Case[] = [
  [
    "cdn-enabled",
    "a service record shows the origin",
    record({
      type: "SRV",
      name: "_https._tcp",
      data: { priority: 0, weight: 1, port: 443, target: "optropic-api.onrender.com" },
    }),
  ],
  [
    "cdn-enabled",
    "a record of type SVCB shows the origin",
    record({
      type: "SVCB",
      name: "_svc",
      data: { priority: 1, target: "optropic-api.onrender.com", value: "" },
    }),
  ],
  [
    "cdn-enabled",
    "a text names the origin",
    record({ type: "TXT", name: "@", content: '"origin=optropic-api.onrender.com"' }),
  ],
  [
    "cdn-enabled",
    "senders of mail are the origin",
    record({ type: "TXT", name: "@", content: '"v=spf1 ip4:216.24.57.1 -all"' }),
  ],
  [
    "cdn-enabled",
    "a record of type URI names the origin",
    record({
      type: "URI",
      name: "_http._tcp",
      priority: 10,
      data: { weight: 1, target: "https://optropic-api.onrender.com/" },
    }),
  ],
  [
    "dns-records",
    "every name is another zone's",
    record({ type: "DNAME", name: "optropic.example", content: "elsewhere.example" }),
  ],
  [
    "no-literal-secrets",
    "a password of Redis in a command",
    service({ preDeployCommand: "redis-cli -a Zx8qT2mPf7 ping && npx prisma migrate deploy" }),
  ],
  [
    "no-literal-secrets",
    "a password of MySQL in a command",
    service({ preDeployCommand: "mysql -u root -pS3cretW0rd app < a.sql && npx prisma migrate deploy" }),
  ],
  [
    "generated-passwords-strong",
    "a short password of the database",
    set("secrets-database-application", () => ({ length: 8 })),
  ],
  [
    "generated-passwords-strong",
    "a token of digits",
    set("secrets-metrics-token", () => ({ length: 20, lower: false, upper: false })),
  ],
  ["backup-job-configured", "the job is built from an example", job({ context: "./examples/backup" })],
  ["backup-job-configured", "a Dockerfile of a test", job({ dockerfilePath: "./test/Dockerfile" })],
  ["backup-job-configured", "no schema is saved", jobVariables({ BACKUP_SCHEMAS: { value: "[]" } })],
  [
    "backup-job-configured",
    "another schema is saved",
    jobVariables({ BACKUP_SCHEMAS: { value: '["audit"]' } }),
  ],
  [
    "backup-job-configured",
    "backups are labelled as those of staging",
    jobVariables({ BACKUP_STACK: { value: "staging" } }),
  ],
  ["backup-job-configured", "no password", jobVariables({ PGPASSWORD: undefined })],
  ["backup-job-configured", "TLS is left to chance", jobVariables({ PGSSLMODE: undefined })],
  [
    "vercel-git-repository",
    "an example is served",
    set("web-project", () => ({ rootDirectory: "examples/demo" })),
  ],
  ["ruleset-values", "a rule without an expression", ruleAt("edge-response-headers", 1, { expression: "" })],
  [
    "ruleset-values",
    "an operation that does not exist",
    ruleAt("edge-response-headers", 1, {
      actionParameters: { headers: { "Content-Security-Policy": { operation: "put", value: "x" } } },
    }),
  ],
  [
    "ruleset-values",
    "a rule of the cache that says nothing",
    ruleAt("edge-cache", 1, { actionParameters: {} }),
  ],
  [
    "ruleset-values",
    "a bracket that does not close",
    ruleAt("edge-response-headers", 1, { expression: '(http.host eq "api.optropic.example"' }),
  ],
  ["ruleset-values", "a kind that does not exist", set("edge-cache", () => ({ kind: "zones" }))],
  ["ruleset-values", "a limit for everybody together", limits({ characteristics: ["cf.colo.id"] })],
  ["ruleset-values", "a limit that Cloudflare does not take", limits({ characteristics: ["ip.src"] })],
  [
    "variable-names",
    "production and a branch at once",
    set("web-DATABASE_URL", () => ({ gitBranch: "next" })),
  ],
  [
    "variable-names",
    "a target that does not exist",
    set("web-LOG_LEVEL", () => ({ targets: ["production", "*"] })),
  ],
  [
    "database-grant-values",
    "nobody gets in",
    set("database-application-role", () => ({ connectionLimit: 0 })),
  ],
  [
    "backup-bucket-rules-meet",
    "the lock is another account's",
    set("backups-lock", () => ({ accountId: "f".repeat(32) })),
  ],
  [
    "monitors-watch-platform",
    "another URL is watched",
    set("errors-uptime-api", () => ({ url: "https://example.com/" })),
  ],
  [
    "monitors-watch-platform",
    "an error is healthy",
    set("errors-uptime-api", () => ({ assertionJson: status("greater_than", 0) })),
  ],
  [
    "monitors-watch-platform",
    "a backup may be two days late",
    set("errors-backup", () => ({ checkinMarginMinutes: 2880 })),
  ],
  [
    "monitors-watch-platform",
    "a check-in at another time",
    set("errors-backup", () => ({ schedule: { crontab: "0 0 1 * *" } })),
  ],
  [
    "monitors-watch-platform",
    "an issue is told of after a million",
    set(
      "errors-incident-alert",
      each("actionFilters", () => ({ conditions: [{ issueOccurrences: { value: 1_000_000 } }] })),
    ),
  ],
  [
    "monitors-watch-platform",
    "any certificate will do",
    set("observability-health-api", ({ settings }) => ({
      settings: inside(Object(settings), "http", { tlsConfig: { insecureSkipVerify: true } }),
    })),
  ],
  [
    "pager-reaches-on-call",
    "incidents are closed after a minute",
    set("on-call-service", () => ({ autoResolveTimeout: "60" })),
  ],
  [
    "pager-reaches-on-call",
    "alerts are grouped for a day",
    set("on-call-service", () => ({
      alertGroupingParameters: { type: "time", config: { timeout: 86_400 } },
    })),
  ],
  [
    "pager-reaches-on-call",
    "nobody is called for a quarter of an hour",
    set("on-call-service", () => ({ autoPauseNotificationsParameters: { enabled: true, timeout: 900 } })),
  ],
  ["supabase-sign-in", "a code is valid for a day", signIn({ mailer_otp_exp: 86_400 })],
  ["supabase-sign-in", "no limit of attempts", signIn({ rate_limit_otp: 100_000 })],
  [
    "supabase-sign-in",
    "a hook without TLS",
    signIn({ hook_send_email_enabled: true, hook_send_email_uri: "http://hooks.optropic.example" }),
  ],
];

export const brokenDeliveries: readonly Case[] = [
  ["pack-enforced", "another program is the shell", operation({ options: { shell: "/tmp/shell" } })],
  [
    "pack-enforced",
    "deployments are administrators of a cloud",
    operation({
      oidc: { aws: { roleARN: "arn:aws:iam::123456789012:role/AdministratorAccess", sessionName: "x" } },
    }),
  ],
  ["pack-enforced", "agents of nobody knows whom", deployments(() => ({ agentPoolId: "somebodys-laptop" }))],
  ["pack-enforced", "an example is deployed", git({ repoDir: "examples" })],
  ["pack-enforced", "a folder outside is deployed", git({ repoDir: "../other" })],
  [
    "deployment-environments-limited",
    "nobody approves a release",
    set("repository-release", () => ({ reviewers: [] })),
  ],
  [
    "deployment-environments-limited",
    "a release approves itself",
    set("repository-release", () => ({ preventSelfReview: false })),
  ],
  [
    "deployment-environments-limited",
    "any branch releases",
    set("repository-release", () => ({ deploymentBranchPolicy: undefined })),
  ],
  [
    "deployment-environments-limited",
    "any branch has the credentials of monitoring",
    set("repository-monitoring-branch-main", () => ({ branchPattern: "**" })),
  ],
  [
    "deployment-environments-limited",
    "any branch has a secret",
    (stack) =>
      add(github.environmentSecret, "secret", {
        repository: "platform",
        environment: "partners",
        secretName: "TOKEN",
      })(add(github.environment, "partners", { repository: "platform", environment: "partners" })(stack)),
  ],
];

export const rightPlatforms: readonly (readonly [what: string, edit: Edit])[] = [
  ["mail", record({ type: "MX", name: "@", content: "smtp.google.com", priority: 1 })],
  ["senders of mail", record({ type: "TXT", name: "@", content: '"v=spf1 include:_spf.google.com -all"' })],
  [
    "a site's verification",
    record({
      type: "TXT",
      name: "_vercel",
      content: '"vc-domain-verify=optropic.example,1234567890abcdef1234"',
    }),
  ],
  [
    "a service of a vendor",
    record({
      type: "SRV",
      name: "_sip._tls",
      data: { priority: 100, weight: 1, port: 443, target: "sipdir.online.lync.com" },
    }),
  ],
  [
    "a status page",
    record({ type: "CNAME", name: "status", content: "abc123.stspg-customer.com", proxied: false }),
  ],
  [
    "a command with variables",
    service({ preDeployCommand: 'redis-cli -a "$REDIS_PASSWORD" ping && npx prisma migrate deploy' }),
  ],
  ["a longer password", set("secrets-database-application", () => ({ length: 20 }))],
  ["more schemas are saved", jobVariables({ BACKUP_SCHEMAS: { value: '["public","billing"]' } })],
  ["statuses of success", set("errors-uptime-api", () => ({ assertionJson: status("less_than", 400) }))],
  [
    "an hour of grouping by content",
    set("on-call-service", () => ({
      alertGroupingParameters: {
        type: "content_based",
        config: { aggregate: "all", fields: ["summary"], timeWindow: 300 },
      },
    })),
  ],
  ["a code of ten minutes", signIn({ mailer_otp_exp: 600 })],
  [
    "a condition on the level",
    set(
      "errors-incident-alert",
      each("actionFilters", () => ({ conditions: [{ level: { level: "error", match: "gte" } }] })),
    ),
  ],
  ["a folder of a monorepo", set("web-project", () => ({ rootDirectory: "apps/web" }))],
];

export const rightDeliveries: readonly (readonly [what: string, edit: Edit])[] = [
  ["bash", operation({ options: { shell: "/bin/bash" } })],
  [
    "a role for deployments",
    operation({
      oidc: { aws: { roleARN: "arn:aws:iam::123456789012:role/pulumi-deploy", sessionName: "pulumi" } },
    }),
  ],
  ["a folder of the program", git({ repoDir: "infrastructure" })],
  [
    "previews from any branch",
    add(github.environment, "previews", { repository: "platform", environment: "Preview" }),
  ],
  [
    "an environment without credentials",
    add(github.environment, "storage", { repository: "platform", environment: "lab" }),
  ],
];
