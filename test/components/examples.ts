import * as pulumi from "@pulumi/pulumi";
import { Api } from "../../components/api.ts";
import { Backups } from "../../components/backups.ts";
import { Database } from "../../components/database.ts";
import { Delivery } from "../../components/delivery.ts";
import { Edge } from "../../components/edge.ts";
import { ErrorTracking } from "../../components/error-tracking.ts";
import { LoadTest } from "../../components/load-test.ts";
import { Logs } from "../../components/logs.ts";
import { Observability } from "../../components/observability.ts";
import { OnCall } from "../../components/on-call.ts";
import { workflowVariables } from "../../components/repository/variables.ts";
import { Repository } from "../../components/repository.ts";
import { Secrets } from "../../components/secrets.ts";
import { Service } from "../../components/service.ts";
import { WebApp } from "../../components/web-app.ts";
import { boughtPlan } from "../../config/plans.ts";
import { delivery, settings as platform, variables } from "./context.ts";

// What a program has at hand where the examples stand.
const settings = { ...platform, ...delivery, plans: { ...delivery.plans, ...platform.plans } };
const pulumiCloud = delivery.pulumiCloud ?? raise("The delivery has no settings of Pulumi Cloud");
const secretOf = (name: string) => pulumi.secret(name);
const secret = pulumi.secret("secret");
const secrets = {
  ownerPassword: secret,
  applicationPassword: secret,
  migrationPassword: secret,
  backupPassword: secret,
  probePassword: secret,
  metricsToken: secret,
};
const api = { environmentId: "evm-1" };
const database = { backupUrl: "postgresql://backup:password@db.example:5432/postgres" };
const errors = { backupCheckInUrl: "https://o1.ingest.de.sentry.io/api/1/cron/backup/key/" };
const onCall = { serviceName: "optropic", sentryIntegrationKey: secret, grafanaIntegrationKey: secret };
const repository = { name: "platform", number: 456_789 };
const web = { projectId: "prj_1" };

function raise(message: string): never {
  throw new Error(message);
}

/** The examples, by component. Each body is the example in the documentation of the component's arguments. */
export const examples = {
  api: () =>
    new Api("api", {
      stage: settings.stage,
      project: settings.project,
      domains: settings.domains,
      api: settings.api,
      variables,
      transform: {
        service: (args) => {
          args.maxShutdownDelaySeconds = 120;
        },
      },
    }),
  backups: () =>
    new Backups("backups", {
      accounts: settings.accounts,
      stage: settings.stage,
      project: settings.project,
      backups: settings.backups,
      region: settings.api.region,
      environmentId: api.environmentId,
      databaseUrl: database.backupUrl,
      checkInUrl: errors.backupCheckInUrl,
      transform: { job: { plan: "standard" } },
    }),
  database: () =>
    new Database("database", {
      organization: settings.accounts.supabaseOrganization,
      stage: settings.stage,
      project: settings.project,
      database: settings.database,
      siteUrl: "https://optropic.example",
      passwords: {
        owner: secrets.ownerPassword,
        application: secrets.applicationPassword,
        migration: secrets.migrationPassword,
        backup: secrets.backupPassword,
        probe: secrets.probePassword,
      },
      transform: {
        role: (args, _options, name) => {
          if (name === "database-probe-role") args.connectionLimit = 5;
        },
      },
    }),
  delivery: () =>
    new Delivery("delivery", {
      pulumiCloud,
      repository: {
        owner: "optropic",
        name: repository.name,
        id: repository.number,
        defaultBranch: "main",
      },
      transform: {
        drift: (args, _options, name) => {
          if (name === "delivery-staging-drift") args.scheduleCron = "0 6 * * 1";
        },
      },
    }),
  edge: () =>
    new Edge("edge", {
      accountId: settings.accounts.cloudflare,
      domains: settings.domains,
      edge: settings.edge,
      buyPlan: boughtPlan(settings.plans),
      loginPath: settings.api.loginPath,
      securityContact: settings.contacts.security,
      apiTarget: "optropic-api.onrender.com",
      owasp: { paranoiaLevel: 2 },
      transform: {
        zoneSetting: (args) => {
          if (args.settingId === "ipv6") args.value = "off";
        },
      },
    }),
  "error-tracking": () =>
    new ErrorTracking("errors", {
      stage: settings.stage,
      project: settings.project,
      errorTracking: settings.errorTracking,
      domains: settings.domains,
      healthCheckPath: settings.api.healthCheckPath,
      errorRatePercent: settings.objectives.errorRatePercent,
      backupSchedule: settings.backups.schedule,
      onCall: { name: onCall.serviceName, integrationKey: onCall.sentryIntegrationKey },
      transform: { issueAlert: { frequencyMinutes: 1440 } },
    }),
  "load-test": () =>
    new LoadTest("load-test", {
      stage: "staging",
      project: settings.project,
      domains: settings.domains,
      api: settings.api,
      loadTest: settings.loadTest,
      objectives: settings.objectives,
      password: secretOf("loadTestPassword"),
      transform: { schedule: { cron: { schedule: "0 3 * * 6", timezone: "UTC" } } },
    }),
  logs: () =>
    new Logs("logs", {
      stage: settings.stage,
      project: settings.project,
      team: settings.accounts.vercelTeam,
      logs: settings.logs,
      webProjectId: web.projectId,
      token: secretOf("logsToken"),
      transform: { web: { samplingRate: 0.5 } },
    }),
  observability: () =>
    new Observability("observability", {
      observability: settings.observability,
      objectives: settings.objectives,
      contacts: settings.contacts,
      runbooks: settings.links.runbooks,
      hosts: { web: "https://optropic.example", api: "https://api.optropic.example" },
      healthCheckPath: settings.api.healthCheckPath,
      metricsToken: secrets.metricsToken,
      slackWebhookUrl: secretOf("slackWebhookUrl"),
      pagerDutyIntegrationKey: onCall.grafanaIntegrationKey,
      transform: { notifications: { repeatInterval: "24h" } },
    }),
  "on-call": () =>
    new OnCall("on-call", {
      stage: settings.stage,
      project: settings.project,
      onCall: settings.onCall,
      transform: { service: { acknowledgementTimeout: "900" } },
    }),
  repository: () =>
    new Repository("repository", {
      repository: settings.repository,
      environments: settings.environments,
      variables: workflowVariables(settings),
      transform: { repository: { topics: ["pulumi"], hasDiscussions: true } },
    }),
  secrets: () =>
    new Secrets("secrets", {
      length: 64,
      rotation: "2",
      transform: { metricsToken: { length: 96 } },
    }),
  service: () =>
    new Service("service-mailer", {
      stage: settings.stage,
      project: settings.project,
      part: "mailer",
      api: settings.api,
      service: {
        kind: "worker",
        runtime: "node",
        plan: "standard",
        scaling: settings.api.scaling,
        buildCommand: "npm ci",
        startCommand: "npm run mailer",
        variables: "platform",
      },
      environmentId: "evm-1",
      variables,
      transform: { worker: { maxShutdownDelaySeconds: 120 } },
    }),
  "web-app": () =>
    new WebApp("web", {
      team: settings.accounts.vercelTeam,
      stage: settings.stage,
      project: settings.project,
      domains: settings.domains,
      web: settings.web,
      rateLimits: settings.edge.rateLimits,
      loginPath: settings.api.loginPath,
      variables,
      transform: { project: { rootDirectory: "apps/web" } },
    }),
} satisfies Record<string, () => pulumi.ComponentResource>;
