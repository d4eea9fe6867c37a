import { Api } from "./components/api.ts";
import { Backups } from "./components/backups.ts";
import { Database } from "./components/database.ts";
import { Edge } from "./components/edge.ts";
import { environmentVariables } from "./components/environment.ts";
import { ErrorTracking } from "./components/error-tracking.ts";
import { LoadTest } from "./components/load-test.ts";
import { Logs } from "./components/logs.ts";
import { Observability } from "./components/observability.ts";
import { OnCall } from "./components/on-call.ts";
import { Secrets } from "./components/secrets.ts";
import { WebApp } from "./components/web-app.ts";
import { loadSettings } from "./config/load.ts";
import { loadSecrets } from "./config/secrets.ts";

const settings = loadSettings();
const { accounts, stage, project, domains } = settings;
const { prometheus } = settings.observability.grafana;
const baseUrl = settings.web.baseUrl ?? `https://${domains.web}`;
// No schedule puts production under load.
const isLoadTested = stage !== "production";

const storeKeyNames = ["backupsAccessKeyId", "backupsSecretAccessKey"] as const;

const secretOf = loadSecrets([
  "slackWebhookUrl",
  "logsToken",
  ...(isLoadTested ? (["loadTestPassword"] as const) : []),
  ...(settings.backups.provider === "s3" ? storeKeyNames : []),
  ...(prometheus === undefined ? [] : (["prometheusPassword"] as const)),
]);
const secrets = new Secrets("secrets", settings.secrets);

const onCall = new OnCall("on-call", { stage, project, onCall: settings.onCall });

const errors = new ErrorTracking("errors", {
  stage,
  project,
  errorTracking: settings.errorTracking,
  domains,
  healthCheckPath: settings.api.healthCheckPath,
  errorRatePercent: settings.objectives.errorRatePercent,
  backupSchedule: settings.backups.schedule,
  backupMaxMinutes: settings.backups.graceMinutes,
  onCall: { name: onCall.serviceName, integrationKey: onCall.sentryIntegrationKey },
});

const database = new Database("database", {
  organization: accounts.supabaseOrganization,
  stage,
  project,
  database: settings.database,
  siteUrl: baseUrl,
  passwords: {
    owner: secrets.ownerPassword,
    application: secrets.applicationPassword,
    migration: secrets.migrationPassword,
    backup: secrets.backupPassword,
    probe: secrets.probePassword,
  },
});

const variables = environmentVariables({
  databaseUrl: database.applicationUrl,
  directUrl: database.migrationUrl,
  sslMode: settings.database.sslMode,
  jwtSecret: secrets.jwtSecret,
  secretKey: secrets.secretKey,
  metricsToken: secrets.metricsToken,
  baseUrl,
  corsOrigins: settings.edge.corsOrigins,
  sentryDsn: errors.dsn,
});

const web = new WebApp("web", {
  team: accounts.vercelTeam,
  stage,
  project,
  domains,
  web: settings.web,
  rateLimits: settings.edge.rateLimits,
  loginPath: settings.api.loginPath,
  variables,
});

const api = new Api("api", { stage, project, domains, api: settings.api, variables });

const edge = new Edge("edge", {
  accountId: accounts.cloudflare,
  domains,
  edge: settings.edge,
  loginPath: settings.api.loginPath,
  securityContact: settings.contacts.security,
  apiTarget: api.defaultHost,
  framework: settings.web.framework,
  // Sentry takes events at a host that is named after the organisation's number, which only the key tells.
  connectOrigins: [`https://*.ingest.${settings.errorTracking.region}.sentry.io`],
});

const backups = new Backups("backups", {
  accounts,
  stage,
  project,
  backups: settings.backups,
  region: settings.api.region,
  environmentId: api.environmentId,
  databaseUrl: database.backupUrl,
  ...(settings.backups.provider === "s3"
    ? {
        storeKeys: {
          accessKeyId: secretOf("backupsAccessKeyId"),
          secretAccessKey: secretOf("backupsSecretAccessKey"),
        },
      }
    : {}),
  checkInUrl: errors.backupCheckInUrl,
});

new Logs("logs", {
  stage,
  project,
  team: accounts.vercelTeam,
  logs: settings.logs,
  webProjectId: web.projectId,
  token: secretOf("logsToken"),
});

const observability = new Observability("observability", {
  observability: settings.observability,
  objectives: settings.objectives,
  contacts: settings.contacts,
  runbooks: settings.links.runbooks,
  hosts: { web: baseUrl, api: `https://${domains.api}` },
  healthCheckPath: settings.api.healthCheckPath,
  metricsToken: secrets.metricsToken,
  slackWebhookUrl: secretOf("slackWebhookUrl"),
  pagerDutyIntegrationKey: onCall.grafanaIntegrationKey,
  prometheus: prometheus && { ...prometheus, password: secretOf("prometheusPassword") },
});

if (isLoadTested) {
  new LoadTest(
    "load-test",
    {
      stage,
      project,
      domains,
      api: settings.api,
      loadTest: settings.loadTest,
      objectives: settings.objectives,
      password: secretOf("loadTestPassword"),
    },
    { providers: [observability.provider] },
  );
}

export const release = settings.release;

export const webUrl = web.url;
export const webHosts = web.hosts;
export const webProjectId = web.projectId;

export const apiUrl = api.url;
export const apiServiceId = api.serviceId;
export const healthCheckPath = settings.api.healthCheckPath;
export const loginPath = settings.api.loginPath;

export const zone = domains.zone;
export const zoneId = edge.zoneId;
/** Name servers and DS record to enter at the registrar. */
export const zoneNameServers = edge.nameServers;
export const zoneDsRecord = edge.dsRecord;

export const databaseRef = database.projectRef;
export const databaseApiUrl = database.apiUrl;
export const databaseRoleNames = database.roleNames;
/** Connection string of the read-only role. Secret. */
export const databaseProbeUrl = database.probeUrl;

export const backupBucket = backups.bucket;
export const backupEndpoint = backups.endpoint;
export const backupPrefix = backups.prefix;
export const backupRegion = backups.storeRegion;
export const backupJobId = backups.jobId;
export const backupCheckInUrl = errors.backupCheckInUrl;

/** What the platform promises, RTO and RPO among it (items 8.6 and 8.7). */
export const objectives = settings.objectives;
/** Who answers for what (items C.1 to C.4). */
export const contacts = settings.contacts;
/** The dashboard to open first, and all of them (item C.8). */
export const dashboardUrl = observability.dashboardUrls.service;
export const dashboardUrls = observability.dashboardUrls;
export const alertsUrl = observability.alertsUrl;
export const metricsUrls = observability.metricsUrls;
/** Token of the metrics. Secret. */
export const metricsToken = secrets.metricsToken;
/** Page of the project's issues (item C.9). */
export const errorTrackingUrl = errors.url;
export const errorTrackingProject = errors.projectSlug;
export const sentryDsn = errors.dsn;
export const statusPageUrl = settings.links.statusPage;
/** Who is on call, and what happens when nobody answers (items S6.4 and S6.5). */
export const onCallUrl = onCall.scheduleUrl;
export const escalationUrl = onCall.escalationUrl;
