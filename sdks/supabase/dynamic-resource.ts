import * as pulumi from "@pulumi/pulumi";

/**
 * A resource whose provider is part of this package. It does what `pulumi.dynamic.Resource` does, under a
 * token that says what it is: `pulumi-nodejs:supabase:<kind>`. The engine looks only at the first part of a
 * token to find the plugin, which takes the provider from the property `__provider`.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  protected constructor(
    kind: string,
    provider: pulumi.dynamic.ResourceProvider,
    name: string,
    inputs: DynamicInputs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    const accessToken = inputs.accessToken === undefined ? undefined : pulumi.secret(inputs.accessToken);
    super(
      `pulumi-nodejs:supabase:${kind}`,
      name,
      { ...inputs, accessToken, __provider: serialize(provider) },
      pulumi.mergeOptions({ additionalSecretOutputs: ["accessToken"] }, opts),
    );
  }
}

/** Inputs that every dynamic resource of this package has. */
export interface DynamicInputs {
  /** Project ref, 20 lower-case letters; a change makes another resource. */
  projectRef: pulumi.Input<string>;
  /** Access token, a secret; SUPABASE_ACCESS_TOKEN at run time when left out, which keeps it out of the state. */
  accessToken?: pulumi.Input<string>;
  /** Address of the Management API; SUPABASE_API_ENDPOINT at run time, then https://api.supabase.com. */
  endpoint?: pulumi.Input<string>;
}

const serialized = new WeakMap<pulumi.dynamic.ResourceProvider, Promise<string>>();

/** The provider's source with all that it captures; once for each provider, since it takes a while. */
function serialize(provider: pulumi.dynamic.ResourceProvider): Promise<string> {
  const known = serialized.get(provider);
  if (known !== undefined) {
    return known;
  }
  const text = pulumi.runtime.serializeFunction(() => provider).then((result) => result.text);
  serialized.set(provider, text);
  return text;
}
