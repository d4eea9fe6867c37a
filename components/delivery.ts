import * as pulumi from "@pulumi/pulumi";
import type { DeliverySettings } from "../config/delivery.ts";
import { giveRights, trustWorkflows } from "./delivery/access.ts";
import { deployReviews, deployStack } from "./delivery/deployments.ts";
import { enforcePack } from "./delivery/policy-groups.ts";
import { expireReviews, watchDrift } from "./delivery/schedules.ts";
import { type DeliveryScope, deployedStacks } from "./delivery/scope.ts";
import { tagStack } from "./delivery/tags.ts";

export interface DeliveryArgs {
  pulumiCloud: NonNullable<DeliverySettings["pulumiCloud"]>;
  /** Repository on GitHub, which the Pulumi GitHub App must be installed for. */
  repository: { owner: string; name: pulumi.Input<string>; id: pulumi.Input<number>; defaultBranch: string };
}

/**
 * What previews, checks and deploys the platform at Pulumi Cloud: for both stacks the deployments that the
 * Pulumi GitHub App starts, tags, a daily look for drift and the rights of teams; the policy groups that run
 * the published pack on every update, wherever it is started; and how long review stacks live.
 *
 * The stacks exist already (`pulumi stack init`), and the pack is published (`npm run publish-pack`). The
 * token comes from the environment, PULUMI_ACCESS_TOKEN, and is an organisation administrator's. Providers'
 * tokens are none of this: deployments have them from a Pulumi ESC environment that each stack's file names.
 */
export class Delivery extends pulumi.ComponentResource {
  /** Page of the production stack. */
  readonly productionUrl: string;

  constructor(name: string, args: DeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:Delivery", name, {}, opts);

    const { organization, project, production } = args.pulumiCloud;
    const scope: DeliveryScope = {
      name,
      organization,
      project,
      repository: pulumi.interpolate`${args.repository.owner}/${args.repository.name}`,
      repositoryId: args.repository.id,
      defaultBranch: args.repository.defaultBranch,
      options: { parent: this },
    };

    for (const stack of deployedStacks(args.pulumiCloud)) {
      const settings = deployStack(scope, stack, args.pulumiCloud);
      tagStack(scope, stack);
      watchDrift(scope, stack, settings);
      giveRights(scope, stack);
      enforcePack(scope, stack, args.pulumiCloud.pack);
    }
    deployReviews(scope, args.pulumiCloud);
    expireReviews(scope, args.pulumiCloud.review);
    trustWorkflows(scope, args.pulumiCloud);

    this.productionUrl = `https://app.pulumi.com/${organization}/${project}/${production.stack}`;
    this.registerOutputs({ productionUrl: this.productionUrl });
  }
}
