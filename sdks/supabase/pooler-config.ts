import type * as pulumi from "@pulumi/pulumi";
import { isOfType } from "../bridged.ts";
import { type DynamicInputs, DynamicResource } from "./dynamic-resource.ts";
import { poolerConfigProvider } from "./pooler-config-provider.ts";

/** Inputs of {@link PoolerConfig}. */
export interface PoolerConfigArgs extends DynamicInputs {
  /** How long a client keeps a connection to the database: for a transaction or for a session. */
  poolMode: pulumi.Input<"transaction" | "session">;
  /** Connections to the database for each user and database, 1 or more. */
  defaultPoolSize: pulumi.Input<number>;
}

/** Settings of a Supabase project's pooler, which the Terraform provider accepts and never sends. */
export class PoolerConfig extends DynamicResource {
  declare readonly projectRef: pulumi.Output<string>;
  declare readonly poolMode: pulumi.Output<string>;
  declare readonly defaultPoolSize: pulumi.Output<number>;

  constructor(name: string, args: PoolerConfigArgs, opts?: pulumi.CustomResourceOptions) {
    super("PoolerConfig", poolerConfigProvider, name, args, opts);
  }

  static override isInstance(value: unknown): value is PoolerConfig {
    return isOfType(value, "pulumi-nodejs:supabase:PoolerConfig");
  }
}
