import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./component.ts";
import { giveRights, trustWorkflows } from "./delivery/access.ts";
import { type DeliveryArgs, deployedStacks } from "./delivery/args.ts";
import { deployReviews, deployStack } from "./delivery/deployments.ts";
import { enforcePack } from "./delivery/policy-groups.ts";
import { expireReviews, watchDrift } from "./delivery/schedules.ts";
import { tagStack } from "./delivery/tags.ts";
import { Scope } from "./scope.ts";

export type { DeliveryArgs } from "./delivery/args.ts";

/**
 * Previews, checks, and deployments of the platform at Pulumi Cloud. Both stacks get the deployments that the
 * Pulumi GitHub App starts, tags, a daily search for drift, and the rights of teams. Policy groups run the
 * published pack on every update, wherever it is started, and review stacks get an end.
 *
 * The stacks must exist (`pulumi stack init`), and the pack must be published (`npm run publish-pack`). The
 * token comes from the environment, PULUMI_ACCESS_TOKEN, and must be an organization administrator's. The
 * providers' tokens are not here: deployments get them from the Pulumi ESC environment that each stack's file
 * names.
 */
export class Delivery extends Component {
  /** Page of the production stack. */
  readonly productionUrl: string;

  constructor(name: string, args: DeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Delivery", name, opts);
    const scope = new Scope(name, { parent: this }, args);
    const { pulumiCloud } = args;

    for (const stack of deployedStacks(pulumiCloud)) {
      const settings = deployStack(scope, args, stack);
      tagStack(scope, pulumiCloud, stack);
      watchDrift(scope, pulumiCloud, stack, settings);
      giveRights(scope, pulumiCloud, stack);
      enforcePack(scope, pulumiCloud, stack);
    }
    deployReviews(scope, args);
    expireReviews(scope, pulumiCloud);
    trustWorkflows(scope, args);

    const { organization, project, production } = pulumiCloud;
    this.productionUrl = `https://app.pulumi.com/${organization}/${project}/${production.stack}`;
    this.publish(scope);
  }
}
