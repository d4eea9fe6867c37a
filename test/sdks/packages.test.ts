import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as render from "@pulumi/render";
import * as sentry from "@pulumi/sentry";
import * as supabase from "@pulumi/supabase";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { serializedProviders } from "./provider-drivers.ts";

const secretMark = "4dabf18193072939515e22adb298388d";
const canary = "canary-0123456789";

/** The requests that a program sent to the engine. */
let sent: ReturnType<typeof spyOn>;

beforeEach(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
      call: ({ inputs }) => ({ ...inputs, id: "made-up", url: { transaction: "postgresql://pooler" } }),
    },
    "optropic",
    "production",
    true,
  );
  sent = spyOn(pulumi.runtime.getMonitor());
});

afterEach(() => {
  vi.restoreAllMocks();
});

function spyOn(monitor: ReturnType<typeof pulumi.runtime.getMonitor>) {
  if (monitor === undefined) {
    throw new Error("The mocks have no monitor.");
  }
  const packages = vi.spyOn(monitor, "registerPackage");
  const resources = vi.spyOn(monitor, "registerResource");
  const reads = vi.spyOn(monitor, "readResource");
  const invokes = vi.spyOn(monitor, "invoke");
  return {
    packages: () =>
      packages.mock.calls.map(([request]) => ({
        ...request.toObject(),
        parameter: Buffer.from(request.getParameterization()?.getValue_asU8() ?? []).toString("utf8"),
      })),
    resources: () =>
      resources.mock.calls.map(([request]) => ({
        ...request.toObject(),
        object: request.getObject()?.toJavaScript() ?? {},
      })),
    reads: () => reads.mock.calls.map(([request]) => request.toObject()),
    invokes: () => invokes.mock.calls.map(([request]) => request.toObject()),
  };
}

async function urnOf(resource: pulumi.Resource): Promise<string> {
  return new Promise((resolve) => {
    resource.urn.apply(resolve);
  });
}

const runtimeSource = {
  nativeRuntime: {
    repoUrl: "https://github.com/optropic/platform",
    branch: "main",
    buildCommand: "npm ci",
    runtime: "node",
  },
} as const;
const service = { plan: "standard", region: "frankfurt", runtimeSource } as const;
const database = { organizationId: "example", region: "eu-central-1", databasePassword: canary } as const;

const organization = "example";
const project = "optropic-app";
const monitor = { organization, project };

