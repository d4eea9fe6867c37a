import type * as pulumi from "@pulumi/pulumi";
import { type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";
import { RunningService } from "./service.ts";
import { type RunningArgs, runningInputs } from "./service-args.ts";
import type { CustomDomain, IpAllowRule, MaintenanceMode } from "./types.ts";

/** Inputs of {@link WebService}. */
export interface WebServiceArgs extends RunningArgs {
  /** Domains of the service; at least one. */
  customDomains?: pulumi.Input<pulumi.Input<CustomDomain>[]>;
  /** Path that must answer before traffic moves to a new instance. Default: none. */
  healthCheckPath?: pulumi.Input<string>;
  /** Networks that may reach the service. */
  ipAllowLists?: pulumi.Input<pulumi.Input<IpAllowRule>[]>;
  /** Maintenance mode. */
  maintenanceMode?: pulumi.Input<MaintenanceMode>;
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
  ...runningInputs,
  customDomains: "optional",
  healthCheckPath: "optional",
  ipAllowLists: "optional",
  maintenanceMode: "optional",
  pullRequestPreviewsEnabled: "optional",
};
const outputs = ["activeCustomDomains", "slug", "url"];

/** A web service: Terraform's `render_web_service`. */
export class WebService extends RunningService {
  /** @internal */
  static readonly __pulumiType = "render:index/webService:WebService";

  /** Domains that point at the service, as Render sees them. */
  declare readonly activeCustomDomains: Out<CustomDomain[]>;
  declare readonly customDomains: Out<CustomDomain[] | undefined>;
  declare readonly healthCheckPath: Out<string>;
  declare readonly ipAllowLists: Out<IpAllowRule[] | undefined>;
  declare readonly maintenanceMode: Out<MaintenanceMode>;
  /** @deprecated Use `previews`. */
  declare readonly pullRequestPreviewsEnabled: Out<boolean>;
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
