import { describe, expect, test } from "vitest";
import { evaluate } from "../../policies/framework/evaluate.ts";
import { registry } from "../../policies/registry.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { stackOf } from "../recording/judge.ts";
import { recordedStacks } from "../recording/recorded.ts";
import { recordPlatform } from "../recording/stacks.ts";
import { change, type Fixture, fixturesOf, unknown, violated, without, withProps } from "./fixture.ts";

const webProjects = {
  admin: { host: "app.optropic.example", repository: "optropic/admin", rootDirectory: "apps/admin" },
};
const services = {
  hooks: { kind: "web", host: "hooks.optropic.example", startCommand: "npm run hooks" },
  mailer: { kind: "worker", startCommand: "npm run mailer" },
  search: { kind: "private", runtime: "docker", plan: "pro" },
  digest: { kind: "cron", schedule: "0 3 * * 1", startCommand: "npm run digest" },
  guide: { kind: "static", host: "guide.optropic.example", repository: "optropic/guide" },
};
const recorded = recordPlatform(
  "production",
  `webProjects=${JSON.stringify(webProjects)}`,
  `services=${JSON.stringify(services)}`,
);

describe("a platform with further web applications, services and workers", () => {
  test("has all that it had, under the same URNs", async () => {
    const { production } = await recordedStacks();
    const urns = new Set((await recorded).resources.map(({ urn }) => urn));
    expect(production.filter(({ urn }) => !urns.has(urn))).toEqual([]);
  });

  test("passes as it did", async () => {
    const { resources, context } = await recorded;
    const stack = stackOf(resources, context.declared);
    const outcomes = registry.map((policy) => ({ name: policy.name, ...evaluate(policy, stack, context) }));
    const wrong = outcomes.filter(({ status }) => status === "violated");
    expect(wrong.map(({ name, violations }) => [name, violations.map(({ found }) => found)])).toEqual([]);
  });

  const differing: readonly [what: string, edit: (fixtures: Fixture[]) => Fixture[], policy: string][] = [
    [
      "project that shows its files",
      (all) => withProps(all, "web-admin-project", { directoryListing: true }),
      "vercel-project-closed",
    ],
    ["project without JWT_SECRET", (all) => without(all, "web-admin-JWT_SECRET"), "required-variables"],
    [
      "project that logs nowhere",
      (all) =>
        change(all, "logs-web", (drain) => ({
          ...drain,
          props: { ...drain.props, projectIds: [unknown] },
          from: { ...drain.from, projectIds: ["web-project"] },
        })),
      "log-drain-every-host",
    ],
    [
      "service without a health check",
      (all) => withProps(all, "service-hooks-service", { healthCheckPath: undefined }),
      "render-health-check",
    ],
    [
      "service that does not scale",
      (all) => withProps(all, "service-hooks-service", { autoscaling: undefined, numInstances: 1 }),
      "render-autoscaling",
    ],
    [
      "host that nothing calls",
      (all) => without(all, "observability-health-hooks"),
      "health-checked-outside",
    ],
    ["host past the edge", (all) => withProps(all, "edge-host-hooks", { proxied: false }), "cdn-enabled"],
    [
      "worker of a development build",
      (all) =>
        change(all, "service-mailer-worker", (worker) => ({
          ...worker,
          props: { ...worker.props, envVars: { NODE_ENV: { value: "development" } } },
        })),
      "node-env-production",
    ],
    [
      "private service of a development build",
      (all) => withProps(all, "service-search-private", { envVars: { NODE_ENV: { value: "development" } } }),
      "node-env-production",
    ],
    [
      "job with a secret in its command",
      (all) => withProps(all, "service-digest-job", { startCommand: "JWT_SECRET=abc npm run digest" }),
      "jwt-secret-length",
    ],
    ["site past the edge", (all) => withProps(all, "edge-host-guide", { proxied: false }), "cdn-enabled"],
  ];

  test.each(differing)("is refused for a further %s", async (_, edit, policy) => {
    const { resources, context } = await recorded;
    expect(violated(edit(fixturesOf(resources)), context)).toContain(policy);
  });

  test.each([
    ["outside the zone", { webProjects: { admin: { host: "app.example.org" } } }],
    ["that the platform has", { webProjects: { admin: { host: "api.optropic.example" } } }],
    ...["worker", "private", "cron"].map((kind): [string, object] => [
      `of a ${kind}`,
      { services: { mailer: { kind, startCommand: "x", host: "m.optropic.example" } } },
    ]),
    [
      "of two parts",
      { webProjects, services: { hooks: { ...services.hooks, host: webProjects.admin.host } } },
    ],
    ["of a part of that name", { webProjects: { api: { host: "app.optropic.example" } } }],
  ])("takes no host %s", (_, settings) => {
    expect(() => accept({ ...writtenSettings("production"), ...settings })).toThrow("are refused");
  });
});
