import { beforeAll, describe, expect, test } from "vitest";
import { github } from "../../policies/model/tokens.ts";
import { add, all, type Edit, objecting, set, variables } from "../recording/edited.ts";
import { type RecordedStack, recordDelivery, recordPlatform } from "../recording/stacks.ts";

// The recorded production with one secret, variable or command changed.

let production: RecordedStack;
let delivery: RecordedStack;

beforeAll(async () => {
  production = await recordPlatform();
  delivery = await recordDelivery();
}, 90_000);

const literal = (value: string, name = "PLUGIN_VALUE"): Edit => variables({ [name]: value });
const service = (inputs: Record<string, unknown>): Edit => set("api-service", () => inputs);
const targets = (name: string, ...names: string[]): Edit => set(`web-${name}`, () => ({ targets: names }));
const base64 = (text: string) => Buffer.from(text).toString("base64");
const password = (inputs: Record<string, unknown>): Edit => set("secrets-jwt-secret", () => inputs);

describe("what breaks an item about secrets", () => {
  test.each<[policy: string, what: string, Edit]>([
    ["no-literal-secrets", "a key of OpenAI", literal("sk-proj-9aZxQ1w2e3r4t5y6u7i8o9p0", "OPENAI_KEY")],
    [
      "no-literal-secrets",
      "a key of Anthropic under a plain name",
      literal("sk-ant-api03-9aZxQ1w2e3r4t5y6u7i8o9p0"),
    ],
    ["no-literal-secrets", "a token of Stripe for tests", literal("sk_test_9aZxQ1w2e3r4t5y6u7i8")],
    [
      "no-literal-secrets",
      "a webhook of Slack",
      literal("https://hooks.slack.com/services/T0000AAAA/B0000BBBB/abcdefghijklmnop"),
    ],
    [
      "no-literal-secrets",
      "a random key of an unknown vendor",
      literal("q8Zt2LmW9xRk4VbN7cYp", "WEATHER_KEY"),
    ],
    [
      "no-literal-secrets",
      "a password in the query of a URL",
      literal(
        "postgresql://db.optropic.example/postgres?user=app&password=S3cretS3cret99&sslmode=require",
        "REPORTS_DATABASE_URL",
      ),
    ],
    [
      "no-literal-secrets",
      "a password in JDBC",
      literal(
        "jdbc:postgresql://db.optropic.example/postgres?user=app&password=S3cretS3cret99&sslmode=require",
      ),
    ],
    [
      "no-literal-secrets",
      "a password in a keyword string",
      literal("host=db.optropic.example user=app password=S3cretS3cret99 sslmode=require"),
    ],
    [
      "no-literal-secrets",
      "a password for several hosts",
      literal(
        "postgresql://app:S3cretS3cret99@a.optropic.example:5432,b.optropic.example:5432/postgres?sslmode=require",
      ),
    ],
    [
      "no-literal-secrets",
      "a password in JSON",
      literal('[{"url":"https://a.example","password":"S3cretS3cret99"}]'),
    ],
    [
      "no-literal-secrets",
      "a password in base64",
      literal(base64('{"user":"app","url":"redis://:S3cretS3cret99@cache.example"}')),
    ],
    [
      "no-literal-secrets",
      "a password in a command",
      service({ startCommand: "npm start -- --password S3cretS3cret99" }),
    ],
    [
      "no-literal-secrets",
      "a login in a command",
      service({ preDeployCommand: "curl -u app:S3cretS3cret99 https://hooks.optropic.example" }),
    ],
    [
      "no-literal-secrets",
      "a header in a command",
      service({
        preDeployCommand:
          'curl -H "Authorization: Bearer 9f8e7d6c5b4a39281706" https://hooks.optropic.example',
      }),
    ],
    [
      "no-literal-secrets",
      "a database in a command",
      service({
        preDeployCommand:
          "DATABASE_URL=postgresql://postgres:S3cretS3cret99@db.abcdefghijklmnopqrst.supabase.co:5432/postgres npx prisma migrate deploy",
      }),
    ],
    [
      "no-literal-secrets",
      "a token in the build",
      set("api-service", ({ runtimeSource }) => ({
        runtimeSource: {
          nativeRuntime: {
            ...Object(Object(runtimeSource).nativeRuntime),
            buildCommand: "NPM_TOKEN=npm9f8e7d6c5b4a npm ci",
          },
        },
      })),
    ],
    [
      "no-literal-secrets",
      "a signed token of a service",
      literal(
        `${["eyJhbGciOiJIUzI1NiJ9", Buffer.from('{"role":"service_role"}').toString("base64url")].join(".")}.abcdefghijklmnopqrstuv`,
      ),
    ],
    [
      "connections-encrypted",
      "certificates are not verified",
      variables({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }),
    ],
    [
      "connections-encrypted",
      "a library accepts any certificate",
      variables({ REDIS_TLS_REJECT_UNAUTHORIZED: "false" }),
    ],
    [
      "connections-encrypted",
      "a command turns verification off",
      service({ startCommand: "NODE_TLS_REJECT_UNAUTHORIZED=0 npm start" }),
    ],
    ["connections-encrypted", "Node.js takes old TLS", variables({ NODE_OPTIONS: "--tls-min-v1.0" })],
    [
      "node-env-production",
      "a command overrides it",
      service({ startCommand: "NODE_ENV=development npm run start" }),
    ],
    [
      "node-env-production",
      "a command exports it",
      service({ startCommand: "export NODE_ENV='test' && npm run start" }),
    ],
    ["node-env-production", "it ends in a space", variables({ NODE_ENV: "production " })],
    [
      "log-level-quiet",
      "a command overrides it",
      service({ startCommand: "env LOG_LEVEL=debug npm run start" }),
    ],
    ["log-level-quiet", "it ends in a space", variables({ LOG_LEVEL: "info " })],
    ["required-variables", "one is empty", variables({ BASE_URL: "" })],
    ["base-url", "it ends in a space", variables({ BASE_URL: "https://optropic.example " })],
    [
      "variables-not-in-files",
      "a file of another name",
      service({ secretFiles: { "production.env": { content: "JWT_SECRET=abc" } } }),
    ],
    [
      "variables-not-in-files",
      "a file of no telling name",
      service({ secretFiles: { "settings.txt": { content: "# keys\nJWT_SECRET=abc\nDEBUG=1\n" } } }),
    ],
    [
      "variables-not-in-files",
      "a command reads a file",
      service({ startCommand: "node --env-file=/etc/secrets/app dist/main.js" }),
    ],
    [
      "secrets-not-shared",
      "previews have production's secrets",
      all(
        ...["JWT_SECRET", "SECRET_KEY", "DATABASE_URL"].map((name) => targets(name, "production", "preview")),
      ),
    ],
    [
      "secrets-not-shared",
      "development has a secret of production",
      targets("SECRET_KEY", "production", "development"),
    ],
    [
      "jwt-secret-length",
      "it is made of two characters",
      password({ lower: false, upper: false, numeric: false, special: true, overrideSpecial: "!?" }),
    ],
    ["jwt-secret-length", "it is made of digits", password({ lower: false, upper: false, special: false })],
    [
      "cors-origins-exact",
      "a pattern stands for origins",
      variables({ CORS_ORIGIN_REGEX: "^https://.*optropic.*$" }),
    ],
    ["cors-origins-exact", "a switch allows all", variables({ CORS_ALLOW_ALL_ORIGINS: "true" })],
    [
      "cors-origins-exact",
      "a page on a developer's machine",
      variables({ CORS_ORIGINS: "https://optropic.example,http://localhost:3000" }),
    ],
    ["cors-origins-exact", "a command allows all", service({ startCommand: "CORS_ORIGINS=* npm start" })],
  ])("%s: %s", (policy, _, edit) => {
    expect(objecting(edit(production), policy)).toEqual([policy]);
  });

  test.each<[what: string, Edit]>([
    [
      "a plaintext secret of Actions",
      add("github:index/actionsSecret:ActionsSecret", "secret", {
        repository: "platform",
        secretName: "DEPLOY",
        plaintextValue: "9f8e7d6c5b4a3928",
      }),
    ],
    [
      "a variable of Actions",
      add("github:index/actionsVariable:ActionsVariable", "variable", {
        repository: "platform",
        variableName: "DEPLOY_TOKEN",
        value: "9f8e7d6c5b4a3928",
      }),
    ],
  ])("no-literal-secrets: %s", (_, edit) => {
    expect(delivery.resources.some(({ type }) => type === github.repository)).toBe(true);
    expect(objecting(edit(delivery), "no-literal-secrets")).toEqual(["no-literal-secrets"]);
  });
});

