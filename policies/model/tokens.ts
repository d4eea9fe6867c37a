/** Type tokens of the resources that the policies judge, as the providers' packages name them. */

export const vercel = {
  project: "vercel:index/project:Project",
  domain: "vercel:index/projectDomain:ProjectDomain",
  variable: "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable",
  variables: "vercel:index/projectEnvironmentVariables:ProjectEnvironmentVariables",
  sharedVariable: "vercel:index/sharedEnvironmentVariable:SharedEnvironmentVariable",
  sharedVariableLink:
    "vercel:index/sharedEnvironmentVariableProjectLink:SharedEnvironmentVariableProjectLink",
  firewall: "vercel:index/firewallConfig:FirewallConfig",
  route: "vercel:index/projectRoute:ProjectRoute",
  logDrain: "vercel:index/logDrain:LogDrain",
  dnsRecord: "vercel:index/dnsRecord:DnsRecord",
} as const;

export const render = {
  webService: "render:index/webService:WebService",
  privateService: "render:index/privateService:PrivateService",
  backgroundWorker: "render:index/backgroundWorker:BackgroundWorker",
  cronJob: "render:index/cronJob:CronJob",
  staticSite: "render:index/staticSite:StaticSite",
  envGroup: "render:index/envGroup:EnvGroup",
  envGroupLink: "render:index/envGroupLink:EnvGroupLink",
  postgres: "render:index/postgres:Postgres",
  logStream: "render:index/logStream:LogStream",
} as const;

export const supabase = {
  project: "supabase:index/project:Project",
  settings: "supabase:index/settings:Settings",
  /** Dynamic resources: the provider has none for these two. */
  addOn: "pulumi-nodejs:supabase:AddOn",
  poolerConfig: "pulumi-nodejs:supabase:PoolerConfig",
  /** The same as `pulumi.dynamic.Resource` names them, given the module `supabase`. */
  addOnByModule: "pulumi-nodejs:dynamic/supabase:AddOn",
  poolerConfigByModule: "pulumi-nodejs:dynamic/supabase:PoolerConfig",
} as const;

export const cloudflare = {
  zone: "cloudflare:index/zone:Zone",
  dnsRecord: "cloudflare:index/dnsRecord:DnsRecord",
  dnssec: "cloudflare:index/zoneDnssec:ZoneDnssec",
  zoneSetting: "cloudflare:index/zoneSetting:ZoneSetting",
  hostnameTls: "cloudflare:index/hostnameTlsSetting:HostnameTlsSetting",
  ruleset: "cloudflare:index/ruleset:Ruleset",
  pageRule: "cloudflare:index/pageRule:PageRule",
  managedTransforms: "cloudflare:index/managedTransforms:ManagedTransforms",
  universalSsl: "cloudflare:index/universalSslSetting:UniversalSslSetting",
  certificatePack: "cloudflare:index/certificatePack:CertificatePack",
  totalTls: "cloudflare:index/totalTls:TotalTls",
  customSsl: "cloudflare:index/customSsl:CustomSsl",
  cronTrigger: "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
  r2Bucket: "cloudflare:index/r2Bucket:R2Bucket",
  r2Lifecycle: "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
  r2Lock: "cloudflare:index/r2BucketLock:R2BucketLock",
  r2Cors: "cloudflare:index/r2BucketCors:R2BucketCors",
} as const;

export const postgresql = {
  provider: "pulumi:providers:postgresql",
  role: "postgresql:index/role:Role",
  grantRole: "postgresql:index/grantRole:GrantRole",
} as const;

export const grafana = {
  ruleGroup: "grafana:alerting/ruleGroup:RuleGroup",
  contactPoint: "grafana:alerting/contactPoint:ContactPoint",
  notificationPolicy: "grafana:alerting/notificationPolicy:NotificationPolicy",
  dashboard: "grafana:oss/dashboard:Dashboard",
  scrapeJob: "grafana:connections/metricsEndpointScrapeJob:MetricsEndpointScrapeJob",
  check: "grafana:syntheticMonitoring/check:Check",
} as const;

export const pagerduty = {
  user: "pagerduty:index/user:User",
  schedule: "pagerduty:index/schedule:Schedule",
  escalationPolicy: "pagerduty:index/escalationPolicy:EscalationPolicy",
  service: "pagerduty:index/service:Service",
  integration: "pagerduty:index/serviceIntegration:ServiceIntegration",
} as const;

/** Sentry, also under the names of the older package on npm. */
export const sentry = {
  project: ["sentry:index/project:Project", "sentry:index/sentryProject:SentryProject"],
  key: ["sentry:index/key:Key", "sentry:index/sentryKey:SentryKey"],
  alert: "sentry:index/alert:Alert",
  metricMonitor: "sentry:index/metricMonitor:MetricMonitor",
  uptimeMonitor: "sentry:index/uptimeMonitor:UptimeMonitor",
  cronMonitor: "sentry:index/cronMonitor:CronMonitor",
  /** Alerts from before there were monitors. */
  issueAlert: ["sentry:index/issueAlert:IssueAlert", "sentry:index/sentryIssueAlert:SentryIssueAlert"],
  metricAlert: ["sentry:index/metricAlert:MetricAlert", "sentry:index/sentryMetricAlert:SentryMetricAlert"],
  /** In versions of the provider after 0.15. */
  organizationScrubbing: "sentry:index/organizationDataScrubbing:OrganizationDataScrubbing",
} as const;

/** Tokens of Cloudflare's API, of an account and of a user. */
export const cloudflareTokens: readonly string[] = [
  "cloudflare:index/accountToken:AccountToken",
  "cloudflare:index/apiToken:ApiToken",
];

/** Buckets at any store that speaks S3. */
export const minio = {
  bucket: "minio:index/s3Bucket:S3Bucket",
  lifecycle: "minio:index/ilmPolicy:IlmPolicy",
} as const;

/** Buckets at Amazon S3, under the names that the package gave them over time. */
export const aws = {
  bucket: ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"],
  lifecycle: [
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
  ],
  objectLock: [
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
  ],
} as const;

export const github = {
  repository: "github:index/repository:Repository",
  ruleset: "github:index/repositoryRuleset:RepositoryRuleset",
  vulnerabilityAlerts: "github:index/repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts",
  securityUpdates: "github:index/repositoryDependabotSecurityUpdates:RepositoryDependabotSecurityUpdates",
  environment: "github:index/repositoryEnvironment:RepositoryEnvironment",
  environmentRefs: "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
  actionsPermissions: "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions",
  workflowPermissions: "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions",
} as const;

export const pulumiCloud = {
  deploymentSettings: "pulumiservice:index:DeploymentSettings",
  policyGroup: "pulumiservice:index:PolicyGroup",
  stackTag: "pulumiservice:index:StackTag",
  stackTags: "pulumiservice:index:StackTags",
} as const;

export const random = {
  password: "random:index/randomPassword:RandomPassword",
  bytes: "random:index/randomBytes:RandomBytes",
  string: "random:index/randomString:RandomString",
} as const;

/** A reference to the outputs of another stack. */
export const stackReference = "pulumi:pulumi:StackReference";

/** The stack itself, whose outputs are those of the program. */
export const pulumiStack = "pulumi:pulumi:Stack";
