import { unknownText } from "../../policies/framework/value.ts";
import { cloudflare, grafanaSources, postgresql, vercel } from "../../policies/model/tokens.ts";
import {
  add,
  all,
  type Edit,
  inZone,
  jobVariables,
  leading,
  ofProject,
  set,
  variables,
} from "../recording/edited.ts";

const service = (inputs: Record<string, unknown>): Edit => set("api-service", () => inputs);
const project = (inputs: Record<string, unknown>): Edit => set("web-project", () => inputs);
const runtime = (edit: object): Edit =>
  set("api-service", ({ runtimeSource }) => ({
    runtimeSource: { nativeRuntime: { ...Object(Object(runtimeSource).nativeRuntime), ...edit } },
  }));
const record = (inputs: object): Edit =>
  add(cloudflare.dnsRecord, "another", { ttl: 1, proxied: false, ...inputs }, inZone);
const role = (inputs: Record<string, unknown>): Edit => set("database-application-role", () => inputs);
const document = (property: string, values: object): Edit =>
  set("database-settings", (inputs) => ({
    [property]: JSON.stringify({ ...JSON.parse(String(inputs[property] ?? "{}")), ...values }),
  }));
const dataSource = (type: string, jsonData: object): Edit =>
  add(grafanaSources.dataSource, "another", {
    type,
    name: "Another",
    url: type === "prometheus" ? "https://metrics.optropic.example" : "db.optropic.example:5432",
    jsonDataEncoded: JSON.stringify(jsonData),
  });
const auth = (values: object): Edit => document("auth", values);
const url = (text: string): Edit =>
  all(
    set("web-DATABASE_URL", () => ({ value: text })),
    variables({ DATABASE_URL: text }),
  );
const pooled = "postgresql://optropic_application:[secret]@aws-0.pooler.supabase.com:6543/postgres";

const granted = (inputs: object): Edit =>
  add(postgresql.grant, "another", { database: "postgres", role: "optropic_application", ...inputs });

