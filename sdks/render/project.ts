import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";
import type { ProjectEnvironment } from "./types.ts";

/** Inputs of {@link Project}. */
export interface ProjectArgs {
  /** Name of the project; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** Environments by a key that the program chooses; at least one. */
  environments: pulumi.Input<Record<string, pulumi.Input<ProjectEnvironment>>>;
}

/** What a lookup of a {@link Project} may state. */
export type ProjectState = Partial<ProjectArgs>;

const inputs: InputKinds<ProjectArgs> = { name: "optional", environments: "required" };

/** A project and its environments: Terraform's `render_project`. */
export class Project extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "render:index/project:Project";

  /** Environments by the same keys, with the ids that Render gave them. */
  declare readonly environments: Out<Record<string, Required<ProjectEnvironment>>>;
  declare readonly name: Out<string>;

  constructor(name: string, args: ProjectArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: ProjectState, opts: LookupOptions);
  constructor(name: string, values: ProjectState, opts?: pulumi.CustomResourceOptions) {
    super({ package: render, type: Project.__pulumiType, inputs }, name, values, opts);
  }

  /** An existing project, by its id. */
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
