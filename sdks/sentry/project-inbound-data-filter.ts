import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { sentry } from "./package.ts";

/** Inputs of {@link ProjectInboundDataFilter}. */
export interface ProjectInboundDataFilterArgs {
  /** Slug of the organisation. */
  organization: pulumi.Input<string>;
  /** Slug of the project. */
  project: pulumi.Input<string>;
  /** Which filter: browser-extensions, localhost, filtered-transaction, web-crawlers or legacy-browsers. A change recreates it. */
  filterId: pulumi.Input<string>;
  /** Whether the filter is on; not for legacy-browsers. */
  active?: pulumi.Input<boolean>;
  /** Which legacy browsers are filtered. */
  subfilters?: pulumi.Input<pulumi.Input<string>[]>;
}

/** What a lookup of a {@link ProjectInboundDataFilter} may state. */
export type ProjectInboundDataFilterState = Partial<ProjectInboundDataFilterArgs>;

const inputs: InputKinds<ProjectInboundDataFilterArgs> = {
  organization: "required",
  project: "required",
  filterId: "required",
  active: "optional",
  subfilters: "optional",
};

/** A filter of Sentry's own that drops events: Terraform's `sentry_project_inbound_data_filter`. */
export class ProjectInboundDataFilter extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "sentry:index/projectInboundDataFilter:ProjectInboundDataFilter";

  declare readonly active: Out<boolean | undefined>;
  declare readonly filterId: Out<string>;
  declare readonly organization: Out<string>;
  declare readonly project: Out<string>;
  declare readonly subfilters: Out<string[] | undefined>;

  constructor(name: string, args: ProjectInboundDataFilterArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: ProjectInboundDataFilterState, opts: LookupOptions);
  constructor(name: string, values: ProjectInboundDataFilterState, opts?: pulumi.CustomResourceOptions) {
    const shape = { package: sentry, type: ProjectInboundDataFilter.__pulumiType, inputs };
    super(shape, name, values, opts);
  }

  /** An existing one, by `ORGANIZATION/PROJECT/FILTER`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: ProjectInboundDataFilterState = {},
    opts?: pulumi.CustomResourceOptions,
  ): ProjectInboundDataFilter {
    return new ProjectInboundDataFilter(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is ProjectInboundDataFilter {
    return isOfType(value, ProjectInboundDataFilter.__pulumiType);
  }
}
