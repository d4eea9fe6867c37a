import type * as cf from "@pulumi/cloudflare";
import type * as gh from "@pulumi/github";
import type * as gf from "@pulumi/grafana";
import type * as s3 from "@pulumi/minio";
import type * as pd from "@pulumi/pagerduty";
import type * as pg from "@pulumi/postgresql";
import type * as ps from "@pulumi/pulumiservice";
import type * as rd from "@pulumi/random";
import type * as rn from "@pulumi/render";
import type * as se from "@pulumi/sentry";
import type * as sb from "@pulumi/supabase";
import type * as ve from "@pulumi/vercel";
import type { Token } from "../framework/index.ts";
import type * as dd from "./datadog-args.ts";
import type * as og from "./opsgenie-args.ts";
import type * as other from "./other-args.ts";

/**
 * Type tokens of the resources that the policies judge, as the providers' packages name them, each with the
 * properties that its package declares. The packages are imported for their types alone: at run time the pack
 * does not need them.
 */
const token = <Properties>(text: string): Token<Properties> => text;

export const vercel = {
  project: token<ve.ProjectArgs>("vercel:index/project:Project"),
  domain: token<ve.ProjectDomainArgs>("vercel:index/projectDomain:ProjectDomain"),
  variable: token<ve.ProjectEnvironmentVariableArgs>(
    "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable",
  ),
  variables: token<ve.ProjectEnvironmentVariablesArgs>(
    "vercel:index/projectEnvironmentVariables:ProjectEnvironmentVariables",
  ),
  sharedVariable: token<ve.SharedEnvironmentVariableArgs>(
    "vercel:index/sharedEnvironmentVariable:SharedEnvironmentVariable",
  ),
  sharedVariableLink: token<ve.SharedEnvironmentVariableProjectLinkArgs>(
    "vercel:index/sharedEnvironmentVariableProjectLink:SharedEnvironmentVariableProjectLink",
  ),
  customEnvironment: token<ve.CustomEnvironmentArgs>("vercel:index/customEnvironment:CustomEnvironment"),
  firewall: token<ve.FirewallConfigArgs>("vercel:index/firewallConfig:FirewallConfig"),
  route: token<ve.ProjectRouteArgs>("vercel:index/projectRoute:ProjectRoute"),
  logDrain: token<ve.LogDrainArgs>("vercel:index/logDrain:LogDrain"),
  dnsRecord: token<ve.DnsRecordArgs>("vercel:index/dnsRecord:DnsRecord"),
  bulkRedirects: token<ve.BulkRedirectsArgs>("vercel:index/bulkRedirects:BulkRedirects"),
  firewallBypass: token<ve.FirewallBypassArgs>("vercel:index/firewallBypass:FirewallBypass"),
  deployment: token<ve.DeploymentArgs>("vercel:index/deployment:Deployment"),
  alias: token<ve.AliasArgs>("vercel:index/alias:Alias"),
  webhook: token<ve.WebhookArgs>("vercel:index/webhook:Webhook"),
  edgeConfigItem: token<ve.EdgeConfigItemArgs>("vercel:index/edgeConfigItem:EdgeConfigItem"),
  attackMode: token<ve.AttackChallengeModeArgs>("vercel:index/attackChallengeMode:AttackChallengeMode"),
  retention: token<ve.ProjectDeploymentRetentionArgs>(
    "vercel:index/projectDeploymentRetention:ProjectDeploymentRetention",
  ),
  protectionException: token<ve.DeploymentProtectionExceptionArgs>(
    "vercel:index/deploymentProtectionException:DeploymentProtectionException",
  ),
  protectionBypass: token<ve.ProjectProtectionBypassArgs>(
    "vercel:index/projectProtectionBypass:ProjectProtectionBypass",
  ),
} as const;

