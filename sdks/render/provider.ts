import * as pulumi from "@pulumi/pulumi";
import { defaultOptions, isOfType, type Out, packageReference } from "../bridged.ts";
import { render } from "./package.ts";

/** Inputs of {@link Provider}. */
export interface ProviderArgs {
  /** API key, a secret; RENDER_API_KEY when left out. */
  apiKey?: pulumi.Input<string>;
  /** Workspace, `tea-…` or `usr-…`; RENDER_OWNER_ID when left out. */
  ownerId?: pulumi.Input<string>;
  /** Do not deploy after a service is updated. */
  skipDeployAfterServiceUpdate?: pulumi.Input<boolean>;
  /** Wait until a deployment has ended. */
  waitForDeployCompletion?: pulumi.Input<boolean>;
}

/** Configuration of the Render provider, for resources that name it in their options. */
export class Provider extends pulumi.ProviderResource {
  /** @internal */
  static readonly __pulumiType = "render";

  declare readonly apiKey: Out<string | undefined>;
  declare readonly ownerId: Out<string | undefined>;

  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    const inputs = {
      apiKey: args.apiKey === undefined ? undefined : pulumi.secret(args.apiKey),
      ownerId: args.ownerId,
      // The engine takes a provider's own inputs as strings: what is no string travels as JSON.
      skipDeployAfterServiceUpdate: asJson(args.skipDeployAfterServiceUpdate),
      waitForDeployCompletion: asJson(args.waitForDeployCompletion),
    };
    const options = pulumi.mergeOptions(defaultOptions(render, ["apiKey"]), opts);
    super(Provider.__pulumiType, name, inputs, options, false, packageReference(render));
  }

  static override isInstance(value: unknown): value is Provider {
    return isOfType(value, `pulumi:providers:${Provider.__pulumiType}`);
  }
}

function asJson(value: pulumi.Input<boolean> | undefined): pulumi.Output<string | undefined> {
  return pulumi.output(value).apply((plain) => (plain === undefined ? undefined : JSON.stringify(plain)));
}
