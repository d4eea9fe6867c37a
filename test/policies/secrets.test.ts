import { describe, expect, test } from "vitest";
import { random, render, stackReference, vercel } from "../../policies/model/tokens.ts";
import {
  jwtSecretLength,
  secretKeyLength,
  secretsDistinct,
  secretsGenerated,
  secretsNotShared,
} from "../../policies/secrets.ts";
import {
  change,
  type Fixture,
  outcomeOf,
  production,
  secret,
  unknown,
  without,
  withProps,
} from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

/** A text as a machine makes it up, but for its first character. */
const text = (character: string, length: number) => `${character}${alphabet.slice(0, length - 1)}`;
const jwt = text("j", 64);
const key = text("k", 64);

/** The stack at an update, when what is generated is known. */
function deployed(jwtSecret: string, secretKey: string): Fixture[] {
  const known = [
    ["secrets-jwt-secret", "web-JWT_SECRET", jwtSecret],
    ["secrets-secret-key", "web-SECRET_KEY", secretKey],
  ] as const;
  const atVercel = known.reduce<Fixture[]>(
    (stack, [generator, variable, value]) =>
      change(withProps(stack, variable, { value: secret(value) }), generator, (fixture) => ({
        ...fixture,
        outputs: { result: value },
      })),
    passingStack(),
  );
  return withProps(atVercel, "api-variables", {
    envVars: { JWT_SECRET: { value: secret(jwtSecret) }, SECRET_KEY: { value: secret(secretKey) } },
  });
}

/** The stack with Render alone, where Pulumi knows the sources of the whole map only. */
function renderOnly(): Fixture[] {
  return passingStack().filter(({ type }) => !type.startsWith("vercel:"));
}

/** The same with generators whose names say nothing of the variables. */
function nameless(): Fixture[] {
  return renderOnly().map((fixture, index) =>
    fixture.type === random.password ? { ...fixture, name: `generated-${index}` } : fixture,
  );
}

describe("length of secrets", () => {
  test("is judged by the value once it is known", () => {
    expect(outcomeOf(jwtSecretLength, deployed(jwt, key)).status).toBe("passed");
    const short = outcomeOf(jwtSecretLength, deployed(text("j", 63), key));
    expect(short.violations.map(({ found }) => found)).toEqual([
      expect.stringContaining("JWT_SECRET has 63 characters, not 64 or more."),
      expect.stringContaining("JWT_SECRET has 63 characters, not 64 or more."),
    ]);
    expect(outcomeOf(secretKeyLength, deployed(text("j", 63), key)).status).toBe("passed");
  });

  test("is judged by what generates the value before that", () => {
    const bytes = (length: number) =>
      change(passingStack(), "secrets-jwt-secret", (generator) => ({
        ...generator,
        type: random.bytes,
        props: { length },
      }));
    expect(outcomeOf(jwtSecretLength, bytes(48)).status).toBe("passed");
    expect(outcomeOf(jwtSecretLength, bytes(47)).status).toBe("violated");
    expect(
      outcomeOf(jwtSecretLength, withProps(passingStack(), "secrets-jwt-secret", { length: unknown })).status,
    ).toBe("unknown");
  });

  test("can be asked to be more, never less", () => {
    const ask = (minimumLength: number) =>
      outcomeOf(jwtSecretLength, passingStack(), production, { minimumLength }).status;
    expect(ask(65)).toBe("violated");
    expect(ask(64)).toBe("passed");
    const short = withProps(passingStack(), "secrets-jwt-secret", { length: 32 });
    expect(outcomeOf(jwtSecretLength, short, production, { minimumLength: 16 }).status).toBe("violated");
  });

  test("is told in a map by the name of what generates it, else only where nothing there is long enough", () => {
    expect(outcomeOf(jwtSecretLength, renderOnly()).status).toBe("passed");
    expect(
      outcomeOf(jwtSecretLength, withProps(renderOnly(), "secrets-jwt-secret", { length: 63 })).status,
    ).toBe("violated");
    expect(outcomeOf(jwtSecretLength, nameless()).status).toBe("unknown");
    const short = [
      "secrets-jwt-secret",
      "secrets-secret-key",
      "secrets-metrics-token",
      "secrets-database-application",
      "secrets-database-migration",
      "secrets-database-backup",
      "secrets-database-probe",
    ].reduce((stack, name) => withProps(stack, name, { length: 32 }), renderOnly());
    expect(outcomeOf(jwtSecretLength, short).status).toBe("violated");
  });

  test("is not what Render generates, nor of a variable that is nowhere", () => {
    const generated = withProps(passingStack(), "api-variables", {
      envVars: { JWT_SECRET: { generateValue: true } },
    });
    expect(outcomeOf(jwtSecretLength, generated).status).toBe("violated");
    expect(outcomeOf(jwtSecretLength, withProps(renderOnly(), "api-variables", { envVars: {} })).status).toBe(
      "violated",
    );
  });

  test("is judged in a write-only value too", () => {
    const writeOnly = change(passingStack(), "web-JWT_SECRET", (fixture) => ({
      ...fixture,
      props: { ...fixture.props, value: undefined, valueWo: secret(text("j", 20)) },
    }));
    expect(outcomeOf(jwtSecretLength, writeOnly).violations).toHaveLength(1);
  });
});

