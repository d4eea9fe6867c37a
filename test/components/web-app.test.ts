import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { WebApp, type WebAppArgs } from "../../components/web-app.ts";
import { record, settled } from "./recorder.ts";

const args: WebAppArgs = {
  team: "team_example",
  stage: "production",
  project: { name: "optropic", repository: "optropic/platform", branch: "main" },
  domains: { web: "optropic.example", redirect: "www.optropic.example" },
  web: {
    region: "fra1",
    nodeVersion: "24.x",
    framework: "nextjs",
    retention: { production: "1y", preview: "1m", canceled: "1w", errored: "1m" },
  },
  rateLimits: {
    api: { requests: 300, periodSeconds: 60, blockSeconds: 600 },
    login: { requests: 10, periodSeconds: 60, blockSeconds: 601 },
  },
  loginPath: "/api/trpc/login",
  variables: [
    { name: "NODE_ENV", value: "production", secret: false, comment: "Item 2.6" },
    { name: "JWT_SECRET", value: pulumi.output("canary"), secret: true, comment: "Item 2.4" },
  ],
};

function declare(changes: Partial<WebAppArgs> = {}) {
  return record((opts) => new WebApp("web", { ...args, ...changes }, opts));
}

describe("the project", () => {
  test("builds the repository's production branch in one region", async () => {
    const { named } = await declare();
    expect(named("web-project").inputs).toMatchObject({
      teamId: "team_example",
      name: "optropic-web",
      framework: "nextjs",
      nodeVersion: "24.x",
      gitRepository: { type: "github", repo: "optropic/platform", productionBranch: "main" },
      resourceConfig: { functionDefaultRegions: ["fra1"] },
    });
  });

  test("is closed to forks and strangers, and protected in the stack", async () => {
    const { named } = await declare();
    const project = named("web-project");
    expect(project.options.protect).toBe(true);
    expect(project.inputs).toMatchObject({
      gitForkProtection: true,
      vercelAuthentication: { deploymentType: "standard_protection_new" },
      protectedSourcemaps: true,
      directoryListing: false,
    });
  });

  test("of another stage has a name of its own", async () => {
    const { named } = await declare({ stage: "staging" });
    expect(named("web-project").inputs).toMatchObject({ name: "optropic-web-staging" });
  });
});

describe("domains", () => {
  test("are the web host and a permanent redirect to it", async () => {
    const { named, component } = await declare();
    expect(named("web-domain").inputs).toEqual({
      teamId: "team_example",
      projectId: "web-project-id",
      domain: "optropic.example",
    });
    expect(named("web-redirect").inputs).toMatchObject({
      domain: "www.optropic.example",
      redirect: "optropic.example",
      redirectStatusCode: 308,
    });
    expect(await settled(component.url)).toBe("https://optropic.example");
    expect(await settled(component.hosts)).toEqual(["optropic.example", "www.optropic.example"]);
  });

  test("are only the web host where the stage has no other", async () => {
    const { resources, component } = await declare({ domains: { web: "optropic.example" } });
    expect(resources.map(({ name }) => name)).not.toContain("web-redirect");
    expect(await settled(component.hosts)).toEqual(["optropic.example"]);
  });
});

describe("variables", () => {
  test("reach production only, and a secret one is sensitive at the host and secret in state", async () => {
    const { named } = await declare();
    const secret = named("web-JWT_SECRET");
    expect(secret.inputs).toMatchObject({
      key: "JWT_SECRET",
      value: { secret: "canary" },
      sensitive: true,
      targets: ["production"],
      comment: "Item 2.4",
    });
    expect(await secret.secretAt("value")).toBe(true);
    expect(named("web-NODE_ENV").inputs).toMatchObject({ sensitive: false, targets: ["production"] });
  });
});

describe("the firewall", () => {
  test("denies what the OWASP rules find", async () => {
    const { named } = await declare();
    expect(named("web-firewall").inputs).toMatchObject({
      enabled: true,
      managedRulesets: { owasp: { sqli: { active: true, action: "deny" }, xss: { action: "deny" } } },
    });
  });

  test("limits the login path first and tighter than the API", async () => {
    const { named } = await declare();
    expect(named("web-firewall").inputs.rules).toMatchObject({
      rules: [
        {
          conditionGroups: [
            { conditions: [{ type: "path", op: "pre", value: "/api/trpc/login" }] },
            // In a batch, after another call.
            {
              conditions: [
                { type: "path", op: "pre", value: "/api/trpc/" },
                { type: "path", op: "sub", value: ",login" },
              ],
            },
          ],
          action: {
            action: "rate_limit",
            rateLimit: { limit: 10, window: 60, keys: ["ip"], action: "rate_limit" },
            actionDuration: "11m",
          },
        },
        {
          conditionGroups: [{ conditions: [{ value: "/api" }] }],
          action: { rateLimit: { limit: 300, window: 60 }, actionDuration: "10m" },
        },
      ],
    });
  });

  test("blocks for an hour at most, the longest that Vercel takes", async () => {
    const login = { requests: 10, periodSeconds: 60 as const, blockSeconds: 86_400 };
    const { named } = await declare({ rateLimits: { ...args.rateLimits, login } });
    expect(named("web-firewall").inputs.rules).toMatchObject({
      rules: [{ action: { actionDuration: "60m" } }, {}],
    });
  });
});

test("deployments are kept as the settings say", async () => {
  const { named } = await declare();
  expect(named("web-retention").inputs).toMatchObject({
    expirationProduction: "1y",
    expirationPreview: "1m",
    expirationCanceled: "1w",
    expirationErrored: "1m",
  });
});

test("every child belongs to the component and starts with its name", async () => {
  const { resources, component } = await declare();
  expect(resources).toHaveLength(7);
  for (const { name, options } of resources) {
    expect(name).toMatch(/^web-/);
    expect(options.parent).toBe(component);
  }
});
