import { describe, expect, test } from "vitest";
import { type Declared, nothingDeclared } from "../../../policies/framework/declared.ts";
import { evaluate } from "../../../policies/framework/evaluate.ts";
import { cloudflare, github, random, render, vercel } from "../../../policies/model/tokens.ts";
import { registry } from "../../../policies/registry.ts";
import {
  change,
  type Fixture,
  production,
  secret,
  stackOf,
  unknown,
  without,
  withProps,
} from "../fixture.ts";
import { passingStack } from "../passing-stack.ts";

// The platform of this repository, built in other ways of the field that no item forbids.

/** Policies that would stop its deployment. */
function refusing(fixtures: readonly Fixture[], settings: Declared = nothingDeclared): string[] {
  const stack = stackOf(fixtures, "recorded", settings);
  return registry
    .filter(({ level, phase }) => level === "mandatory" && phase === "stack")
    .filter((policy) => evaluate(policy, stack, production).status === "violated")
    .map(({ name }) => name);
}

const base = passingStack();

function resource(
  type: string,
  name: string,
  props: Record<string, unknown>,
  from: Record<string, string[]> = {},
): Fixture {
  return { type, name, props, from };
}

const record = (name: string, content: unknown, from: Record<string, string[]> = {}): Fixture =>
  resource(
    cloudflare.dnsRecord,
    `record-${name}`,
    { type: "CNAME", name, content, proxied: true, ttl: 1, zoneId: unknown },
    { zoneId: ["edge-zone"], ...from },
  );

const source = {
  nativeRuntime: {
    autoDeployTrigger: "checksPass",
    branch: "release/production",
    buildCommand: "npm ci",
    repoUrl: "https://github.com/optropic/platform",
    runtime: "node",
  },
};
const service = (name: string, props: Record<string, unknown> = {}): Fixture =>
  resource(render.webService, name, {
    name,
    plan: "starter",
    region: "frankfurt",
    runtimeSource: source,
    startCommand: "npm run serve",
    ...props,
  });
const project = (name: string, framework: string): Fixture =>
  resource(vercel.project, name, {
    name,
    framework,
    gitRepository: { type: "github", repo: `optropic/${name}`, productionBranch: "main" },
  });
const domainOf = (name: string, domain: string): Fixture =>
  resource(vercel.domain, `${name}-domain`, { domain, projectId: unknown }, { projectId: [name] });

describe("what is not the application is not asked for its secrets", () => {
  test.each<[what: string, Fixture[]]>([
    [
      "documentation at Render",
      [
        service("docs", { customDomains: [{ name: "docs.optropic.example" }] }),
        record("docs.optropic.example", unknown, { content: ["docs"] }),
      ],
    ],
    [
      "documentation at Vercel",
      [
        project("guides", "docusaurus-2"),
        domainOf("guides", "guides.optropic.example"),
        record("guides.optropic.example", "cname.vercel-dns.com"),
      ],
    ],
    [
      "a tool of the staff, and a worker",
      [
        service("console", { healthCheckPath: "/health" }),
        resource(render.backgroundWorker, "worker", {
          name: "worker",
          plan: "starter",
          region: "frankfurt",
          runtimeSource: source,
          envVars: { QUEUE: { value: "mails" } },
        }),
      ],
    ],
    [
      "files alone",
      [
        resource(render.staticSite, "files", {
          name: "files",
          customDomains: [{ name: "files.optropic.example" }],
        }),
        record("files.optropic.example", unknown, { content: ["files"] }),
      ],
    ],
  ])("%s", (_, more) => {
    expect(refusing([...base, ...more])).toEqual([]);
  });

  test("where it cannot be told, a setting says it", () => {
    const more = [
      service("portal", { customDomains: [{ name: "portal.optropic.example" }] }),
      record("portal.optropic.example", unknown, { content: ["portal"] }),
    ];
    expect(refusing([...base, ...more])).toContain("required-variables");
    const roles = new Map([["portal", "documentation"]] as const);
    expect(refusing([...base, ...more], { ...nothingDeclared, roles })).toEqual([]);
  });

  test("no setting makes something else of a host with the application's secrets", () => {
    const roles = new Map([["api-service", "documentation"]] as const);
    const stack = change(base, "api-variables", (fixture) => {
      const { LOG_LEVEL: _, ...rest } = Object(fixture.props.envVars);
      return { ...fixture, props: { ...fixture.props, envVars: rest } };
    });
    expect(refusing(stack, { ...nothingDeclared, roles })).toEqual(["log-level-quiet"]);
  });

  test("a host does not stop being of the application by losing its secrets", () => {
    expect(refusing(without(base, "api-variables-link"))).toContain("required-variables");
  });
});

const browser = (key: string, value: string): Fixture =>
  resource(
    vercel.variable,
    `web-${key}`,
    { key, value, projectId: unknown, sensitive: false, targets: ["production", "preview"] },
    { projectId: ["web-project"] },
  );

