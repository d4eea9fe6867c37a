import { type CustomResourceOptions, RunError } from "@pulumi/pulumi";
import { counted, kebabCase, listed } from "../lib/text.ts";
import { type ResourceArgs, type Transforms, transformed } from "./transform.ts";

/** Ids of existing resources to import, by child. Of several of a kind, by the end of each resource's name. */
export type Imports<Children> = {
  readonly [Child in keyof Children]?: string | Readonly<Record<string, string>>;
};

/** What the arguments of every component have. `Children` maps the key of each child to its arguments. */
export interface ComponentArgs<Children> {
  /** Changes to the resources that the component makes. Default: no changes. */
  readonly transform?: Transforms<Children>;
  /**
   * Ids of resources that exist already, which the next update takes over instead of creating them, such as
   * `{ zone: "023e105f4ecef8ad9ca31a8372d0c353" }`. docs/existing.md lists the form of each id. Default: none.
   */
  readonly import?: Imports<Children>;
}

/**
 * What a component makes its children with: its name, the options that they share, and the transforms and
 * imports that its user asked for.
 *
 * @example
 * new Zone(...scope.child("zone", { name: "optropic.example", type: "full" }, { protect: true }));
 */
export class Scope<Children extends object> {
  /** The component's own name, with which the name of every child starts. */
  readonly name: string;
  /** Options that all children share: the parent, and where there is one the provider. */
  readonly options: CustomResourceOptions;
  readonly #args: ComponentArgs<Children>;
  /** The name of the child that took each import. */
  readonly #taken: Map<string, string>;

  constructor(
    name: string,
    options: CustomResourceOptions,
    args: ComponentArgs<Children>,
    taken = new Map<string, string>(),
  ) {
    this.name = name;
    this.options = options;
    this.#args = args;
    this.#taken = taken;
  }

  /** The same scope with further shared options. */
  with(options: CustomResourceOptions): Scope<Children> {
    return new Scope(this.name, { ...this.options, ...options }, this.#args, this.#taken);
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
    const imported = this.#imported(key, suffix);
    const all = { ...this.options, ...options, ...(imported !== undefined && { import: imported }) };
    return transformed(this.#args.transform?.[key], [`${this.name}-${suffix}`, args, all]);
  }

  /** @throws {RunError} where an id is for a resource that the component does not make */
  checkImports(): void {
    const asked = Object.entries<string | Readonly<Record<string, string>> | undefined>(
      this.#args.import ?? {},
    );
    const unused = asked
      .flatMap(([key, ids]) =>
        typeof ids === "object" ? Object.keys(ids).map((suffix) => `${key}.${suffix}`) : [key],
      )
      .filter((path) => !this.#taken.has(path));
    if (unused.length === 0) return;
    throw new RunError(
      `${this.name} makes no resource for ${counted(unused.length, "import")}: ${listed(unused, "and")}. Use the keys of the component's children, and for several of a kind the end of the resource's name.`,
    );
  }

  #imported(key: keyof Children & string, suffix: string): string | undefined {
    const ids: string | Readonly<Record<string, string>> | undefined = this.#args.import?.[key];
    if (typeof ids === "object") {
      const id = ids[suffix];
      if (id !== undefined) this.#taken.set(`${key}.${suffix}`, suffix);
      return id;
    }
    if (ids === undefined) return undefined;
    const other = this.#taken.get(key);
    if (other !== undefined) {
      throw new RunError(
        `import.${key} of ${this.name} has one id, but there are several: write { "${other}": "…", "${suffix}": "…" }.`,
      );
    }
    this.#taken.set(key, suffix);
    return ids;
  }
}
