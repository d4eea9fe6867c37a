import type * as pulumi from "@pulumi/pulumi";

/** A compute size. */
export type InstanceSize =
  | "nano"
  | "micro"
  | "small"
  | "medium"
  | "large"
  | "xlarge"
  | "2xlarge"
  | "4xlarge"
  | "8xlarge"
  | "12xlarge"
  | "16xlarge"
  | "24xlarge"
  | "24xlarge_high_memory"
  | "24xlarge_optimized_cpu"
  | "24xlarge_optimized_memory"
  | "48xlarge"
  | "48xlarge_high_memory"
  | "48xlarge_optimized_cpu"
  | "48xlarge_optimized_memory";

/** How long the Terraform provider waits, as Go durations such as 10m. */
export interface Timeouts {
  /** For a new resource. */
  create?: pulumi.Input<string>;
  /** For a change. */
  update?: pulumi.Input<string>;
}
