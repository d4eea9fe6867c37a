import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { Api, type ApiArgs } from "../../components/api.ts";
import { record, settled } from "./recorder.ts";

const args: ApiArgs = {
  stage: "production",
  project: { name: "optropic", repository: "optropic/platform", branch: "main" },
  domains: { api: "api.optropic.example" },
  api: {
    region: "frankfurt",
    plan: "standard",
    scaling: { enabled: true, min: 2, max: 6, cpuPercent: 70, memoryPercent: 75 },
    healthCheckPath: "/api/health",
    loginPath: "/api/trpc/login",
    autoDeploy: "checksPass",
    variables: "platform",
    buildCommand: "npm ci && npm run build",
    startCommand: "npm run start",
    preDeployCommand: "npx prisma migrate deploy",
  },
  variables: [
    { name: "NODE_ENV", value: "production", secret: false, comment: "Item 2.6" },
    { name: "JWT_SECRET", value: pulumi.output("canary"), secret: true, comment: "Item 2.4" },
  ],
};

function declare(changes: Partial<ApiArgs> = {}) {
  const stage = changes.stage ?? args.stage;
  return record((opts) => new Api("api", { ...args, ...changes }, opts), {
    outputs: {
      "render:index/project:Project": { environments: { [stage]: { id: "evm-1", name: stage } } },
      "render:index/webService:WebService": { url: "https://optropic-api.onrender.com" },
    },
  });
}

describe("the environment", () => {
  test("is protected and has a network of its own", async () => {
    const { named, component } = await declare();
    expect(named("api-project").inputs).toEqual({
      name: "optropic-api",
      environments: {
        production: { name: "production", protectedStatus: "protected", networkIsolated: true },
      },
    });
    expect(named("api-project").options.protect).toBe(true);
    expect(await settled(component.environmentId)).toBe("evm-1");
  });
});

describe("the service", () => {
  test("builds the repository's branch and deploys it when its checks pass", async () => {
    const { named } = await declare();
    expect(named("api-service").inputs).toMatchObject({
      name: "optropic-api",
      environmentId: "evm-1",
      region: "frankfurt",
      plan: "standard",
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
      preDeployCommand: "npx prisma migrate deploy",
      healthCheckPath: "/api/health",
      maxShutdownDelaySeconds: 60,
      customDomains: [{ name: "api.optropic.example" }],
      previews: { generation: "off" },
      notificationOverride: { notificationsToSend: "failure" },
    });
    expect(named("api-service").options.protect).toBe(true);
  });

  test("scales between its bounds, with no fixed number beside them", async () => {
    const { named } = await declare();
    const { inputs } = named("api-service");
    expect(inputs.autoscaling).toEqual({
      enabled: true,
      min: 2,
      max: 6,
      criteria: { cpu: { enabled: true, percentage: 70 }, memory: { enabled: true, percentage: 75 } },
    });
    expect(inputs).not.toHaveProperty("numInstances");
  });

  test("runs a fixed number of instances where scaling is off", async () => {
    const scaling = { ...args.api.scaling, enabled: false };
    const { named } = await declare({ api: { ...args.api, scaling } });
    const { inputs } = named("api-service");
    expect(inputs.numInstances).toBe(2);
    expect(inputs).not.toHaveProperty("autoscaling");
  });

  test("does not deploy by itself where the settings say so", async () => {
    const { named } = await declare({ api: { ...args.api, autoDeploy: "off" } });
    expect(named("api-service").inputs.runtimeSource).toMatchObject({
      nativeRuntime: { autoDeploy: false, autoDeployTrigger: "off" },
    });
  });

  test("says where it is", async () => {
    const { component } = await declare();
    expect(await settled(component.url)).toBe("https://api.optropic.example");
    expect(await settled(component.host)).toBe("api.optropic.example");
    expect(await settled(component.defaultHost)).toBe("optropic-api.onrender.com");
    expect(await settled(component.serviceId)).toBe("api-service-id");
  });
});

describe("variables", () => {
  test("are one group, linked to the service, with the secret ones secret in state", async () => {
    const { named } = await declare();
    const group = named("api-variables");
    expect(group.inputs).toMatchObject({
      name: "optropic-api",
      environmentId: "evm-1",
      envVars: { secret: { NODE_ENV: { value: "production" }, JWT_SECRET: { value: "canary" } } },
    });
    expect(await group.secretAt("envVars", "JWT_SECRET", "value")).toBe(true);
    expect(await group.secretAt("envVars", "NODE_ENV", "value")).toBe(false);
    expect(named("api-variables-link").inputs).toEqual({
      envGroupId: "api-variables-id",
      serviceIds: ["api-service-id"],
    });
  });
});

describe("notifications of the workspace", () => {
  test("are set by production", async () => {
    const { named } = await declare();
    expect(named("api-notifications").inputs).toEqual({
      emailEnabled: true,
      notificationsToSend: "failure",
      previewNotificationsEnabled: false,
    });
  });

  test("are left alone by staging, unless it is asked to set them", async () => {
    const type = "render:index/notificationSetting:NotificationSetting";
    expect((await declare({ stage: "staging" })).ofType(type)).toHaveLength(0);
    expect((await declare({ stage: "staging", workspaceNotifications: true })).ofType(type)).toHaveLength(1);
  });
});

test("another stage has names of its own", async () => {
  const { named } = await declare({ stage: "staging" });
  expect(named("api-project").inputs).toMatchObject({
    name: "optropic-api-staging",
    environments: { staging: { name: "staging" } },
  });
  expect(named("api-service").inputs).toMatchObject({ name: "optropic-api-staging" });
});

test("every child belongs to the component and starts with its name", async () => {
  const { resources, component } = await declare();
  expect(resources).toHaveLength(5);
  for (const { name, options } of resources) {
    expect(name).toMatch(/^api-/);
    expect(options.parent).toBe(component);
  }
});
