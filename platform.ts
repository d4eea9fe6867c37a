import * as pulumi from "@pulumi/pulumi";
import { Api } from "./components/api.ts";
import { Backups } from "./components/backups.ts";
import { Database } from "./components/database.ts";
import type { FurtherTarget } from "./components/edge/args.ts";
import { Edge } from "./components/edge.ts";
import { type EnvironmentVariable, environmentVariables } from "./components/environment.ts";
import { ErrorTracking } from "./components/error-tracking.ts";
import { LoadTest } from "./components/load-test.ts";
import { Logs } from "./components/logs.ts";
import type { FurtherUrl } from "./components/observability/args.ts";
import { Observability } from "./components/observability.ts";
import { OnCall } from "./components/on-call.ts";
import { Secrets } from "./components/secrets.ts";
import { Service } from "./components/service.ts";
import { WebApp } from "./components/web-app.ts";
import { fingerprintOf } from "./config/fingerprint.ts";
import { furtherHosts } from "./config/further.ts";
import type { GeneratedSecret } from "./config/generated-secrets.ts";
import type { ExistingParts } from "./config/manage.ts";
import { boughtPlan } from "./config/plans.ts";
import type { SecretName } from "./config/secrets.ts";
import type { Settings } from "./config/settings.ts";

/** The secrets that a person has to give to a stack with these settings. */
export function secretsOf(settings: Settings): readonly SecretName[] {
  const { backups, evidence, observability, manage } = settings;
  const when = (isAsked: boolean, ...names: SecretName[]): SecretName[] => (isAsked ? names : []);
  return [
    ...when(manage.observability, "slackWebhookUrl"),
    ...when(manage.logs, "logsToken"),
    ...settings.secrets.existing,
    ...when(isLoadTested(settings), "loadTestPassword"),
    ...when(manage.backups && backups.provider === "s3", "backupsAccessKeyId", "backupsSecretAccessKey"),
    ...when(manage.backups && backups.copies.length > 0, "backupsCopyKeys"),
    ...when(manage.backups && evidence.publicKeys.length > 0, "evidenceSigningKey"),
    ...when(manage.observability && observability.grafana.prometheus !== undefined, "prometheusPassword"),
    ...when(isHosting(settings) && !manage.database, "databaseApplicationUrl", "databaseMigrationUrl"),
    ...when(manage.backups && !manage.database, "databaseBackupUrl"),
    ...when(manage.errorTracking && !manage.onCall, "pagerDutySentryKey"),
    ...when(manage.observability && !manage.onCall, "pagerDutyGrafanaKey"),
  ];
}

/** Whether a host of the application is managed, which gets its environment then. */
function isHosting({ manage }: Settings): boolean {
  return manage.web || manage.api;
}

/**
 * Declares every resource of the platform.
 *
 * @param secretOf gives each secret of {@link secretsOf}
 * @returns the outputs of the stack
 */
