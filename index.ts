import { Api } from "./components/api.ts";
import { Backups } from "./components/backups.ts";
import { Database } from "./components/database.ts";
import { Edge } from "./components/edge.ts";
import { environmentVariables } from "./components/environment.ts";
import { Secrets } from "./components/secrets.ts";
import { WebApp } from "./components/web-app.ts";
import { loadSettings } from "./config/load.ts";

const settings = loadSettings();
const { accounts, stage, project, domains } = settings;
const baseUrl = settings.web.baseUrl ?? `https://${domains.web}`;

const secrets = new Secrets("secrets", settings.secrets);

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
  account: accounts.cloudflare,
  stage,
  project,
  backups: settings.backups,
  region: settings.api.region,
  environmentId: api.environmentId,
  databaseUrl: database.backupUrl,
});

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
export const backupJobId = backups.jobId;
