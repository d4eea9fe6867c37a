import * as pulumi from "@pulumi/pulumi";
import { BackgroundWorker, CronJob, PrivateService, StaticSite, WebService } from "@pulumi/render";
import type { FurtherService } from "../config/further.ts";
import { vendorName } from "../config/naming.ts";
import { keptVariables } from "./api/kept.ts";
import { scaling } from "./api/scaling.ts";
import { Component } from "./component.ts";
import { Scope } from "./scope.ts";
import type { ServiceArgs, ServiceChildren } from "./service/args.ts";

export type { ServiceArgs } from "./service/args.ts";

/**
 * A further service of the platform at Render, in the region and the environment of the API: one that answers at a
 * host, one of the private network, a worker, a job, or a site of files (items 7.4 to 7.6, 7R.2 to 7R.5). A program
 * has the platform's variables as its own, since Render links a group of variables to its services in one list, which
 * the API holds.
 */
export class Service extends Component {
  /** Render's id of the service, `srv-…` or, of a job, `crn-…`. */
  readonly serviceId: pulumi.Output<string>;
  /** Render's own host of the service; undefined for what answers at none. */
  readonly defaultHost: pulumi.Output<string> | undefined;

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Service", name, opts);
    const scope = new Scope(name, { parent: this }, args);
    const { id, url } = declare(scope, args);
    this.serviceId = id;
    this.defaultHost = url?.apply((address) => new URL(address).hostname);
    this.publish(scope);
  }
}

function declare(
  scope: Scope<ServiceChildren>,
  args: ServiceArgs,
): { id: pulumi.Output<string>; url?: pulumi.Output<string> } {
  const { service } = args;
  // Deleting it would release its host and its name.
  const options = { protect: true, ...kept(service) };
  switch (service.kind) {
    case "web":
      return new WebService(
        ...scope.child(
          "service",
          {
            ...running(args, service),
            healthCheckPath: service.healthCheckPath,
            customDomains: [{ name: service.host }],
          },
          options,
        ),
      );
    case "private":
      return { id: new PrivateService(...scope.child("private", running(args, service), options)).id };
    case "worker":
      return new BackgroundWorker(...scope.child("worker", running(args, service), options));
    case "cron":
      return new CronJob(
        ...scope.child("job", { ...program(args, service), schedule: service.schedule }, options),
      );
    case "static":
      return new StaticSite(...scope.child("site", site(args, service), options));
  }
}

type Of<Kind extends FurtherService["kind"]> = Extract<FurtherService, { kind: Kind }>;
type Running = Of<"web" | "private" | "worker">;
type Program = Running | Of<"cron">;

/** Variables and files that a service has beside the platform's. The build of a site has only its own. */
function kept(service: FurtherService): { ignoreChanges?: string[] } {
  if (service.kind === "static") return { ignoreChanges: ["envVars", "headers"] };
  return keptVariables(service);
}

/** What every kind that runs all the time is given. */
function running(args: ServiceArgs, service: Running) {
  return {
    ...program(args, service),
    ...scaling(service.scaling),
    ...(service.disk !== undefined && { disk: service.disk }),
    maxShutdownDelaySeconds: 60,
    previews: { generation: "off" as const },
  };
}

/** What every program is given. */
function program(args: ServiceArgs, service: Program) {
  const { api, variables } = args;
  return {
    ...placed(args),
    region: api.region,
    plan: service.plan,
    runtimeSource: runtimeSource(args, service),
    ...(service.rootDirectory !== undefined && { rootDirectory: service.rootDirectory }),
    ...(service.startCommand !== undefined && { startCommand: service.startCommand }),
    envVars: Object.fromEntries(
      variables.map(({ name, value, secret }) => [name, { value: secret ? pulumi.secret(value) : value }]),
    ),
  };
}

const nodeBuild = "npm ci && npm run build";

function runtimeSource(args: ServiceArgs, { runtime, buildCommand, dockerfile, ...service }: Program) {
  const from = { ...repository(args, service), ...deploys(args) };
  return runtime === "docker"
    ? { docker: { ...from, ...(dockerfile !== undefined && { dockerfilePath: dockerfile }) } }
    : { nativeRuntime: { ...from, runtime, buildCommand: buildCommand ?? nodeBuild } };
}

function site(args: ServiceArgs, service: Of<"static">) {
  return {
    ...placed(args),
    ...repository(args, service),
    ...deploys(args),
    buildCommand: service.buildCommand,
    publishPath: service.publishPath,
    ...(service.rootDirectory !== undefined && { rootDirectory: service.rootDirectory }),
    customDomains: [{ name: service.host }],
    ...(service.routes.length > 0 && { routes: service.routes }),
    previews: { generation: "off" as const },
  };
}

/** What it is called and where it belongs, and whom it tells of what went wrong. */
function placed({ stage, project, part, environmentId }: ServiceArgs) {
  return {
    name: vendorName(project, stage, part),
    ...(environmentId !== undefined && { environmentId }),
    notificationOverride: {
      notificationsToSend: "failure" as const,
      previewNotificationsEnabled: "false" as const,
    },
  };
}

function repository(
  { project }: ServiceArgs,
  service: { repository?: string | undefined; branch?: string | undefined },
) {
  return {
    repoUrl: `https://github.com/${service.repository ?? project.repository}`,
    branch: service.branch ?? project.branch,
  };
}

function deploys({ api }: ServiceArgs) {
  return { autoDeploy: api.autoDeploy !== "off", autoDeployTrigger: api.autoDeploy };
}
