import type * as pulumi from "@pulumi/pulumi";
import type { RandomPasswordArgs } from "@pulumi/random/randomPassword.js";
import type { ComponentArgs } from "../scope.ts";

/**
 * @example
 * new Secrets("secrets", {
 *   length: 64,
 *   rotation: "2",
 *   transform: { metricsToken: { length: 96 } },
 * });
 */
export interface SecretsArgs extends ComponentArgs<SecretsChildren> {
  /** Characters of each secret. Default: 64, the minimum of items 2.4 and 2.5. */
  length?: number;
  /** Any word; changing it generates every secret anew. Default: `1`. */
  rotation?: string;
  /** Secrets that are in use already, which are not generated. */
  given?: Readonly<Partial<Record<keyof SecretsChildren, pulumi.Output<string>>>>;
  /** Whether Pulumi refuses to replace or delete the secrets. Default: true. */
  protect?: boolean;
}

/** The resources of a `Secrets`. */
export interface SecretsChildren {
  jwtSecret: RandomPasswordArgs;
  secretKey: RandomPasswordArgs;
  metricsToken: RandomPasswordArgs;
  databaseOwner: RandomPasswordArgs;
  databaseApplication: RandomPasswordArgs;
  databaseMigration: RandomPasswordArgs;
  databaseBackup: RandomPasswordArgs;
  databaseProbe: RandomPasswordArgs;
}
