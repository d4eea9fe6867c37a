import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";
import { type ServiceArgs, serviceInputs } from "./service-args.ts";
import type { Autoscaling, Disk, Previews } from "./types.ts";

/** Inputs of {@link PrivateService}. */
export interface PrivateServiceArgs extends ServiceArgs {
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

/** What a lookup of a {@link PrivateService} may state. */
export interface PrivateServiceState extends Partial<PrivateServiceArgs> {
  slug?: pulumi.Input<string>;
  url?: pulumi.Input<string>;
}

const inputs: InputKinds<PrivateServiceArgs> = {
  ...serviceInputs,
  autoscaling: "optional",
  disk: "optional",
  maxShutdownDelaySeconds: "optional",
  numInstances: "optional",
  preDeployCommand: "optional",
  previews: "optional",
};
const outputs = ["slug", "url"];

/** A service that only the private network reaches: Terraform's `render_private_service`. */
export class PrivateService extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "render:index/privateService:PrivateService";

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
  /** Address of the service in the private network. */
  declare readonly url: Out<string>;

  constructor(name: string, args: PrivateServiceArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: PrivateServiceState, opts: LookupOptions);
  constructor(name: string, values: PrivateServiceState, opts?: pulumi.CustomResourceOptions) {
    super({ package: render, type: PrivateService.__pulumiType, inputs, outputs }, name, values, opts);
  }

  /** An existing service, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: PrivateServiceState = {},
    opts?: pulumi.CustomResourceOptions,
  ): PrivateService {
    return new PrivateService(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is PrivateService {
    return isOfType(value, PrivateService.__pulumiType);
  }
}
