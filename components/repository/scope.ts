import type { CustomResourceOptions, Input } from "@pulumi/pulumi";

/** What every child of a `Repository` is made with. */
export interface RepositoryScope {
  /** The component's own name: every child's name starts with it. */
  readonly name: string;
  /** Name of the repository, without its owner. */
  readonly repository: Input<string>;
  /** Holds the parent and the provider. */
  readonly options: CustomResourceOptions;
}
