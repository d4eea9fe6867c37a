import { cloudflare, postgresql, vercel } from "../../policies/model/tokens.ts";
import {
  add,
  all,
  append,
  type Edit,
  type Inputs,
  inZone,
  jobVariables,
  leading,
  list,
  ofProject,
  operation,
  set,
  variables,
} from "../recording/edited.ts";
import { type Case, limits } from "./kinds-edits.ts";

// What the pack once left unread: rules that run elsewhere, the host that only redirects, documents that are no pages,
// names and forms of secrets, commands, roles for visitors.

const zoned = (type: string, inputs: Inputs): Edit => add(type, "another", inputs, inZone);
const accountId = "0123456789abcdef0123456789abcdef";
const custom = (action: Inputs): Edit =>
  zoned(cloudflare.ruleset, {
    kind: "zone",
    name: "another",
    phase: "http_request_firewall_custom",
    rules: [{ enabled: true, expression: "true", ...action }],
  });
const runs = (id: string): Edit => custom({ action: "execute", actionParameters: { id } });
const ruleset =
  (rule: Inputs): Edit =>
  (stack) => {
    const added = add(cloudflare.ruleset, "shared", {
      accountId,
      kind: "custom",
      name: "shared",
      phase: "http_request_firewall_custom",
      rules: [{ enabled: true, ...rule }],
    })(stack);
    return {
      ...added,
      resources: added.resources.map((one) =>
        one.name === "shared" ? { ...one, outputs: { ...one.outputs, id: "0a" } } : one,
      ),
    };
  };
const redirects = (targetUrl: string): Edit =>
  all(
    add(cloudflare.list, "old", {
      accountId,
      kind: "redirect",
      name: "old",
      items: [{ redirect: { sourceUrl: "optropic.example/old", targetUrl } }],
    }),
    byList,
  );
const byList = add(cloudflare.ruleset, "moved", {
  accountId,
  kind: "root",
  name: "moved",
  phase: "http_request_redirect",
  rules: [
    {
      action: "redirect",
      enabled: true,
      expression: "http.request.full_uri in $old",
      actionParameters: { fromList: { name: "old", key: "http.request.full_uri" } },
    },
  ],
});
const headers = (changes: Inputs, expression: string): Edit =>
  append("edge-response-headers", "rules", {
    action: "rewrite",
    enabled: true,
    expression,
    actionParameters: { headers: changes },
  });
const scripts = (sources: string): Edit =>
  set("edge-response-headers", ({ rules }) => ({
    rules: list(rules).map((rule) =>
      JSON.parse(JSON.stringify(rule).replaceAll("script-src 'self'", `script-src 'self' ${sources}`)),
    ),
  }));
const kept = (mode: string): Edit =>
  append("edge-cache", "rules", {
    action: "set_cache_settings",
    enabled: true,
    expression: 'http.host eq "api.optropic.example"',
    actionParameters: { cache: true, edgeTtl: { mode } },
  });
const start = (startCommand: string): Edit => set("api-service", () => ({ startCommand }));
const grant = (inputs: Inputs): Edit =>
  add(postgresql.grant, "another", {
    database: "postgres",
    schema: "public",
    objectType: "table",
    privileges: ["SELECT"],
    ...inputs,
  });
const definer = (inputs: Inputs): Edit =>
  add(postgresql.function, "another", {
    name: "everybody",
    database: "postgres",
    schema: "public",
    language: "sql",
    securityDefiner: true,
    returns: "setof users",
    body: "select * from users",
    ...inputs,
  });
/** Takes the function from everybody, in a schema. */
const closed = (schema: string): Edit =>
  add(postgresql.grant, "closed", {
    database: "postgres",
    schema,
    objectType: "function",
    objects: ["everybody"],
    privileges: [],
    role: "public",
  });
const deployed = (ref: string): Edit =>
  add(vercel.deployment, "pinned", { production: true, ref }, ofProject);