export const brokenSettings: readonly (readonly [policy: string, what: string, Edit])[] = [
  [
    "waf-managed-rules",
    "an address passes Vercel's firewall",
    add(vercel.firewallBypass, "another", { domain: "optropic.example", sourceIp: "0.0.0.0/0" }, ofProject),
  ],
  ["waf-managed-rules", "Vercel's firewall is off", set("web-firewall", () => ({ enabled: false }))],
  [
    "waf-managed-rules",
    "a rule lets requests past Vercel's firewall",
    set("web-firewall", () => ({
      rules: {
        rules: [
          {
            name: "partner",
            action: { action: "bypass" },
            conditionGroups: [{ conditions: [{ type: "path", op: "pre", value: "/" }] }],
          },
        ],
      },
    })),
  ],
  ["vercel-project-closed", "the source is public", project({ publicSource: true })],
  ["vercel-project-closed", "folders are listed", project({ directoryListing: true })],
  ["vercel-git-repository", "no build in a shell", project({ ignoreCommand: "bash -c 'exit 0'" })],
  ["vercel-git-repository", "a condition that always holds", project({ ignoreCommand: "test 1 = 1" })],
  [
    "vercel-git-repository",
    "production is not built",
    project({ ignoreCommand: '[ "$VERCEL_ENV" = "production" ]' }),
  ],
  [
    "vercel-git-repository",
    "all but production is built",
    project({ ignoreCommand: 'if [ "$VERCEL_ENV" = "production" ]; then exit 0; else exit 1; fi' }),
  ],
  [
    "vercel-git-repository",
    "production is another choice that is not built",
    project({
      ignoreCommand:
        'if [ "$VERCEL_ENV" = "preview" ]; then exit 1; elif [ "$VERCEL_ENV" = "production" ]; then exit 0; fi',
    }),
  ],
  [
    "vercel-git-repository",
    "production is a case that is not built",
    project({ ignoreCommand: "case $VERCEL_ENV in preview) exit 1;; *) exit 0;; esac" }),
  ],
  [
    "vercel-custom-domain",
    "the domain shows another environment",
    all(
      add(vercel.customEnvironment, "qa", { name: "qa" }, ofProject),
      set("web-domain", () => ({ customEnvironmentId: unknownText })),
      leading("web-domain", "customEnvironmentId", "qa"),
    ),
  ],
  [
    "no-literal-secrets",
    "a password stands in an address with escapes",
    add(
      "cloudflare:index/logpushJob:LogpushJob",
      "another",
      {
        dataset: "http_requests",
        destinationConf:
          "https://logs.example/edge?header_Authorization=Basic%20ZWRnZTpRN3ZSMnhMOW1Ud1o0a05i",
      },
      inZone,
    ),
  ],
  [
    "vercel-git-repository",
    "pushes are not deployed",
    project({ gitProviderOptions: { createDeployments: "disabled" } }),
  ],
  ["render-service-configured", "the hosts deploy different branches", runtime({ branch: "main" })],
  ["render-service-configured", "a branch with a space", runtime({ branch: "release/production " })],
  ["render-auto-deploy", "only documents are deployed", runtime({ buildFilter: { paths: ["docs/**"] } })],
  ["render-auto-deploy", "the source is ignored", runtime({ buildFilter: { ignoredPaths: ["src/**"] } })],
  ["render-autoscaling", "a disk", service({ disk: { name: "data", mountPath: "/data", sizeGb: 10 } })],
  ["secrets-not-shared", "previews of the service", service({ previews: { generation: "automatic" } })],
  [
    "dns-records",
    "another name server",
    record({ type: "NS", name: "api", content: "ns1.elsewhere.example" }),
  ],
  [
    "cdn-enabled",
    "the service's own name shown",
    record({ type: "CNAME", name: "origin", content: "optropic-api.onrender.com" }),
  ],
  [
    "cdn-enabled",
    "the vendor's address shown",
    record({ type: "A", name: "direct", content: "216.24.57.1" }),
  ],
  [
    "connections-encrypted",
    "Prisma accepts any certificate",
    url(`${pooled}?sslmode=require&sslaccept=accept_invalid_certs`),
  ],
  [
    "connections-encrypted",
    "JDBC without TLS",
    url("jdbc:postgresql://aws-0.pooler.supabase.com:6543/postgres?user=a"),
  ],
  [
    "connections-encrypted",
    "JDBC accepts any certificate",
    url(
      "jdbc:postgresql://aws-0.pooler.supabase.com:6543/postgres?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory",
    ),
  ],
  ["connections-encrypted", "node-postgres without TLS", url(`${pooled}?ssl=false`)],
  [
    "connections-encrypted",
    "an old version of TLS",
    url(`${pooled}?sslmode=require&ssl_min_protocol_version=TLSv1`),
  ],
  ...[
    `DATABASE_URL="$(echo "$DATABASE_URL" | sed s/sslmode=require/sslmode=disable/)" npm start`,
    `DATABASE_URL="$(printenv DATABASE_URL | cut -d? -f1)" npm start`,
    `DATABASE_URL="\${DATABASE_URL%%\\?*}" npm start`,
    `export DIRECT_URL=\${DIRECT_URL/require/prefer} && npm start`,
    `sh -c 'export DATABASE_URL="$DATABASE_URL&sslmode=disable"; exec npm start'`,
    `DATABASE_URL="postgresql://app:$PASSWORD@db.optropic.example/postgres" npm start`,
    `PGSSLMODE=\${PGSSLMODE:-prefer} npm start`,
    `sed -i s/sslmode=require/sslmode=allow/ dist/config.js && npm start`,
    `sed -i 's/?sslmode=require//' dist/config.js && npm start`,
    `node -e "process.env.DATABASE_URL = atob('x'); require('./dist/main.js')"`,
    `printf -v DATABASE_URL '%s' "$OTHER" && npm start`,
    `psql "\${DATABASE_URL%%\\?*}" -c 'select 1' && npm start`,
  ].map((startCommand): [string, string, Edit] => [
    "connections-encrypted",
    `the command ${startCommand}`,
    service({ startCommand }),
  ]),
  [
    "connections-encrypted",
    "a command before a release leaves the parameters out",
    service({ preDeployCommand: `DATABASE_URL="\${DATABASE_URL%\\?*}" npx prisma migrate deploy` }),
  ],
  ...[
    `JWT_SECRET="$(echo $JWT_SECRET | cut -c1-8)" npm start`,
    `JWT_SECRET=\${JWT_SECRET:0:8} npm start`,
  ].map((startCommand): [string, string, Edit] => [
    "commands-for-production",
    `the command ${startCommand}`,
    service({ startCommand }),
  ]),
  ...[
    { type: "postgres", jsonData: { sslmode: "disable" } },
    { type: "grafana-postgresql-datasource", jsonData: { database: "postgres" } },
    { type: "mssql", jsonData: { encrypt: "disable" } },
    { type: "prometheus", jsonData: { tlsSkipVerify: true } },
  ].map(({ type, jsonData }): [string, string, Edit] => [
    "connections-encrypted",
    `a data source ${type} with ${JSON.stringify(jsonData)}`,
    dataSource(type, jsonData),
  ]),
  [
    "connections-encrypted",
    "settings of a data source without TLS",
    add(grafanaSources.dataSourceConfig, "another", { uid: "x", jsonDataEncoded: '{"sslmode":"disable"}' }),
  ],
  [
    "connections-encrypted",
    "a data source whose URL says that it does without TLS",
    add(grafanaSources.dataSource, "another", {
      type: "postgres",
      url: "postgresql://db.example/x?sslmode=disable",
    }),
  ],
  [
    "database-pooler",
    "fewer connections than the pooler opens",
    document("database", { max_connections: 10 }),
  ],
  [
    "database-pooler",
    "the connections that are left are fewer than the pooler opens",
    document("database", { max_connections: "16" }),
  ],
  [
    "backup-bucket",
    "backups go to the endpoint of another jurisdiction",
    jobVariables({
      BACKUP_ENDPOINT: { value: `https://${"0123456789abcdef".repeat(2)}.r2.cloudflarestorage.com` },
    }),
  ],
  ["log-without-statements", "the server logs statements", variables({ PGOPTIONS: "-c log_statement=all" })],
  ["log-without-statements", "Prisma logs queries", variables({ PRISMA_LOG: "query,error" })],
  ["log-without-statements", "Supabase logs statements", document("database", { log_statement: "all" })],
  ["log-format-json", "no error is logged", variables({ LOG_LEVEL: "silent" })],
  [
    "commands-for-production",
    "a variable opens the debugger",
    variables({ NODE_OPTIONS: "--inspect=0.0.0.0" }),
  ],
  ["database-pooler", "the pooler is empty", set("database-pooler", () => ({ defaultPoolSize: 0 }))],
  ["database-role-least-privilege", "the role reads all tables", role({ roles: ["pg_read_all_data"] })],
  ["database-role-least-privilege", "the role changes tables", role({ roles: ["optropic_migration"] })],
  ["database-role-least-privilege", "the role acts as the owner", role({ assumeRole: "postgres" })],
  ["database-role-least-privilege", "the password has expired", role({ validUntil: "2020-01-01T00:00:00Z" })],
  [
    "database-role-least-privilege",
    "new tables grant everything",
    set("database-application-table-defaults", () => ({ privileges: ["ALL"] })),
  ],
  [
    "database-role-least-privilege",
    "the role joins another",
    add(postgresql.grantRole, "another", { role: "optropic_application", grantRole: "optropic_migration" }),
  ],
  [
    "database-role-least-privilege",
    "the role grants to others",
    set("database-application-table-grant", () => ({ withGrantOption: true })),
  ],
  [
    "database-role-least-privilege",
    "the role reads the server's files",
    granted({ objectType: "function", objects: ["pg_read_file"], privileges: ["EXECUTE"] }),
  ],
  [
    "database-role-least-privilege",
    "the role reads who signs in",
    granted({ objectType: "table", schema: "auth", privileges: ["SELECT"] }),
  ],
  [
    "database-role-least-privilege",
    "the role owns its schema",
    add(postgresql.schema, "another", { name: "app", owner: "optropic_application" }),
  ],
  ["secrets-not-shared", "previews by the older switch", service({ pullRequestPreviewsEnabled: true })],
  [
    "secrets-not-shared",
    "another environment of Vercel",
    set("web-JWT_SECRET", () => ({ customEnvironmentIds: ["env_123"] })),
  ],
  ["base-url", "a port", variables({ BASE_URL: "https://optropic.example:3000" })],
  [
    "variables-not-in-files",
    "a file of one's own machine",
    service({ startCommand: "npx dotenv -o -e .env -- npm start" }),
  ],
  ["no-literal-secrets", "a key in hexadecimal digits", variables({ SIGNING: "3b2c1f0e9d8c7b6a".repeat(4) })],
  ["supabase-sign-in", "the site is a developer's machine", auth({ site_url: "http://localhost:3000" })],
  ["supabase-sign-in", "the site is another", auth({ site_url: "https://elsewhere.example.org" })],
  ["supabase-sign-in", "previews get tokens", auth({ uri_allow_list: "https://*.vercel.app/**" })],
  ["supabase-sign-in", "addresses are not confirmed", auth({ mailer_autoconfirm: true })],
  ["supabase-sign-in", "a token is valid for a year", auth({ jwt_exp: 31_536_000 })],
  ["supabase-sign-in", "short passwords", auth({ password_min_length: 6 })],
  ["supabase-sign-in", "refresh tokens work for ever", auth({ refresh_token_rotation_enabled: false })],
  [
    "backups-private",
    "the backups have a domain",
    add(cloudflare.r2CustomDomain, "another", {
      bucketName: "optropic-backups",
      enabled: true,
      domain: "backups.optropic.example",
    }),
  ],
];

