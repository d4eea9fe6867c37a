import * as pulumi from "@pulumi/pulumi";
import { defaultOptions, isOfType, type Out, packageReference } from "../bridged.ts";
import { supabase } from "./package.ts";

/** Inputs of {@link Provider}. */
export interface ProviderArgs {
  /** Access token, a secret; SUPABASE_ACCESS_TOKEN when left out. */
  accessToken?: pulumi.Input<string>;
  /** Address of the Management API; SUPABASE_API_ENDPOINT, then https://api.supabase.com, when left out. */
  endpoint?: pulumi.Input<string>;
}

/** Configuration of the Supabase provider, for resources that name it in their options. */
export class Provider extends pulumi.ProviderResource {
  /** @internal */
  static readonly __pulumiType = "supabase";

  declare readonly accessToken: Out<string | undefined>;
  declare readonly endpoint: Out<string | undefined>;

  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    const inputs = {
      accessToken: args.accessToken === undefined ? undefined : pulumi.secret(args.accessToken),
      endpoint: args.endpoint,
    };
    const options = pulumi.mergeOptions(defaultOptions(supabase, ["accessToken"]), opts);
    super(Provider.__pulumiType, name, inputs, options, false, packageReference(supabase));
  }

  static override isInstance(value: unknown): value is Provider {
    return isOfType(value, `pulumi:providers:${Provider.__pulumiType}`);
  }
}
