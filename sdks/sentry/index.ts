/**
 * `@pulumi/sentry`: the resources of Terraform's provider jianyuan/sentry that this project declares, with
 * the names, tokens and properties that `pulumi package add terraform-provider jianyuan/sentry` gives them.
 */
export { Alert, type AlertArgs, type AlertState } from "./alert.ts";
export type * from "./alert-types.ts";
export { CronMonitor, type CronMonitorArgs, type CronMonitorState } from "./cron-monitor.ts";
export {
  type GetProjectIssueStreamMonitorArgs,
  type GetProjectIssueStreamMonitorOutputArgs,
  type GetProjectIssueStreamMonitorResult,
  getProjectIssueStreamMonitor,
  getProjectIssueStreamMonitorOutput,
} from "./get-project-issue-stream-monitor.ts";
export {
  IntegrationPagerduty,
  type IntegrationPagerdutyArgs,
  type IntegrationPagerdutyState,
} from "./integration-pagerduty.ts";
export { Key, type KeyArgs, type KeyState } from "./key.ts";
export { MetricMonitor, type MetricMonitorArgs, type MetricMonitorState } from "./metric-monitor.ts";
export {
  NotificationAction,
  type NotificationActionArgs,
  type NotificationActionState,
} from "./notification-action.ts";
export { Project, type ProjectArgs, type ProjectState } from "./project.ts";
export {
  ProjectInboundDataFilter,
  type ProjectInboundDataFilterArgs,
  type ProjectInboundDataFilterState,
} from "./project-inbound-data-filter.ts";
export {
  ProjectSpikeProtection,
  type ProjectSpikeProtectionArgs,
  type ProjectSpikeProtectionState,
} from "./project-spike-protection.ts";
export { Provider, type ProviderArgs } from "./provider.ts";
export { Team, type TeamArgs, type TeamState } from "./team.ts";
export type * from "./types.ts";
export { UptimeMonitor, type UptimeMonitorArgs, type UptimeMonitorState } from "./uptime-monitor.ts";
