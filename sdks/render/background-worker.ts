import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";
import { type ServiceArgs, serviceInputs } from "./service-args.ts";
import type { Autoscaling, Disk, Previews } from "./types.ts";

/** Inputs of {@link BackgroundWorker}. */
export interface BackgroundWorkerArgs extends ServiceArgs {
  /** How the number of instances follows the load. */
  autoscaling?: pulumi.Input<Autoscaling>;
  /** Persistent disk. */
  disk?: pulumi.Input<Disk>;
  /** How long an instance may take to end, in seconds, 1 to 300. */
  maxShutdownDelaySeconds?: pulumi.Input<number>;
  /** Number of instances, 1 to 100, where autoscaling is off. */
  numInstances?: pulumi.Input<number>;
  /** Command that runs before instances are replaced. */
  preDeployCommand?: pulumi.Input<string>;
  /** Previews of pull requests. */
  previews?: pulumi.Input<Previews>;
}

/** What a lookup of a {@link BackgroundWorker} may state. */
export interface BackgroundWorkerState extends Partial<BackgroundWorkerArgs> {
  slug?: pulumi.Input<string>;
}

const inputs: InputKinds<BackgroundWorkerArgs> = {
  ...serviceInputs,
  autoscaling: "optional",
  disk: "optional",
  maxShutdownDelaySeconds: "optional",
  numInstances: "optional",
  preDeployCommand: "optional",
  previews: "optional",
};
const outputs = ["slug"];

/** A service without an address: Terraform's `render_background_worker`. */
export class BackgroundWorker extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "render:index/backgroundWorker:BackgroundWorker";

  declare readonly autoscaling: Out<Autoscaling | undefined>;
  declare readonly disk: Out<Disk | undefined>;
  declare readonly environmentId: Out<string | undefined>;
  declare readonly envVars: Out<ServiceArgs["envVars"]>;
  declare readonly logStreamOverride: Out<NonNullable<ServiceArgs["logStreamOverride"]>>;
  declare readonly maxShutdownDelaySeconds: Out<number>;
  declare readonly name: Out<string>;
  declare readonly notificationOverride: Out<NonNullable<ServiceArgs["notificationOverride"]>>;
  declare readonly numInstances: Out<number>;
  declare readonly plan: Out<string>;
  declare readonly preDeployCommand: Out<string | undefined>;
  declare readonly previews: Out<Previews>;
  declare readonly region: Out<string>;
  declare readonly rootDirectory: Out<string>;
  declare readonly runtimeSource: Out<ServiceArgs["runtimeSource"]>;
  declare readonly secretFiles: Out<ServiceArgs["secretFiles"]>;
  declare readonly slug: Out<string>;
  declare readonly startCommand: Out<string | undefined>;

  constructor(name: string, args: BackgroundWorkerArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: BackgroundWorkerState, opts: LookupOptions);
  constructor(name: string, values: BackgroundWorkerState, opts?: pulumi.CustomResourceOptions) {
    super({ package: render, type: BackgroundWorker.__pulumiType, inputs, outputs }, name, values, opts);
  }

  /** An existing worker, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: BackgroundWorkerState = {},
    opts?: pulumi.CustomResourceOptions,
  ): BackgroundWorker {
    return new BackgroundWorker(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is BackgroundWorker {
    return isOfType(value, BackgroundWorker.__pulumiType);
  }
}
