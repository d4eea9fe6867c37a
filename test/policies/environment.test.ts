import { describe, expect, test } from "vitest";
import {
  baseUrl,
  databaseUrlOwn,
  nodeEnvProduction,
  requiredVariables,
  sentryDsn,
} from "../../policies/environment.ts";
import { cloudflare, render, stackReference, supabase, vercel } from "../../policies/model/tokens.ts";
import { change, type Fixture, outcomeOf, secret, unknown, without, withProps } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

const messages = (...[policy, stack]: Parameters<typeof outcomeOf>) =>
  outcomeOf(policy, stack).violations.map(({ found }) => found);

describe("required variables", () => {
  test("are named one by one, for each host", () => {
    const stack = without(passingStack(), "web-NODE_ENV", "web-BASE_URL", "api-variables-link");
    expect(messages(requiredVariables, stack)).toEqual([
      expect.stringContaining("web-project has no variable NODE_ENV for production."),
      expect.stringContaining("web-project has no variable BASE_URL for production."),
      ...["DATABASE_URL", "JWT_SECRET", "SECRET_KEY", "NODE_ENV", "BASE_URL"].map((name) =>
        expect.stringContaining(`api-service has no variable ${name} for production.`),
      ),
    ]);
  });

  test("may be a service's own, or shared by a team", () => {
    const own = withProps(without(passingStack(), "api-variables-link"), "api-service", {
      envVars: Object.fromEntries(
        ["DATABASE_URL", "JWT_SECRET", "SECRET_KEY", "NODE_ENV", "BASE_URL"].map((name) => [
          name,
          { value: unknown },
        ]),
      ),
    });
    expect(outcomeOf(requiredVariables, own).status).toBe("passed");
    const shared: Fixture[] = [
      ...without(passingStack(), "web-NODE_ENV"),
      {
        type: vercel.sharedVariable,
        name: "shared",
        props: { key: "NODE_ENV", value: "production", targets: ["production"] },
      },
      {
        type: vercel.sharedVariableLink,
        name: "link",
        props: { projectId: unknown, sharedEnvironmentVariableId: unknown },
        from: { projectId: ["web-project"], sharedEnvironmentVariableId: ["shared"] },
      },
    ];
    expect(outcomeOf(requiredVariables, shared).status).toBe("passed");
    expect(outcomeOf(requiredVariables, without(shared, "link")).status).toBe("violated");
  });

  test("of another project do not count", () => {
    const stack = change(passingStack(), "web-NODE_ENV", (fixture) => ({
      ...fixture,
      from: { projectId: ["other"] },
    }));
    const other: Fixture = { type: vercel.project, name: "other", props: {} };
    const domain: Fixture = {
      type: vercel.domain,
      name: "other-domain",
      props: { domain: "other.optropic.example", projectId: unknown },
      from: { projectId: ["other"] },
    };
    const found = messages(requiredVariables, [...stack, other, domain]);
    expect(found.filter((message) => message.includes("web-project"))).toHaveLength(1);
    expect(found.filter((message) => message.includes("other has no variable"))).toHaveLength(4);
  });

  test("are unknown where their names are, and missing ones are still named", () => {
    const named = withProps(passingStack(), "web-NODE_ENV", { key: unknown });
    expect(outcomeOf(requiredVariables, named).status).toBe("unknown");
    const stack = without(withProps(passingStack(), "api-variables", { envVars: unknown }), "web-NODE_ENV");
    expect(messages(requiredVariables, stack)).toEqual([
      expect.stringContaining("web-project has no variable NODE_ENV"),
    ]);
  });
});

test("SENTRY_DSN is asked for and not insisted on", () => {
  expect(sentryDsn.level).toBe("advisory");
  expect(messages(sentryDsn, without(passingStack(), "web-SENTRY_DSN"))).toHaveLength(1);
});

