import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { ErrorTracking, type ErrorTrackingArgs } from "../../components/error-tracking.ts";
import { type RecordingOptions, record, settled } from "./recorder.ts";

const args: ErrorTrackingArgs = {
  stage: "production",
  project: { name: "optropic", repository: "optropic/platform", branch: "main" },
  errorTracking: {
    organization: "example-organization",
    region: "de",
    pagerDutyIntegration: "4711",
    keyRateLimit: { count: 300, windowSeconds: 60 },
  },
  domains: { web: "optropic.example", redirect: "www.optropic.example", api: "api.optropic.example" },
  healthCheckPath: "/api/health",
  errorRatePercent: 1,
  backupSchedule: "15 2 * * *",
  onCall: { name: "optropic-on-call", integrationKey: "integration canary" },
};

const dsn = {
  public: "https://0123abcd@o1.ingest.de.sentry.io/42",
  secret: "https://0123abcd:secret-canary@o1.ingest.de.sentry.io/42",
  csp: "https://o1.ingest.de.sentry.io/api/42/csp-report/?sentry_key=0123abcd",
};

function declare(changes: Partial<ErrorTrackingArgs> = {}, outputs: RecordingOptions["outputs"] = {}) {
  return record((opts) => new ErrorTracking("errors", { ...args, ...changes }, opts), {
    outputs: {
      "sentry:index/key:Key": { dsn },
      "sentry:index/team:Team": { internalId: "7" },
      "sentry:index/project:Project": { internalId: "42" },
      ...outputs,
    },
    calls: {
      "sentry:index/getProjectIssueStreamMonitor:getProjectIssueStreamMonitor": { id: "stream" },
    },
  });
}

describe("the project", () => {
  test("takes events from pages of the platform's own hosts, and has no key or alert of Sentry's", async () => {
    const { named } = await declare();
    expect(named("errors-project").inputs).toEqual({
      organization: "example-organization",
      teams: ["optropic"],
      name: "optropic-app",
      slug: "optropic-app",
      platform: "node",
      defaultKey: false,
      defaultRules: false,
      clientSecurity: {
        allowedDomains: [
          "https://optropic.example",
          "https://www.optropic.example",
          "https://api.optropic.example",
        ],
        scrapeJavascript: false,
        verifyTlsSsl: true,
      },
    });
    expect(named("errors-project").options.protect).toBe(true);
  });

  test("has a page that is known before it exists", async () => {
    const { component } = await declare();
    expect(await settled(component.url)).toBe(
      "https://example-organization.sentry.io/projects/optropic-app/",
    );
    expect(await settled(component.projectSlug)).toBe("optropic-app");
    expect(await settled(component.projectId)).toBe("42");
  });

  test("drops noise and floods, and says when it does", async () => {
    const { ofType, named } = await declare();
    const filters = ofType("sentry:index/projectInboundDataFilter:ProjectInboundDataFilter");
    expect(filters.map(({ inputs }) => inputs)).toEqual(
      ["browser-extensions", "localhost", "web-crawlers", "filtered-transaction"].map((filterId) => ({
        organization: "example-organization",
        project: "errors-project-id",
        filterId,
        active: true,
      })),
    );
    expect(named("errors-spike-protection").inputs).toMatchObject({ enabled: true });
    expect(named("errors-spike-notification").inputs).toMatchObject({
      projects: ["errors-project-id"],
      triggerType: "spike-protection",
    });
  });

  test("leaves out a host that there is none of", async () => {
    const { named } = await declare({ domains: { web: "optropic.example", api: "api.optropic.example" } });
    expect(named("errors-project").inputs.clientSecurity).toMatchObject({
      allowedDomains: ["https://optropic.example", "https://api.optropic.example"],
    });
  });
});

describe("the key", () => {
  test("has the rate limit of the settings", async () => {
    const { named } = await declare();
    expect(named("errors-key").inputs).toEqual({
      organization: "example-organization",
      project: "errors-project-id",
      name: "optropic-hosts",
      rateLimitCount: 300,
      rateLimitWindow: 60,
    });
  });

  test("gives its public DSN, which is no secret", async () => {
    const { component } = await declare();
    expect(await settled(component.dsn)).toBe(dsn.public);
    expect(await pulumi.isSecret(component.dsn)).toBe(false);
  });

  test("keeps its other DSNs secret", async () => {
    const { named } = await declare();
    expect(named("errors-key").options.additionalSecretOutputs).toEqual(["dsn", "dsnSecret", "secret"]);
  });
});

