import { isUnknown, Value } from "./value.ts";

/** Another resource, as far as a link to it needs. */
interface Link {
  readonly urn: string;
}

/** One resource as a policy host hands it over; `PolicyResource` of @pulumi/policy has this shape. */
export interface ResourceRecord {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly opts: { readonly protect: boolean };
  readonly parent?: Link;
  readonly dependencies: readonly Link[];
  readonly propertyDependencies: Readonly<Record<string, readonly Link[]>>;
}

/** What the resource phase saw of one resource. */
export interface RecordedInputs {
  /** Inputs with secrets unwrapped and unknowns as sentinels. */
  readonly inputs: unknown;
  /** Keys (`pathKey`) of the inputs that were given as secrets; undefined where the host did not say. */
  readonly secretPaths?: ReadonlySet<string> | undefined;
  /** Raises the host's own error for the unknown value at a path. */
  raise?(path: readonly string[]): void;
}

/** Inputs recorded for a resource, by urn; undefined where there are none. */
export type InputLookup = (urn: string) => RecordedInputs | undefined;

const nothingRecorded: InputLookup = () => undefined;

/**
 * A read-only view of a stack for policies: resources by type, their inputs, parents and dependencies.
 * Building it costs one pass over the resources, whatever the number of policies that use it.
 */
export class Stack {
  readonly #records: ReadonlyMap<string, ResourceRecord>;
  readonly #byType: ReadonlyMap<string, readonly ResourceRecord[]>;
  readonly #resources = new Map<string, Resource>();
  readonly #recorded: InputLookup;

  constructor(records: readonly ResourceRecord[], recorded: InputLookup = nothingRecorded) {
    const byUrn = new Map<string, ResourceRecord>();
    const byType = new Map<string, ResourceRecord[]>();
    for (const record of records) {
      byUrn.set(record.urn, record);
      const sameType = byType.get(record.type);
      if (sameType === undefined) {
        byType.set(record.type, [record]);
      } else {
        sameType.push(record);
      }
    }
    this.#records = byUrn;
    this.#byType = byType;
    this.#recorded = recorded;
  }

  /** Every resource, in the order of declaration. */
  all(): Resource[] {
    return [...this.#records.values()].map((record) => this.#resource(record));
  }

  /** Resources of the given types, type by type, in the order of declaration. */
  ofType(...types: readonly string[]): Resource[] {
    return types.flatMap((type) => (this.#byType.get(type) ?? []).map((record) => this.#resource(record)));
  }

  /** The resource of that urn, or undefined. */
  byUrn(urn: string): Resource | undefined {
    const record = this.#records.get(urn);
    return record === undefined ? undefined : this.#resource(record);
  }

  #resource(record: ResourceRecord): Resource {
    let resource = this.#resources.get(record.urn);
    if (resource === undefined) {
      resource = new Resource(record, this, this.#recorded(record.urn));
      this.#resources.set(record.urn, resource);
    }
    return resource;
  }
}

/** One resource of a stack, read-only. Its properties are its inputs wherever they were recorded. */
export class Resource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Whether the resource is protected from deletion. */
  readonly protect: boolean;
  readonly #record: ResourceRecord;
  readonly #stack: Stack;
  readonly #recorded: RecordedInputs | undefined;

  constructor(record: ResourceRecord, stack: Stack, recorded: RecordedInputs | undefined) {
    this.urn = record.urn;
    this.type = record.type;
    this.name = record.name;
    this.protect = record.opts.protect;
    this.#record = record;
    this.#stack = stack;
    this.#recorded = recorded;
  }

  /** The value at a path, such as `at("autoscaling", "min")`; the whole of the inputs for no path. */
  at(...path: readonly string[]): Value {
    return new Value(this, [], this.#inputs()).at(...path);
  }

  /** Whether the input at that path was given as a secret; undefined where the host does not say. */
  isSecret(path: readonly string[]): boolean | undefined {
    const secretPaths = this.#recorded?.secretPaths;
    if (secretPaths === undefined) {
      return undefined;
    }
    return path.some((_, index) => secretPaths.has(pathKey(path.slice(0, index + 1))));
  }

  /** The provider's id of the resource, once it exists. */
  get id(): string | undefined {
    return this.outputTexts("id")[0];
  }

  /**
   * The texts, at any depth, of an output or of all, as far as they are known: an update knows more than a
   * preview. They may be secrets.
   */
  outputTexts(name?: string): string[] {
    const outputs = unwrap(this.#record.props);
    if (typeof outputs !== "object" || outputs === null) {
      return [];
    }
    return textsIn(name === undefined ? outputs : Reflect.get(outputs, name));
  }

  /** Whether the properties are what the program declares, not what became of it. */
  get isDeclared(): boolean {
    return this.#recorded !== undefined;
  }

  /** The same resource with its outputs in place of its inputs: a stack's are what the program exports. */
  get outputs(): Resource {
    return new Resource(this.#record, this.#stack, undefined);
  }

  get parent(): Resource | undefined {
    return this.#record.parent && this.#stack.byUrn(this.#record.parent.urn);
  }

  /** Resources that this one depends on, by any property or by `dependsOn`. */
  get dependencies(): Resource[] {
    return this.#resolve(this.#record.dependencies);
  }

  /** Resources from which the given top-level property is made, as the program's outputs carry them. */
  dependenciesOf(property: string): Resource[] {
    return this.#resolve(this.#record.propertyDependencies[property] ?? []);
  }

  /**
   * Whether the given top-level property holds the id of another resource, alone or in a list: the
   * dependency says so where there is one, since ids are unknown at preview, else the known value does.
   */
  refersTo(other: Resource, property: string): boolean {
    if (this.dependenciesOf(property).includes(other)) {
      return true;
    }
    const value = this.at(property);
    if (other.id === undefined || value.isUnknown) {
      return false;
    }
    return (
      value.string() === other.id ||
      value.items().some((item) => !item.isUnknown && item.string() === other.id)
    );
  }

  /** Throws the host's own error for the unknown value at that path, if the host has one. */
  raiseUnknown(path: readonly string[]): void {
    try {
      this.#recorded?.raise?.(path);
      touch(this.#record.props, path);
    } catch (error) {
      if (error instanceof Error) {
        error.message = `${this.name}: ${error.message}`;
      }
      throw error;
    }
  }

  #inputs(): unknown {
    return this.#recorded === undefined ? unwrap(this.#record.props) : this.#recorded.inputs;
  }

  #resolve(links: readonly Link[]): Resource[] {
    return links.flatMap((link) => this.#stack.byUrn(link.urn) ?? []);
  }
}

/**
 * The object behind a proxy of @pulumi/policy (its proxy.js), whose every read of an unknown value throws;
 * a plain object is returned as it is.
 */
export function unwrap(props: unknown): unknown {
  return typeof props === "object" && props !== null
    ? (Reflect.get(props, "__getSpecialProxyTarget") ?? props)
    : props;
}

/** One key for a path of property names. */
export function pathKey(path: readonly string[]): string {
  return path.join("\0");
}

/** Reads the value at a path of a proxy of @pulumi/policy, which throws where it is unknown. */
export function touch(props: unknown, path: readonly string[]): void {
  let value = props;
  for (const key of path) {
    if (typeof value !== "object" || value === null) {
      return;
    }
    value = Reflect.get(value, key);
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") {
    return isUnknown(value) ? [] : [value];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
