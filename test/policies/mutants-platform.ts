import { cloudflare, render, vercel } from "../../policies/model/tokens.ts";
import { change, type Fixture, unknown, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

/** Ways to break section 7, with the lists of Vercel and Render. */
export const platformMutants: readonly Mutant[] = [
  {
    policy: "one-region",
    what: "the service is on another continent",
    break: (stack) => withProps(stack, "api-service", { region: "oregon" }),
  },
  {
    policy: "one-region",
    what: "functions run in other regions than the database",
    break: (stack) =>
      withProps(stack, "web-project", { resourceConfig: { functionDefaultRegions: ["cdg1", "iad1"] } }),
  },
  {
    policy: "one-region",
    what: "functions run wherever Vercel likes",
    break: (stack) => withProps(stack, "web-project", { resourceConfig: { fluid: true } }),
  },
  {
    policy: "vercel-deployments-kept",
    what: "deployments of production are gone after a day",
    break: (stack) => [
      ...stack,
      {
        type: vercel.retention,
        name: "web-retention",
        props: { projectId: unknown, expirationProduction: "1d" },
        from: { projectId: ["web-project"] },
      },
    ],
  },
  {
    policy: "resource-types-judged",
    what: "a zone has a resource of a type that nobody knows",
    break: (stack) => [
      ...stack,
      {
        type: "cloudflare:index/zoneBypass:ZoneBypass",
        name: "edge-bypass",
        props: { zoneId: unknown, enabled: true },
        from: { zoneId: ["edge-zone"] },
      },
    ],
  },
  {
    policy: "dns-records-arrive",
    what: "a record has no content",
    break: (stack) =>
      change(stack, "edge-web", ({ props: { content: _, ...props }, ...fixture }) => ({ ...fixture, props })),
  },
  {
    policy: "caa-permits-hosts",
    what: "nobody may issue for the API's host",
    break: (stack) => [
      ...stack,
      {
        type: cloudflare.dnsRecord,
        name: "edge-caa-api",
        props: {
          zoneId: unknown,
          type: "CAA",
          name: "api.optropic.example",
          ttl: 1,
          data: { flags: 0, tag: "issue", value: ";" },
        },
        from: { zoneId: ["edge-zone"] },
      },
    ],
  },
  {
    policy: "variables-arrive",
    what: "what migrates has no connection with a session",
    break: (stack) =>
      change(stack, "api-variables", (group) => {
        const { DIRECT_URL: _, ...envVars } = Object(group.props.envVars);
        return { ...group, props: { ...group.props, envVars } };
      }),
  },
  {
    policy: "dns-records",
    what: "the API's host has no record",
    break: (stack) => without(stack, "edge-api"),
  },
  {
    policy: "dns-records",
    what: "the redirecting host has a text record only",
    break: (stack) => withProps(stack, "edge-redirect", { type: "TXT" }),
  },
  {
    policy: "cdn-enabled",
    what: "the redirecting host's record is not proxied",
    break: (stack) => withProps(stack, "edge-redirect", { proxied: false }),
  },
  {
    policy: "cdn-enabled",
    what: "the API's record is not proxied, so that no rule of the edge reaches it either",
    break: (stack) => withProps(stack, "edge-api", { proxied: false }),
    takesMore: true,
  },
  {
    policy: "cdn-enabled",
    what: "the web host's record does not say",
    break: (stack) => withProps(stack, "edge-web", { proxied: undefined }),
    takesMore: true,
  },
  {
    policy: "vercel-git-repository",
    what: "the project is connected to nothing",
    break: (stack) => withProps(stack, "web-project", { gitRepository: undefined }),
  },
  {
    policy: "vercel-git-repository",
    what: "the repository is at GitLab",
    break: (stack) => withRepository(stack, { type: "gitlab" }),
  },
  {
    policy: "vercel-git-repository",
    what: "no production branch is named",
    break: (stack) => withRepository(stack, { productionBranch: undefined }),
  },
  {
    policy: "vercel-custom-domain",
    what: "the only domain is Vercel's own",
    break: (stack) => withProps(stack, "web-domain", { domain: "optropic-web.vercel.app" }),
    takesMore: true,
  },
  {
    policy: "vercel-custom-domain",
    what: "the domain is for a branch",
    break: (stack) => withProps(stack, "web-domain", { gitBranch: "next" }),
  },
  {
    policy: "render-custom-domain",
    what: "the service has no domain",
    break: (stack) => withProps(stack, "api-service", { customDomains: undefined }),
  },
  {
    policy: "render-autoscaling",
    what: "autoscaling is off",
    break: (stack) => withScaling(stack, { enabled: false }),
  },
  {
    policy: "render-autoscaling",
    what: "the bounds are one",
    break: (stack) => withScaling(stack, { min: 6 }),
  },
  {
    policy: "render-autoscaling",
    what: "no target is enabled",
    break: (stack) =>
      withScaling(stack, {
        criteria: { cpu: { enabled: false, percentage: 70 }, memory: { enabled: false, percentage: 75 } },
      }),
  },
  {
    policy: "render-autoscaling",
    what: "the instance type is free",
    break: (stack) => withProps(stack, "api-service", { plan: "free" }),
  },
  {
    policy: "render-service-configured",
    what: "the service does not say how it starts",
    break: (stack) => withProps(stack, "api-service", { startCommand: undefined }),
  },
  {
    policy: "render-service-configured",
    what: "the source names no branch",
    break: (stack) => withSource(stack, { branch: undefined }),
  },
  {
    policy: "render-health-check",
    what: "the service has no health check",
    break: (stack) => withProps(stack, "api-service", { healthCheckPath: "" }),
  },
  {
    policy: "render-auto-deploy",
    what: "deploys are by hand",
    break: (stack) => withSource(stack, { autoDeploy: false, autoDeployTrigger: "off" }),
  },
  {
    policy: "render-auto-deploy",
    what: "the trigger contradicts the switch",
    break: (stack) => withSource(stack, { autoDeploy: true, autoDeployTrigger: "off" }),
  },
  {
    policy: "hosting-platform",
    what: "nothing is hosted",
    break: (stack) => withoutVendors(stack, "vercel", "render"),
    takesMore: true,
  },
  {
    policy: "vercel-project",
    what: "nothing is at Vercel",
    break: (stack) => withoutVendors(stack, "vercel"),
    takesMore: true,
  },
  {
    policy: "render-service",
    what: "the service at Render is gone, and its variables are not",
    break: (stack) => without(stack, "api-service"),
    takesMore: true,
  },
];

function withoutVendors(stack: Fixture[], ...vendors: string[]): Fixture[] {
  return stack.filter(({ type }) => !vendors.some((vendor) => type.startsWith(`${vendor}:`)));
}

function withRepository(stack: Fixture[], edit: Record<string, unknown>): Fixture[] {
  return nested(stack, "web-project", "gitRepository", edit);
}

function withScaling(stack: Fixture[], edit: Record<string, unknown>): Fixture[] {
  return nested(stack, "api-service", "autoscaling", edit);
}

function withSource(stack: Fixture[], edit: Record<string, unknown>): Fixture[] {
  const source = stack.find(({ type }) => type === render.webService)?.props.runtimeSource;
  const native = property(source, "nativeRuntime");
  return withProps(stack, "api-service", { runtimeSource: { nativeRuntime: { ...native, ...edit } } });
}

function nested(stack: Fixture[], name: string, key: string, edit: Record<string, unknown>): Fixture[] {
  return change(stack, name, (fixture) => ({
    ...fixture,
    props: { ...fixture.props, [key]: { ...property(fixture.props, key), ...edit } },
  }));
}

function property(value: unknown, key: string): object {
  const inner = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof inner === "object" && inner !== null ? inner : {};
}
