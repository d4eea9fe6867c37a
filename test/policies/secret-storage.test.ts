import { describe, expect, test } from "vitest";
import { evaluate } from "../../policies/framework/evaluate.ts";
import { cloudflare, random, render, vercel } from "../../policies/model/tokens.ts";
import {
  noLiteralSecrets,
  secretsEncrypted,
  secretsNotInBrowsers,
  secretVariablesSensitive,
} from "../../policies/secret-storage.ts";
import { type Fixture, outcomeOf, production, secret, stackOf, unknown, withProps } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

function literal(props: Record<string, unknown>): string[] {
  return outcomeOf(noLiteralSecrets, [{ type: "a:b:C", name: "it", props }]).violations.map(
    ({ found }) => found,
  );
}

/** Made here, so that no scanner of the repository takes this file for a leak. */
const join = (...parts: string[]) => parts.join("");
const credentials: readonly [kind: string, text: string][] = [
  ["a private key", join("-----BEGIN RSA PRIVATE", " KEY-----\nMIIE")],
  ["a private key", join("-----BEGIN PRIVATE", " KEY-----\nMIIE")],
  ["an AWS access key", join("AKIA", "IOSFODNN7EXAMPLE")],
  ["a GitHub token", join("ghp_", "a".repeat(36))],
  ["a GitHub token", join("github_pat_", "a".repeat(82))],
  ["a GitLab token", join("glpat-", "a".repeat(20))],
  ["a Slack token", join("xoxb-", "1234567890-abc")],
  ["a Stripe key", join("sk_live_", "a".repeat(24))],
  ["an npm token", join("npm_", "a".repeat(36))],
  ["a Supabase token", join("sbp_", "a".repeat(40))],
  ["a Render key", join("rnd_", "a".repeat(28))],
  ["a Grafana token", join("glsa_", "a".repeat(40))],
  ["a SendGrid key", join("SG.", "a".repeat(22), ".", "b".repeat(43))],
  ["an authorization header", join("Bearer ", "abcdefgh12345678")],
  ["a URL with a password", "postgresql://postgres:hunter2@db.example.com:5432/postgres"],
];

