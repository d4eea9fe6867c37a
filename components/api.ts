import * as pulumi from "@pulumi/pulumi";
import { NotificationSetting } from "@pulumi/render";
import type { ApiArgs, ApiScope } from "./api/args.ts";
import { createEnvironment, createService } from "./api/service.ts";
import { linkVariables } from "./api/variables.ts";
import { Component } from "./component.ts";
import { Scope } from "./scope.ts";

export type { ApiArgs } from "./api/args.ts";

/**
 * The API on Render: a project with one protected environment, a web service that scales automatically, its
 * variables, and notifications (items 7.1, 7.4 to 7.6, 7R.1 to 7R.5). It replaces render.yaml.
 *
 * Autoscaling and the isolated network need a Professional workspace. Render links variables only to a
 * service that exists, and starts a first deploy as soon as it creates the service. That deploy stops at its
 * migration command, before any instance runs; the next one has its variables.
 */
export class Api extends Component {
  /** Render's id of the service, `srv-…`. */
  readonly serviceId: pulumi.Output<string>;
  /** Render's id of the project environment, `evm-…`, where jobs beside the API belong. */
  readonly environmentId: pulumi.Output<string>;
  /** Public address: `https://` and the API host, without a trailing slash. */
  readonly url: pulumi.Output<string>;
  /** Public host. */
  readonly host: pulumi.Output<string>;
  /** Render's own host of the service, `….onrender.com`: the target of the public host's DNS record. */
  readonly defaultHost: pulumi.Output<string>;

  constructor(name: string, args: ApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Api", name, opts);
    const scope = new Scope(name, { parent: this }, args);

    const environmentId = createEnvironment(scope, args);
    const service = createService(scope, args, environmentId);
    linkVariables(scope, args, { environmentId, serviceId: service.id });
    if (args.workspaceNotifications ?? args.stage === "production") notifyOfFailures(scope);

    this.serviceId = service.id;
    this.environmentId = environmentId;
    this.url = pulumi.output(`https://${args.domains.api}`);
    this.host = pulumi.output(args.domains.api);
    this.defaultHost = service.url.apply((url) => new URL(url).hostname);
    this.publish(scope);
  }
}

function notifyOfFailures(scope: ApiScope): void {
  new NotificationSetting(
    ...scope.child("notifications", {
      emailEnabled: true,
      notificationsToSend: "failure",
      previewNotificationsEnabled: false,
    }),
  );
}
