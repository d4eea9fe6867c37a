import type { CustomResourceOptions } from "@pulumi/pulumi";
import { kebabCase } from "../lib/text.ts";
import { type ResourceArgs, type Transforms, transformed } from "./transform.ts";

/**
 * What a component makes its children with: its name, the options that they share, and the transforms that
 * its user asked for. `Children` maps the key of each child to the arguments of its resource.
 *
 * @example
 * new Zone(...scope.child("zone", { name: "optropic.example", type: "full" }, { protect: true }));
 */
export class Scope<Children extends object> {
  /** The component's own name, with which the name of every child starts. */
  readonly name: string;
  /** Options that all children share: the parent, and where there is one the provider. */
  readonly options: CustomResourceOptions;
  readonly #transforms: Transforms<Children>;

  constructor(name: string, options: CustomResourceOptions, transforms: Transforms<Children> = {}) {
    this.name = name;
    this.options = options;
    this.#transforms = transforms;
  }

  /** The same scope with further shared options. */
  with(options: CustomResourceOptions): Scope<Children> {
    return new Scope(this.name, { ...this.options, ...options }, this.#transforms);
  }

  /** Constructor arguments of an only child, named after its key: `urlNormalization` is `edge-url-normalization`. */
  child<Key extends keyof Children & string>(
    key: Key,
    args: Children[Key],
    options: CustomResourceOptions = {},
  ): ResourceArgs<Children[Key]> {
    return this.named(key, kebabCase(key), args, options);
  }

  /** Constructor arguments of a child with a name of its own, which is appended to the component's. */
  named<Key extends keyof Children & string>(
    key: Key,
    suffix: string,
    args: Children[Key],
    options: CustomResourceOptions = {},
  ): ResourceArgs<Children[Key]> {
    const shared = { ...this.options, ...options };
    return transformed(this.#transforms[key], [`${this.name}-${suffix}`, args, shared]);
  }
}
