import type { Child, Entry, Item, Key, Plain } from "./properties.ts";

/** The type token of a resource, which carries the properties that the provider's SDK gives it. */
export type Token<Properties = unknown> = string & { readonly [properties]?: Properties };

/** Properties of the resources of a token; of several, those that any of them has. */
export type PropertiesOf<T> = T extends { readonly [properties]?: infer Properties } ? Properties : unknown;

/** Never there: only a type can be asked for it. */
declare const properties: unique symbol;

/** One resource of a stack, read-only. */
export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Whether the resource is protected from deletion. */
  readonly protect: boolean;
  /** Outputs that the program has Pulumi encrypt, beside those that the provider calls secret. */
  readonly secretOutputs: readonly string[];
  /** The provider's id of the resource, once it exists. */
  readonly id: string | undefined;
  /** Whether the properties are what the program declares, not what became of it. */
  readonly isDeclared: boolean;
  readonly parent: Resource | undefined;
  /** Its provider, where the host says so and the stack has it. */
  readonly provider: Resource | undefined;
  /** Resources that this one depends on, by any property or by `dependsOn`. */
  readonly dependencies: readonly Resource[];
  /** Whether it is of that type: only then can its properties be read by name. */
  is<Properties>(
    token: Token<Properties>,
    ...others: readonly Token<Properties>[]
  ): this is ResourceOf<Properties>;
  /** Whether the input at that path was given as a secret; undefined where the host does not say. */
  isSecret(path: readonly string[]): boolean | undefined;
  /**
   * The texts, at any depth, of an output or of all, as far as they are known: an update knows more than a
   * preview. They may be secrets.
   */
  outputTexts(name?: string): string[];
  /** Whether its provider gave an output that is not among the inputs: then it exists. */
  gave(): boolean;
  /** Its outputs: those of a stack are what the program exports. */
  readonly outputs: Value<unknown>;
  /** Resources from which the top-level property that a value is in is made. */
  sourcesOf(value: AnyValue): readonly Resource[];
}

/** A resource of known properties, which are its inputs wherever those were recorded. */
export interface ResourceOf<Properties> extends Resource {
  readonly [properties]?: Properties;
  /** The value at a path, such as `at("autoscaling", "min")`; all of the inputs for no path. */
  readonly at: At<Properties>;
  /** Resources from which a top-level property is made, as the program's outputs carry them. */
  dependenciesOf(property: Key<Properties>): readonly Resource[];
  /**
   * Whether a top-level property holds the id of another resource, alone or in a list: the dependency says so
   * where there is one, since ids are unknown at preview, else the known value does.
   */
  refersTo(other: Resource, property: Key<Properties>): boolean;
}

/**
 * A value somewhere in the inputs of a resource. Reading one that is unknown throws UnknownRead; reading one
 * that is absent or of another type gives undefined, or no elements.
 */
export interface AnyValue {
  readonly resource: Resource;
  readonly path: readonly string[];
  /** Path of the property that the host knows: of the JSON document where the value was read from one. */
  readonly property: readonly string[];
  readonly isUnknown: boolean;
  /** Whether there is a value; null does not count. Throws UnknownRead. */
  readonly exists: boolean;
  /** Whether this was given as a secret; undefined where the host does not say. */
  readonly isSecret: boolean | undefined;
  /** What stands for the value where it is unknown. */
  readonly sentinel: unknown;
  /** What the host handed over, for what looks through all of it: an unknown part is what stands for it. */
  readonly raw: unknown;
  /** Throws UnknownRead. */
  string(): string | undefined;
  /** Throws UnknownRead. */
  number(): number | undefined;
  /** Throws UnknownRead. */
  boolean(): boolean | undefined;
  /** Strings of a list; throws UnknownRead if the list or an element is unknown. */
  strings(): string[];
  /** What a JSON document in a string says, read as one of that type; absent if it is not JSON. Throws UnknownRead. */
  json<Document = unknown>(): Value<Document>;
}

/** A value of a type, which says what may be read below it; of unknown, nothing. */
export interface Value<T = unknown> extends AnyValue {
  /** The value at a path below this one; below an unknown value everything is unknown. */
  readonly at: At<T>;
  /** Elements of a list. Throws UnknownRead if the list is unknown; an element may be unknown by itself. */
  items(): Value<Item<T>>[];
  /** Entries of an object or map. Throws UnknownRead if it is unknown; a value may be unknown by itself. */
  entries(): [string, Value<Entry<T>>][];
  /** The same value as one of a wider type, of which its own is a form; one that says nothing, as of any type. */
  as<Wider>(...fits: unknown extends T ? [] : [Plain<T>] extends [Wider] ? [] : [never]): Value<Wider>;
}

/** Reads by names that the type has; any other does not compile. */
export interface At<T> {
  (): Value<T>;
  <A extends Key<T>>(a: A): Value<Child<T, A>>;
  <A extends Key<T>, B extends Key<Child<T, A>>>(a: A, b: B): Value<Child<Child<T, A>, B>>;
  <A extends Key<T>, B extends Key<Child<T, A>>, C extends Key<Child<Child<T, A>, B>>>(
    a: A,
    b: B,
    c: C,
  ): Value<Child<Child<Child<T, A>, B>, C>>;
  <
    A extends Key<T>,
    B extends Key<Child<T, A>>,
    C extends Key<Child<Child<T, A>, B>>,
    D extends Key<Child<Child<Child<T, A>, B>, C>>,
  >(
    a: A,
    b: B,
    c: C,
    d: D,
  ): Value<Child<Child<Child<Child<T, A>, B>, C>, D>>;
}
