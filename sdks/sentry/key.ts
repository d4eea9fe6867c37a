import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { sentry } from "./package.ts";
import type { JavascriptLoaderScript } from "./types.ts";

/** Inputs of {@link Key}. */
export interface KeyArgs {
  /** Slug of the organisation. */
  organization: pulumi.Input<string>;
  /** Slug of the project. */
  project: pulumi.Input<string>;
  /** Name of the key; made from the resource's name when left out. */
  name?: pulumi.Input<string>;
  /** What Sentry's loader script for browsers holds. */
  javascriptLoaderScript?: pulumi.Input<JavascriptLoaderScript>;
  /** Events accepted in a window; with `rateLimitWindow`. */
  rateLimitCount?: pulumi.Input<number>;
  /** Window of the rate limit, in seconds; with `rateLimitCount`. */
  rateLimitWindow?: pulumi.Input<number>;
}

/** What a lookup of a {@link Key} may state. */
export interface KeyState extends Partial<KeyArgs> {
  dsn?: pulumi.Input<Record<string, string>>;
  dsnCsp?: pulumi.Input<string>;
  dsnPublic?: pulumi.Input<string>;
  dsnSecret?: pulumi.Input<string>;
  projectId?: pulumi.Input<string>;
  public?: pulumi.Input<string>;
  secret?: pulumi.Input<string>;
}

const inputs: InputKinds<KeyArgs> = {
  organization: "required",
  project: "required",
  name: "optional",
  javascriptLoaderScript: "optional",
  rateLimitCount: "optional",
  rateLimitWindow: "optional",
};
const outputs = ["dsn", "dsnCsp", "dsnPublic", "dsnSecret", "projectId", "public", "secret"];
const secretOutputs = ["dsn", "dsnSecret", "secret"];

/** A client key, whose DSN clients send events to: Terraform's `sentry_key`. */
export class Key extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "sentry:index/key:Key";

  /** DSNs by kind: `public`, `secret`, `csp`. A secret as a whole, though the public one is in every page. */
  declare readonly dsn: Out<Record<string, string>>;
  /** @deprecated Use `dsn`. */
  declare readonly dsnCsp: Out<string>;
  /** @deprecated Use `dsn`. */
  declare readonly dsnPublic: Out<string>;
  /** @deprecated Use `dsn`. */
  declare readonly dsnSecret: Out<string>;
  declare readonly javascriptLoaderScript: Out<JavascriptLoaderScript>;
  declare readonly name: Out<string>;
  declare readonly organization: Out<string>;
  declare readonly project: Out<string>;
  /** Number of the project. */
  declare readonly projectId: Out<string>;
  /** The public key. */
  declare readonly public: Out<string>;
  declare readonly rateLimitCount: Out<number>;
  declare readonly rateLimitWindow: Out<number>;
  /** The secret key, of the oldest clients. */
  declare readonly secret: Out<string>;

  constructor(name: string, args: KeyArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: KeyState, opts: LookupOptions);
  constructor(name: string, values: KeyState, opts?: pulumi.CustomResourceOptions) {
    const shape = { package: sentry, type: Key.__pulumiType, inputs, outputs, secretOutputs };
    super(shape, name, values, opts);
  }

  /** An existing one, by `ORGANIZATION/PROJECT/ID`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: KeyState = {},
    opts?: pulumi.CustomResourceOptions,
  ): Key {
    return new Key(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is Key {
    return isOfType(value, Key.__pulumiType);
  }
}