export const acceptedSettings: Readonly<Record<string, Edit>> = {
  "the CDN passes Vercel's firewall": add(
    vercel.firewallBypass,
    "another",
    { domain: "optropic.example", sourceIp: "173.245.48.0/20" },
    ofProject,
  ),
  "production is built when something changed": project({
    ignoreCommand: '[ "$VERCEL_ENV" = "production" ] && git diff --quiet HEAD^ HEAD ./',
  }),
  "production is the second choice": project({
    ignoreCommand:
      'if [ "$VERCEL_ENV" = "preview" ]; then exit 0; elif [ "$VERCEL_ENV" = "production" ]; then exit 1; fi',
  }),
  "previews are built when something changed": project({ ignoreCommand: "npx turbo-ignore" }),
  "only production is built": project({
    ignoreCommand: 'if [ "$VERCEL_ENV" == "production" ]; then exit 1; else exit 0; fi',
  }),
  "a part of the repository is deployed": runtime({
    buildFilter: { paths: ["apps/api/**", "package.json"], ignoredPaths: ["docs/**", "**/*.md"] },
  }),
  "people may sign up": auth({ disable_signup: false }),
  "a callback of the platform": auth({
    uri_allow_list: "https://optropic.example/auth/**,optropic://callback",
  }),
  "a schema of the application": document("api", { db_schema: "public,graphql_public,app" }),
  "a bucket for assets": all(
    add(cloudflare.r2Bucket, "assets", { accountId: "0".repeat(32), name: "optropic-assets" }),
    add(cloudflare.r2CustomDomain, "another", {
      bucketName: "optropic-assets",
      enabled: true,
      domain: "assets.optropic.example",
      minTls: "1.2",
    }),
  ),
  ...Object.fromEntries(
    [
      `NODE_ENV=\${NODE_ENV:-production} PGSSLMODE=\${PGSSLMODE:-verify-full} npm start`,
      `DATABASE_URL="$DATABASE_URL&application_name=api" npm start`,
      `: "\${DATABASE_URL:?missing}" && exec npm start`,
      `! printenv DATABASE_URL | grep -q sslmode=disable && npm start`,
      `export SENTRY_RELEASE="$(git rev-parse HEAD)" && exec npm start`,
      `JWT_SECRET="$(cat /etc/secrets/jwt)" npm start`,
      `BASE_URL="\${BASE_URL%/}" npm start`,
    ].map((startCommand) => [`the command ${startCommand}`, service({ startCommand })]),
  ),
  "migrations by another connection": service({
    preDeployCommand: 'DATABASE_URL="$DIRECT_URL" npx prisma migrate deploy',
  }),
  "a data source that verifies the server": dataSource("postgres", { sslmode: "verify-full" }),
  "a data source of metrics": dataSource("prometheus", { httpMethod: "POST", tlsSkipVerify: false }),
  "connections enough": document("database", { max_connections: 200 }),
  "the endpoint of the bucket's jurisdiction": jobVariables({
    BACKUP_ENDPOINT: { value: `https://${"0123456789abcdef".repeat(2)}.eu.r2.cloudflarestorage.com` },
  }),
  "a service for mail": record({ type: "A", name: "mail", content: "198.51.100.25" }),
  "a page of a status service": record({ type: "CNAME", name: "status", content: "statuspage.example.net" }),
  "a schema of the owner": add(postgresql.schema, "another", { name: "app", owner: "postgres" }),
  "a function of the application": granted({
    objectType: "function",
    objects: ["next_number"],
    privileges: ["EXECUTE"],
  }),
  "half of the errors": variables({ SENTRY_SAMPLE_RATE: "0.5" }),
  "a digest": variables({ BUILD_SHA: "3b2c1f0e9d8c7b6a".repeat(4) }),
  "a logger of warnings": variables({ PRISMA_LOG: "warn,error" }),
};