export const render = {
  project: token<rn.ProjectArgs>("render:index/project:Project"),
  webService: token<rn.WebServiceArgs>("render:index/webService:WebService"),
  privateService: token<other.RenderServiceArgs>("render:index/privateService:PrivateService"),
  backgroundWorker: token<other.RenderServiceArgs>("render:index/backgroundWorker:BackgroundWorker"),
  cronJob: token<rn.CronJobArgs>("render:index/cronJob:CronJob"),
  staticSite: token<other.RenderStaticSiteArgs>("render:index/staticSite:StaticSite"),
  envGroup: token<rn.EnvGroupArgs>("render:index/envGroup:EnvGroup"),
  envGroupLink: token<rn.EnvGroupLinkArgs>("render:index/envGroupLink:EnvGroupLink"),
  postgres: token<other.RenderPostgresArgs>("render:index/postgres:Postgres"),
  logStream: token<rn.LogStreamArgs>("render:index/logStream:LogStream"),
} as const;

/** What Render tells of by a request; it is no service, and has no variables. */
export const renderWebhook = token<other.RenderWebhookArgs>("render:index/webhook:Webhook");

export const supabase = {
  project: token<sb.ProjectArgs>("supabase:index/project:Project"),
  settings: token<sb.SettingsArgs>("supabase:index/settings:Settings"),
  /** Dynamic resources: the provider does not have these two. */
  addOn: token<sb.AddOnArgs>("pulumi-nodejs:supabase:AddOn"),
  poolerConfig: token<sb.PoolerConfigArgs>("pulumi-nodejs:supabase:PoolerConfig"),
  /** The same as `pulumi.dynamic.Resource` names them, given the module `supabase`. */
  addOnByModule: token<sb.AddOnArgs>("pulumi-nodejs:dynamic/supabase:AddOn"),
  poolerConfigByModule: token<sb.PoolerConfigArgs>("pulumi-nodejs:dynamic/supabase:PoolerConfig"),
} as const;