describe("the monitors", () => {
  test("watch the share of failed requests against the objective", async () => {
    const { named } = await declare({ errorRatePercent: 0.5 });
    expect(named("errors-error-rate").inputs).toMatchObject({
      project: "errors-project-id",
      owner: { teamId: "7" },
      aggregate: "failure_rate()",
      dataset: "events_analytics_platform",
      eventTypes: ["trace_item_span"],
      timeWindowSeconds: 300,
      issueDetection: { type: "static" },
      conditionGroup: {
        conditions: [
          { type: "gt", comparison: 0.005, conditionResult: 75 },
          { type: "lte", comparison: 0.005, conditionResult: 0 },
        ],
      },
    });
  });

  test.each([
    ["web", "https://optropic.example/api/health"],
    ["api", "https://api.optropic.example/api/health"],
  ])("ask for the health of the %s host each minute", async (part, url) => {
    const { named } = await declare();
    const { inputs } = named(`errors-uptime-${part}`);
    expect(inputs).toMatchObject({
      url,
      method: "GET",
      intervalSeconds: 60,
      timeoutMs: 10_000,
      environment: "production",
    });
    expect(JSON.parse(String(inputs.assertionJson))).toEqual({
      root: { op: "and", children: [{ op: "status_code_check", operator: { cmp: "equals" }, value: 200 }] },
    });
  });

  test("expect a check-in of the backup job on its schedule", async () => {
    const { named, component } = await declare({ backupSchedule: "0 4 * * *", backupMaxMinutes: 45 });
    expect(named("errors-backup").inputs).toMatchObject({
      name: "optropic-backup",
      schedule: { crontab: "0 4 * * *" },
      timezone: "UTC",
      maxRuntimeMinutes: 45,
      failureIssueThreshold: 1,
    });
    expect(await settled(component.backupCheckInSlug)).toBe("optropic-backup");
    expect(await settled(component.backupCheckInUrl)).toBe(
      "https://o1.ingest.de.sentry.io/api/42/cron/optropic-backup/0123abcd/",
    );
  });
});

describe("the alerts", () => {
  const appears = [{ firstSeenEvent: {} }, { regressionEvent: {} }, { reappearedEvent: {} }];
  const mail = { logicType: "all", actions: [{ email: { targetType: "team", targetId: "7" } }] };

  test("tell the team of new and regressed issues", async () => {
    const { named } = await declare();
    expect(named("errors-issue-alert").inputs).toMatchObject({
      organization: "example-organization",
      monitorIds: ["stream"],
      triggerConditions: appears,
      actionFilters: [mail],
    });
  });

  test("page for what the monitors find", async () => {
    const { named } = await declare();
    expect(named("errors-incident-alert").inputs).toMatchObject({
      monitorIds: [
        "errors-error-rate-id",
        "errors-uptime-web-id",
        "errors-uptime-api-id",
        "errors-backup-id",
      ],
      triggerConditions: appears,
      actionFilters: [
        {
          logicType: "all",
          actions: [
            {
              pagerduty: {
                integrationId: "4711",
                serviceId: "errors-pager-id",
                serviceName: "optropic-on-call",
                severity: "critical",
              },
            },
          ],
        },
        mail,
      ],
    });
    expect(named("errors-pager").inputs).toEqual({
      organization: "example-organization",
      integrationId: "4711",
      service: "optropic-on-call",
      integrationKey: { secret: "integration canary" },
    });
  });

  test.each<[string, Partial<ErrorTrackingArgs>]>([
    [
      "no integration is installed",
      { errorTracking: { ...args.errorTracking, pagerDutyIntegration: undefined } },
    ],
    ["nobody is on call", { onCall: undefined }],
  ])("go by e-mail alone where %s", async (_, changes) => {
    const { named, resources } = await declare(changes);
    expect(named("errors-incident-alert").inputs).toMatchObject({ actionFilters: [mail] });
    expect(resources.map(({ name }) => name)).not.toContain("errors-pager");
  });
});

test.each([
  ["de", "https://de.sentry.io/api/"],
  ["us", "https://us.sentry.io/api/"],
] as const)("speaks to the API of region %s", async (region, baseUrl) => {
  const { named, resources } = await declare({ errorTracking: { ...args.errorTracking, region } });
  expect(named("errors-sentry").inputs).toEqual({ baseUrl });
  const others = resources.filter(({ name }) => name !== "errors-sentry");
  expect(new Set(others.map(({ options }) => options.provider)).size).toBe(1);
});

test("another stage has a team and a project of its own", async () => {
  const { named, component } = await declare({ stage: "staging" });
  expect(named("errors-team").inputs).toMatchObject({ name: "optropic-staging", slug: "optropic-staging" });
  expect(named("errors-project").inputs).toMatchObject({ slug: "optropic-app-staging" });
  expect(await settled(component.backupCheckInSlug)).toBe("optropic-backup-staging");
});

test("takes the team of the settings", async () => {
  const { named } = await declare({ errorTracking: { ...args.errorTracking, team: "platform" } });
  expect(named("errors-team").inputs).toMatchObject({ slug: "platform" });
});

test("every child belongs to the component and starts with its name", async () => {
  const { resources, component } = await declare();
  expect(resources).toHaveLength(17);
  for (const { name, options } of resources) {
    expect(name).toMatch(/^errors-/);
    expect(options.parent).toBe(component);
  }
});
