import * as pulumi from "@pulumi/pulumi";
import { BackgroundWorker, WebService } from "@pulumi/render";
import { vendorName } from "../config/naming.ts";
import { scaling } from "./api/scaling.ts";
import { Component } from "./component.ts";
import { Scope } from "./scope.ts";
import type { ServiceArgs } from "./service/args.ts";

export type { ServiceArgs } from "./service/args.ts";

/**
 * A further service of the platform at Render, in the region and the environment of the API: one that answers at a
 * host, or a worker (items 7.4 to 7.6, 7R.2 to 7R.5). It has the platform's variables as its own, since Render links
 * a group of variables to its services in one list, which the API holds.
 */
export class Service extends Component {
  /** Render's id of the service, `srv-…`. */
  readonly serviceId: pulumi.Output<string>;
  /** Render's own host of the service; undefined for a worker. */
  readonly defaultHost: pulumi.Output<string> | undefined;

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Service", name, opts);
    const scope = new Scope(name, { parent: this }, args);
    const { host } = args.service;
    // Deleting it would release its host and its name.
    const options = { protect: true };
    if (host === undefined) {
      this.serviceId = new BackgroundWorker(...scope.child("worker", running(args), options)).id;
      this.defaultHost = undefined;
    } else {
      const service = new WebService(
        ...scope.child(
          "service",
          {
            ...running(args),
            healthCheckPath: args.service.healthCheckPath,
            customDomains: [{ name: host }],
          },
          options,
        ),
      );
      this.serviceId = service.id;
      this.defaultHost = service.url.apply((url) => new URL(url).hostname);
    }
    this.publish(scope);
  }
}

/** What every kind of service is given. */
function running({ stage, project, part, api, service, environmentId, variables }: ServiceArgs) {
  return {
    name: vendorName(project, stage, part),
    ...(environmentId !== undefined && { environmentId }),
    region: api.region,
    plan: service.plan,
    ...scaling(service.scaling),
    runtimeSource: {
      nativeRuntime: {
        runtime: "node" as const,
        repoUrl: `https://github.com/${service.repository ?? project.repository}`,
        branch: service.branch ?? project.branch,
        buildCommand: service.buildCommand,
        autoDeploy: api.autoDeploy !== "off",
        autoDeployTrigger: api.autoDeploy,
      },
    },
    ...(service.rootDirectory !== undefined && { rootDirectory: service.rootDirectory }),
    startCommand: service.startCommand,
    maxShutdownDelaySeconds: 60,
    previews: { generation: "off" as const },
    notificationOverride: {
      notificationsToSend: "failure" as const,
      previewNotificationsEnabled: "false" as const,
    },
    envVars: Object.fromEntries(
      variables.map(({ name, value, secret }) => [name, { value: secret ? pulumi.secret(value) : value }]),
    ),
  };
}
