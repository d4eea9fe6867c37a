import { appRunner, awsProvider } from "../../policies/model/aws-tokens.ts";
import { cloudflare, grafana, render } from "../../policies/model/tokens.ts";
import { change, type Fixture, unknown, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

/** Ways to break a host at a vendor whose policies are not its own, beside the others. */
export const hostMutants: readonly Mutant[] = [
  ...[{ protectedStatus: "unprotected" }, { networkIsolated: false }].map(
    (weak): Mutant => ({
      policy: "render-environment",
      what: `the environment at Render is ${JSON.stringify(weak)}`,
      break: (stack) =>
        withProps(stack, "api-project", {
          environments: {
            production: { name: "production", protectedStatus: "protected", networkIsolated: true, ...weak },
          },
        }),
    }),
  ),
  {
    policy: "production-code-own",
    what: "a worker is built from a branch that nobody reviews",
    break: (stack) => [...stack, worker],
  },
  {
    policy: "service-health-check",
    what: "App Runner asks only whether the port is open",
    break: (stack) =>
      withProps(withRunner(stack), "runner", { healthCheckConfiguration: { protocol: "TCP" } }),
  },
  {
    policy: "service-autoscaling",
    what: "App Runner has one instance, whatever the load",
    break: (stack) => withProps(withRunner(stack), "runner-scaling", { minSize: 1, maxSize: 1 }),
  },
  {
    policy: "service-custom-domain",
    what: "App Runner answers on its own name alone",
    break: (stack) => without(withRunner(stack), "runner-domain"),
    takesMore: true,
  },
  {
    policy: "service-custom-domain",
    what: "the domain is that of another service",
    break: (stack) =>
      change(withRunner(stack), "runner-domain", (fixture) => ({
        ...fixture,
        from: { serviceArn: ["runner-scaling"] },
      })),
  },
];

/** What runs beside the hosts, from the repository of theirs. */
const worker: Fixture = {
  type: render.backgroundWorker,
  name: "mailer",
  props: {
    name: "mailer",
    plan: "starter",
    region: "frankfurt",
    startCommand: "node mailer.js",
    runtimeSource: {
      nativeRuntime: {
        repoUrl: "https://github.com/optropic/platform",
        branch: "mailer",
        buildCommand: "npm ci && npm run build",
        runtime: "node",
      },
    },
  },
};

/** The stack with one more host of the application, which passes. */
export function withRunner(stack: Fixture[]): Fixture[] {
  const host = "runner.optropic.example";
  const copied = (name: string, copy: string, props: Record<string, unknown>): Fixture => {
    const { urn: _, ...fixture } = named(stack, name);
    return { ...fixture, name: copy, props: { ...fixture.props, ...props } };
  };
  const variables = Object(named(stack, "api-variables").props.envVars);
  const runtimeEnvironmentVariables = Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, Object(variable).value]),
  );
  return [
    ...stack,
    copied("edge-caa-issue-pki.goog", "runner-caa", {
      data: { flags: 0, tag: "issue", value: "amazon.com" },
    }),
    { type: awsProvider, name: "aws", props: { region: "eu-central-1" } },
    { type: appRunner.scaling, name: "runner-scaling", props: { minSize: 1, maxSize: 4 } },
    {
      type: appRunner.service,
      name: "runner",
      props: {
        serviceName: "runner",
        autoScalingConfigurationArn: unknown,
        healthCheckConfiguration: { protocol: "HTTP", path: "/api/health" },
        sourceConfiguration: {
          autoDeploymentsEnabled: true,
          imageRepository: { imageConfiguration: { runtimeEnvironmentVariables } },
        },
      },
      from: {
        autoScalingConfigurationArn: ["runner-scaling"],
        sourceConfiguration: named(stack, "api-variables").from?.envVars ?? [],
      },
    },
    {
      type: appRunner.customDomain,
      name: "runner-domain",
      props: { domainName: host, serviceArn: unknown },
      from: { serviceArn: ["runner"] },
    },
    {
      type: cloudflare.dnsRecord,
      name: "runner-record",
      props: { type: "CNAME", name: host, content: unknown, proxied: true, ttl: 1, zoneId: unknown },
      from: { zoneId: ["edge-zone"], content: ["runner"] },
    },
    copied("observability-health-api", "runner-check", { target: `https://${host}/api/health` }),
    {
      ...copied("observability-scrape-api", "runner-scrape", { url: `https://${host}/api/metrics` }),
      type: grafana.scrapeJob,
    },
  ];
}

function named(stack: readonly Fixture[], name: string): Fixture {
  const fixture = stack.find((candidate) => candidate.name === name);
  if (fixture === undefined) throw new RangeError(`The stack has no resource ${name}.`);
  return fixture;
}