export const cloudflare = {
  zone: token<cf.ZoneArgs>("cloudflare:index/zone:Zone"),
  subscription: token<cf.ZoneSubscriptionArgs>("cloudflare:index/zoneSubscription:ZoneSubscription"),
  dnsRecord: token<cf.DnsRecordArgs>("cloudflare:index/dnsRecord:DnsRecord"),
  /** The name of records before version 6 of the provider. */
  record: token<cf.DnsRecordArgs>("cloudflare:index/record:Record"),
  dnssec: token<cf.ZoneDnssecArgs>("cloudflare:index/zoneDnssec:ZoneDnssec"),
  zoneSetting: token<cf.ZoneSettingArgs>("cloudflare:index/zoneSetting:ZoneSetting"),
  hostnameTls: token<cf.HostnameTlsSettingArgs>("cloudflare:index/hostnameTlsSetting:HostnameTlsSetting"),
  customHostname: token<cf.CustomHostnameArgs>("cloudflare:index/customHostname:CustomHostname"),
  zoneDns: token<cf.ZoneDnsSettingsArgs>("cloudflare:index/zoneDnsSettings:ZoneDnsSettings"),
  urlNormalization: token<cf.UrlNormalizationSettingsArgs>(
    "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings",
  ),
  ruleset: token<cf.RulesetArgs>("cloudflare:index/ruleset:Ruleset"),
  pageRule: token<cf.PageRuleArgs>("cloudflare:index/pageRule:PageRule"),
  accessRule: token<cf.AccessRuleArgs>("cloudflare:index/accessRule:AccessRule"),
  firewallRule: token<cf.FirewallRuleArgs>("cloudflare:index/firewallRule:FirewallRule"),
  list: token<cf.ListArgs>("cloudflare:index/list:List"),
  listItem: token<cf.ListItemArgs>("cloudflare:index/listItem:ListItem"),
  managedTransforms: token<cf.ManagedTransformsArgs>("cloudflare:index/managedTransforms:ManagedTransforms"),
  universalSsl: token<cf.UniversalSslSettingArgs>("cloudflare:index/universalSslSetting:UniversalSslSetting"),
  certificatePack: token<cf.CertificatePackArgs>("cloudflare:index/certificatePack:CertificatePack"),
  totalTls: token<cf.TotalTlsArgs>("cloudflare:index/totalTls:TotalTls"),
  customSsl: token<cf.CustomSslArgs>("cloudflare:index/customSsl:CustomSsl"),
  cronTrigger: token<cf.WorkersCronTriggerArgs>("cloudflare:index/workersCronTrigger:WorkersCronTrigger"),
  r2Bucket: token<cf.R2BucketArgs>("cloudflare:index/r2Bucket:R2Bucket"),
  r2Lifecycle: token<cf.R2BucketLifecycleArgs>("cloudflare:index/r2BucketLifecycle:R2BucketLifecycle"),
  r2Lock: token<cf.R2BucketLockArgs>("cloudflare:index/r2BucketLock:R2BucketLock"),
  r2Cors: token<cf.R2BucketCorsArgs>("cloudflare:index/r2BucketCors:R2BucketCors"),
  r2ManagedDomain: token<cf.R2ManagedDomainArgs>("cloudflare:index/r2ManagedDomain:R2ManagedDomain"),
  r2CustomDomain: token<cf.R2CustomDomainArgs>("cloudflare:index/r2CustomDomain:R2CustomDomain"),
  workersRoute: token<cf.WorkersRouteArgs>("cloudflare:index/workersRoute:WorkersRoute"),
  workersDomain: token<cf.WorkersCustomDomainArgs>(
    "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
  ),
  pagesDomain: token<cf.PagesDomainArgs>("cloudflare:index/pagesDomain:PagesDomain"),
  connector: token<cf.CloudConnectorRulesArgs>("cloudflare:index/cloudConnectorRules:CloudConnectorRules"),
  access: token<cf.ZeroTrustAccessApplicationArgs>(
    "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication",
  ),
  accessPolicy: token<cf.ZeroTrustAccessPolicyArgs>(
    "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy",
  ),
  loadBalancer: token<cf.LoadBalancerArgs>("cloudflare:index/loadBalancer:LoadBalancer"),
  pool: token<cf.LoadBalancerPoolArgs>("cloudflare:index/loadBalancerPool:LoadBalancerPool"),
  spectrum: token<cf.SpectrumApplicationArgs>("cloudflare:index/spectrumApplication:SpectrumApplication"),
  snippetRules: token<cf.SnippetRulesArgs>("cloudflare:index/snippetRules:SnippetRules"),
  lockdown: token<cf.ZoneLockdownArgs>("cloudflare:index/zoneLockdown:ZoneLockdown"),
  keyValue: token<cf.WorkersKvArgs>("cloudflare:index/workersKv:WorkersKv"),
  worker: token<cf.WorkersScriptArgs>("cloudflare:index/workersScript:WorkersScript"),
  waitingRoom: token<cf.WaitingRoomArgs>("cloudflare:index/waitingRoom:WaitingRoom"),
  botManagement: token<cf.BotManagementArgs>("cloudflare:index/botManagement:BotManagement"),
  userAgentRule: token<cf.UserAgentBlockingRuleArgs>(
    "cloudflare:index/userAgentBlockingRule:UserAgentBlockingRule",
  ),
  zeroTrust: token<cf.ZeroTrustOrganizationArgs>(
    "cloudflare:index/zeroTrustOrganization:ZeroTrustOrganization",
  ),
  notificationWebhooks: token<cf.NotificationPolicyWebhooksArgs>(
    "cloudflare:index/notificationPolicyWebhooks:NotificationPolicyWebhooks",
  ),
  web3Hostname: token<cf.Web3HostnameArgs>("cloudflare:index/web3Hostname:Web3Hostname"),
  pagesProject: token<cf.PagesProjectArgs>("cloudflare:index/pagesProject:PagesProject"),
  workerVersion: token<cf.WorkerVersionArgs>("cloudflare:index/workerVersion:WorkerVersion"),
} as const;

