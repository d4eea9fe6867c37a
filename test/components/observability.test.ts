import { afterEach, describe, expect, test, vi } from "vitest";
import { probeId } from "../../components/observability/synthetic-checks.ts";
import { args, declare } from "./observability/declare.ts";
import { settled } from "./recorder.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("every child belongs to the component, starts with its name and is in its Grafana", async () => {
  const { resources, component } = await declare();
  for (const { type, name, options } of resources) {
    expect(name).toMatch(/^observability-/);
    expect(options.parent).toBe(component);
    if (type !== "pulumi:providers:grafana") expect(options.provider).toBe(component.provider);
  }
});

test("outputs say where to look (item C.8)", async () => {
  const { component } = await declare();
  expect(await settled(component.dashboardUrls)).toEqual({
    service: "https://optropic.grafana.example/d/optropic-service",
    database: "https://optropic.grafana.example/d/optropic-database",
    goLive: "https://optropic.grafana.example/d/optropic-go-live",
  });
  expect(await settled(component.alertsUrl)).toBe("https://optropic.grafana.example/alerting/list");
  expect(await settled(component.metricsUrls)).toEqual([
    "https://optropic.example/api/metrics",
    "https://api.optropic.example/api/metrics",
  ]);
});

describe("the provider", () => {
  test("is of the stack in the settings", async () => {
    const { named } = await declare();
    expect(named("observability-grafana").inputs).toMatchObject({
      url: "https://optropic.grafana.example",
      stackId: "100001",
    });
  });

  test("keeps the tokens of the environment secret", async () => {
    vi.stubEnv("GRAFANA_AUTH", "auth canary");
    vi.stubEnv("GRAFANA_SM_ACCESS_TOKEN", "checks canary");
    const { named } = await declare();
    expect(named("observability-grafana").inputs).toMatchObject({
      auth: { secret: "auth canary" },
      smAccessToken: { secret: "checks canary" },
    });
  });
});

describe("the metrics of each host", () => {
  test.each([
    ["api", "https://api.optropic.example/api/metrics"],
    ["web", "https://optropic.example/api/metrics"],
  ])("are scraped: %s", async (host, url) => {
    const { named } = await declare();
    expect(named(`observability-scrape-${host}`).inputs).toEqual({
      stackId: "100001",
      name: `optropic-${host}`,
      url,
      enabled: true,
      scrapeIntervalSeconds: 60,
      authenticationMethod: "bearer",
      authenticationBearerToken: { secret: "token canary" },
    });
  });

  test("are read from the data source that the stack has", async () => {
    const { ofType, component } = await declare();
    expect(ofType("grafana:oss/dataSource:DataSource")).toEqual([]);
    expect(await settled(component.dataSourceUid)).toBe("grafanacloud-prom");
  });

  test("are read from a Prometheus of one's own where there is one", async () => {
    const grafana = { ...args.observability.grafana, dataSource: "prometheus" };
    const { named } = await declare({
      observability: { ...args.observability, grafana },
      prometheus: { url: "https://prometheus.optropic.example", username: "grafana", password: "canary" },
    });
    const source = named("observability-prometheus");
    expect(source.inputs).toMatchObject({
      type: "prometheus",
      uid: "prometheus",
      url: "https://prometheus.optropic.example",
      basicAuthEnabled: true,
      basicAuthUsername: "grafana",
      secureJsonDataEncoded: { secret: JSON.stringify({ basicAuthPassword: "canary" }) },
    });
    expect(JSON.stringify(named("observability-dashboard-service").inputs)).not.toContain("grafanacloud");
    expect(JSON.stringify(named("observability-alerts-service").inputs)).not.toContain("grafanacloud");
  });
});

describe("the health endpoint of each host", () => {
  test.each([
    ["api", "https://api.optropic.example/api/health"],
    ["web", "https://optropic.example/api/health"],
  ])("is called from every region: %s", async (host, target) => {
    const { named } = await declare();
    expect(named(`observability-health-${host}`).inputs).toEqual({
      job: "optropic-health",
      target,
      enabled: true,
      probes: [1, 2, 3],
      frequency: 60_000,
      timeout: 5_000,
      folderUid: "optropic",
      labels: { host },
      settings: {
        http: { method: "GET", failIfNotSsl: true, noFollowRedirects: true, validStatusCodes: [200] },
      },
    });
  });

  test("is not called from a region that Grafana does not have", () => {
    expect(() => probeId("NewYork")({ Paris: 4, London: 2 })).toThrow(
      "Grafana has no probe NewYork (observability.syntheticProbes). Use one of these: London, Paris.",
    );
  });
});