describe("a secret written in the program", () => {
  test.each(credentials)("is %s, under any name", (kind, text) => {
    expect(literal({ settings: { deep: ["x", { note: text }] } })).toEqual([
      expect.stringContaining(`settings.deep.1.note is ${kind} that is written in the program.`),
    ]);
    expect(literal({ any: secret(text) })).toHaveLength(1);
  });

  test.each([
    ["databasePassword", { databasePassword: "postgres" }],
    ["apiToken", { apiToken: "abcdefgh" }],
    ["client_secret", { client_secret: "abcdefgh" }],
    ["SECRET_KEY", { envVars: { SECRET_KEY: { value: "abcdefgh" } } }],
    ["JWT_SECRET", { variables: [{ key: "JWT_SECRET", value: "abcdefgh", sensitive: true }] }],
    ["PGPASSWORD", { environment: [{ name: "PGPASSWORD", value: "pg" }] }],
    ["smtp_pass", { auth: JSON.stringify({ smtp_pass: "mail" }) }],
    ["privateKey", { privateKey: "abcdefgh" }],
  ])("is a text under the name %s", (_, props) => {
    expect(literal(props)).toHaveLength(1);
  });

  test.each([
    ["a value of the settings", { apiToken: "setting-abcdefgh" }],
    ["a URL whose password is a setting", { url: "postgresql://user:setting-abc@db.example.com/x" }],
    ["an output of another resource", { apiToken: unknown, list: unknown, map: { password: unknown } }],
    [
      "a URL without a password",
      { DATABASE_URL: "postgresql://db.example.com/x", homepage: "https://a.example" },
    ],
    [
      "a public key",
      { sentryDsn: "https://0123456789abcdef@o0.ingest.sentry.io/0", publicKey: "abcdefghij" },
    ],
    ["a key for browsers", { envVars: { SUPABASE_ANON_KEY: { value: "eyJhbGciOiJIUzI1NiJ9" } } }],
    [
      "a name of a secret",
      { secretName: "database-credentials", passwordPolicy: "strict", keyId: "abcdefghij" },
    ],
    [
      "a reference",
      { apiToken: "arn:aws:secretsmanager:eu-central-1:1:secret:x", secret: "{{ SECRET_VALUE }}" },
    ],
    ["a switch", { password: true, secret: 12345678, token: "", apiKey: null }],
    ["the content of a record", { type: "TXT", name: "session-token", content: "verification-text" }],
    ["a short word", { token: "none" }],
    ["a path or an address", { resetPassword: "/forgotten", accessToken: "https://auth.example/token" }],
    ["what Pulumi keeps for itself", { __provider: join("ghp_", "a".repeat(36)) }],
  ])("is not %s", (_, props) => {
    expect(literal(props)).toEqual([]);
  });

  describe("once the stack is deployed", () => {
    const password: Fixture = {
      type: random.password,
      name: "password",
      props: { length: 20 },
      outputs: { id: "none", result: "g3nerat3d-g3nerat3d" },
    };
    const judged = (props: Record<string, unknown>, from?: Record<string, string[]>) =>
      outcomeOf(noLiteralSecrets, [password, { type: "a:b:C", name: "it", props, ...(from && { from }) }])
        .status;

    test("is not what another resource gave, alone or in a URL, nor a digest of it", () => {
      const from = { value: ["password"], url: ["password"], password: ["password"] };
      expect(judged({ password: "g3nerat3d-g3nerat3d" }, from)).toBe("passed");
      expect(judged({ url: "postgresql://app:g3nerat3d-g3nerat3d@db.example.com/x" }, from)).toBe("passed");
      expect(judged({ password: secret("0123456789abcdef") }, from)).toBe("passed");
    });

    test("is what no other resource gave", () => {
      expect(judged({ password: "g3nerat3d-g3nerat3d" })).toBe("violated");
      expect(judged({ password: "0123456789abcdef" }, { password: ["password"] })).toBe("violated");
      expect(judged({ password: secret("0123456789abcdef") }, { other: ["password"] })).toBe("violated");
    });

    test("is not looked for among outputs alone", () => {
      const exported = stackOf([{ type: "a:b:C", name: "it", props: { apiKey: "abcdefgh" } }], "state");
      expect(evaluate(noLiteralSecrets, exported, production).status).toBe("passed");
    });
  });

  test("is not hidden by what it stands beside, before anything is deployed", () => {
    const stack = [
      { type: random.password, name: "password", props: { length: 20 } },
      {
        type: render.envGroup,
        name: "group",
        props: { envVars: { A: { value: secret(unknown) }, STRIPE_API_KEY: { value: secret("abcdefgh") } } },
        from: { envVars: ["password"] },
      },
    ];
    expect(outcomeOf(noLiteralSecrets, stack).status).toBe("violated");
  });

  test.each([
    [{ value: "made-by-the-provider" }, "passed"],
    [{}, "violated"],
  ])("is none where a resource without an id gave it: %j", (outputs, status) => {
    const stack = [
      { type: "native:index:Token", name: "token", props: { size: 20 }, outputs },
      {
        type: render.envGroup,
        name: "group",
        props: { envVars: { API_TOKEN: { value: secret("made-by-the-provider") } } },
        from: { envVars: ["token"] },
      },
    ];
    expect(outcomeOf(noLiteralSecrets, stack).status).toBe(status);
  });

  test("is not repeated in the message", () => {
    const canary = "c4nary-c4nary";
    for (const props of [
      { apiToken: canary },
      { url: `postgresql://user:${canary}@db.example.com/x` },
      { envVars: { JWT_SECRET: { value: canary } } },
    ]) {
      expect(literal(props).join()).toContain("written in the program");
      expect(literal(props).join()).not.toContain(canary);
    }
  });

  test("is looked for however deep the inputs are", () => {
    const deep = Array.from({ length: 500 }).reduce<unknown>((inner) => ({ inner }), "x");
    expect(literal({ deep })).toEqual([]);
  });

  // Where a pattern looks from each of its starts to the end, one of these takes minutes.
  test.each([
    "a",
    "a://",
    "a://:",
    "a://b:",
    "curl ",
    "curl -u ",
    "eyJ-",
    "eyJaaaaaaaa.",
    "a-",
    "--a ",
    "a =",
  ])("is looked for in 200,000 characters of %j", (part) => {
    const text = part.repeat(200_000 / part.length);
    for (const long of [`${text} @`, `x= ${text}`, `${text} --token`, `curl ${text}=`]) {
      expect(literal({ long })).toEqual([]);
    }
  });
});

