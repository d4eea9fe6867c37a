import { cloudflare, random, render, supabase, vercel } from "../../policies/model/tokens.ts";
import { type Fixture, secret, unknown } from "./fixture.ts";

/** Secrets, hosts, domains and DNS of a stack that passes, as a first preview sees them. */
export function passingHosts(): Fixture[] {
  return [...generators(), database(), ...vercelHost(), ...renderHost(), ...dns()];
}

/** The variables, with the resources that each value is made from. */
const variables: readonly [name: string, value: unknown, from: readonly string[]][] = [
  ["DATABASE_URL", unknown, ["database-project", "application-password"]],
  ["DIRECT_URL", unknown, ["database-project", "migration-password"]],
  ["JWT_SECRET", unknown, ["jwt-secret"]],
  ["SECRET_KEY", unknown, ["secret-key"]],
  ["NODE_ENV", "production", []],
  ["BASE_URL", "https://optropic.example", []],
  ["SENTRY_DSN", unknown, ["errors-key"]],
  ["CORS_ORIGINS", "https://optropic.example,https://www.optropic.example", []],
  ["PGSSLMODE", "require", []],
  ["LOG_FORMAT", "json", []],
  ["LOG_LEVEL", "info", []],
];

const secretVariables = new Set(["DATABASE_URL", "DIRECT_URL", "JWT_SECRET", "SECRET_KEY"]);

function generators(): Fixture[] {
  return ["jwt-secret", "secret-key", "owner-password", "application-password", "migration-password"].map(
    (name) => ({ type: random.password, name, props: { length: 64, special: false }, protect: true }),
  );
}

function database(): Fixture {
  return {
    type: supabase.project,
    name: "database-project",
    props: {
      organizationId: "example-organization",
      name: "optropic-database",
      region: "eu-central-1",
      instanceSize: "small",
      databasePassword: secret(unknown),
    },
    from: { databasePassword: ["owner-password"] },
    protect: true,
  };
}

function vercelHost(): Fixture[] {
  const project: Fixture = {
    type: vercel.project,
    name: "web-project",
    props: {
      name: "optropic-web",
      framework: "nextjs",
      gitRepository: { type: "github", repo: "optropic/platform", productionBranch: "main" },
      resourceConfig: { fluid: true, functionDefaultRegions: ["fra1"] },
    },
    protect: true,
  };
  const domain = (name: string, props: Record<string, unknown>): Fixture => ({
    type: vercel.domain,
    name,
    props: { projectId: unknown, ...props },
    from: { projectId: ["web-project"] },
  });
  const declared = variables.map(([key, value, from]): Fixture => {
    return {
      type: vercel.variable,
      name: `web-${key}`,
      props: {
        projectId: unknown,
        key,
        // Vercel's package makes every value a secret.
        value: secret(value),
        sensitive: secretVariables.has(key),
        targets: ["production"],
      },
      from: { projectId: ["web-project"], value: [...from] },
    };
  });
  return [
    project,
    domain("web-domain", { domain: "optropic.example" }),
    domain("web-redirect", { domain: "www.optropic.example", redirect: "optropic.example" }),
    ...declared,
  ];
}

function renderHost(): Fixture[] {
  const service: Fixture = {
    type: render.webService,
    name: "api-service",
    props: {
      name: "optropic-api",
      region: "frankfurt",
      plan: "standard",
      autoscaling: {
        enabled: true,
        min: 2,
        max: 6,
        criteria: { cpu: { enabled: true, percentage: 70 }, memory: { enabled: true, percentage: 75 } },
      },
      runtimeSource: {
        nativeRuntime: {
          runtime: "node",
          repoUrl: "https://github.com/optropic/platform",
          branch: "main",
          buildCommand: "npm ci && npm run build",
          autoDeploy: true,
          autoDeployTrigger: "checksPass",
        },
      },
      startCommand: "npm run start",
      healthCheckPath: "/api/health",
      customDomains: [{ name: "api.optropic.example" }],
    },
    protect: true,
  };
  const group: Fixture = {
    type: render.envGroup,
    name: "api-variables",
    props: {
      name: "optropic-api",
      envVars: Object.fromEntries(
        variables.map(([key, value]) => [key, { value: secretVariables.has(key) ? secret(value) : value }]),
      ),
    },
    from: { envVars: [...new Set(variables.flatMap(([, , from]) => from))] },
  };
  const link: Fixture = {
    type: render.envGroupLink,
    name: "api-variables-link",
    props: { envGroupId: unknown, serviceIds: [unknown] },
    from: { envGroupId: ["api-variables"], serviceIds: ["api-service"] },
  };
  return [service, group, link];
}

function dns(): Fixture[] {
  const zone: Fixture = {
    type: cloudflare.zone,
    name: "edge-zone",
    props: { account: { id: "0123456789abcdef0123456789abcdef" }, name: "optropic.example", type: "full" },
    protect: true,
  };
  const record = (name: string, host: string, content: string, from: string[] = []): Fixture => ({
    type: cloudflare.dnsRecord,
    name,
    props: { zoneId: unknown, type: "CNAME", name: host, content, proxied: true, ttl: 1 },
    from: { zoneId: ["edge-zone"], content: from },
  });
  return [
    zone,
    record("edge-web", "optropic.example", "cname.vercel-dns.com"),
    record("edge-redirect", "www.optropic.example", "cname.vercel-dns.com"),
    record("edge-api", "api.optropic.example", unknown, ["api-service"]),
  ];
}