/** Each resource class: its token, its least inputs, and how a resource of it is made. */
const resources: [string, string, () => pulumi.CustomResource][] = [
  ["render", "render:index/webService:WebService", () => new render.WebService("r", service)],
  ["render", "render:index/envGroup:EnvGroup", () => new render.EnvGroup("r", { name: "group" })],
  [
    "render",
    "render:index/envGroupLink:EnvGroupLink",
    () => new render.EnvGroupLink("r", { envGroupId: "evg-1", serviceIds: ["srv-1"] }),
  ],
  [
    "render",
    "render:index/project:Project",
    () =>
      new render.Project("r", {
        environments: { production: { name: "production", protectedStatus: "protected" } },
      }),
  ],
  [
    "render",
    "render:index/notificationSetting:NotificationSetting",
    () => new render.NotificationSetting("r"),
  ],
  [
    "render",
    "render:index/backgroundWorker:BackgroundWorker",
    () => new render.BackgroundWorker("r", service),
  ],
  ["render", "render:index/privateService:PrivateService", () => new render.PrivateService("r", service)],
  [
    "render",
    "render:index/staticSite:StaticSite",
    () =>
      new render.StaticSite("r", {
        repoUrl: "https://github.com/optropic/docs",
        branch: "main",
        buildCommand: "npm run build",
      }),
  ],
  [
    "render",
    "render:index/cronJob:CronJob",
    () => new render.CronJob("r", { ...service, schedule: "15 2 * * *" }),
  ],
  ["render", "render:index/logStream:LogStream", () => new render.LogStream("r", { preview: "drop" })],
  ["render", "pulumi:providers:render", () => new render.Provider("r")],
  ["supabase", "supabase:index/project:Project", () => new supabase.Project("r", database)],
  ["supabase", "supabase:index/settings:Settings", () => new supabase.Settings("r", { projectRef: "ref" })],
  ["supabase", "pulumi:providers:supabase", () => new supabase.Provider("r")],
  ["sentry", "sentry:index/team:Team", () => new sentry.Team("r", { organization })],
  ["sentry", "sentry:index/project:Project", () => new sentry.Project("r", { organization, teams: ["t"] })],
  ["sentry", "sentry:index/key:Key", () => new sentry.Key("r", monitor)],
  [
    "sentry",
    "sentry:index/projectInboundDataFilter:ProjectInboundDataFilter",
    () => new sentry.ProjectInboundDataFilter("r", { ...monitor, filterId: "localhost" }),
  ],
  [
    "sentry",
    "sentry:index/alert:Alert",
    () => new sentry.Alert("r", { organization, monitorIds: ["1"], actionFilters: [], frequencyMinutes: 30 }),
  ],
  [
    "sentry",
    "sentry:index/metricMonitor:MetricMonitor",
    () =>
      new sentry.MetricMonitor("r", {
        ...monitor,
        aggregate: "count()",
        dataset: "events",
        eventTypes: ["error"],
        conditionGroup: { conditions: [] },
        issueDetection: { type: "static" },
      }),
  ],
  [
    "sentry",
    "sentry:index/uptimeMonitor:UptimeMonitor",
    () =>
      new sentry.UptimeMonitor("r", {
        ...monitor,
        environment: "production",
        url: "https://optropic.example",
        method: "GET",
        intervalSeconds: 60,
        timeoutMs: 1000,
      }),
  ],
  [
    "sentry",
    "sentry:index/cronMonitor:CronMonitor",
    () =>
      new sentry.CronMonitor("r", {
        ...monitor,
        schedule: { crontab: "15 2 * * *" },
        checkinMarginMinutes: 1,
        maxRuntimeMinutes: 1,
        failureIssueThreshold: 1,
        recoveryThreshold: 1,
      }),
  ],
  [
    "sentry",
    "sentry:index/notificationAction:NotificationAction",
    () =>
      new sentry.NotificationAction("r", {
        organization,
        projects: [project],
        triggerType: "spike-protection",
        serviceType: "email",
      }),
  ],
  [
    "sentry",
    "sentry:index/projectSpikeProtection:ProjectSpikeProtection",
    () => new sentry.ProjectSpikeProtection("r", { ...monitor, enabled: true }),
  ],
  [
    "sentry",
    "sentry:index/integrationPagerduty:IntegrationPagerduty",
    () =>
      new sentry.IntegrationPagerduty("r", {
        organization,
        integrationId: "1",
        service: "on-call",
        integrationKey: canary,
      }),
  ],
  ["sentry", "pulumi:providers:sentry", () => new sentry.Provider("r")],
];

const parameters: Record<string, string> = {
  render: '{"remote":{"url":"registry.opentofu.org/render-oss/render","version":"1.9.1"}}',
  sentry: '{"remote":{"url":"registry.opentofu.org/jianyuan/sentry","version":"0.15.4"}}',
  supabase: '{"remote":{"url":"registry.opentofu.org/supabase/supabase","version":"1.10.1"}}',
};

describe.each(resources)("%s: %s", (name, token, make) => {
  it("has its token, and the reference of its package in place of a version", async () => {
    await urnOf(make());
    expect(sent.resources()).toHaveLength(1);
    expect(sent.resources()[0]).toMatchObject({
      type: token,
      custom: true,
      packageref: "mock-uuid",
      version: "",
      plugindownloadurl: "",
    });
    expect(sent.packages()).toHaveLength(1);
    const registered = sent.packages()[0];
    expect(registered).toMatchObject({
      name: "terraform-provider",
      version: "1.1.0",
      downloadUrl: "",
      parameterization: { name },
    });
    expect(registered?.parameter).toBe(parameters[name]);
  });
});

