import type * as pulumi from "@pulumi/pulumi";

/** Keys of S3's kind. */
export interface StoreKeys {
  accessKeyId: pulumi.Input<string>;
  /** Always treated as a secret. */
  secretAccessKey: pulumi.Input<string>;
}

/** A bucket that is there, and what the job needs beside its place. */
export interface Store {
  /** Name of the bucket. */
  bucket: pulumi.Output<string>;
  keys: StoreKeys;
  /** Days that the job locks each object for as it uploads it; none where the bucket locks them by itself. */
  lockDays?: number;
}