export const unreadPlatforms: readonly Case[] = [
  ["waf-managed-rules", "a custom ruleset runs that nobody can read", runs("0b")],
  [
    "waf-managed-rules",
    "a custom ruleset skips them",
    all(
      ruleset({
        action: "skip",
        expression: 'http.request.uri.path eq "/x"',
        actionParameters: { phases: ["http_request_firewall_managed"] },
      }),
      runs("0a"),
    ),
  ],
  [
    "waf-managed-rules",
    "a rule of the older firewall names a filter by its id",
    zoned(cloudflare.firewallRule, { action: "allow", filterId: "0c", filter: { id: "0c" } }),
  ],
  ["traffic-reaches-host", "a list redirects to plain http", redirects("http://optropic.example/new")],
  ["traffic-reaches-host", "a list redirects elsewhere", redirects("https://elsewhere.example/new")],
  ["traffic-reaches-host", "a list redirects that is not declared", byList],
  [
    "zone-settings-safe",
    "one host takes old ciphers",
    zoned(cloudflare.hostnameTls, {
      hostname: "api.optropic.example",
      settingId: "ciphers",
      value: ["DES-CBC3-SHA"],
    }),
  ],
  [
    "https-hsts",
    "the host that redirects sends it for five minutes",
    headers(
      { "Strict-Transport-Security": { operation: "set", value: "max-age=300" } },
      'http.host eq "www.optropic.example"',
    ),
  ],
  [
    "csp-restricts-scripts",
    "drawings are left without it",
    headers(
      { "Content-Security-Policy": { operation: "remove" } },
      'http.response.content_type.media_type eq "image/svg+xml"',
    ),
  ],
  ["csp-restricts-scripts", "scripts of any package run", scripts("https://unpkg.com")],
  ["csp-restricts-scripts", "scripts of any repository run", scripts("https://cdn.jsdelivr.net/gh/")],
  ["csp-restricts-scripts", "scripts of any bucket run", scripts("https://s3.eu-central-1.amazonaws.com")],
  ["cdn-cache-rules", "answers of the API are kept unless it forbids that", kept("respect_origin")],
  [
    "rate-limit-api",
    "it counts by what the client's own TLS says",
    limits({ characteristics: ["cf.colo.id", "ip.src", "cf.bot_management.ja3_hash"] }),
  ],
  [
    "no-literal-secrets",
    "a login of a registry is written out",
    variables({ DOCKER_CONFIG_JSON: '{"auths":{"ghcr.io":{"auth":"Ym90OnNlY3JldA=="}}}' }),
  ],
  ["no-literal-secrets", "a pepper is written out", variables({ PEPPER: "correct-horse-battery" })],
  ["no-literal-secrets", "a salt is written out", variables({ PASSWORD_SALT: "correct-horse-battery" })],
  ["no-literal-secrets", "a login is written out", variables({ BASIC_AUTH: "admin:correct-horse" })],
  [
    "secrets-distinct",
    "JWT_SECRET is the password of the database",
    leading("web-JWT_SECRET", "value", "secrets-database-owner"),
  ],
  ["commands-for-production", "the source is compiled at each start", start("npx ts-node src/index.ts")],
  ["commands-for-production", "a loader compiles it", start("node --loader ts-node/esm src/index.ts")],
  [
    "commands-for-production",
    "code in the command sets NODE_ENV",
    start("node -e \"process.env.NODE_ENV='development'; require('./server')\""),
  ],
  ["commands-for-production", "a second program is left behind", start("node server.js & npx vite --host")],
  ["log-level-quiet", "an option sets the level", start("node server.js --log-level=debug")],
  ["vercel-git-repository", "a feature branch is deployed to production", deployed("feature/x")],
  [
    "database-role-least-privilege",
    "the role of the probes writes",
    set("database-probe-table-grant", () => ({ privileges: ["INSERT", "SELECT"] })),
  ],
  ["database-role-least-privilege", "visitors read every table", grant({ role: "anon" })],
  [
    "database-role-least-privilege",
    "those who signed in write every table",
    grant({ role: "authenticated", privileges: ["INSERT", "UPDATE"] }),
  ],
  [
    "database-role-least-privilege",
    "visitors write a table",
    grant({ role: "anon", privileges: ["INSERT"], objects: ["orders"] }),
  ],
  [
    "database-role-least-privilege",
    "visitors read what is to come",
    add(postgresql.defaultPrivileges, "another", {
      database: "postgres",
      objectType: "table",
      owner: "postgres",
      role: "anon",
      privileges: ["SELECT"],
    }),
  ],
  [
    "database-role-least-privilege",
    "the application owns the database",
    add(postgresql.database, "another", { name: "postgres", owner: "optropic_application" }),
  ],
  ["database-role-least-privilege", "a function shows every row to everybody", definer({})],
  [
    "database-role-least-privilege",
    "a function of the same name is closed in another schema",
    all(definer({}), closed("jobs")),
  ],
  [
    "error-tracking-values",
    "the monitor watches staging",
    set("errors-error-rate", () => ({ environment: "staging" })),
  ],
];

