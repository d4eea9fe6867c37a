import type { CustomResourceOptions, Input } from "@pulumi/pulumi";

/** What every child of an `Edge` is made with. */
export interface EdgeScope {
  /** The component's own name: every child's name starts with it. */
  readonly name: string;
  readonly zoneId: Input<string>;
  /** Holds the parent. */
  readonly options: CustomResourceOptions;
}
