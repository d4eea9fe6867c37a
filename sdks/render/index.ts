/**
 * `@pulumi/render`: the resources of Terraform's provider render-oss/render that this project declares, with
 * the names, tokens and properties that `pulumi package add terraform-provider render-oss/render` gives them.
 */
export {
  BackgroundWorker,
  type BackgroundWorkerArgs,
  type BackgroundWorkerState,
} from "./background-worker.ts";
export { CronJob, type CronJobArgs, type CronJobState } from "./cron-job.ts";
export { EnvGroup, type EnvGroupArgs, type EnvGroupState } from "./env-group.ts";
export { EnvGroupLink, type EnvGroupLinkArgs, type EnvGroupLinkState } from "./env-group-link.ts";
export { LogStream, type LogStreamArgs, type LogStreamState } from "./log-stream.ts";
export {
  NotificationSetting,
  type NotificationSettingArgs,
  type NotificationSettingState,
} from "./notification-setting.ts";
export {
  PrivateService,
  type PrivateServiceArgs,
  type PrivateServiceState,
} from "./private-service.ts";
export { Project, type ProjectArgs, type ProjectState } from "./project.ts";
export { Provider, type ProviderArgs } from "./provider.ts";
export { StaticSite, type StaticSiteArgs, type StaticSiteState } from "./static-site.ts";
export type * from "./types.ts";
export { WebService, type WebServiceArgs, type WebServiceState } from "./web-service.ts";
