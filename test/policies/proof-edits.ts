import { cloudflare, postgresql, vercel } from "../../policies/model/tokens.ts";
import {
  add,
  all,
  append,
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

// What is proved of every path, size and address: breaks that an example of each did not show, and what looks like one.

const headerRule = (expression: string): Edit =>
  set("edge-response-headers", ({ rules }) => ({
    rules: list(rules).map((rule, place) => (place === 0 ? inside(rule, { expression }) : rule)),
  }));
const header = (name: string, value: string, expression: string): Edit =>
  append("edge-response-headers", "rules", {
    action: "rewrite",
    enabled: true,
    expression,
    actionParameters: { headers: { [name]: { operation: "set", value } } },
  });
const scripts = (sources: string): Edit =>
  set("edge-response-headers", ({ rules }) => ({
    rules: list(rules).map((rule) => {
      const { actionParameters, ...rest } = Object(rule);
      const policy = Object(Object(actionParameters.headers)["Content-Security-Policy"]);
      const value = String(policy.value ?? "").replace(/script-src [^;]*/, `script-src ${sources}`);
      return policy.value === undefined
        ? rule
        : {
            ...rest,
            actionParameters: {
              headers: { ...actionParameters.headers, "Content-Security-Policy": { ...policy, value } },
            },
          };
    }),
  }));
const room = (inputs: Inputs): Edit =>
  add(
    cloudflare.waitingRoom,
    "another",
    { name: "sale", host: "optropic.example", newUsersPerMinute: 500, totalActiveUsers: 2000, ...inputs },
    inZone,
  );
const pagesAt = (...allowedDomains: readonly string[]): Edit =>
  set("errors-project", ({ clientSecurity }) => ({
    clientSecurity: inside(clientSecurity, { allowedDomains }),
  }));
const uptime = (inputs: Inputs): Edit => set("errors-uptime-web", () => inputs);
const statusOf = (value: number): string =>
  JSON.stringify({
    root: { op: "and", children: [{ op: "status_code_check", operator: { cmp: "equals" }, value }] },
  });
const check = (http: Inputs): Edit =>
  set("observability-health-api", ({ settings }) => ({
    settings: { http: inside(Object(settings).http, http) },
  }));
const backups = (inputs: Inputs): Edit => set("errors-backup", () => inputs);
const service = (inputs: Inputs): Edit => set("api-service", () => inputs);
const runtime = (change: Inputs): Edit =>
  set("api-service", ({ runtimeSource }) => ({
    runtimeSource: { nativeRuntime: inside(Object(runtimeSource).nativeRuntime, change) },
  }));
const project = (inputs: Inputs): Edit => set("web-project", () => inputs);
const pager = (change: Inputs): Edit =>
  set("observability-pagerduty", ({ pagerduties }) => ({
    pagerduties: list(pagerduties).map((entry) => inside(entry, change)),
  }));
const mailTo = (address: string): Edit =>
  set("observability-email-devops", () => ({ emails: [{ addresses: [address] }] }));
const serverSettings = (change: Inputs): Edit =>
  set("database-settings", ({ database }) => ({
    database: JSON.stringify({ ...JSON.parse(String(database ?? "{}")), ...change }),
  }));
const definer = (body: string): Edit =>
  add(postgresql.function, "another", {
    name: "run",
    schema: "public",
    language: "plpgsql",
    securityDefiner: true,
    args: [{ name: "query", type: "text" }],
    body,
  });
const group = (...roles: readonly string[]): Edit =>
  all(
    add(postgresql.role, "group", { name: "app_group", login: false, roles }),
    set("database-application-role", () => ({ roles: ["app_group"] })),
  );
const job = (change: Inputs): Edit => set("backups-job", () => change);
const user = (name: string): Edit => jobVariables({ PGUSER: { value: name } });
const tokenFrom = (...ins: readonly string[]): Edit =>
  set("backups-token", () => ({ condition: { requestIp: { ins } } }));
const released = (preDeployCommand: string): Edit => service({ preDeployCommand });
const checks = (integrationId: number): Edit =>
  set("repository-branches", ({ rules }) => {
    const { requiredStatusChecks, ...others } = Object(rules);
    const requiredChecks = list(requiredStatusChecks.requiredChecks).map((it) =>
      inside(it, { integrationId }),
    );
    return { rules: { ...others, requiredStatusChecks: { ...requiredStatusChecks, requiredChecks } } };
  });
const preRun = (...commands: readonly string[]): Edit =>
  set("delivery-production-deployments", ({ operationContext }) => ({
    operationContext: inside(operationContext, { preRunCommands: commands }),
  }));

const mysql = "MYSQL_PWD=Zx8qT2mPf7 mysql -h db -e 'select 1' && npx prisma migrate deploy";
const rewrittenCalls = add(
  cloudflare.ruleset,
  "another",
  {
    kind: "zone",
    name: "another",
    phase: "http_request_transform",
    rules: [
      {
        action: "rewrite",
        enabled: true,
        expression: 'starts_with(http.request.uri.path, "/api/")',
        actionParameters: { uri: { path: { value: "/maintenance" } } },
      },
    ],
  },
  inZone,
);
const contact =
  (devops: string): Edit =>
  (stack) => ({
    ...stack,
    resources: stack.resources.map((one) =>
      one.type === "pulumi:pulumi:Stack"
        ? { ...one, outputs: { ...one.outputs, contacts: inside(one.outputs.contacts, { devops }) } }
        : one,
    ),
  });

export const unprovedPlatforms: readonly Case[] = [
  ["csp-restricts-scripts", "long paths have no policy", headerRule("len(http.request.uri.path) lt 64")],
  [
    "csp-restricts-scripts",
    "pages of a number have no policy",
    headerRule('not http.request.uri.path matches "^/(?:orders|items)/[0-9]+$"'),
  ],
  [
    "csp-restricts-scripts",
    "anybody's pages at a host may be scripts",
    scripts("'self' https://*.vercel.app"),
  ],
  [
    "csp-restricts-scripts",
    "anybody's buckets may be scripts",
    scripts("'self' *.s3.eu-central-1.amazonaws.com"),
  ],
  [
    "dns-records",
    "another service of the vendor answers",
    literal("edge-api", { content: "optropic-api-staging.onrender.com" }),
  ],
  ["traffic-reaches-host", "every call of the API is one page", rewrittenCalls],
  ["no-literal-secrets", "a password in a variable of a command", released(mysql)],
  [
    "no-literal-secrets",
    "a signed URL",
    variables({ BLOB: "https://optropic.blob.core.windows.net/x?sig=dGhpc2lzYXNpZ25hdHVyZTEyMw%3D%3D" }),
  ],
  [
    "no-literal-secrets",
    "the key of the pager",
    literal("errors-pager", { integrationKey: "7f3a9c1b5d8e2f4a6c0b9d7e1f3a5c8b" }),
  ],
  ["no-literal-secrets", "a second secret", variables({ JWT_SECRET_2: "correct-horse-battery-staple" })],
  ["no-literal-secrets", "whose password it is", variables({ PASSWORD_ADMIN: "Zx8qT2mPf7Lw" })],
  ["no-literal-secrets", "words of a wallet", variables({ WALLET_MNEMONIC: "legal winner thank year wave" })],
  ["backup-job-daily", "a part of the backup", job({ startCommand: "pg_dump | head -c 100 > /tmp/x" })],
  [
    "backup-job-daily",
    "a backup on the job's own disk",
    job({
      runtimeSource: { image: { imageUrl: "docker.io/library/postgres", tag: "17.6" } },
      startCommand: "pg_dump --format=custom --file=/tmp/shop.dump && ls -l /tmp",
    }),
  ],
  ["contact-devops", "a contact without a domain", contact("ops@optropic")],
  ["contact-devops", "a contact that is a name", contact("Alex")],
  ["error-tracking-origins", "errors of the pages are dropped", pagesAt("https://api.optropic.example")],
  [
    "monitors-watch-platform",
    "a monitor asks by plain http",
    uptime({ url: "http://optropic.example/api/health" }),
  ],
  ["monitors-watch-platform", "a monitor posts", uptime({ method: "POST" })],
  ["monitors-watch-platform", "no answer is healthy", uptime({ assertionJson: statusOf(200_000) })],
  ["monitors-watch-platform", "a monitor gives no time to answer", uptime({ timeoutMs: 0 })],
  ["monitors-watch-platform", "a check posts", check({ method: "POST" })],
  ["monitors-watch-platform", "a thousand backups may fail", backups({ failureIssueThreshold: 1000 })],
  ["monitors-watch-platform", "a backup may run for months", backups({ maxRuntimeMinutes: 120_000 })],
  ["monitors-watch-platform", "a time zone that does not exist", backups({ timezone: "UTC-other" })],
  ["visitors-let-in", "a waiting room of every path", room({ path: "/" })],
  ["visitors-let-in", "a waiting room that lets nobody in", room({ path: "/sale", queueAll: true })],
  [
    "pager-reaches-on-call",
    "pages go to another address",
    pager({ url: "https://elsewhere.example.org/v2" }),
  ],
  [
    "pager-reaches-on-call",
    "the pager's key is that of a mailbox",
    set("on-call-grafana", () => ({ type: "generic_email_inbound_integration" })),
  ],
  ["notification-channels", "mail is to a mailbox that nobody reads", mailTo("no-reply@optropic.example")],
  [
    "no-literal-secrets",
    "random letters under a plain name",
    variables({ PAYMENTS: "q8Zt2LmW9xRk4VbN7cYpQ2wE4rT6yU8i" }),
  ],
  [
    "log-level-quiet",
    "a shell in the command has another level",
    service({ startCommand: 'sh -c "LOG_LEVEL=debug node dist/index.js"' }),
  ],
  ["log-format-json", "lines for people by a switch", variables({ LOG_PRETTY: "true" })],
  [
    "log-format-json",
    "lines for people by a program",
    service({ startCommand: "node dist/index.js | npx pino-pretty" }),
  ],
  ["log-without-statements", "every statement takes 0 ms", serverSettings({ log_min_duration_statement: 0 })],
  ["log-without-statements", "an audit of reading", serverSettings({ "pgaudit.log": "read, ddl" })],
  [
    "log-without-statements",
    "plans are logged with their statements",
    variables({ PGOPTIONS: "-c auto_explain.log_min_duration=0" }),
  ],
  ["node-env-production", "errors are those of staging", variables({ SENTRY_ENVIRONMENT: "staging" })],
  ["base-url", "a URL with a user", variables({ BASE_URL: "https://admin@optropic.example" })],
  ["commands-for-production", "the source is served", service({ startCommand: "npx serve -l $PORT ." })],
  [
    "commands-for-production",
    "packages without TLS",
    runtime({ buildCommand: "npm config set strict-ssl false && npm ci && npm run build" }),
  ],
  ["commands-for-production", "migrations are only listed", released("npx knex migrate:list")],
  [
    "commands-for-production",
    "a migration is only marked",
    released("npx prisma migrate resolve --applied 1_init"),
  ],
  ["database-role-least-privilege", "a group of a group changes tables", group("optropic_migration")],
  ["database-role-least-privilege", "a group of the application is the owner", group("postgres")],
  ["database-role-least-privilege", "a function runs what it is given", definer("BEGIN EXECUTE query; END")],
  [
    "database-roles-connect",
    "a pool of more than the role may have",
    set("database-pooler", () => ({ defaultPoolSize: 60 })),
  ],
  ["database-roles-connect", "the backup connects as nobody", user("somebody")],
  ["api-tokens-allow", "a token from an address of nobody", tokenFrom("203.0.113.9/32")],
  ["backup-job-daily", "backups are only listed", job({ startCommand: "npx optropic backups" })],
  [
    "render-service-configured",
    "another repository is deployed",
    runtime({ repoUrl: "https://github.com/optropic/marketing" }),
  ],
  ["render-service-configured", "an example is deployed", service({ rootDirectory: "examples/hello" })],
  [
    "vercel-git-repository",
    "another repository is served",
    set("web-project", ({ gitRepository }) => ({
      gitRepository: inside(gitRepository, { repo: "optropic/marketing" }),
    })),
  ],
  ["vercel-git-repository", "a report of tests is served", project({ outputDirectory: "coverage" })],
  [
    "vercel-git-repository",
    "files are deployed",
    add(vercel.deployment, "another", { production: true, files: { "index.html": "x" } }, ofProject),
  ],
  [
    "vercel-git-repository",
    "visitors see one deployment for good",
    add(vercel.alias, "another", { alias: "optropic.example", deploymentId: "dpl_1" }),
  ],
];

export const unprovedDeliveries: readonly Case[] = [
  ["required-check-test", "another app reports the tests", checks(99_999)],
  ["pack-enforced", "a command beside the packages", preRun("npm ci && rm -r policies")],
];

export const provedPlatforms: readonly (readonly [what: string, edit: Edit])[] = [
  ["pages without PGSSLMODE, by whose URL connections are encrypted", without("web-PGSSLMODE")],
  ["a contact by telephone", contact("+49 30 1234567")],
  ["a contact in a channel", contact("#devops")],
  ["what only tells of secrets", variables({ SECRET_ROTATION: "2026-11", PASSWORD_MIN_LENGTH: "12" })],
  ["errors of every page of the zone", pagesAt("*.optropic.example", "https://optropic.example")],
  ["a monitor that asks for the head", uptime({ method: "HEAD", timeoutMs: 20_000 })],
  ["a second backup may fail", backups({ failureIssueThreshold: 2, timezone: "Etc/UTC" })],
  ["a waiting room of one page", room({ path: "/sale" })],
  ["an integration of Grafana's own", set("on-call-grafana", () => ({ type: undefined, vendor: "PVENDOR" }))],
  ["pages by the address of PagerDuty", pager({ url: "https://events.eu.pagerduty.com/v2/enqueue" })],
  [
    "a year without the list of preloaded hosts",
    set("edge-security-header", () => ({
      value: {
        strict_transport_security: {
          enabled: true,
          max_age: 31_536_000,
          include_subdomains: true,
          nosniff: true,
        },
      },
    })),
  ],
  [
    "scripts of a vendor's own domain",
    scripts("'self' https://*.google-analytics.com https://js.stripe.com"),
  ],
  ["the service's own name with letters", literal("edge-api", { content: "optropic-api-x7f2.onrender.com" })],
  [
    "fonts that any site may read",
    header("Access-Control-Allow-Origin", "*", 'starts_with(http.request.uri.path, "/_next/static/media/")'),
  ],
  [
    "statements of two seconds",
    serverSettings({ log_min_duration_statement: 2000, "pgaudit.log": "ddl, role" }),
  ],
  ["a function with its owner's rights", definer("BEGIN PERFORM 1; EXECUTE format('SELECT %L', query); END")],
  ["a group with the same rights", group()],
  ["no limit of connections", set("database-application-role", () => ({ connectionLimit: -1 }))],
  ["the backup's own role", user("optropic_backup.abcdefghijklmnopqrst")],
  ["a token from the addresses of a region", tokenFrom("203.0.113.9", "203.0.113.10", "203.0.113.11")],
  ["files of a build", service({ startCommand: "npx serve dist -l $PORT" })],
  ["a deployment that fails while a migration is pending", released("npx prisma migrate status")],
  [
    "migrations that are listed and applied",
    released("npx prisma migrate status; npx prisma migrate deploy"),
  ],
  [
    "what is not secret by its name",
    variables({
      TURNSTILE_SITE_KEY: "0x4AAAAAAADnPIDROrmt1Wwj",
      AUTH0_CLIENT_ID: "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345",
      FLAGS: "enableNewCheckoutFlowVersion2ForAll",
      TENANT: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    }),
  ],
  ["errors of a region of production", variables({ SENTRY_ENVIRONMENT: "prod-eu" })],
  [
    "versions of browsers that Sentry calls legacy",
    add(
      "sentry:index/projectInboundDataFilter:ProjectInboundDataFilter",
      "another",
      {
        organization: "example-organization",
        filterId: "legacy-browsers",
        subfilters: ["ie", "edge", "firefox", "chrome", "safari", "opera", "opera_mini", "android"],
      },
      { beside: "errors-filter-localhost", by: "project" },
    ),
  ],
];

export const provedDeliveries: readonly (readonly [what: string, edit: Edit])[] = [
  ["another service runs the checks", checks(18_001)],
  ["two commands for packages", preRun("corepack enable && pnpm install --frozen-lockfile")],
  ["tags of numbers", set("repository-production-tag-v*", () => ({ tagPattern: "v[0-9]*" }))],
];
