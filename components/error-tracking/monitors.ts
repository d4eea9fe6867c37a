import { CronMonitor, MetricMonitor, type Project, type Team, UptimeMonitor } from "@pulumi/sentry";
import { vendorName } from "../../config/naming.ts";
import type { ErrorTrackingArgs, ErrorTrackingScope } from "./args.ts";

/** A monitor whose issues are incidents. */
export type Incident = MetricMonitor | UptimeMonitor | CronMonitor;

type MonitorArgs = Omit<ErrorTrackingArgs, "onCall">;

/** Monitors of the error rate, of the health check of each host, and of the backup job. */
export function createMonitors(
  scope: ErrorTrackingScope,
  args: MonitorArgs,
  project: Project,
  team: Team,
): Incident[] {
  const shared = {
    organization: args.errorTracking.organization,
    project: project.id,
    owner: { teamId: team.internalId },
  };
  return [
    watchErrorRate(scope, args, shared),
    watchHealth(scope, args, shared, "web"),
    watchHealth(scope, args, shared, "api"),
    watchBackups(scope, args, shared),
  ];
}

/** Slug that the backup job checks in with. Sentry derives it from the monitor's name, which is the same. */
export function backupSlug({ project, stage }: Pick<ErrorTrackingArgs, "project" | "stage">): string {
  return vendorName(project, stage, "backup");
}

type Shared = Pick<ConstructorParameters<typeof CronMonitor>[1], "owner"> & {
  organization: string;
  project: Project["id"];
};

/** Sentry's priorities of an issue, as thresholds name them. */
const priority = { high: 75, resolved: 0 } as const;

/** The share of requests that failed, according to their spans: `failure_rate()` is 0 to 1. */
function watchErrorRate(scope: ErrorTrackingScope, args: MonitorArgs, shared: Shared) {
  const comparison = args.errorRatePercent / 100;
  return new MetricMonitor(
    ...scope.child("errorRate", {
      ...shared,
      name: vendorName(args.project, args.stage, "error-rate"),
      description: `More than ${args.errorRatePercent} % of requests failed within five minutes.`,
      aggregate: "failure_rate()",
      dataset: "events_analytics_platform",
      eventTypes: ["trace_item_span"],
      query: "is_transaction:true",
      queryType: "performance",
      timeWindowSeconds: 300,
      issueDetection: { type: "static" },
      conditionGroup: {
        logicType: "any",
        conditions: [
          { type: "gt", comparison, conditionResult: priority.high },
          { type: "lte", comparison, conditionResult: priority.resolved },
        ],
      },
      enabled: true,
    }),
  );
}

function watchHealth(scope: ErrorTrackingScope, args: MonitorArgs, shared: Shared, part: "web" | "api") {
  const host = args.domains[part];
  return new UptimeMonitor(
    ...scope.named("uptime", `uptime-${part}`, {
      ...shared,
      name: vendorName(args.project, args.stage, `${part}-health`),
      description: `The health check of ${host} fails.`,
      environment: args.stage,
      url: `https://${host}${args.healthCheckPath}`,
      method: "GET",
      intervalSeconds: 60,
      timeoutMs: args.healthTimeoutMs ?? 10_000,
      assertionJson: answers200,
      downtimeThreshold: 3,
      recoveryThreshold: 1,
      enabled: true,
    }),
  );
}

/** The output of the provider's functions `assertion` and `op_status_code_check`. A redirect is a failure. */
const answers200 = JSON.stringify({
  root: {
    op: "and",
    children: [{ op: "status_code_check", operator: { cmp: "equals" }, value: 200 }],
  },
});

function watchBackups(scope: ErrorTrackingScope, args: MonitorArgs, shared: Shared) {
  return new CronMonitor(
    ...scope.child("backup", {
      ...shared,
      name: backupSlug(args),
      description: "The backup of the database failed or did not run.",
      schedule: { crontab: args.backupSchedule },
      timezone: "UTC",
      checkinMarginMinutes: 30,
      maxRuntimeMinutes: args.backupMaxMinutes ?? 120,
      failureIssueThreshold: 1,
      recoveryThreshold: 1,
      enabled: true,
    }),
  );
}
