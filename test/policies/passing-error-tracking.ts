import { sentry } from "../../policies/model/tokens.ts";
import { type Fixture, secret, unknown } from "./fixture.ts";

/** Error tracking of a stack that passes, as a first preview sees it. */
export function passingErrorTracking(): Fixture[] {
  return [...project(), ...monitors(), pager(), ...alerts()];
}

const organization = "example-organization";

function project(): Fixture[] {
  return [
    {
      type: "sentry:index/team:Team",
      name: "errors-team",
      props: { organization, name: "optropic", slug: "optropic" },
    },
    {
      type: sentry.project[0],
      name: "errors-project",
      props: {
        organization,
        teams: [unknown],
        name: "optropic-app",
        slug: "optropic-app",
        platform: "node",
        defaultKey: false,
        defaultRules: false,
        clientSecurity: {
          allowedDomains: ["https://optropic.example", "https://api.optropic.example"],
          scrapeJavascript: false,
          verifyTlsSsl: true,
        },
      },
      from: { teams: ["errors-team"] },
      protect: true,
    },
    {
      type: sentry.key[0],
      name: "errors-key",
      props: {
        organization,
        project: unknown,
        name: "optropic-hosts",
        rateLimitCount: 300,
        rateLimitWindow: 60,
      },
      from: { project: ["errors-project"] },
    },
  ];
}

function monitors(): Fixture[] {
  const shared = { organization, project: unknown, owner: { teamId: unknown }, enabled: true };
  const from = { project: ["errors-project"], owner: ["errors-team"] };
  const uptime = (part: string, host: string): Fixture => ({
    type: sentry.uptimeMonitor,
    name: `errors-uptime-${part}`,
    props: {
      ...shared,
      name: `optropic-${part}-health`,
      environment: "production",
      url: `https://${host}/api/health`,
      method: "GET",
      intervalSeconds: 60,
      timeoutMs: 10_000,
    },
    from,
  });
  return [
    {
      type: sentry.metricMonitor,
      name: "errors-error-rate",
      props: {
        ...shared,
        name: "optropic-error-rate",
        aggregate: "failure_rate()",
        dataset: "events_analytics_platform",
        eventTypes: ["trace_item_span"],
        timeWindowSeconds: 300,
        issueDetection: { type: "static" },
        conditionGroup: {
          logicType: "any",
          conditions: [
            { type: "gt", comparison: 0.01, conditionResult: 75 },
            { type: "lte", comparison: 0.01, conditionResult: 0 },
          ],
        },
      },
      from,
    },
    uptime("web", "optropic.example"),
    uptime("api", "api.optropic.example"),
    {
      type: sentry.cronMonitor,
      name: "errors-backup",
      props: {
        ...shared,
        name: "optropic-backup",
        schedule: { crontab: "15 2 * * *" },
        checkinMarginMinutes: 30,
        maxRuntimeMinutes: 120,
        failureIssueThreshold: 1,
        recoveryThreshold: 1,
      },
      from,
    },
  ];
}

function pager(): Fixture {
  return {
    type: "sentry:index/integrationPagerduty:IntegrationPagerduty",
    name: "errors-pager",
    props: { organization, integrationId: "200001", service: unknown, integrationKey: secret(unknown) },
  };
}

function alerts(): Fixture[] {
  const triggerConditions = [{ firstSeenEvent: {} }, { regressionEvent: {} }, { reappearedEvent: {} }];
  const mail = { logicType: "all", actions: [{ email: { targetType: "team", targetId: unknown } }] };
  const page = {
    logicType: "all",
    actions: [
      {
        pagerduty: {
          integrationId: "200001",
          serviceId: unknown,
          serviceName: unknown,
          severity: "critical",
        },
      },
    ],
  };
  return [
    {
      type: sentry.alert,
      name: "errors-issue-alert",
      props: {
        organization,
        name: "optropic-issues",
        monitorIds: [unknown],
        triggerConditions,
        actionFilters: [mail],
        frequencyMinutes: 60,
        enabled: true,
      },
      from: { monitorIds: ["errors-project"], actionFilters: ["errors-team"] },
    },
    {
      type: sentry.alert,
      name: "errors-incident-alert",
      props: {
        organization,
        name: "optropic-incidents",
        monitorIds: [unknown, unknown, unknown, unknown],
        triggerConditions,
        actionFilters: [page, mail],
        frequencyMinutes: 30,
        enabled: true,
      },
      from: {
        monitorIds: ["errors-error-rate", "errors-uptime-web", "errors-uptime-api", "errors-backup"],
        actionFilters: ["errors-pager", "errors-team"],
      },
    },
  ];
}
