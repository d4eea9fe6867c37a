import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { sentry } from "./package.ts";
import type { ClientSecurity, ProjectFilters } from "./types.ts";

/** Inputs of {@link Project}. */
export interface ProjectArgs {
  /** Slug of the organisation. */
  organization: pulumi.Input<string>;
  /** Name of the project; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** Slugs of the teams that own it; at least one. */
  teams: pulumi.Input<pulumi.Input<string>[]>;
  /** Platform, such as node or javascript-nextjs. */
  platform?: pulumi.Input<string>;
  /** Slug; made by Sentry from the name when left out. */
  slug?: pulumi.Input<string>;
  /** Which pages may send events, and what Sentry fetches from them. */
  clientSecurity?: pulumi.Input<ClientSecurity>;
  /** Whether Sentry makes a key of its own when it creates the project. Default: true. */
  defaultKey?: pulumi.Input<boolean>;
  /** Whether Sentry makes an alert of its own when it creates the project. Default: true. */
  defaultRules?: pulumi.Input<boolean>;
  /** Longest wait of a digest, in seconds. */
  digestsMaxDelay?: pulumi.Input<number>;
  /** Shortest wait of a digest, in seconds. */
  digestsMinDelay?: pulumi.Input<number>;
  /** Events that are dropped by their content. */
  filters?: pulumi.Input<ProjectFilters>;
  /** Rules of fingerprints. */
  fingerprintingRules?: pulumi.Input<string>;
  /** Rules of stack traces. */
  groupingEnhancements?: pulumi.Input<string>;
  /** Tags that an issue shows first. */
  highlightTags?: pulumi.Input<pulumi.Input<string>[]>;
  /** Hours without an event after which an issue is resolved. */
  resolveAge?: pulumi.Input<number>;
}

/** What a lookup of a {@link Project} may state. */
export interface ProjectState extends Partial<ProjectArgs> {
  features?: pulumi.Input<string[]>;
  internalId?: pulumi.Input<string>;
}

const inputs: InputKinds<ProjectArgs> = {
  organization: "required",
  name: "optional",
  teams: "required",
  platform: "optional",
  slug: "optional",
  clientSecurity: "optional",
  defaultKey: "optional",
  defaultRules: "optional",
  digestsMaxDelay: "optional",
  digestsMinDelay: "optional",
  filters: "optional",
  fingerprintingRules: "optional",
  groupingEnhancements: "optional",
  highlightTags: "optional",
  resolveAge: "optional",
};
const outputs = ["features", "internalId"];

/** A project: Terraform's `sentry_project`. Its id is its slug. */
export class Project extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "sentry:index/project:Project";

  declare readonly clientSecurity: Out<ClientSecurity>;
  declare readonly defaultKey: Out<boolean | undefined>;
  declare readonly defaultRules: Out<boolean | undefined>;
  declare readonly digestsMaxDelay: Out<number>;
  declare readonly digestsMinDelay: Out<number>;
  /** Features of the project. */
  declare readonly features: Out<string[]>;
  declare readonly filters: Out<ProjectFilters>;
  declare readonly fingerprintingRules: Out<string>;
  declare readonly groupingEnhancements: Out<string>;
  declare readonly highlightTags: Out<string[]>;
  /** Number of the project, which DSNs and check-ins name it by. */
  declare readonly internalId: Out<string>;
  declare readonly name: Out<string>;
  declare readonly organization: Out<string>;
  declare readonly platform: Out<string | undefined>;
  declare readonly resolveAge: Out<number>;
  declare readonly slug: Out<string>;
  declare readonly teams: Out<string[]>;

  constructor(name: string, args: ProjectArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: ProjectState, opts: LookupOptions);
  constructor(name: string, values: ProjectState, opts?: pulumi.CustomResourceOptions) {
    const shape = { package: sentry, type: Project.__pulumiType, inputs, outputs };
    super(shape, name, values, opts);
  }

  /** An existing one, by `ORGANIZATION/SLUG`. */
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