describe("the packages", () => {
  it.each(["render", "sentry", "supabase"])(
    "are registered once for a program and have one version: %s",
    async (name) => {
      const made = resources.filter(([of]) => of === name).map(([, , make]) => make());
      await Promise.all(made.map(urnOf));
      expect(sent.packages()).toHaveLength(1);
      const manifest: unknown = JSON.parse(readFileSync(`sdks/${name}/package.json`, "utf8"));
      const version = sent.packages()[0]?.parameterization?.version;
      expect(manifest).toMatchObject({ name: `@pulumi/${name}`, version });
    },
  );
});

describe("a bridged resource", () => {
  it("refuses what lacks a required input, as the generated one does", () => {
    const broken: Partial<render.WebServiceArgs> = { plan: "standard" };
    const make = () => Reflect.construct(render.WebService, ["api", broken]);
    expect(make).toThrow("Missing required property 'region'");
  });

  it("sends its inputs as they are given", async () => {
    const args: render.WebServiceArgs = {
      ...service,
      autoscaling: {
        enabled: true,
        min: 2,
        max: 6,
        criteria: { cpu: { enabled: true, percentage: 70 }, memory: { enabled: true, percentage: 75 } },
      },
      customDomains: [{ name: "api.optropic.example" }],
      envVars: { NODE_ENV: { value: "production" }, SALT: { generateValue: true } },
      ipAllowLists: [{ cidrBlock: "192.0.2.0/24", description: "office" }],
    };
    await urnOf(new render.WebService("api", args));
    expect(sent.resources()[0]?.object).toEqual(args);
  });

  it("knows in a preview that its outputs are to come", async () => {
    const web = new render.WebService("api", service);
    await urnOf(web);
    for (const output of [web.url, web.slug, web.activeCustomDomains]) {
      expect(pulumi.Output.isInstance(output)).toBe(true);
    }
    expectTypeOf(web.url).toEqualTypeOf<pulumi.Output<string>>();
    expectTypeOf(web.autoscaling).toExtend<pulumi.Output<{ max: number } | undefined>>();
  });

  it("looks up an existing one by its id", async () => {
    const found = render.EnvGroup.get("group", "evg-1", { name: "shared" });
    await urnOf(found);
    expect(sent.resources()).toEqual([]);
    expect(sent.reads()[0]).toMatchObject({
      id: "evg-1",
      type: "render:index/envGroup:EnvGroup",
      packageref: "mock-uuid",
    });
  });

  it("is told from others", () => {
    const group = new render.EnvGroup("group");
    expect(render.EnvGroup.isInstance(group)).toBe(true);
    for (const other of [
      render.WebService,
      render.Project,
      supabase.Project,
      supabase.AddOn,
      render.Provider,
    ]) {
      expect(other.isInstance(group)).toBe(false);
    }
    expect(render.EnvGroup.isInstance(undefined)).toBe(false);
    expect(render.Provider.isInstance(new render.Provider("p"))).toBe(true);
    expect(supabase.Provider.isInstance(new render.Provider("q"))).toBe(false);
  });
});

describe("secrets", () => {
  const cases: [string, string, () => pulumi.CustomResource][] = [
    ["render.Provider", "apiKey", () => new render.Provider("p", { apiKey: canary })],
    ["render.LogStream", "token", () => new render.LogStream("l", { preview: "send", token: canary })],
    ["sentry.Provider", "token", () => new sentry.Provider("p", { token: canary })],
    ["supabase.Provider", "accessToken", () => new supabase.Provider("p", { accessToken: canary })],
    ["supabase.Project", "databasePassword", () => new supabase.Project("d", database)],
    ["supabase.AddOn", "accessToken", () => addOn({ accessToken: canary })],
    ["supabase.PoolerConfig", "accessToken", () => pooler({ accessToken: canary })],
  ];

  it.each(cases)("%s.%s goes out marked, and comes back so", async (_name, property, make) => {
    await urnOf(make());
    expect(sent.resources()[0]).toMatchObject({
      object: { [property]: { [secretMark]: expect.any(String), value: canary } },
      additionalsecretoutputsList: [property],
    });
  });

  it("of a provider's settings, what is no string travels as JSON", async () => {
    await urnOf(new render.Provider("p", { waitForDeployCompletion: true, ownerId: "tea-1" }));
    expect(sent.resources()[0]?.object).toEqual({ waitForDeployCompletion: "true", ownerId: "tea-1" });
  });
});

