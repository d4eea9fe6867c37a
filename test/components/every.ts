import type * as pulumi from "@pulumi/pulumi";
import { Api, type ApiArgs } from "../../components/api.ts";
import { Backups, type BackupsArgs } from "../../components/backups.ts";
import { Database, type DatabaseArgs } from "../../components/database.ts";
import { Delivery, type DeliveryArgs } from "../../components/delivery.ts";
import { Edge, type EdgeArgs } from "../../components/edge.ts";
import { ErrorTracking, type ErrorTrackingArgs } from "../../components/error-tracking.ts";
import { LoadTest, type LoadTestArgs } from "../../components/load-test.ts";
import { Logs, type LogsArgs } from "../../components/logs.ts";
import { Observability, type ObservabilityArgs } from "../../components/observability.ts";
import { OnCall, type OnCallArgs } from "../../components/on-call.ts";
import { workflowVariables } from "../../components/repository/variables.ts";
import { Repository, type RepositoryArgs } from "../../components/repository.ts";
import { Secrets, type SecretsArgs } from "../../components/secrets.ts";
import { Service, type ServiceArgs } from "../../components/service.ts";
import { WebApp, type WebAppArgs } from "../../components/web-app.ts";
import { delivery, settings, variables } from "./context.ts";

type Options = pulumi.ComponentResourceOptions;

/** Declares a component with given transforms. */
export type Declaration = (transform: Record<string, never>, opts: Options) => pulumi.ComponentResource;

const { stage, project, domains, accounts } = settings;

const api: ApiArgs = { stage, project, domains, api: settings.api, variables };

const backups: BackupsArgs = {
  accounts,
  stage,
  project,
  backups: settings.backups,
  region: settings.api.region,
  environmentId: "evm-1",
  databaseUrl: "postgresql://backup:password@db.example:5432/postgres",
};

const database: DatabaseArgs = {
  organization: accounts.supabaseOrganization,
  stage,
  project,
  database: settings.database,
  siteUrl: "https://optropic.example",
  passwords: { owner: "o", application: "a", migration: "m", backup: "b", probe: "p" },
};

const edge: EdgeArgs = {
  accountId: accounts.cloudflare,
  domains,
  edge: settings.edge,
  loginPath: settings.api.loginPath,
  securityContact: settings.contacts.security,
  apiTarget: "optropic-api.onrender.com",
};

const errorTracking: ErrorTrackingArgs = {
  stage,
  project,
  errorTracking: settings.errorTracking,
  domains,
  healthCheckPath: settings.api.healthCheckPath,
  errorRatePercent: settings.objectives.errorRatePercent,
  backupSchedule: settings.backups.schedule,
  onCall: { name: "optropic-platform", integrationKey: "key" },
};

const loadTest: LoadTestArgs = {
  stage: "staging",
  project,
  domains,
  api: settings.api,
  loadTest: settings.loadTest,
  objectives: settings.objectives,
  password: "password",
};

const logs: LogsArgs = {
  stage,
  project,
  team: accounts.vercelTeam,
  logs: settings.logs,
  webProjectId: "prj_1",
  token: "token",
};

const observability: ObservabilityArgs = {
  observability: settings.observability,
  objectives: settings.objectives,
  contacts: settings.contacts,
  runbooks: settings.links.runbooks,
  hosts: { web: "https://optropic.example", api: "https://api.optropic.example" },
  healthCheckPath: settings.api.healthCheckPath,
  metricsToken: "token",
  slackWebhookUrl: "https://hooks.slack.example/x",
  pagerDutyIntegrationKey: "key",
  prometheus: { url: "https://prometheus.example", username: "optropic", password: "password" },
};

/** Beside a notification policy that is not the platform's. */
const keeping: ObservabilityArgs = {
  ...observability,
  observability: {
    ...settings.observability,
    grafana: { ...settings.observability.grafana, routes: "keep" },
  },
};

const onCall: OnCallArgs = { stage, project, onCall: settings.onCall };

const { pulumiCloud } = delivery;
if (pulumiCloud === undefined) throw new Error("The delivery has no settings of Pulumi Cloud");
const pulumiDelivery: DeliveryArgs = {
  pulumiCloud,
  repository: { owner: "optropic", name: "platform", id: 456_789, defaultBranch: "main" },
};

