import { CronMonitor, MetricMonitor, type Project, type Team, UptimeMonitor } from "@pulumi/sentry";
import { vendorName } from "../../config/naming.ts";
import type { ErrorTrackingArgs } from "../error-tracking.ts";
import type { ErrorTrackingScope } from "./scope.ts";

/** Monitors whose issues are incidents. */
export interface Monitors {
  readonly incidents: readonly (MetricMonitor | UptimeMonitor | CronMonitor)[];
  /** Slug that the backup job checks in by. */
  readonly backupSlug: string;
}

type MonitorArgs = Pick<
  ErrorTrackingArgs,
  | "stage"
  | "project"
  | "domains"
  | "healthCheckPath"
  | "errorRatePercent"
  | "backupSchedule"
  | "backupMaxMinutes"
  | "healthTimeoutMs"
>;

/** Monitors of the error rate, of the health check of each host, and of the backup job. */
export function createMonitors(
  scope: ErrorTrackingScope,
  args: MonitorArgs,
  project: Project,
  team: Team,
): Monitors {
  const shared = {
    organization: scope.organization,
    project: project.id,
    owner: { teamId: team.internalId },
  };
  const { web, api } = args.domains;
  return {
    incidents: [
      watchErrorRate(scope, args, shared),
      watchHealth(scope, args, shared, "web", web),
      watchHealth(scope, args, shared, "api", api),
      watchBackups(scope, args, shared),
    ],
    backupSlug: backupSlug(args),
  };
}

type Shared = Pick<ConstructorParameters<typeof CronMonitor>[1], "owner"> & {
  organization: string;
  project: Project["id"];
};

/** Sentry's priorities of an issue, as thresholds name them. */
const priority = { high: 75, resolved: 0 } as const;

/** The share of requests that failed, by their spans: `failure_rate()` is 0 to 1. */
function watchErrorRate({ name, options }: ErrorTrackingScope, args: MonitorArgs, shared: Shared) {
  const comparison = args.errorRatePercent / 100;
  return new MetricMonitor(
    `${name}-error-rate`,
    {
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
    },
    options,
  );
}

function watchHealth(
  { name, options }: ErrorTrackingScope,
  args: MonitorArgs,
  shared: Shared,
  part: "web" | "api",
  host: string,
) {
  return new UptimeMonitor(
    `${name}-uptime-${part}`,
    {
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
    },
    options,
  );
}

/** What the provider's functions `assertion` and `op_status_code_check` make: a redirect is no health. */
const answers200 = JSON.stringify({
  root: {
    op: "and",
    children: [{ op: "status_code_check", operator: { cmp: "equals" }, value: 200 }],
  },
});

function watchBackups({ name, options }: ErrorTrackingScope, args: MonitorArgs, shared: Shared) {
  return new CronMonitor(
    `${name}-backup`,
    {
      ...shared,
      // Sentry makes the slug of the check-ins from the name, which is one already.
      name: backupSlug(args),
      description: "The backup of the database failed or did not run.",
      schedule: { crontab: args.backupSchedule },
      timezone: "UTC",
      checkinMarginMinutes: 30,
      maxRuntimeMinutes: args.backupMaxMinutes ?? 120,
      failureIssueThreshold: 1,
      recoveryThreshold: 1,
      enabled: true,
    },
    options,
  );
}

function backupSlug({ project, stage }: MonitorArgs): string {
  return vendorName(project, stage, "backup");
}