describe("where secrets come from", () => {
  test("is this stack, at the preview and at the update", () => {
    expect(outcomeOf(secretsGenerated, passingStack()).status).toBe("passed");
    expect(outcomeOf(secretsGenerated, deployed(jwt, key)).status).toBe("passed");
  });

  test("is told by the value in a map, once it is known", () => {
    expect(outcomeOf(secretsGenerated, renderOnly()).status).toBe("passed");
    expect(outcomeOf(secretsGenerated, nameless()).status).toBe("unknown");
    const pasted = withProps(deployed(jwt, key), "api-variables", {
      envVars: { JWT_SECRET: { value: secret(text("p", 64)) }, SECRET_KEY: { value: secret(key) } },
    });
    const { status, violations } = outcomeOf(secretsGenerated, pasted);
    expect(status).toBe("violated");
    expect(violations).toHaveLength(1);
    expect(violations[0]?.found).toContain("No resource of this stack generates JWT_SECRET");
  });

  test("is not a map without anything that is generated", () => {
    const stack = change(renderOnly(), "api-variables", (fixture) => ({
      ...fixture,
      from: { envVars: ["database-project"] },
    }));
    expect(outcomeOf(secretsGenerated, stack).status).toBe("violated");
  });
});

describe("two secrets", () => {
  test("are told apart by what generates them or by their values", () => {
    expect(outcomeOf(secretsDistinct, passingStack()).status).toBe("passed");
    expect(outcomeOf(secretsDistinct, deployed(jwt, key)).status).toBe("passed");
    expect(outcomeOf(secretsDistinct, deployed(jwt, jwt)).status).toBe("violated");
    expect(outcomeOf(secretsDistinct, renderOnly()).status).toBe("passed");
    expect(outcomeOf(secretsDistinct, nameless()).status).toBe("unknown");
  });

  test("are one where the values of different hosts are one", () => {
    const stack = withProps(deployed(jwt, key), "api-variables", {
      envVars: { JWT_SECRET: { value: secret(key) }, SECRET_KEY: { value: secret(jwt) } },
    });
    expect(outcomeOf(secretsDistinct, stack).status).toBe("violated");
  });
});

describe("secrets of other stages", () => {
  const shared = (reference: string, from: Record<string, string[]>, name = "web-JWT_SECRET") => [
    ...change(passingStack(), name, (fixture) => ({ ...fixture, from: { ...fixture.from, ...from } })),
    {
      type: stackReference,
      name: "other",
      props: { name: reference },
      outputs: { outputs: { token: "of-staging" } },
    },
  ];

  test("are refused from a stack of another name", () => {
    const { violations } = outcomeOf(secretsNotShared, shared("acme/optropic/staging", { value: ["other"] }));
    expect(violations.map(({ found }) => found)).toEqual([
      expect.stringContaining("JWT_SECRET comes from the stack other."),
    ]);
  });

  test("may come from the same stage of another project", () => {
    expect(outcomeOf(secretsNotShared, shared("acme/network/production", { value: ["other"] })).status).toBe(
      "passed",
    );
  });

  test("do not include what is no secret", () => {
    const stack = shared("acme/optropic/staging", { value: ["other"] }, "web-BASE_URL");
    expect(outcomeOf(secretsNotShared, stack).status).toBe("passed");
  });

  test("are told in a map by their values, once they are known", () => {
    const from = { envVars: ["secrets-jwt-secret", "other"] };
    const group = { type: render.envGroup, name: "api-variables" };
    const at = (value: unknown) =>
      withProps(shared("acme/optropic/staging", from, group.name), group.name, {
        envVars: { JWT_SECRET: { value: secret(value) } },
      });
    expect(outcomeOf(secretsNotShared, at(unknown)).status).toBe("unknown");
    expect(outcomeOf(secretsNotShared, at("of-staging")).status).toBe("violated");
    expect(outcomeOf(secretsNotShared, at("of-production")).status).toBe("passed");
  });

  test("are not known to be absent where nothing is hosted", () => {
    expect(outcomeOf(secretsNotShared, without(passingStack(), "web-project", "api-service")).status).toBe(
      "violated",
    );
  });
});

describe("a secret of previews", () => {
  const previews: Fixture = {
    type: vercel.variables,
    name: "previews",
    props: { variables: unknown },
  };
  const database: Fixture = { type: "neon:index/project:Project", name: "neon", props: {} };
  const preview: Fixture = {
    type: vercel.variable,
    name: "preview",
    props: { key: "DATABASE_URL", value: secret(unknown), targets: ["preview"], sensitive: true },
    from: { value: ["neon"] },
  };
  const own = change(passingStack(), "web-DATABASE_URL", (fixture) => ({
    ...fixture,
    props: { ...fixture.props, value: secret(unknown) },
    from: { ...fixture.from, value: ["neon"] },
  }));

  test("may be that of production where their variables are unknown", () => {
    expect(outcomeOf(secretsNotShared, [...passingStack(), previews]).status).toBe("unknown");
  });

  test("may be that of production where both are made from the same resource", () => {
    expect(outcomeOf(secretsNotShared, [database, ...own, preview]).status).toBe("unknown");
    const branch = { ...database, name: "branch" };
    expect(
      outcomeOf(secretsNotShared, [database, branch, ...own, { ...preview, from: { value: ["branch"] } }])
        .status,
    ).toBe("passed");
  });
});