export const postgresql = {
  provider: token<pg.ProviderArgs>("pulumi:providers:postgresql"),
  database: token<pg.DatabaseArgs>("postgresql:index/database:Database"),
  role: token<pg.RoleArgs>("postgresql:index/role:Role"),
  schema: token<pg.SchemaArgs>("postgresql:index/schema:Schema"),
  grant: token<pg.GrantArgs>("postgresql:index/grant:Grant"),
  grantRole: token<pg.GrantRoleArgs>("postgresql:index/grantRole:GrantRole"),
  subscription: token<pg.SubscriptionArgs>("postgresql:index/subscription:Subscription"),
  server: token<pg.ServerArgs>("postgresql:index/server:Server"),
  function: token<pg.FunctionArgs>("postgresql:index/function:Function"),
  defaultPrivileges: token<pg.DefaultPrivilegesArgs>("postgresql:index/defaultPrivileges:DefaultPrivileges"),
} as const;

export const grafana = {
  ruleGroup: token<gf.alerting.RuleGroupArgs>("grafana:alerting/ruleGroup:RuleGroup"),
  contactPoint: token<gf.alerting.ContactPointArgs>("grafana:alerting/contactPoint:ContactPoint"),
  notificationPolicy: token<gf.alerting.NotificationPolicyArgs>(
    "grafana:alerting/notificationPolicy:NotificationPolicy",
  ),
  provider: token<gf.ProviderArgs>("pulumi:providers:grafana"),
  folder: token<gf.oss.FolderArgs>("grafana:oss/folder:Folder"),
  inhibition: token<gf.alerting.v1beta1.NotificationsInhibitionRuleArgs>(
    "grafana:alerting/v1beta1/notificationsInhibitionRule:NotificationsInhibitionRule",
  ),
  routingTree: token<gf.alerting.v1beta1.NotificationsRoutingTreeArgs>(
    "grafana:alerting/v1beta1/notificationsRoutingTree:NotificationsRoutingTree",
  ),
  muteTiming: token<gf.alerting.MuteTimingArgs>("grafana:alerting/muteTiming:MuteTiming"),
  dashboard: token<gf.oss.DashboardArgs>("grafana:oss/dashboard:Dashboard"),
  scrapeJob: token<gf.connections.MetricsEndpointScrapeJobArgs>(
    "grafana:connections/metricsEndpointScrapeJob:MetricsEndpointScrapeJob",
  ),
  check: token<gf.syntheticmonitoring.CheckArgs>("grafana:syntheticMonitoring/check:Check"),
  k6Schedule: token<gf.k6.ScheduleArgs>("grafana:k6/schedule:Schedule"),
} as const;

/** Panels and dashboards by Grafana's newer APIs. */
export const grafanaPanels = {
  library: token<gf.oss.LibraryPanelArgs>("grafana:oss/libraryPanel:LibraryPanel"),
  dashboards: [
    token<gf.apps.v1beta1.DashboardArgs>("grafana:apps/v1beta1/dashboard:Dashboard"),
    token<gf.apps.v2.DashboardArgs>("grafana:apps/v2/dashboard:Dashboard"),
    token<gf.apps.v2beta1.DashboardArgs>("grafana:apps/v2beta1/dashboard:Dashboard"),
  ],
} as const;

/** Where Grafana reads from. Only how it connects is judged, so docs/resource-types.md says what else they may do. */
export const grafanaSources = {
  dataSource: token<gf.oss.DataSourceArgs>("grafana:oss/dataSource:DataSource"),
  dataSourceConfig: token<gf.oss.DataSourceConfigArgs>("grafana:oss/dataSourceConfig:DataSourceConfig"),
} as const;