const latency = (name: string, from: string, to: string): Edit =>
  set("observability-alerts-service", ({ rules }) => ({
    rules: list(rules).map((rule) =>
      Object(rule).name === name ? JSON.parse(JSON.stringify(rule).replace(from, to)) : rule,
    ),
  }));
const access = (domain: string): Edit =>
  zoned(cloudflare.access, { name: "staff", domain, type: "self_hosted", sessionDuration: "8h" });
const reflected = (pattern: string): Edit =>
  headers(
    { "Access-Control-Allow-Origin": { operation: "set", expression: 'http.request.headers["origin"][0]' } },
    `http.request.headers["origin"][0] matches "${pattern}"`,
  );

/** What stands in front of a host, or looks like a key. */
export const unreadFronts: readonly Case[] = [
  [
    "traffic-reaches-host",
    "files of a bucket are the answer",
    zoned(cloudflare.connector, {
      rules: [
        {
          enabled: true,
          expression: "true",
          provider: "aws_s3",
          parameters: { host: "elsewhere.s3.amazonaws.com" },
        },
      ],
    }),
  ],
  [
    "traffic-reaches-host",
    "a project of Pages is the answer",
    add(cloudflare.pagesDomain, "another", { accountId, projectName: "landing", name: "optropic.example" }),
  ],
  ["visitors-let-in", "visitors are asked to sign in", access("optropic.example")],
  [
    "cors-header-restricted",
    "a pattern takes what ends in the domain",
    reflected("^https://.*optropic.example$"),
  ],
  [
    "cors-header-restricted",
    "a dot of a pattern takes any letter",
    reflected("^https://api.optropic\\.example$"),
  ],
  [
    "alert-high-latency-p99",
    "a quantile is of one bucket",
    latency("high-latency-p99", "_bucket[", '_bucket{le=\\"1\\"}['),
  ],
  [
    "no-literal-secrets",
    "keys of cookies are written out",
    variables({ COOKIE_KEYS: "correct-horse,battery" }),
  ],
  [
    "no-literal-secrets",
    "a key is written out in base64",
    variables({ APP_KEY: "base64:q8Zt2LmW9xRk4VbN7cYpAsDfGhJkLmNoPqRsTuVwXyZ=" }),
  ],
  [
    "no-literal-secrets",
    "a private key is written out as JSON",
    variables({
      SIGNER:
        '{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKx"}',
    }),
  ],
  ["protections-on", "who is not known is let in", variables({ ALLOW_UNAUTHENTICATED: "true" })],
];

/** A right thing at the wrong place: another host, database or path than the one that it is for. */
export const misplaced: readonly Case[] = [
  [
    "rate-limit-login",
    "the limit on login is of a host that nobody serves",
    set("edge-rate-limits", ({ rules }) => ({
      rules: list(rules).map((rule, index) =>
        index === 0
          ? {
              ...Object(rule),
              expression: `(${Object(rule).expression}) and http.host eq "staging.optropic.example"`,
            }
          : rule,
      ),
    })),
  ],
  [
    "base-url",
    "a framework is told the machine's own address",
    variables({ NEXTAUTH_URL: "http://localhost:3000" }),
  ],
  [
    "base-url",
    "pages are told the machine's own address",
    variables({ NEXT_PUBLIC_APP_URL: "http://127.0.0.1:3000" }),
  ],
  [
    "metrics-scraped",
    "the scrape job reads the health check",
    set("observability-scrape-api", () => ({ url: "https://api.optropic.example/api/health" })),
  ],
  ["backup-job-configured", "a template is saved", jobVariables({ PGDATABASE: { value: "template1" } })],
  [
    "backup-job-daily",
    "the host is named like a pooler",
    jobVariables({ PGHOST: { value: "staging.pooler.supabase.com" } }),
  ],
  [
    "no-literal-secrets",
    "a secret token of Mapbox is written out",
    variables({
      MAPS: "sk.eyJ1IjoiYWNtZSIsImEiOiJjbGFiY2RlZjAwMDAxM3hvMTIzNDU2Nzg5In0.AbCdEfGhIjKlMnOpQrStUv",
    }),
  ],
];

