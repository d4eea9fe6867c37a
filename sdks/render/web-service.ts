import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";
import { type ServiceArgs, serviceInputs } from "./service-args.ts";
import type { Autoscaling, CustomDomain, Disk, IpAllowRule, MaintenanceMode, Previews } from "./types.ts";

/** Inputs of {@link WebService}. */
export interface WebServiceArgs extends ServiceArgs {
  /** How the number of instances follows the load. */
  autoscaling?: pulumi.Input<Autoscaling>;
  /** Domains of the service; at least one. */
  customDomains?: pulumi.Input<pulumi.Input<CustomDomain>[]>;
  /** Persistent disk. */
  disk?: pulumi.Input<Disk>;
  /** Path that must answer before traffic moves to a new instance. Default: none. */
  healthCheckPath?: pulumi.Input<string>;
  /** Networks that may reach the service. */
  ipAllowLists?: pulumi.Input<pulumi.Input<IpAllowRule>[]>;
  /** Maintenance mode. */
  maintenanceMode?: pulumi.Input<MaintenanceMode>;
  /** How long an instance may take to end, in seconds, 1 to 300. */
  maxShutdownDelaySeconds?: pulumi.Input<number>;
  /** Number of instances, 1 to 100, where autoscaling is off. */
  numInstances?: pulumi.Input<number>;
  /** Command that runs before traffic moves to a release. */
  preDeployCommand?: pulumi.Input<string>;
  /** Previews of pull requests. */
  previews?: pulumi.Input<Previews>;
  /** @deprecated Use `previews`. */
  pullRequestPreviewsEnabled?: pulumi.Input<boolean>;
}

/** What a lookup of a {@link WebService} may state. */
export interface WebServiceState extends Partial<WebServiceArgs> {
  activeCustomDomains?: pulumi.Input<pulumi.Input<CustomDomain>[]>;
  slug?: pulumi.Input<string>;
  url?: pulumi.Input<string>;
}

const inputs: InputKinds<WebServiceArgs> = {
  ...serviceInputs,
  autoscaling: "optional",
  customDomains: "optional",
  disk: "optional",
  healthCheckPath: "optional",
  ipAllowLists: "optional",
  maintenanceMode: "optional",
  maxShutdownDelaySeconds: "optional",
  numInstances: "optional",
  preDeployCommand: "optional",
  previews: "optional",
  pullRequestPreviewsEnabled: "optional",
};
const outputs = ["activeCustomDomains", "slug", "url"];

/** A web service: Terraform's `render_web_service`. */
export class WebService extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "render:index/webService:WebService";

  /** Domains that point at the service, as Render sees them. */
  declare readonly activeCustomDomains: Out<CustomDomain[]>;
  declare readonly autoscaling: Out<Autoscaling | undefined>;
  declare readonly customDomains: Out<CustomDomain[] | undefined>;
  declare readonly disk: Out<Disk | undefined>;
  declare readonly environmentId: Out<string | undefined>;
  declare readonly envVars: Out<ServiceArgs["envVars"]>;
  declare readonly healthCheckPath: Out<string>;
  declare readonly ipAllowLists: Out<IpAllowRule[] | undefined>;
  declare readonly logStreamOverride: Out<NonNullable<ServiceArgs["logStreamOverride"]>>;
  declare readonly maintenanceMode: Out<MaintenanceMode>;
  declare readonly maxShutdownDelaySeconds: Out<number>;
  declare readonly name: Out<string>;
  declare readonly notificationOverride: Out<NonNullable<ServiceArgs["notificationOverride"]>>;
  declare readonly numInstances: Out<number>;
  declare readonly plan: Out<string>;
  declare readonly preDeployCommand: Out<string | undefined>;
  declare readonly previews: Out<Previews>;
  /** @deprecated Use `previews`. */
  declare readonly pullRequestPreviewsEnabled: Out<boolean>;
  declare readonly region: Out<string>;
  declare readonly rootDirectory: Out<string>;
  declare readonly runtimeSource: Out<ServiceArgs["runtimeSource"]>;
  declare readonly secretFiles: Out<ServiceArgs["secretFiles"]>;
  /** Name of the service in Render's addresses. */
  declare readonly slug: Out<string>;
  declare readonly startCommand: Out<string | undefined>;
  /** Address of the service on onrender.com. */
  declare readonly url: Out<string>;

  constructor(name: string, args: WebServiceArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: WebServiceState, opts: LookupOptions);
  constructor(name: string, values: WebServiceState, opts?: pulumi.CustomResourceOptions) {
    super({ package: render, type: WebService.__pulumiType, inputs, outputs }, name, values, opts);
  }

  /** An existing service, by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: WebServiceState = {},
    opts?: pulumi.CustomResourceOptions,
  ): WebService {
    return new WebService(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is WebService {
    return isOfType(value, WebService.__pulumiType);
  }
}