/** Credentials at Grafana, each under the names that the package gave it over time. */
export const grafanaTokens = {
  accessPolicy: token<gf.cloud.AccessPolicyArgs>("grafana:cloud/accessPolicy:AccessPolicy"),
  accessPolicyToken: token<gf.cloud.AccessPolicyTokenArgs>(
    "grafana:cloud/accessPolicyToken:AccessPolicyToken",
  ),
  serviceAccount: [
    token<gf.oss.ServiceAccountArgs>("grafana:oss/serviceAccount:ServiceAccount"),
    token<gf.oss.ServiceAccountArgs>("grafana:cloud/stackServiceAccount:StackServiceAccount"),
  ],
  serviceAccountToken: [
    token<gf.oss.ServiceAccountTokenArgs>("grafana:oss/serviceAccountToken:ServiceAccountToken"),
    token<gf.oss.ServiceAccountTokenArgs>("grafana:cloud/stackServiceAccountToken:StackServiceAccountToken"),
  ],
} as const;

export const pagerduty = {
  user: token<pd.UserArgs>("pagerduty:index/user:User"),
  schedule: token<pd.ScheduleArgs>("pagerduty:index/schedule:Schedule"),
  /** What will take its place. Not every account has it yet, and the package on npm does not. */
  scheduleV2: token<other.PagerScheduleV2Args>("pagerduty:index/schedulev2:Schedulev2"),
  escalationPolicy: token<pd.EscalationPolicyArgs>("pagerduty:index/escalationPolicy:EscalationPolicy"),
  service: token<pd.ServiceArgs & other.PagerServiceArgs>("pagerduty:index/service:Service"),
  integration: token<pd.ServiceIntegrationArgs>("pagerduty:index/serviceIntegration:ServiceIntegration"),
} as const;

/** Where PagerDuty sends what happens to incidents. */
export const pagerWebhook = token<pd.WebhookSubscriptionArgs>(
  "pagerduty:index/webhookSubscription:WebhookSubscription",
);

/** What may keep an incident of PagerDuty from calling anybody. Versions of the provider differ in which they have. */
export const pagerRules = {
  notification: token<pd.UserNotificationRuleArgs>(
    "pagerduty:index/userNotificationRule:UserNotificationRule",
  ),
  window: token<pd.MaintenanceWindowArgs>("pagerduty:index/maintenanceWindow:MaintenanceWindow"),
  rules: [
    token<other.PagerOrchestrationArgs>(
      "pagerduty:index/eventOrchestrationService:EventOrchestrationService",
    ),
    token<other.PagerOrchestrationArgs>("pagerduty:index/eventOrchestrationGlobal:EventOrchestrationGlobal"),
    token<other.PagerOrchestrationArgs>(
      "pagerduty:index/eventOrchestrationUnrouted:EventOrchestrationUnrouted",
    ),
    token<other.PagerEventRule>("pagerduty:index/serviceEventRule:ServiceEventRule"),
    token<other.PagerEventRule>("pagerduty:index/rulesetRule:RulesetRule"),
  ],
} as const;

/** Sentry, also under the names of the older package on npm. */
export const sentry = {
  project: [
    token<other.SentryProjectArgs>("sentry:index/project:Project"),
    token<other.SentryProjectArgs>("sentry:index/sentryProject:SentryProject"),
  ],
  key: [
    token<other.SentryKeyArgs>("sentry:index/key:Key"),
    token<other.SentryKeyArgs>("sentry:index/sentryKey:SentryKey"),
  ],
  alert: token<se.AlertArgs>("sentry:index/alert:Alert"),
  metricMonitor: token<se.MetricMonitorArgs>("sentry:index/metricMonitor:MetricMonitor"),
  uptimeMonitor: token<se.UptimeMonitorArgs>("sentry:index/uptimeMonitor:UptimeMonitor"),
  cronMonitor: token<se.CronMonitorArgs>("sentry:index/cronMonitor:CronMonitor"),
  spikeProtection: token<se.ProjectSpikeProtectionArgs>(
    "sentry:index/projectSpikeProtection:ProjectSpikeProtection",
  ),
  pagerduty: token<se.IntegrationPagerdutyArgs>("sentry:index/integrationPagerduty:IntegrationPagerduty"),
  /** Alerts from before there were monitors. */
  issueAlert: [
    token<other.SentryIssueAlertArgs>("sentry:index/issueAlert:IssueAlert"),
    token<other.SentryIssueAlertArgs>("sentry:index/sentryIssueAlert:SentryIssueAlert"),
  ],
  metricAlert: [
    token<other.SentryMetricAlertArgs>("sentry:index/metricAlert:MetricAlert"),
    token<other.SentryMetricAlertArgs>("sentry:index/sentryMetricAlert:SentryMetricAlert"),
  ],
  /** In versions of the provider after 0.15. */
  organizationScrubbing: token<other.SentryOrganizationDataScrubbingArgs>(
    "sentry:index/organizationDataScrubbing:OrganizationDataScrubbing",
  ),
} as const;