const repository: RepositoryArgs = {
  repository: delivery.repository,
  environments: delivery.environments,
  variables: workflowVariables(delivery),
};

const secrets: SecretsArgs = settings.secrets;

const webApp: WebAppArgs = {
  team: accounts.vercelTeam,
  stage,
  project,
  domains,
  web: settings.web,
  rateLimits: settings.edge.rateLimits,
  loginPath: settings.api.loginPath,
  variables,
};

const service: ServiceArgs = {
  ...{ stage, project, part: "mailer", api: settings.api, environmentId: "evm-1", variables },
  service: {
    ...{ kind: "worker", runtime: "node", plan: "standard", variables: "platform" },
    ...{ startCommand: "npm run mailer", buildCommand: "npm ci" },
    ...{ scaling: settings.api.scaling, rootDirectory: "apps/mailer" },
  },
};

const furtherServices: readonly ServiceArgs["service"][] = [
  {
    ...{ kind: "web", host: "hooks.optropic.example", healthCheckPath: "/health", runtime: "docker" },
    ...{ plan: "standard", variables: "keep", dockerfile: "./hooks/Dockerfile" },
    scaling: settings.api.scaling,
  },
  {
    ...{ kind: "private", runtime: "go", plan: "starter", variables: "platform" },
    ...{ startCommand: "./search", buildCommand: "go build" },
    scaling: { ...settings.api.scaling, enabled: false, min: 1, max: 1 },
    disk: { name: "index", mountPath: "/var/data", sizeGb: 10 },
  },
  {
    ...{ kind: "cron", schedule: "0 3 * * *", runtime: "node", plan: "starter" },
    ...{ variables: "platform", startCommand: "npm run digest" },
  },
  {
    ...{ kind: "static", host: "docs.optropic.example", healthCheckPath: "/", publishPath: "dist" },
    buildCommand: "npm run docs",
    routes: [{ type: "rewrite", source: "/*", destination: "/index.html" }],
  },
];

const s3Backups: BackupsArgs = {
  ...backups,
  backups: {
    ...settings.backups,
    provider: "s3",
    s3: { endpoint: "https://s3.example", region: "eu-1" },
  },
  storeKeys: { accessKeyId: "id", secretAccessKey: "key" },
};

/** Every component by its file, in as many forms as it takes to make each of its children. */
export const every: Readonly<Record<string, readonly Declaration[]>> = {
  api: [(transform, opts) => new Api("api", { ...api, transform }, opts)],
  backups: [backups, s3Backups].map(
    (args): Declaration =>
      (transform, opts) =>
        new Backups("backups", { ...args, transform }, opts),
  ),
  database: [(transform, opts) => new Database("database", { ...database, transform }, opts)],
  delivery: [(transform, opts) => new Delivery("delivery", { ...pulumiDelivery, transform }, opts)],
  edge: [(transform, opts) => new Edge("edge", { ...edge, buyPlan: "pro", transform }, opts)],
  "error-tracking": [(transform, opts) => new ErrorTracking("errors", { ...errorTracking, transform }, opts)],
  "load-test": [(transform, opts) => new LoadTest("load-test", { ...loadTest, transform }, opts)],
  logs: [(transform, opts) => new Logs("logs", { ...logs, transform }, opts)],
  observability: [
    (transform, opts) => new Observability("observability", { ...observability, transform }, opts),
    (transform, opts) => new Observability("observability", { ...keeping, transform }, opts),
  ],
  "on-call": [(transform, opts) => new OnCall("on-call", { ...onCall, transform }, opts)],
  repository: [(transform, opts) => new Repository("repository", { ...repository, transform }, opts)],
  secrets: [(transform, opts) => new Secrets("secrets", { ...secrets, transform }, opts)],
  service: [
    (transform, opts) => new Service("service-mailer", { ...service, transform }, opts),
    ...furtherServices.map(
      (one): Declaration =>
        (transform, opts) =>
          new Service(`service-${one.kind}`, { ...service, service: one, transform }, opts),
    ),
  ],
  "web-app": [(transform, opts) => new WebApp("web", { ...webApp, transform }, opts)],
};
