import * as pulumi from "@pulumi/pulumi";

/**
 * A resource of any type, by its token. The samples use it in place of the providers' packages: `@pulumi/aws` alone is
 * larger than all that this repository installs, and a policy sees tokens and inputs, whatever class declared them.
 */
class Declared extends pulumi.CustomResource {}

export type Options = pulumi.CustomResourceOptions;

export function declare(type: string, name: string, inputs: pulumi.Inputs = {}, options: Options = {}) {
  return new Declared(type, name, inputs, options);
}

/** What the vendor gives once the resource exists, such as an address or a host name: it carries the dependency. */
export function given(resource: pulumi.CustomResource): pulumi.Output<string> {
  return resource.id;
}
