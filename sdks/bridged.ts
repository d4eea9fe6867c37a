import * as pulumi from "@pulumi/pulumi";

/**
 * What the thin packages share: a resource of a Terraform provider that Pulumi's bridge serves, declared as
 * the SDK that `pulumi package add terraform-provider …` generates declares it.
 */
export abstract class BridgedResource extends pulumi.CustomResource {
  protected constructor(
    shape: ResourceShape,
    name: string,
    values: object,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      shape.type,
      name,
      properties(shape, values, opts),
      pulumi.mergeOptions(defaultOptions(shape.package, secretsOf(shape)), opts),
      false,
      packageReference(shape.package),
    );
  }
}

/** A provider in the Terraform registry, as a Pulumi package of its own. */
export interface BridgedPackage {
  /** Package name, the first part of every type token. */
  readonly name: string;
  /** Version of the Terraform provider, and so of the package. */
  readonly version: string;
  /** Address in the OpenTofu registry, such as registry.opentofu.org/render-oss/render. */
  readonly url: string;
}

/** How an input is treated: whether it must be given, and whether its value is a secret. */
export type InputKind = "required" | "optional" | "required secret" | "optional secret";

/** The kind of each input of `Args`; leaving one out, or requiring an optional one, does not compile. */
export type InputKinds<Args> = {
  readonly [Key in keyof Required<Args>]: undefined extends Args[Key]
    ? "optional" | "optional secret"
    : "required" | "required secret";
};

/** A resource type: its token, its inputs, and the outputs that are no inputs. */
export interface ResourceShape {
  readonly package: BridgedPackage;
  readonly type: string;
  readonly inputs: Readonly<Record<string, InputKind>>;
  readonly outputs?: readonly string[];
  /** Which of those outputs are secrets. */
  readonly secretOutputs?: readonly string[];
}

/** The output of an input of type `T`. */
export type Out<T> = pulumi.Output<pulumi.Unwrap<T>>;

/** Options of a lookup of an existing resource: the id makes it one. */
export type LookupOptions = pulumi.CustomResourceOptions & { id: pulumi.Input<pulumi.ID> };

/**
 * The engine's reference of the package, registered once for each deployment.
 *
 * @throws Error where the engine does not know parameterized packages.
 */
export function packageReference(bridged: BridgedPackage): Promise<string> {
  const parameter = JSON.stringify({ remote: { url: bridged.url, version: bridged.version } });
  return pulumi.runtime.registerPackage({
    baseProviderName: "terraform-provider",
    baseProviderVersion: "1.1.0",
    baseProviderDownloadUrl: "",
    packageName: bridged.name,
    packageVersion: bridged.version,
    base64Parameter: Buffer.from(parameter).toString("base64"),
  });
}

/** The options that every resource of the package starts from. */
export function defaultOptions(
  bridged: BridgedPackage,
  secretOutputs: string[] = [],
): pulumi.CustomResourceOptions {
  const version = { version: bridged.version };
  return secretOutputs.length === 0 ? version : { ...version, additionalSecretOutputs: secretOutputs };
}

/** True for a resource of that type, also one made by another copy of the SDK. */
export function isOfType(value: unknown, type: string): boolean {
  return (
    typeof value === "object" && value !== null && "__pulumiType" in value && value.__pulumiType === type
  );
}

function properties(
  shape: ResourceShape,
  values: object,
  opts?: pulumi.CustomResourceOptions,
): pulumi.Inputs {
  const given = new Map<string, unknown>(Object.entries(values));
  const outputs = shape.outputs ?? [];
  if (opts?.id !== undefined) {
    const known = [...Object.keys(shape.inputs), ...outputs];
    return Object.fromEntries(known.map((key) => [key, given.get(key)]));
  }
  const inputs = Object.entries(shape.inputs).map(([key, kind]): [string, unknown] => {
    const value = given.get(key);
    if (value === undefined && kind.startsWith("required") && opts?.urn === undefined) {
      throw new Error(`Missing required property '${key}'`);
    }
    return [key, kind.endsWith("secret") && value !== undefined ? pulumi.secret(value) : value];
  });
  // Named though not given, so that a preview knows these outputs as unknown rather than as absent.
  return Object.fromEntries([...inputs, ...outputs.map((key) => [key, undefined])]);
}

function secretsOf({ inputs, secretOutputs = [] }: ResourceShape): string[] {
  return [...Object.keys(inputs).filter((key) => inputs[key]?.endsWith("secret")), ...secretOutputs];
}
