import { random, render, stackReference, vercel } from "../../policies/model/tokens.ts";
import { change, type Fixture, secret, unknown, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

const token = ["ghp", "0123456789abcdefghijklmnopqrstuvwxyz"].join("_");
const long = "k3yK3yk3Y".repeat(8);

/** A secret that is a setting of the stack. */
export const givenSecret = `setting-${long}`;

/** Ways to break section 2. */
export const environmentMutants: readonly Mutant[] = [
  {
    policy: "required-variables",
    what: "a variable is missing at Vercel",
    break: (stack) => without(stack, "web-NODE_ENV"),
  },
  {
    policy: "required-variables",
    what: "a variable is missing at Render",
    break: (stack) => withVariable(stack, "SECRET_KEY", undefined),
  },
  {
    policy: "required-variables",
    what: "a variable is for previews only",
    break: (stack) => withProps(stack, "web-BASE_URL", { targets: ["preview"] }),
  },
  {
    policy: "required-variables",
    what: "the environment group is not linked to the service",
    break: (stack) => without(stack, "api-variables-link"),
    takesMore: true,
  },
  {
    policy: "variables-not-in-files",
    what: "an .env file is a secret file",
    break: (stack) => withProps(stack, "api-service", { secretFiles: { ".env": { content: unknown } } }),
  },
  {
    policy: "variables-not-in-files",
    what: "an environment group has an .env file",
    break: (stack) =>
      withProps(stack, "api-variables", { secretFiles: { ".env.production": { content: unknown } } }),
  },
  {
    policy: "commands-keep-secrets",
    what: "the command before a release prints the environment",
    break: (stack) =>
      withProps(stack, "api-service", { preDeployCommand: "printenv && npx prisma migrate status" }),
  },
  {
    policy: "jwt-secret-length",
    what: "JWT_SECRET is generated with 63 characters",
    break: (stack) => withProps(stack, "secrets-jwt-secret", { length: 63 }),
  },
  {
    policy: "secret-key-length",
    what: "SECRET_KEY is generated with 32 characters",
    break: (stack) => withProps(stack, "secrets-secret-key", { length: 32 }),
  },
  {
    policy: "secret-key-length",
    what: "SECRET_KEY is generated from 47 bytes",
    break: (stack) =>
      change(stack, "secrets-secret-key", (generator) => ({
        ...generator,
        type: random.bytes,
        props: { length: 47 },
      })),
  },
  {
    policy: "secrets-distinct",
    what: "both secrets are one at Vercel and at Render",
    break: (stack) => madeFrom(stack, "web-SECRET_KEY", "value", ["secrets-jwt-secret"]),
  },
  {
    policy: "secrets-generated",
    what: "JWT_SECRET is what a vendor gives every project",
    break: (stack) => madeFrom(stack, "web-JWT_SECRET", "value", ["errors-key"]),
  },
  {
    policy: "secrets-not-shared",
    what: "another secret comes from staging's stack",
    break: (stack) => [
      ...stack,
      reference("acme/optropic/staging"),
      variable("SESSION_KEY", unknown, ["staging"]),
    ],
  },
  {
    policy: "node-env-production",
    what: "NODE_ENV is development",
    break: (stack) => withProps(stack, "web-NODE_ENV", { value: secret("development") }),
  },
  {
    policy: "node-env-production",
    what: "NODE_ENV is staging at Render",
    break: (stack) => withVariable(stack, "NODE_ENV", "staging"),
  },
  {
    policy: "database-url-own",
    what: "DATABASE_URL is made from no database",
    break: (stack) => madeFrom(stack, "web-DATABASE_URL", "value", ["secrets-database-application"]),
  },
  {
    policy: "base-url",
    what: "BASE_URL is http",
    break: (stack) => withProps(stack, "web-BASE_URL", { value: secret("http://optropic.example") }),
  },
  {
    policy: "base-url",
    what: "BASE_URL is on another domain",
    break: (stack) => withVariable(stack, "BASE_URL", "https://optropic.example.org"),
  },
  {
    policy: "base-url",
    what: "BASE_URL is no URL",
    break: (stack) => withVariable(stack, "BASE_URL", "optropic.example"),
  },
  {
    policy: "sentry-dsn",
    what: "SENTRY_DSN is missing",
    break: (stack) => without(stack, "web-SENTRY_DSN"),
    takesMore: true,
  },
  {
    policy: "secret-variables-sensitive",
    what: "JWT_SECRET can be read at Vercel",
    break: (stack) => withProps(stack, "web-JWT_SECRET", { sensitive: false }),
  },
  {
    policy: "secret-variables-sensitive",
    what: "a generated value under a plain name can be read at Vercel",
    break: (stack) => [
      ...stack,
      variable("SEASONING", unknown, ["secrets-jwt-secret"], { sensitive: false }),
    ],
  },
  {
    policy: "secrets-encrypted",
    what: "a secret variable is plain in the state",
    break: (stack) => withVariable(stack, "SECRET_KEY", unknown),
  },
  {
    policy: "secrets-not-in-browsers",
    what: "a secret is sent to browsers",
    break: (stack) => [...stack, variable("NEXT_PUBLIC_API_TOKEN", unknown, [])],
  },
  {
    policy: "no-literal-secrets",
    what: "a password is written in the program",
    break: (stack) => withProps(stack, "database-project", { databasePassword: secret("postgres") }),
  },
  {
    policy: "no-literal-secrets",
    what: "a variable has a secret that is written in the program",
    break: (stack) => [...stack, variable("STRIPE_API_KEY", long, [])],
  },
  {
    policy: "no-literal-secrets",
    what: "a token is in a build command",
    break: (stack) => withProps(stack, "web-project", { buildCommand: `TOKEN=${token} npm run build` }),
  },
  {
    policy: "generated-passwords-strong",
    what: "a password of the database has ten characters",
    break: (stack) => withProps(stack, "secrets-database-application", { length: 10 }),
  },
];

/** Another variable of the Vercel project. */
function variable(key: string, value: unknown, from: string[], props: Record<string, unknown> = {}): Fixture {
  return {
    type: vercel.variable,
    name: `web-${key}`,
    props: {
      projectId: unknown,
      key,
      value: secret(value),
      sensitive: true,
      targets: ["production"],
      ...props,
    },
    from: { projectId: ["web-project"], value: from },
  };
}

function reference(name: string): Fixture {
  return { type: stackReference, name: "staging", props: { name } };
}

/** The stack with one variable of the environment group replaced, or left out. */
function withVariable(stack: Fixture[], name: string, value: unknown): Fixture[] {
  const group = stack.find(({ type }) => type === render.envGroup);
  const envVars = { ...(group?.props.envVars ?? {}), [name]: { value } };
  return withProps(stack, "api-variables", {
    envVars: Object.fromEntries(
      Object.entries(envVars).filter(([key]) => key !== name || value !== undefined),
    ),
  });
}

function madeFrom(stack: Fixture[], name: string, property: string, sources: string[]): Fixture[] {
  return change(stack, name, (fixture) => ({ ...fixture, from: { ...fixture.from, [property]: sources } }));
}