describe("tokens that browsers are meant to have", () => {
  test("are those of vendors whose scripts run there", () => {
    const tokens = [
      browser(
        "NEXT_PUBLIC_MAPBOX_TOKEN",
        "pk.eyJ1Ijoib3B0cm9waWMiLCJhIjoiY2xhYmNkZWYwMDAwMTN4bzEyMyJ9.AbCdEfGhIjKlMnOpQrStUv",
      ),
      browser("NEXT_PUBLIC_SENTRY_DSN", "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/2"),
      browser("NEXT_PUBLIC_STRIPE_KEY", "pk_live_51HabcdEFGHijklMNOPqrst"),
      browser("NEXT_PUBLIC_GOOGLE_MAPS_API_KEY", "0123456789abcdefghijklmnopqrstu"),
      browser("NEXT_PUBLIC_DATADOG_CLIENT_TOKEN", "pub0123456789abcdef0123456789abcdef"),
      browser("NEXT_PUBLIC_AMPLITUDE_API_KEY", "0123456789abcdef0123456789abcdef"),
    ];
    expect(refusing([...base, ...tokens])).toEqual([]);
  });

  test("are no other secrets", () => {
    const key = ["sk", "live", "51HabcdEFGHijklMNOPqrst"].join("_");
    expect(refusing([...base, browser("NEXT_PUBLIC_STRIPE_SECRET_KEY", key)])).toContain(
      "secrets-not-in-browsers",
    );
  });
});

describe("where secrets come from", () => {
  const own = (value: (name: string) => unknown) =>
    ["JWT_SECRET", "SECRET_KEY"].reduce<Fixture[]>(
      (stack, name) =>
        change(stack, `web-${name}`, (fixture) => ({
          ...fixture,
          props: { ...fixture.props, value: value(name) },
          from: { projectId: ["web-project"] },
        })),
      change(base, "api-variables", (fixture) => ({
        ...fixture,
        props: {
          ...fixture.props,
          envVars: {
            ...Object(fixture.props.envVars),
            JWT_SECRET: { value: value("JWT_SECRET") },
            SECRET_KEY: { value: value("SECRET_KEY") },
          },
        },
      })),
    );
  const setting = (name: string) => `setting-${name}-${"k3yQ7pXz".repeat(9)}`;

  test("from settings that are encrypted, and not from settings in plain text", () => {
    expect(refusing(own((name) => secret(setting(name))))).toEqual([]);
    expect(refusing(own(setting))).toContain("secrets-generated");
  });

  test.each<[string, Record<string, unknown>]>([
    [random.id, { byteLength: 48 }],
    [random.bytes, { length: 48 }],
    ["tls:index/privateKey:PrivateKey", { algorithm: "ED25519" }],
  ])("from %s", (type, props) => {
    const stack = change(base, "secrets-jwt-secret", (fixture) => ({ ...fixture, type, props }));
    expect(refusing(stack)).toEqual([]);
  });

  test("what Render makes up is refused for its length alone", () => {
    const stack = change(base, "api-variables", (fixture) => ({
      ...fixture,
      props: {
        ...fixture.props,
        envVars: { ...Object(fixture.props.envVars), SECRET_KEY: { generateValue: true } },
      },
    }));
    expect(refusing(stack)).toEqual(["secret-key-length"]);
  });
});