/** Tokens of Cloudflare's API, of an account and of a user. */
export const cloudflareTokens = [
  token<cf.AccountTokenArgs>("cloudflare:index/accountToken:AccountToken"),
  token<cf.ApiTokenArgs>("cloudflare:index/apiToken:ApiToken"),
] as const;

/** On-call at Opsgenie and at Grafana OnCall. */
export const opsgenie = {
  schedule: token<og.ScheduleArgs>("opsgenie:index/schedule:Schedule"),
  rotation: token<og.RotationArgs>("opsgenie:index/scheduleRotation:ScheduleRotation"),
  user: token<og.UserArgs>("opsgenie:index/user:User"),
  escalation: token<og.EscalationArgs>("opsgenie:index/escalation:Escalation"),
  notificationPolicy: token<og.NotificationPolicyArgs>(
    "opsgenie:index/notificationPolicy:NotificationPolicy",
  ),
  maintenance: token<og.MaintenanceArgs>("opsgenie:index/maintenance:Maintenance"),
  alertPolicy: token<og.AlertPolicyArgs>("opsgenie:index/alertPolicy:AlertPolicy"),
  integration: token<og.IntegrationArgs>("opsgenie:index/apiIntegration:ApiIntegration"),
} as const;

/** Monitors of Datadog, whose package the pack does not have. */
export const datadog = {
  monitor: token<dd.MonitorArgs>("datadog:index/monitor:Monitor"),
  synthetics: token<dd.SyntheticsArgs>("datadog:index/syntheticsTest:SyntheticsTest"),
  downtime: token<dd.DowntimeArgs>("datadog:index/downtimeSchedule:DowntimeSchedule"),
  olderDowntime: token<dd.DowntimeArgs>("datadog:index/downtime:Downtime"),
} as const;

export const onCall = {
  schedule: token<gf.oncall.ScheduleArgs>("grafana:onCall/schedule:Schedule"),
  shift: token<gf.oncall.OnCallShiftArgs>("grafana:onCall/onCallShift:OnCallShift"),
  chain: token<gf.oncall.EscalationChainArgs>("grafana:onCall/escalationChain:EscalationChain"),
  step: token<gf.oncall.EscalationArgs>("grafana:onCall/escalation:Escalation"),
} as const;

/** Buckets at any store that speaks S3. */
export const minio = {
  bucket: token<s3.S3BucketArgs>("minio:index/s3Bucket:S3Bucket"),
  lifecycle: token<s3.IlmPolicyArgs>("minio:index/ilmPolicy:IlmPolicy"),
} as const;

