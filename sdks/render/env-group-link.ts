import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";

/** Inputs of {@link EnvGroupLink}. */
export interface EnvGroupLinkArgs {
  /** The group. */
  envGroupId: pulumi.Input<string>;
  /** The services; at least one. */
  serviceIds: pulumi.Input<pulumi.Input<string>[]>;
}

/** What a lookup of an {@link EnvGroupLink} may state. */
export type EnvGroupLinkState = Partial<EnvGroupLinkArgs>;

const inputs: InputKinds<EnvGroupLinkArgs> = { envGroupId: "required", serviceIds: "required" };

/** The services that take an environment group: Terraform's `render_env_group_link`. */
export class EnvGroupLink extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "render:index/envGroupLink:EnvGroupLink";

  declare readonly envGroupId: Out<string>;
  declare readonly serviceIds: Out<string[]>;

  constructor(name: string, args: EnvGroupLinkArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: EnvGroupLinkState, opts: LookupOptions);
  constructor(name: string, values: EnvGroupLinkState, opts?: pulumi.CustomResourceOptions) {
    super({ package: render, type: EnvGroupLink.__pulumiType, inputs }, name, values, opts);
  }

  /** An existing link, by the id of its group. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: EnvGroupLinkState = {},
    opts?: pulumi.CustomResourceOptions,
  ): EnvGroupLink {
    return new EnvGroupLink(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is EnvGroupLink {
    return isOfType(value, EnvGroupLink.__pulumiType);
  }
}
