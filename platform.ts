import * as pulumi from "@pulumi/pulumi";
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
import { fingerprintOf } from "./config/fingerprint.ts";
import type { GeneratedSecret } from "./config/generated-secrets.ts";
import { boughtPlan } from "./config/plans.ts";
import type { SecretName } from "./config/secrets.ts";
import type { Settings } from "./config/settings.ts";

/** The secrets that a person has to give to a stack with these settings. */
export function secretsOf(settings: Settings): readonly SecretName[] {
  const { backups, evidence, observability } = settings;
  return [
    "slackWebhookUrl",
    "logsToken",
    ...settings.secrets.existing,
    ...(isLoadTested(settings) ? (["loadTestPassword"] as const) : []),
    ...(backups.provider === "s3" ? (["backupsAccessKeyId", "backupsSecretAccessKey"] as const) : []),
    ...(backups.copies.length > 0 ? (["backupsCopyKeys"] as const) : []),
    ...(evidence.publicKeys.length > 0 ? (["evidenceSigningKey"] as const) : []),
    ...(observability.grafana.prometheus === undefined ? [] : (["prometheusPassword"] as const)),
  ];
}

/**
 * Declares every resource of the platform.
 *
 * @param secretOf gives each secret of {@link secretsOf}
 * @returns the outputs of the stack
 */
export function platform(settings: Settings, secretOf: (name: SecretName) => pulumi.Output<string>) {
  const { accounts, stage, project, domains } = settings;
  const { prometheus } = settings.observability.grafana;
  const baseUrl = settings.web.baseUrl ?? `https://${domains.web}`;
  const { existing, ...generated } = settings.secrets;
  const given = Object.fromEntries(existing.map((name) => [name, secretOf(name)]));
  const secrets = new Secrets("secrets", { ...generated, ...(existing.length > 0 && { given }) });

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
    buyPlan: boughtPlan(settings.plans),
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
    ...(settings.backups.copies.length > 0 && { copyKeys: secretOf("backupsCopyKeys") }),
    ...(settings.evidence.publicKeys.length > 0 && { signingKey: secretOf("evidenceSigningKey") }),
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

  if (isLoadTested(settings)) {
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

  return {
    release: settings.release,

    webUrl: web.url,
    webHosts: web.hosts,
    webProjectId: web.projectId,

    apiUrl: api.url,
    apiServiceId: api.serviceId,
    healthCheckPath: settings.api.healthCheckPath,
    loginPath: settings.api.loginPath,

    zone: domains.zone,
    zoneId: edge.zoneId,
    /** Name servers and DS record to enter at the registrar. */
    zoneNameServers: edge.nameServers,
    zoneDsRecord: edge.dsRecord,

    databaseRef: database.projectRef,
    databaseApiUrl: database.apiUrl,
    databaseRoleNames: database.roleNames,
    /** Connection string of the read-only role. Secret. */
    databaseProbeUrl: database.probeUrl,

    backupBucket: backups.bucket,
    backupEndpoint: backups.endpoint,
    backupPrefix: backups.prefix,
    backupRegion: backups.storeRegion,
    backupJobId: backups.jobId,
    backupCheckInUrl: errors.backupCheckInUrl,

    /** What the platform promises, RTO and RPO among it (items 8.6 and 8.7). */
    objectives: settings.objectives,
    /** Who answers for what (items C.1 to C.4). */
    contacts: settings.contacts,
    /** The dashboard to open first, and all of them (item C.8). */
    dashboardUrl: observability.dashboardUrls.service,
    dashboardUrls: observability.dashboardUrls,
    alertsUrl: observability.alertsUrl,
    metricsUrls: observability.metricsUrls,
    /** Token of the metrics. Secret. */
    metricsToken: secrets.metricsToken,
    /** What tells that no other stack has the same secrets (item 2.10). Secret. */
    secretFingerprints: fingerprintsOf(secrets),
    /** Page of the project's issues (item C.9). */
    errorTrackingUrl: errors.url,
    errorTrackingProject: errors.projectSlug,
    sentryDsn: errors.dsn,
    statusPageUrl: settings.links.statusPage,
    /** Who is on call, and what happens when nobody answers (items S6.4 and S6.5). */
    onCallUrl: onCall.scheduleUrl,
    escalationUrl: onCall.escalationUrl,
  };
}

function fingerprintsOf(secrets: Secrets) {
  const fingerprint = (secret: pulumi.Output<string>) => secret.apply(fingerprintOf);
  return pulumi.secret({
    jwtSecret: fingerprint(secrets.jwtSecret),
    secretKey: fingerprint(secrets.secretKey),
    metricsToken: fingerprint(secrets.metricsToken),
    databaseOwner: fingerprint(secrets.ownerPassword),
    databaseApplication: fingerprint(secrets.applicationPassword),
    databaseMigration: fingerprint(secrets.migrationPassword),
    databaseBackup: fingerprint(secrets.backupPassword),
    databaseProbe: fingerprint(secrets.probePassword),
  } satisfies Record<GeneratedSecret, pulumi.Output<string>>);
}

/** No schedule puts production under load. */
function isLoadTested({ stage }: Settings): boolean {
  return stage !== "production";
}