export const unreadDeliveries: readonly Case[] = [
  [
    "dependency-alerts",
    "the repository switches off what a resource beside it switches on",
    set("repository-repository", () => ({ vulnerabilityAlerts: false })),
  ],
  [
    "pack-enforced",
    "deployments do not verify certificates",
    operation({
      environmentVariables: { PULUMI_OPTION_POLICY_PACK: "policies", NODE_TLS_REJECT_UNAUTHORIZED: "0" },
    }),
  ],
  [
    "workflows-restricted",
    "workflows do not verify certificates",
    add("github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable", "another", {
      repository: "platform",
      environment: "production",
      variableName: "NODE_TLS_REJECT_UNAUTHORIZED",
      value: "0",
    }),
  ],
];

/** What looks like one of these and is right. */
export const readPlatforms: readonly (readonly [what: string, edit: Edit])[] = [
  [
    "a custom ruleset blocks",
    all(ruleset({ action: "block", expression: 'http.user_agent contains "sqlmap"' }), runs("0a")),
  ],
  ["a list redirects an old page", redirects("https://optropic.example/new")],
  [
    "the host that redirects sends HSTS for two years",
    headers(
      {
        "Strict-Transport-Security": {
          operation: "set",
          value: "max-age=63072000; includeSubDomains; preload",
        },
      },
      'http.host eq "www.optropic.example"',
    ),
  ],
  ["scripts of one package run", scripts("https://cdn.jsdelivr.net/npm/htmx.org@2.0.4/dist/")],
  ["scripts of one bucket run", scripts("https://optropic-assets.s3.eu-central-1.amazonaws.com")],
  ["the API is kept where it says so", kept("bypass_by_default")],
  ["a salt has rounds", variables({ BCRYPT_SALT_ROUNDS: "12", SALT_LENGTH: "16" })],
  ["output goes to one stream", start("node server.js 2>&1")],
  ["the command says production", start("NODE_ENV=production node server.js --log-level=warn")],
  ["the branch of production is deployed", deployed("release/production")],
  ["visitors read two tables", grant({ role: "anon", objects: ["products", "prices"] })],
  ["a function asks who calls it", definer({ body: "select * from users where id = auth.uid()" })],
  ["a function answers yes or no", definer({ returns: "boolean" })],
  ["a function is not for everybody", all(definer({}), closed("public"))],
  [
    "documentation stays at the name that its vendor gives it",
    add(vercel.project, "docs", {
      name: "docs",
      framework: "docusaurus-2",
      gitRepository: { type: "github", repo: "optropic/docs", productionBranch: "main" },
    }),
  ],
];

/** A pattern of the platform's own names: it needs a larger plan, and allows no other. */
export const ownOrigins = reflected("^https://(www\\\\.)?optropic\\\\.example$");

/** What is about another place with reason. */
export const placed: readonly (readonly [what: string, edit: Edit])[] = [
  [
    "helpers beside the program are at the machine's own address",
    variables({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318", REDIS_URL: "redis://localhost:6379" }),
  ],
  ["a framework is told the domain", variables({ NEXTAUTH_URL: "https://optropic.example" })],
  [
    "metrics are at another path",
    set("observability-scrape-api", () => ({ url: "https://api.optropic.example/internal/stats" })),
  ],
  [
    "the host is a pooler of the region",
    jobVariables({ PGHOST: { value: "aws-1-eu-central-1.pooler.supabase.com" } }),
  ],
];

/** What stands in front of a part of a host. */
export const readFronts: readonly (readonly [what: string, edit: Edit])[] = [
  ["the staff signs in below a path", access("optropic.example/admin")],
  ["the staff signs in at another host", access("admin.optropic.example")],
  [
    "a public key is written out as JSON",
    variables({ VERIFIER: '{"kty":"OKP","crv":"Ed25519","x":"11qYAYKx"}' }),
  ],
];

export const readDeliveries: readonly (readonly [what: string, edit: Edit])[] = [
  ["packages are checked before a run", operation({ preRunCommands: ["npm ci", "npm audit signatures"] })],
];
