import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { supabase } from "./package.ts";
import type { InstanceSize, Timeouts } from "./types.ts";

/** Inputs of {@link Project}. */
export interface ProjectArgs {
  /** Name of the project; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** Slug of the organisation. A change plans as an update and fails when applied. */
  organizationId: pulumi.Input<string>;
  /** Password of the role `postgres`, 4 characters or more, a secret. */
  databasePassword: pulumi.Input<string>;
  /** AWS region, such as eu-central-1. A change plans as an update and fails when applied. */
  region: pulumi.Input<string>;
  /** Compute size; the plan's default when left out. */
  instanceSize?: pulumi.Input<InstanceSize>;
  /** @deprecated Supabase is ending the legacy keys. */
  legacyApiKeysEnabled?: pulumi.Input<boolean>;
  /** How long Terraform waits. */
  timeouts?: pulumi.Input<Timeouts>;
}

/** What a lookup of a {@link Project} may state. */
export type ProjectState = Partial<ProjectArgs>;

const inputs: InputKinds<ProjectArgs> = {
  name: "optional",
  organizationId: "required",
  databasePassword: "required secret",
  region: "required",
  instanceSize: "optional",
  legacyApiKeysEnabled: "optional",
  timeouts: "optional",
};

/** A Supabase project: Terraform's `supabase_project`. Its id is the project ref. */
export class Project extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "supabase:index/project:Project";

  declare readonly databasePassword: Out<string>;
  declare readonly instanceSize: Out<string>;
  /** @deprecated Supabase is ending the legacy keys. */
  declare readonly legacyApiKeysEnabled: Out<boolean>;
  declare readonly name: Out<string>;
  declare readonly organizationId: Out<string>;
  declare readonly region: Out<string>;
  declare readonly timeouts: Out<Timeouts | undefined>;

  constructor(name: string, args: ProjectArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: ProjectState, opts: LookupOptions);
  constructor(name: string, values: ProjectState, opts?: pulumi.CustomResourceOptions) {
    super({ package: supabase, type: Project.__pulumiType, inputs }, name, values, opts);
  }

  /** An existing project, by its ref. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: ProjectState = {},
    opts?: pulumi.CustomResourceOptions,
  ): Project {
    return new Project(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is Project {
    return isOfType(value, Project.__pulumiType);
  }
}
