import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { sentry } from "./package.ts";

/** Inputs of {@link ProjectSpikeProtection}. */
export interface ProjectSpikeProtectionArgs {
  /** Slug of the organisation. */
  organization: pulumi.Input<string>;
  /** Slug of the project. */
  project: pulumi.Input<string>;
  /** Whether it is on. */
  enabled: pulumi.Input<boolean>;
}

/** What a lookup of a {@link ProjectSpikeProtection} may state. */
export type ProjectSpikeProtectionState = Partial<ProjectSpikeProtectionArgs>;

const inputs: InputKinds<ProjectSpikeProtectionArgs> = {
  organization: "required",
  project: "required",
  enabled: "required",
};

/** Whether Sentry drops a sudden flood of events: Terraform's `sentry_project_spike_protection`. */
export class ProjectSpikeProtection extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "sentry:index/projectSpikeProtection:ProjectSpikeProtection";

  declare readonly enabled: Out<boolean>;
  declare readonly organization: Out<string>;
  declare readonly project: Out<string>;

  constructor(name: string, args: ProjectSpikeProtectionArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: ProjectSpikeProtectionState, opts: LookupOptions);
  constructor(name: string, values: ProjectSpikeProtectionState, opts?: pulumi.CustomResourceOptions) {
    const shape = { package: sentry, type: ProjectSpikeProtection.__pulumiType, inputs };
    super(shape, name, values, opts);
  }

  /** An existing one, by `ORGANIZATION/PROJECT`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: ProjectSpikeProtectionState = {},
    opts?: pulumi.CustomResourceOptions,
  ): ProjectSpikeProtection {
    return new ProjectSpikeProtection(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is ProjectSpikeProtection {
    return isOfType(value, ProjectSpikeProtection.__pulumiType);
  }
}