describe("a secret variable", () => {
  test("is given as a secret, and so is a password of anything", () => {
    const plain = withProps(passingStack(), "api-variables", {
      envVars: {
        JWT_SECRET: { value: unknown },
        SESSION_TOKEN: { value: "abcdefgh" },
        SECRET_KEY: { value: secret(unknown) },
        NODE_ENV: { value: "production" },
        DATABASE_URL: { value: "postgresql://db.example.com/x" },
      },
    });
    const exposed = withProps(plain, "database-project", {
      databasePassword: unknown,
      organizationId: unknown,
    });
    expect(outcomeOf(secretsEncrypted, exposed).violations.map(({ found }) => found)).toEqual([
      expect.stringContaining("databasePassword is not marked as a secret."),
      expect.stringContaining("envVars.JWT_SECRET.value is not marked as a secret."),
      expect.stringContaining("envVars.SESSION_TOKEN.value is not marked as a secret."),
    ]);
  });

  test("is unknown where the host does not say what is secret", () => {
    const exported = stackOf(passingStack(), "state");
    expect(evaluate(secretsEncrypted, exported, production).status).toBe("unknown");
  });

  test("is sensitive in each form that Vercel has", () => {
    const forms = [
      {
        type: vercel.sharedVariable,
        name: "shared",
        props: { key: "API_TOKEN", value: unknown, sensitive: false, targets: ["production"] },
      },
      {
        type: vercel.variables,
        name: "several",
        props: { variables: [{ key: "API_TOKEN", value: unknown, sensitive: false, targets: ["preview"] }] },
      },
      {
        type: vercel.project,
        name: "project",
        props: { environments: [{ key: "API_TOKEN", value: unknown, targets: ["production"] }] },
      },
    ];
    for (const form of forms) {
      expect(
        outcomeOf(secretVariablesSensitive, [...passingStack(), form]).violations,
        form.name,
      ).toHaveLength(1);
    }
    const hidden = withProps(passingStack(), "web-JWT_SECRET", { sensitive: unknown });
    expect(outcomeOf(secretVariablesSensitive, hidden).status).toBe("unknown");
  });

  test("does not reach browsers, whatever the build tool", () => {
    const reach = (key: string, value: unknown = unknown) =>
      outcomeOf(secretsNotInBrowsers, [
        ...passingStack(),
        {
          type: vercel.variables,
          name: "more",
          props: { variables: [{ key, value: secret(value), targets: ["production"], sensitive: true }] },
        },
      ]).status;
    for (const key of [
      "NEXT_PUBLIC_JWT_SECRET",
      "VITE_DATABASE_URL",
      "REACT_APP_API_KEY",
      "PUBLIC_ADMIN_PASSWORD",
    ]) {
      expect(reach(key), key).toBe("violated");
    }
    expect(reach("NEXT_PUBLIC_DSN", "postgresql://user:setting-x@db.example.com/x")).toBe("violated");
    for (const key of [
      "NEXT_PUBLIC_SUPABASE_ANON_KEY",
      "VITE_BASE_URL",
      "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY",
      "API_KEY",
    ]) {
      expect(reach(key), key).toBe("passed");
    }
  });
});

test("whether secrets are encrypted is unknown where the host does not say which inputs are secrets", () => {
  const stack = stackOf(
    [{ type: render.envGroup, name: "group", props: { envVars: { API_TOKEN: { value: "abcdefgh" } } } }],
    "state",
  );
  expect(evaluate(secretsEncrypted, stack, production).status).toBe("unknown");
});

test("whether a Worker shows a secret is unknown where its bindings are", () => {
  const worker: Fixture = {
    type: cloudflare.worker,
    name: "checkout",
    props: { scriptName: "checkout", bindings: unknown },
  };
  expect(outcomeOf(secretVariablesSensitive, [...passingStack(), worker]).status).toBe("unknown");
});