describe("a key at Sentry", () => {
  it("brings secrets that it was not given", async () => {
    await urnOf(new sentry.Key("k", monitor));
    expect(sent.resources()[0]).toMatchObject({
      additionalsecretoutputsList: ["dsn", "dsnSecret", "secret"],
    });
  });
});

describe("getProjectIssueStreamMonitor", () => {
  const expected = { ...monitor, id: "made-up" };

  it("asks with the reference of the package", async () => {
    expect(await sentry.getProjectIssueStreamMonitor(monitor)).toMatchObject(expected);
    expect(sent.invokes()[0]).toMatchObject({
      tok: "sentry:index/getProjectIssueStreamMonitor:getProjectIssueStreamMonitor",
      packageref: "mock-uuid",
      version: "",
    });
  });

  it("takes outputs", async () => {
    const result = sentry.getProjectIssueStreamMonitorOutput({
      organization,
      project: pulumi.output(project),
    });
    expect(await new Promise((resolve) => result.apply(resolve))).toMatchObject(expected);
  });
});

describe("getPooler", () => {
  const expected = { projectRef: "ref", id: "made-up", url: { transaction: "postgresql://pooler" } };

  it("asks with the reference of the package", async () => {
    expect(await supabase.getPooler({ projectRef: "ref" })).toEqual(expected);
    expect(sent.invokes()[0]).toMatchObject({
      tok: "supabase:index/getPooler:getPooler",
      packageref: "mock-uuid",
      version: "",
    });
  });

  it("takes outputs", async () => {
    const result = supabase.getPoolerOutput({ projectRef: pulumi.output("ref") });
    expect(await new Promise((resolve) => result.apply(resolve))).toEqual(expected);
    expect(sent.packages()).toHaveLength(1);
  });
});

describe("a dynamic resource", () => {
  it("has a token that says what it is, and its provider's source", async () => {
    const texts = await serializedProviders();
    expect(Object.keys(texts).sort()).toEqual([
      "pulumi-nodejs:supabase:AddOn",
      "pulumi-nodejs:supabase:PoolerConfig",
    ]);
    for (const text of Object.values(texts)) {
      expect(text).toMatch(/^exports\.handler = /);
      // The state goes to other machines: no path of this one, and nothing to load there.
      expect(text).not.toMatch(/require\(|import\(|\/sdks\//);
    }
  });

  it("sends the inputs that are given, and no package reference", async () => {
    const made = addOn({});
    await urnOf(made);
    expect(supabase.AddOn.isInstance(made)).toBe(true);
    expect(supabase.PoolerConfig.isInstance(made)).toBe(false);
    expect(sent.packages()).toEqual([]);
    expect(sent.resources()[0]).toMatchObject({
      packageref: "",
      object: { projectRef: "abcdefghijklmnopqrst", type: "pitr", variant: "pitr_7" },
    });
  });
});

function addOn(access: { accessToken?: string }): supabase.AddOn {
  return new supabase.AddOn("a", {
    projectRef: "abcdefghijklmnopqrst",
    type: "pitr",
    variant: "pitr_7",
    ...access,
  });
}

function pooler(access: { accessToken?: string }): supabase.PoolerConfig {
  return new supabase.PoolerConfig("p", {
    projectRef: "abcdefghijklmnopqrst",
    poolMode: "transaction",
    defaultPoolSize: 15,
    ...access,
  });
}
