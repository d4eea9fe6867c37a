import type * as pulumi from "@pulumi/pulumi";
import type {
  AlertArgs,
  CronMonitorArgs,
  IntegrationPagerdutyArgs,
  KeyArgs,
  MetricMonitorArgs,
  NotificationActionArgs,
  ProjectArgs,
  ProjectInboundDataFilterArgs,
  ProjectSpikeProtectionArgs,
  ProviderArgs,
  TeamArgs,
  UptimeMonitorArgs,
} from "@pulumi/sentry";
import type { Settings, Stage } from "../../config/settings.ts";
import type { ComponentArgs, Scope } from "../scope.ts";

/**
 * @example
 * new ErrorTracking("errors", {
 *   stage: settings.stage,
 *   project: settings.project,
 *   errorTracking: settings.errorTracking,
 *   domains: settings.domains,
 *   healthCheckPath: settings.api.healthCheckPath,
 *   errorRatePercent: settings.objectives.errorRatePercent,
 *   backupSchedule: settings.backups.schedule,
 *   onCall: { name: onCall.serviceName, integrationKey: onCall.sentryIntegrationKey },
 *   transform: { issueAlert: { frequencyMinutes: 1440 } },
 * });
 */
export interface ErrorTrackingArgs extends ComponentArgs<ErrorTrackingChildren> {
  stage: Stage;
  /** The name from which the names at Sentry are derived. */
  project: Settings["project"];
  /**
   * Organization, its region, the team, the rate limit of the key, and the number of the PagerDuty integration.
   * Only a person can install that integration; without its number nobody is paged.
   */
  errorTracking: Settings["errorTracking"];
  /** Hosts whose pages may send events, and whose health is monitored. */
  domains: EventHosts;
  /** Further hosts whose pages may send events. Default: none. */
  furtherPages?: readonly string[];
  /** Path of the health check, on both hosts (item 5.7). */
  healthCheckPath: Settings["api"]["healthCheckPath"];
  /** Percentage of failed requests above which the error rate is an incident (items 6.4, A.1). */
  errorRatePercent: Settings["objectives"]["errorRatePercent"];
  /** When the backup job runs: five cron fields, UTC. */
  backupSchedule: Settings["backups"]["schedule"];
  /** Who is paged. Default: incidents go to the team by e-mail only, as new issues do. */
  onCall?: OnCallService | undefined;
  /** Maximum duration of a backup in minutes. Default: 120. */
  backupMaxMinutes?: number;
  /** Maximum duration of a health check in milliseconds. Default: 10,000. */
  healthTimeoutMs?: number;
}

export type EventHosts = Pick<Settings["domains"], "web" | "redirect" | "api">;

/** A PagerDuty service that incidents go to. */
export interface OnCallService {
  /** Name of the service. */
  name: pulumi.Input<string>;
  /** Integration key of the service. Always treated as a secret. */
  integrationKey: pulumi.Input<string>;
}

/** The resources of an `ErrorTracking`. */
export interface ErrorTrackingChildren {
  /** The connection to Sentry, in the organization's region. */
  sentry: ProviderArgs;
  team: TeamArgs;
  project: ProjectArgs;
  /** Each filter of events that no change to the platform could fix. */
  filter: ProjectInboundDataFilterArgs;
  spikeProtection: ProjectSpikeProtectionArgs;
  spikeNotification: NotificationActionArgs;
  key: KeyArgs;
  /** The monitor of the error rate. */
  errorRate: MetricMonitorArgs;
  /** The monitor of the health check of each host. */
  uptime: UptimeMonitorArgs;
  /** The monitor of the backup job. */
  backup: CronMonitorArgs;
  /** The on-call service at the organization's PagerDuty integration. */
  pager: IntegrationPagerdutyArgs;
  /** Reports new issues. */
  issueAlert: AlertArgs;
  /** Reports incidents. */
  incidentAlert: AlertArgs;
}

export type ErrorTrackingScope = Scope<ErrorTrackingChildren>;
