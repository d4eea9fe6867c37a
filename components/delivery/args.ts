import type * as pulumi from "@pulumi/pulumi";
import type { DeploymentSettingsArgs } from "@pulumi/pulumiservice/deploymentSettings.js";
import type { DriftScheduleArgs } from "@pulumi/pulumiservice/driftSchedule.js";
import type { OidcIssuerArgs } from "@pulumi/pulumiservice/oidcIssuer.js";
import type { PolicyGroupArgs } from "@pulumi/pulumiservice/policyGroup.js";
import type { StackTagArgs } from "@pulumi/pulumiservice/stackTag.js";
import type { TeamStackPermissionArgs } from "@pulumi/pulumiservice/teamStackPermission.js";
import type { TtlScheduleArgs } from "@pulumi/pulumiservice/ttlSchedule.js";
import type { DeliverySettings } from "../../config/delivery.ts";
import type { Stage } from "../../config/settings.ts";
import type { ComponentArgs, Scope } from "../scope.ts";

export type PulumiCloudSettings = NonNullable<DeliverySettings["pulumiCloud"]>;

/**
 * @example
 * new Delivery("delivery", {
 *   pulumiCloud,
 *   repository: {
 *     owner: "optropic",
 *     name: repository.name,
 *     id: repository.number,
 *     defaultBranch: "main",
 *   },
 *   transform: {
 *     drift: (args, _options, name) => {
 *       if (name === "delivery-staging-drift") args.scheduleCron = "0 6 * * 1";
 *     },
 *   },
 * });
 */
export interface DeliveryArgs extends ComponentArgs<DeliveryChildren> {
  pulumiCloud: PulumiCloudSettings;
  /** Repository on GitHub. The Pulumi GitHub App must be installed for it. */
  repository: DeliveredRepository;
}

export interface DeliveredRepository {
  owner: string;
  name: pulumi.Input<string>;
  /** GitHub's number of the repository, which survives a rename. */
  id: pulumi.Input<number>;
  defaultBranch: string;
}

/** The resources of a `Delivery`. */
export interface DeliveryChildren {
  /** The deployment settings of each stack and of the template of review stacks. */
  deployments: DeploymentSettingsArgs;
  /** The tag with the stage of each stack. */
  stageTag: StackTagArgs;
  /** The daily search for drift in each stack. */
  drift: DriftScheduleArgs;
  /** The rights of each team in each stack. */
  team: TeamStackPermissionArgs;
  /** The policy group of each stack. */
  policies: PolicyGroupArgs;
  /** The end of each review stack. */
  expiry: TtlScheduleArgs;
  /** The trust in the workflows of the repository. */
  githubActions: OidcIssuerArgs;
}

export type DeliveryScope = Scope<DeliveryChildren>;

/** A permanent stack and the settings of its stage. */
export interface DeployedStack {
  readonly stage: Stage;
  readonly settings: PulumiCloudSettings["production"];
}

export function deployedStacks({ production, staging }: PulumiCloudSettings): readonly DeployedStack[] {
  return [
    { stage: "production", settings: production },
    { stage: "staging", settings: staging },
  ];
}