export function platform(settings: Settings, secretOf: (name: SecretName) => pulumi.Output<string>) {
  const { accounts, stage, project, domains, manage, existing } = settings;
  const { prometheus } = settings.observability.grafana;
  const baseUrl = settings.web.baseUrl ?? `https://${domains.web}`;
  const { existing: inUse, ...generated } = settings.secrets;
  const given = Object.fromEntries(inUse.map((name) => [name, secretOf(name)]));
  const secrets = new Secrets("secrets", { ...generated, ...(inUse.length > 0 && { given }) });

  const onCall = manage.onCall
    ? new OnCall("on-call", { stage, project, onCall: settings.onCall })
    : undefined;

  const errors = manage.errorTracking
    ? new ErrorTracking("errors", {
        stage,
        project,
        errorTracking: settings.errorTracking,
        domains,
        furtherPages: furtherHosts(settings).map(({ host }) => `https://${host}`),
        healthCheckPath: settings.api.healthCheckPath,
        errorRatePercent: settings.objectives.errorRatePercent,
        backupSchedule: settings.backups.schedule,
        backupMaxMinutes: settings.backups.graceMinutes,
        onCall: {
          name: onCall?.serviceName ?? existingPart(existing, "pagerService"),
          integrationKey: onCall?.sentryIntegrationKey ?? secretOf("pagerDutySentryKey"),
        },
      })
    : undefined;

  const database = manage.database
    ? new Database("database", {
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
      })
    : undefined;

  const variablesFor = (ownUrl: string) =>
    environmentVariables({
      databaseUrl: database?.applicationUrl ?? secretOf("databaseApplicationUrl"),
      directUrl: database?.migrationUrl ?? secretOf("databaseMigrationUrl"),
      sslMode: settings.database.sslMode,
      jwtSecret: secrets.jwtSecret,
      secretKey: secrets.secretKey,
      metricsToken: secrets.metricsToken,
      baseUrl: ownUrl,
      corsOrigins: settings.edge.corsOrigins,
      sentryDsn: errors?.dsn ?? existingPart(existing, "sentryDsn"),
    });
  const variables = isHosting(settings) ? variablesFor(baseUrl) : [];

  const web = manage.web
    ? new WebApp("web", {
        team: accounts.vercelTeam,
        stage,
        project,
        domains,
        web: settings.web,
        rateLimits: settings.edge.rateLimits,
        loginPath: settings.api.loginPath,
        variables,
      })
    : undefined;

  const api = manage.api
    ? new Api("api", { stage, project, domains, api: settings.api, variables })
    : undefined;

  const further = declareFurther(settings, {
    variables,
    variablesFor,
    environmentId: api?.environmentId,
  });

  const edge = manage.edge
    ? new Edge("edge", {
        accountId: accounts.cloudflare,
        domains,
        edge: settings.edge,
        buyPlan: boughtPlan(settings.plans),
        loginPath: settings.api.loginPath,
        securityContact: settings.contacts.security,
        apiTarget: api?.defaultHost ?? existingPart(existing, "apiHost"),
        further: further.targets,
        framework: settings.web.framework,
        // Sentry takes events at a host that is named after the organisation's number, which only the key tells.
        connectOrigins: [`https://*.ingest.${settings.errorTracking.region}.sentry.io`],
      })
    : undefined;

  const backups = manage.backups
    ? new Backups("backups", {
        accounts,
        stage,
        project,
        backups: settings.backups,
        region: settings.api.region,
        environmentId: api?.environmentId ?? existing.renderEnvironment,
        databaseUrl: database?.backupUrl ?? secretOf("databaseBackupUrl"),
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
        publicKeys: settings.evidence.publicKeys,
        checkInUrl: errors?.backupCheckInUrl ?? existingPart(existing, "backupCheckIn"),
      })
    : undefined;

  if (manage.logs) {
    new Logs("logs", {
      stage,
      project,
      team: accounts.vercelTeam,
      logs: settings.logs,
      webProjectId: web?.projectId ?? existingPart(existing, "webProject"),
      furtherProjectIds: further.projectIds,
      token: secretOf("logsToken"),
    });
  }

  const observability = manage.observability
    ? new Observability("observability", {
        observability: settings.observability,
        objectives: settings.objectives,
        contacts: settings.contacts,
        runbooks: settings.links.runbooks,
        hosts: { web: baseUrl, api: `https://${domains.api}` },
        further: further.urls,
        healthCheckPath: settings.api.healthCheckPath,
        metricsToken: secrets.metricsToken,
        slackWebhookUrl: secretOf("slackWebhookUrl"),
        pagerDutyIntegrationKey: onCall?.grafanaIntegrationKey ?? secretOf("pagerDutyGrafanaKey"),
        prometheus: prometheus && { ...prometheus, password: secretOf("prometheusPassword") },
      })
    : undefined;

  if (observability !== undefined && isLoadTested(settings)) {
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

  // What is managed elsewhere and not named by a setting has no output.
  return {
    release: settings.release,

    webUrl: web?.url ?? `https://${domains.web}`,
    webHosts: web?.hosts ?? [domains.web, ...(domains.redirect === undefined ? [] : [domains.redirect])],
    webProjectId: web?.projectId ?? existing.webProject,

    apiUrl: api?.url ?? `https://${domains.api}`,
    apiServiceId: api?.serviceId ?? existing.apiService,
    healthCheckPath: settings.api.healthCheckPath,
    loginPath: settings.api.loginPath,

    zone: domains.zone,
    zoneId: edge?.zoneId,
    /** Name servers and DS record to enter at the registrar. */
    zoneNameServers: edge?.nameServers,
    zoneDsRecord: edge?.dsRecord,

    databaseRef: database?.projectRef ?? existing.databaseRef,
    databaseApiUrl:
      database?.apiUrl ??
      (existing.databaseRef === undefined ? undefined : `https://${existing.databaseRef}.supabase.co`),
    databaseRoleNames: database?.roleNames,
    /** Connection string of the read-only role. Secret. */
    databaseProbeUrl: database?.probeUrl,

    backupBucket: backups?.bucket,
    backupEndpoint: backups?.endpoint,
    backupPrefix: backups?.prefix,
    backupRegion: backups?.storeRegion,
    backupJobId: backups?.jobId,
    backupCheckInUrl: errors?.backupCheckInUrl ?? existing.backupCheckIn,

    /** What the platform promises, RTO and RPO among it (items 8.6 and 8.7). */
    objectives: settings.objectives,
    /** Who answers for what (items C.1 to C.4). */
    contacts: settings.contacts,
    /** The dashboard to open first, and all of them (item C.8). */
    dashboardUrl: observability?.dashboardUrls.service ?? existing.dashboardUrl,
    dashboardUrls: observability?.dashboardUrls,
    alertsUrl: observability?.alertsUrl,
    metricsUrls: observability?.metricsUrls,
    /** Token of the metrics. Secret. */
    metricsToken: secrets.metricsToken,
    /** What tells that no other stack has the same secrets (item 2.10). Secret. */
    secretFingerprints: fingerprintsOf(secrets),
    /** Page of the project's issues (item C.9). */
    errorTrackingUrl: errors?.url ?? existing.errorTrackingUrl,
    errorTrackingProject: errors?.projectSlug,
    sentryDsn: errors?.dsn ?? existing.sentryDsn,
    statusPageUrl: settings.links.statusPage,
    /** Who is on call, and what happens when nobody answers (items S6.4 and S6.5). */
    onCallUrl: onCall?.scheduleUrl,
    escalationUrl: onCall?.escalationUrl,
  };
}

/** The web projects and services beside the first of each, and what others need to know of them. */
function declareFurther(
  settings: Settings,
  given: {
    variables: readonly EnvironmentVariable[];
    variablesFor: (ownUrl: string) => readonly EnvironmentVariable[];
    environmentId: pulumi.Output<string> | undefined;
  },
): {
  targets: FurtherTarget[];
  urls: FurtherUrl[];
  projectIds: pulumi.Output<string>[];
} {
  const { stage, project, manage } = settings;
  const { healthCheckPath } = settings.api;
  const webProjects = manage.web ? Object.entries(settings.webProjects) : [];
  const services = manage.api ? Object.entries(settings.services) : [];
  const projectIds = webProjects.map(([name, { host, framework, repository, branch, rootDirectory }]) => {
    const { projectId } = new WebApp(`web-${name}`, {
      team: settings.accounts.vercelTeam,
      stage,
      project: {
        ...project,
        ...(repository !== undefined && { repository }),
        ...(branch !== undefined && { branch }),
      },
      part: name,
      domains: { web: host },
      web: { ...settings.web, framework },
      rootDirectory,
      rateLimits: settings.edge.rateLimits,
      loginPath: settings.api.loginPath,
      variables: given.variablesFor(`https://${host}`),
    });
    return projectId;
  });
  const targets = services.flatMap(([name, service]): FurtherTarget[] => {
    const { defaultHost } = new Service(`service-${name}`, {
      ...{ stage, project, part: name, api: settings.api, service },
      ...{ environmentId: given.environmentId, variables: given.variables },
    });
    return !("host" in service) || defaultHost === undefined
      ? []
      : [{ name, host: service.host, target: defaultHost, isApi: service.kind === "web" }];
  });
  return {
    projectIds,
    targets: [
      ...webProjects.map(([name, { host }]) => ({ name, host, target: vercelTarget, isApi: false })),
      ...targets,
    ],
    urls: [
      ...webProjects.map(([name, { host }]) => ({ name, url: `https://${host}`, healthCheckPath })),
      ...services.flatMap(([name, service]) =>
        "host" in service
          ? [
              {
                ...{ name, url: `https://${service.host}`, healthCheckPath: service.healthCheckPath },
                hasMetrics: service.kind === "web",
              },
            ]
          : [],
      ),
    ],
  };
}

/** Host at which Vercel serves every project's domains. */
const vercelTarget = "cname.vercel-dns.com";

/** @throws {pulumi.RunError} where a part that is managed refers to one that the settings do not name */
function existingPart<Key extends keyof ExistingParts>(
  existing: ExistingParts,
  key: Key,
): NonNullable<ExistingParts[Key]> {
  const value = existing[key];
  if (value == null) throw new pulumi.RunError(`The setting existing.${key} is missing.`);
  return value;
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

/** No schedule puts production under load. The test runs at Grafana, with the provider of what watches. */
function isLoadTested({ stage, manage }: Settings): boolean {
  return stage !== "production" && manage.observability;
}
