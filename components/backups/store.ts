import type * as pulumi from "@pulumi/pulumi";

/** An access key of an S3-compatible store. */
export interface StoreKeys {
  accessKeyId: pulumi.Input<string>;
  /** Always treated as a secret. */
  secretAccessKey: pulumi.Input<string>;
}

/** A declared bucket, and what the job needs to write to it. */
export interface Store {
  /** Name of the bucket. */
  bucket: pulumi.Output<string>;
  keys: StoreKeys;
  /** How many days the job locks each object for when it uploads it; absent where the bucket locks objects. */
  lockDays?: number;
}
