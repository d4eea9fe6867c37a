import * as pulumi from "@pulumi/pulumi";
import { defaultOptions, isOfType, type Out, packageReference } from "../bridged.ts";
import { sentry } from "./package.ts";

/** Inputs of {@link Provider}. */
export interface ProviderArgs {
  /** Address of the API, `https://HOST/api/`; SENTRY_BASE_URL, then https://sentry.io/api/, when left out. */
  baseUrl?: pulumi.Input<string>;
  /** Auth token, a secret; SENTRY_AUTH_TOKEN, then SENTRY_TOKEN, when left out. */
  token?: pulumi.Input<string>;
}

/** Configuration of the Sentry provider, for resources that name it in their options. */
export class Provider extends pulumi.ProviderResource {
  /** @internal */
  static readonly __pulumiType = "sentry";

  declare readonly baseUrl: Out<string | undefined>;
  declare readonly token: Out<string | undefined>;

  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    const inputs = {
      baseUrl: args.baseUrl,
      token: args.token === undefined ? undefined : pulumi.secret(args.token),
    };
    const options = pulumi.mergeOptions(defaultOptions(sentry, ["token"]), opts);
    super(Provider.__pulumiType, name, inputs, options, false, packageReference(sentry));
  }

  static override isInstance(value: unknown): value is Provider {
    return isOfType(value, `pulumi:providers:${Provider.__pulumiType}`);
  }
}
