import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";
import type { EnvVars, SecretFiles } from "./types.ts";

/** Inputs of {@link EnvGroup}. */
export interface EnvGroupArgs {
  /** Name of the group; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** Environment of a project that the group belongs to. */
  environmentId?: pulumi.Input<string>;
  /** Environment variables by name. */
  envVars?: pulumi.Input<EnvVars>;
  /** Secret files by file name. */
  secretFiles?: pulumi.Input<SecretFiles>;
}

/** What a lookup of an {@link EnvGroup} may state. */
export type EnvGroupState = Partial<EnvGroupArgs>;

const inputs: InputKinds<EnvGroupArgs> = {
  name: "optional",
  environmentId: "optional",
  envVars: "optional",
  secretFiles: "optional",
};

/** Environment variables and secret files that services share: Terraform's `render_env_group`. */
export class EnvGroup extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "render:index/envGroup:EnvGroup";

  declare readonly environmentId: Out<string | undefined>;
  declare readonly envVars: Out<EnvVars | undefined>;
  declare readonly name: Out<string>;
  declare readonly secretFiles: Out<SecretFiles | undefined>;

  constructor(name: string, args?: EnvGroupArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: EnvGroupState, opts: LookupOptions);
  constructor(name: string, values: EnvGroupState = {}, opts?: pulumi.CustomResourceOptions) {
    super({ package: render, type: EnvGroup.__pulumiType, inputs }, name, values, opts);
  }

  /** An existing group, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: EnvGroupState = {},
    opts?: pulumi.CustomResourceOptions,
  ): EnvGroup {
    return new EnvGroup(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is EnvGroup {
    return isOfType(value, EnvGroup.__pulumiType);
  }
}