describe("DATABASE_URL", () => {
  const reference = "abcdefghijklmnopqrst";
  const deployed = (url: string) =>
    change(
      withProps(passingStack(), "web-DATABASE_URL", { value: secret(url) }),
      "database-project",
      (fixture) => ({
        ...fixture,
        outputs: { id: reference },
      }),
    );

  test("is of this stack's database once both are known", () => {
    const own = `postgresql://app.${reference}:setting-x@aws-1-eu-central-1.pooler.supabase.com:6543/postgres`;
    expect(outcomeOf(databaseUrlOwn, deployed(own)).status).toBe("passed");
    const other = own.replace(reference, "stagingstagingstagin");
    expect(messages(databaseUrlOwn, deployed(other))).toEqual([
      expect.stringContaining("of a database outside this stack"),
    ]);
    expect(messages(databaseUrlOwn, deployed(other)).join()).not.toContain("stagingstaging");
  });

  test("may be made from what is made from the database", () => {
    const pooler: Fixture = {
      type: supabase.poolerConfig,
      name: "pooler",
      props: {},
      from: { projectRef: ["database-project"] },
    };
    const stack = change([...passingStack(), pooler], "web-DATABASE_URL", (fixture) => ({
      ...fixture,
      from: { ...fixture.from, value: ["pooler"] },
    }));
    expect(outcomeOf(databaseUrlOwn, stack).status).toBe("passed");
  });

  test("may be of a database at Render", () => {
    const postgres: Fixture = { type: render.postgres, name: "postgres", props: { region: "frankfurt" } };
    const stack = change([...passingStack(), postgres], "web-DATABASE_URL", (fixture) => ({
      ...fixture,
      from: { ...fixture.from, value: ["postgres"] },
    }));
    expect(
      messages(
        databaseUrlOwn,
        stack.filter(({ name }) => name !== "api-variables"),
      ),
    ).toEqual([]);
  });

  test("is told by entry in a map, unless another stack may give it", () => {
    const stack = passingStack().filter(({ type }) => !type.startsWith("vercel:"));
    expect(outcomeOf(databaseUrlOwn, stack).status).toBe("passed");
    const shared: Fixture[] = [
      ...change(stack, "api-variables", (fixture) => ({
        ...fixture,
        from: { ...fixture.from, envVars: [...(fixture.from?.envVars ?? []), "other"] },
      })),
      { type: stackReference, name: "other", props: { name: "acme/optropic/shared" } },
    ];
    expect(outcomeOf(databaseUrlOwn, shared).status).toBe("unknown");
  });
});

describe("BASE_URL", () => {
  const at = (url: string) =>
    outcomeOf(baseUrl, withProps(passingStack(), "web-BASE_URL", { value: secret(url) })).status;

  test("is on any domain or record of the stack", () => {
    expect(at("https://api.optropic.example/v1")).toBe("passed");
    expect(at("https://OPTROPIC.example")).toBe("passed");
    // A domain that redirects has a record here too.
    expect(at("https://www.optropic.example")).toBe("passed");
    const relative: Fixture = {
      type: cloudflare.dnsRecord,
      name: "status",
      props: { zoneId: unknown, type: "CNAME", name: "status", content: "status.example" },
      from: { zoneId: ["edge-zone"] },
    };
    const stack = withProps([...passingStack(), relative], "web-BASE_URL", {
      value: "https://status.optropic.example",
    });
    expect(outcomeOf(baseUrl, stack).status).toBe("passed");
  });

  test.each([
    "http://optropic.example",
    "https://optropic.example.org",
    "https://evil-optropic.example",
    "ftp://optropic.example",
    "//optropic.example",
    "",
    "https://localhost:3000",
  ])("is not %s", (url) => {
    expect(at(url)).toBe("violated");
  });

  test("does not show what else the URL holds", () => {
    const stack = withProps(passingStack(), "web-BASE_URL", {
      value: "http://user:c4nary@optropic.example/?token=c4nary",
    });
    expect(messages(baseUrl, stack).join()).not.toContain("c4nary");
  });

  test("is unknown while it, or the domain that it could be on, is unknown", () => {
    expect(at(unknown)).toBe("unknown");
    const domain = withProps(passingStack(), "web-domain", { domain: unknown });
    const elsewhere = withProps(domain, "web-BASE_URL", { value: "https://other.example" });
    expect(outcomeOf(baseUrl, elsewhere).status).toBe("unknown");
  });
});

test("NODE_ENV is judged without being shown", () => {
  const stack = withProps(passingStack(), "web-NODE_ENV", { value: "c4nary" });
  expect(messages(nodeEnvProduction, stack).join()).toContain("NODE_ENV is not production.");
  expect(messages(nodeEnvProduction, stack).join()).not.toContain("c4nary");
});