/** Buckets at Amazon S3, under the names that the package gave them over time. */
export const aws = {
  bucket: [
    token<other.AwsBucketArgs>("aws:s3/bucket:Bucket"),
    token<other.AwsBucketArgs>("aws:s3/bucketV2:BucketV2"),
  ],
  lifecycle: [
    token<other.AwsBucketLifecycleArgs>("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"),
    token<other.AwsBucketLifecycleArgs>(
      "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
    ),
  ],
  objectLock: [
    token<other.AwsBucketObjectLockArgs>(
      "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    ),
    token<other.AwsBucketObjectLockArgs>(
      "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
    ),
  ],
} as const;

/** Databases at Neon, of whose package the pack has no types. */
export const neon = {
  project: token<other.NeonProjectArgs>("neon:index/project:Project"),
} as const;

export const github = {
  repository: token<gh.RepositoryArgs>("github:index/repository:Repository"),
  ruleset: token<gh.RepositoryRulesetArgs>("github:index/repositoryRuleset:RepositoryRuleset"),
  organizationRuleset: token<gh.OrganizationRulesetArgs>(
    "github:index/organizationRuleset:OrganizationRuleset",
  ),
  branchProtection: token<gh.BranchProtectionArgs>("github:index/branchProtection:BranchProtection"),
  branchDefault: token<gh.BranchDefaultArgs>("github:index/branchDefault:BranchDefault"),
  file: token<gh.RepositoryFileArgs>("github:index/repositoryFile:RepositoryFile"),
  vulnerabilityAlerts: token<gh.RepositoryVulnerabilityAlertsArgs>(
    "github:index/repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts",
  ),
  securityUpdates: token<gh.RepositoryDependabotSecurityUpdatesArgs>(
    "github:index/repositoryDependabotSecurityUpdates:RepositoryDependabotSecurityUpdates",
  ),
  environment: token<gh.RepositoryEnvironmentArgs>(
    "github:index/repositoryEnvironment:RepositoryEnvironment",
  ),
  environmentRefs: token<gh.RepositoryEnvironmentDeploymentPolicyArgs>(
    "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
  ),
  /** The older form, of branches alone. */
  environmentBranches: token<gh.RepositoryDeploymentBranchPolicyArgs>(
    "github:index/repositoryDeploymentBranchPolicy:RepositoryDeploymentBranchPolicy",
  ),
  environmentSecret: token<gh.ActionsEnvironmentSecretArgs>(
    "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
  ),
  actionsPermissions: token<gh.ActionsRepositoryPermissionsArgs>(
    "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions",
  ),
  collaborator: token<gh.RepositoryCollaboratorArgs>(
    "github:index/repositoryCollaborator:RepositoryCollaborator",
  ),
  collaborators: token<gh.RepositoryCollaboratorsArgs>(
    "github:index/repositoryCollaborators:RepositoryCollaborators",
  ),
  teamRepository: token<gh.TeamRepositoryArgs>("github:index/teamRepository:TeamRepository"),
  workflowPermissions: token<gh.WorkflowRepositoryPermissionsArgs>(
    "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions",
  ),
  organizationWorkflowPermissions: token<gh.ActionsOrganizationWorkflowPermissionsArgs>(
    "github:index/actionsOrganizationWorkflowPermissions:ActionsOrganizationWorkflowPermissions",
  ),
  runnerGroup: token<gh.ActionsRunnerGroupArgs>("github:index/actionsRunnerGroup:ActionsRunnerGroup"),
  deployKey: token<gh.RepositoryDeployKeyArgs>("github:index/repositoryDeployKey:RepositoryDeployKey"),
  membership: token<gh.MembershipArgs>("github:index/membership:Membership"),
  organizationSettings: token<gh.OrganizationSettingsArgs>(
    "github:index/organizationSettings:OrganizationSettings",
  ),
  /** Who has a role in the organization, whose rights only GitHub knows. */
  organizationRole: [
    token<object>("github:index/organizationRoleUser:OrganizationRoleUser"),
    token<object>("github:index/organizationRoleTeam:OrganizationRoleTeam"),
    token<object>("github:index/organizationRoleTeamAssignment:OrganizationRoleTeamAssignment"),
  ],
  subjectTemplate: [
    token<SubjectTemplate>(
      "github:index/actionsRepositoryOidcSubjectClaimCustomizationTemplate:ActionsRepositoryOidcSubjectClaimCustomizationTemplate",
    ),
    token<SubjectTemplate>(
      "github:index/actionsOrganizationOidcSubjectClaimCustomizationTemplate:ActionsOrganizationOidcSubjectClaimCustomizationTemplate",
    ),
  ],
  webhook: [
    token<gh.RepositoryWebhookArgs>("github:index/repositoryWebhook:RepositoryWebhook"),
    token<gh.RepositoryWebhookArgs>("github:index/organizationWebhook:OrganizationWebhook"),
  ],
  actionsOrganizationVariable: token<gh.ActionsOrganizationVariableArgs>(
    "github:index/actionsOrganizationVariable:ActionsOrganizationVariable",
  ),
  actionsVariable: token<gh.ActionsVariableArgs>("github:index/actionsVariable:ActionsVariable"),
  environmentVariable: token<gh.ActionsEnvironmentVariableArgs>(
    "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable",
  ),
} as const;

type SubjectTemplate = gh.ActionsRepositoryOidcSubjectClaimCustomizationTemplateArgs;

export const pulumiCloud = {
  /** Pulumi ESC, whose document is an asset. */
  environment: token<other.PulumiEnvironmentArgs>("pulumiservice:index:Environment"),
  deploymentSettings: token<ps.DeploymentSettingsArgs>("pulumiservice:index:DeploymentSettings"),
  policyGroup: token<ps.PolicyGroupArgs>("pulumiservice:index:PolicyGroup"),
  driftSchedule: token<ps.DriftScheduleArgs>("pulumiservice:index:DriftSchedule"),
  ttlSchedule: token<ps.TtlScheduleArgs>("pulumiservice:index:TtlSchedule"),
  teamPermission: token<ps.TeamStackPermissionArgs>("pulumiservice:index:TeamStackPermission"),
  stackTag: token<ps.StackTagArgs>("pulumiservice:index:StackTag"),
  stackTags: token<ps.StackTagsArgs>("pulumiservice:index:StackTags"),
  stack: token<ps.StackArgs>("pulumiservice:index:Stack"),
  webhook: token<ps.WebhookArgs>("pulumiservice:index:Webhook"),
  organizationToken: token<ps.OrgAccessTokenArgs>("pulumiservice:index:OrgAccessToken"),
  personalToken: token<ps.AccessTokenArgs>("pulumiservice:index:AccessToken"),
  member: token<ps.OrganizationMemberArgs>("pulumiservice:index:OrganizationMember"),
  role: token<ps.OrganizationRoleArgs>("pulumiservice:index:OrganizationRole"),
  roleAssignment: token<ps.TeamRoleAssignmentArgs>("pulumiservice:index:TeamRoleAssignment"),
  environmentPermission: token<ps.TeamEnvironmentPermissionArgs>(
    "pulumiservice:index:TeamEnvironmentPermission",
  ),
  issuer: token<ps.OidcIssuerArgs>("pulumiservice:index:OidcIssuer"),
} as const;

export const random = {
  password: token<rd.RandomPasswordArgs>("random:index/randomPassword:RandomPassword"),
  bytes: token<rd.RandomBytesArgs>("random:index/randomBytes:RandomBytes"),
  string: token<rd.RandomStringArgs>("random:index/randomString:RandomString"),
  id: token<rd.RandomIdArgs>("random:index/randomId:RandomId"),
  uuid: token<rd.RandomUuidArgs>("random:index/randomUuid:RandomUuid"),
} as const;

/** A private key that the stack makes up. */
export const privateKey = token<object>("tls:index/privateKey:PrivateKey");

/** A reference to the outputs of another stack. */
export const stackReference = token<other.StackReferenceArgs>("pulumi:pulumi:StackReference");

/** The stack itself, whose outputs are those of the program. */
export const pulumiStack = token<object>("pulumi:pulumi:Stack");

/** What changes a stack of Pulumi Cloud by the clock. */
export const stackSchedules = [
  token<other.StackSchedule>("pulumiservice:index:TtlSchedule"),
  token<other.StackSchedule>("pulumiservice:index:DeploymentSchedule"),
] as const;
