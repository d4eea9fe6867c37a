import type { CustomResourceOptions } from "@pulumi/pulumi";

/** What every child of an `ErrorTracking` is made with. */
export interface ErrorTrackingScope {
  /** The component's own name: every child's name starts with it. */
  readonly name: string;
  /** Slug of the organisation. */
  readonly organization: string;
  /** Holds the parent and the provider. */
  readonly options: Pick<CustomResourceOptions, "parent" | "provider">;
}
