import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import type { DeliverySettings } from "../../config/delivery.ts";
import type { Stage } from "../../config/settings.ts";

export type PulumiCloudSettings = NonNullable<DeliverySettings["pulumiCloud"]>;

/** What every child of a `Delivery` is made with. */
export interface DeliveryScope {
  /** The component's own name: every child's name starts with it. */
  readonly name: string;
  readonly organization: string;
  readonly project: string;
  /** Repository on GitHub, as owner/name. */
  readonly repository: Input<string>;
  /** GitHub's number of the repository, which stays when it gets another name. */
  readonly repositoryId: Input<number>;
  readonly defaultBranch: string;
  /** Holds the parent. */
  readonly options: CustomResourceOptions;
}

/** A stack that stays, with what its stage asks of it. */
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