describe("what deploys and who reviews", () => {
  const rules = Object(base.find(({ name }) => name === "repository-branches")?.props.rules);
  const review = {
    dismissStaleReviews: true,
    requireCodeOwnerReviews: true,
    requireLastPushApproval: true,
    requiredApprovingReviewCount: 1,
  };
  const classic = (pattern: string): Fixture =>
    resource(
      github.branchProtection,
      `protection-${pattern}`,
      {
        repositoryId: unknown,
        pattern,
        enforceAdmins: true,
        requireConversationResolution: true,
        requiredPullRequestReviews: [review],
        requiredStatusChecks: [{ strict: true, contexts: ["test", "typecheck", "lint", "build", "preview"] }],
      },
      { repositoryId: ["repository-repository"] },
    );
  const organization = (more: Record<string, unknown>): Fixture =>
    resource(github.organizationRuleset, "organization", {
      target: "branch",
      enforcement: "active",
      conditions: {
        refName: { includes: ["refs/heads/main", "refs/heads/release/*"], excludes: [] },
        repositoryName: { includes: ["~ALL"], excludes: [] },
      },
      rules: { ...rules, ...more },
    });
  const unruled = without(base, "repository-branches");
  const file = (name: string): Fixture[] => [
    ...without(base, "repository-updates"),
    resource(
      github.file,
      "updates",
      { repository: unknown, file: name, content: "{}" },
      { repository: ["repository-repository"] },
    ),
  ];

  test.each<[what: string, Fixture[]]>([
    ["classic branch protection", [...unruled, classic("main"), classic("release/*")]],
    ["rules of the organization", [...unruled, organization({})]],
    [
      "workflows that the organization requires",
      [
        ...unruled,
        organization({
          requiredStatusChecks: undefined,
          requiredWorkflows: {
            requiredWorkflows: [{ path: ".github/workflows/ci.yml", repositoryId: 1 }],
          },
        }),
      ],
    ],
    [
      "a merge queue",
      withProps(base, "repository-branches", {
        rules: {
          ...rules,
          mergeQueue: { mergeMethod: "SQUASH" },
          requiredStatusChecks: { ...rules.requiredStatusChecks, strictRequiredStatusChecksPolicy: false },
        },
      }),
    ],
    [
      "merge commits",
      withProps(base, "repository-branches", {
        rules: {
          ...rules,
          requiredLinearHistory: undefined,
          pullRequest: { ...rules.pullRequest, allowedMergeMethods: ["merge"] },
        },
      }),
    ],
    ["Renovate", file(".github/renovate.json5")],
    ["a file of Dependabot", file(".github/dependabot.yml")],
    [
      "an image that a deploy hook deploys",
      [
        ...withProps(base, "api-service", {
          runtimeSource: { image: { imageUrl: "ghcr.io/optropic/api", tag: "live" } },
        }),
        resource("github:index/actionsSecret:ActionsSecret", "hook", {
          repository: "platform",
          secretName: "RENDER_DEPLOY_HOOK",
          plaintextValue: secret(unknown),
        }),
      ],
    ],
  ])("%s", (_, stack) => {
    expect(refusing(stack)).toEqual([]);
  });

  test("an environment of another name, which a setting says is production's", () => {
    const stack = ["repository-production", "repository-production-tag-v*"].reduce(
      (edited, name) => withProps(edited, name, { environment: "live" }),
      base,
    );
    expect(refusing(stack)).toEqual(["production-environment-reviewed"]);
    expect(refusing(stack, { ...nothingDeclared, productionEnvironment: "live" })).toEqual([]);
  });
});

describe("without a vendor", () => {
  const isAt = (vendor: string) => (fixture: Fixture) => fixture.type.startsWith(`${vendor}:`);

  test("everything at Render", () => {
    const others = without(
      base.filter((fixture) => !isAt("vercel")(fixture)),
      "edge-redirect",
    );
    const served = withProps(others, "api-service", {
      customDomains: [{ name: "api.optropic.example" }, { name: "optropic.example" }],
    });
    const stack = change(served, "edge-web", (fixture) => ({
      ...fixture,
      props: { ...fixture.props, content: unknown },
      from: { zoneId: ["edge-zone"], content: ["api-service"] },
    }));
    expect(refusing(stack)).toEqual([]);
  });

  test("everything at Vercel, but for the job that backs up", () => {
    const stack = base.filter(
      (fixture) =>
        fixture.type === render.cronJob ||
        !(isAt("render")(fixture) || ["edge-api", "observability-health-api"].includes(fixture.name)),
    );
    expect(refusing(stack)).toEqual([]);
  });

  test("a record that leads to a vendor asks for what is there", () => {
    const stack = base.filter((fixture) => !isAt("vercel")(fixture));
    expect(refusing(stack)).toContain("vercel-project");
  });
});

test("headers of the application are left to a probe, which is shown, and what a rule weakens is not", () => {
  const settings: Declared = { ...nothingDeclared, headers: "application" };
  const stack = withProps(base, "edge-response-headers", { rules: [] });
  expect(refusing(stack)).toContain("csp-restricts-scripts");
  expect(refusing(stack, settings)).toEqual([]);
  const policy = registry.find(({ name }) => name === "csp-restricts-scripts");
  const outcome = policy && evaluate(policy, stackOf(stack, "recorded", settings), production);
  expect(outcome?.status).toBe("unknown");
  expect(outcome?.reason).toContain("a probe has to measure it");
  const headers = { "Content-Security-Policy": { operation: "set", value: "script-src *" } };
  const weak = withProps(base, "edge-response-headers", {
    rules: [{ action: "rewrite", enabled: true, expression: "true", actionParameters: { headers } }],
  });
  expect(refusing(weak, settings)).toContain("csp-restricts-scripts");
});

describe("who is paged", () => {
  const instead = (props: Record<string, unknown>) =>
    change(base, "observability-pagerduty", (fixture) => ({
      ...fixture,
      props: { name: "PagerDuty", ...props },
      from: {},
    }));

  test.each<[string, Record<string, unknown>]>([
    ["Grafana OnCall", { oncalls: [{ url: "https://oncall.example.com/integrations/v1/webhook/abc/" }] }],
    ["Opsgenie", { opsgenies: [{ apiKey: secret(unknown) }] }],
  ])("by %s alone", (_, props) => {
    expect(refusing(instead(props))).toEqual([]);
  });

  test("not by a chat", () => {
    expect(refusing(instead({ slacks: [{ url: secret(unknown) }] }))).toContain("pager-reaches-on-call");
  });
});