describe("what a platform may do with variables", () => {
  test.each<[what: string, Edit]>([
    [
      "a public token of Mapbox",
      variables({ NEXT_PUBLIC_MAPBOX_TOKEN: "pk.eyJ1Ijoib3B0cm9waWMiLCJhIjoiY2wifQ.abcdefghijkl" }),
    ],
    ["a publishable key of Stripe", variables({ STRIPE_PUBLISHABLE_KEY: "pk_live_9aZxQ1w2e3r4t5y6u7i8" })],
    [
      "a DSN of Sentry",
      variables({ REPORTS_DSN: "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/2" }),
    ],
    [
      "an anonymous key of Supabase",
      variables({
        SUPABASE_ANON_KEY: `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"role":"anon"}').toString("base64url")}.abcdefghijklmnopqrstuv`,
      }),
    ],
    [
      "names, versions and numbers",
      variables({
        APP_VERSION: "3.0.0",
        REGION: "eu-central-1",
        MAX_TOKENS: "4096",
        TOKEN_TTL: "15m",
        CACHE_KEY_PREFIX: "optropic-v2",
        SESSION_COOKIE_NAME: "optropic.session",
      }),
    ],
    [
      "a reference to a file and to another variable",
      variables({
        TLS_KEY_FILE: "/etc/secrets/tls.key",
        REPLICA_URL: "postgresql://app:$DB_PASSWORD@replica.optropic.example/postgres?sslmode=require",
      }),
    ],
    [
      "verification that is on",
      variables({ REDIS_TLS_REJECT_UNAUTHORIZED: "true", NODE_TLS_REJECT_UNAUTHORIZED: "1" }),
    ],
    [
      "a variable from another in a command",
      service({ preDeployCommand: "DATABASE_URL=$DIRECT_URL npx prisma migrate deploy" }),
    ],
    [
      "a build with the tools of development",
      set("api-service", ({ runtimeSource }) => ({
        runtimeSource: {
          nativeRuntime: {
            ...Object(Object(runtimeSource).nativeRuntime),
            buildCommand: "NODE_ENV=development npm ci && npm run build",
          },
        },
      })),
    ],
    [
      "a certificate in a file",
      service({
        secretFiles: {
          "ca.pem": { content: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----" },
        },
      }),
    ],
    ["a variable of previews too that is no secret", targets("LOG_LEVEL", "production", "preview")],
    ["a longer alphabet", password({ special: true })],
    [
      "settings of CORS beside the origins",
      variables({ CORS_MAX_AGE: "600", CORS_ALLOW_CREDENTIALS: "true" }),
    ],
  ])("%s", (_, edit) => {
    expect(objecting(edit(production))).toEqual([]);
  });
});
