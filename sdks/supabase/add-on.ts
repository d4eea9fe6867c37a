import type * as pulumi from "@pulumi/pulumi";
import { isOfType } from "../bridged.ts";
import { addOnProvider } from "./add-on-provider.ts";
import { type DynamicInputs, DynamicResource } from "./dynamic-resource.ts";

/** Inputs of {@link AddOn}. */
export interface AddOnArgs extends DynamicInputs {
  /** Kind of add-on: point-in-time recovery. */
  type: pulumi.Input<"pitr">;
  /** Days of recovery: 7, 14 or 28, all that Supabase sells. */
  variant: pulumi.Input<"pitr_7" | "pitr_14" | "pitr_28">;
}

/**
 * An add-on of a Supabase project, which the Terraform provider has no resource for. It needs plan Pro or
 * higher and compute size small or larger, and costs money from the hour it is created.
 */
export class AddOn extends DynamicResource {
  declare readonly projectRef: pulumi.Output<string>;
  declare readonly type: pulumi.Output<string>;
  declare readonly variant: pulumi.Output<string>;

  constructor(name: string, args: AddOnArgs, opts?: pulumi.CustomResourceOptions) {
    super("AddOn", addOnProvider, name, args, opts);
  }

  static override isInstance(value: unknown): value is AddOn {
    return isOfType(value, "pulumi-nodejs:supabase:AddOn");
  }
}
