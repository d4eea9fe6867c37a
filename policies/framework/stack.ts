import { newestType } from "../model/renamed-types.ts";
import { type Declared, nothingDeclared } from "./declared.ts";
import { InputValue, isUnknown } from "./value.ts";
import type { AnyValue, PropertiesOf, Resource, ResourceOf, Token } from "./view.ts";

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
  readonly opts: { readonly protect: boolean; readonly additionalSecretOutputs?: readonly string[] };
  readonly parent?: Link;
  readonly provider?: Link;
  readonly dependencies: readonly Link[];
  readonly propertyDependencies: Readonly<Record<string, readonly Link[]>>;
}

/** What the resource phase saw of one resource. */
export interface RecordedInputs {
  /** Inputs with secrets unwrapped and unknowns as sentinels. */
  readonly inputs: unknown;
  /** Keys (`pathKey`) of the inputs that were given as secrets; undefined where the host did not say. */
  readonly secretPaths?: ReadonlySet<string> | undefined;
}

/** Inputs recorded for a resource, by urn; undefined where nothing was recorded. */
export type InputLookup = (urn: string) => RecordedInputs | undefined;

const nothingRecorded: InputLookup = () => undefined;

/**
 * A read-only view of a stack for policies: resources by type, their inputs, parents and dependencies.
 * Building it costs one pass over the resources, whatever the number of policies that use it.
 */
export class Stack {
  readonly #records: ReadonlyMap<string, ResourceRecord>;
  readonly #byType: ReadonlyMap<string, readonly ResourceRecord[]>;
  readonly #resources = new Map<string, StackResource>();
  readonly #recorded: InputLookup;
  /** What the settings say of the resources. */
  readonly declared: Declared;

  constructor(
    records: readonly ResourceRecord[],
    recorded: InputLookup = nothingRecorded,
    declared: Declared = nothingDeclared,
  ) {
    this.declared = declared;
    const byUrn = new Map<string, ResourceRecord>();
    const byType = new Map<string, ResourceRecord[]>();
    for (const record of records) {
      byUrn.set(record.urn, record);
      const type = newestType(record.type);
      const sameType = byType.get(type);
      if (sameType === undefined) {
        byType.set(type, [record]);
      } else {
        sameType.push(record);
      }
    }
    this.#records = byUrn;
    this.#byType = byType;
    this.#recorded = recorded;
  }

  /** Every resource, in the order of declaration; of any type, so that any name may be read. */
  all(): ResourceOf<unknown>[] {
    return [...this.#records.values()].map((record) => this.#resource(record));
  }

  /** Resources of the given types, type by type, in the order of declaration. */
  ofType<T extends readonly Token[]>(...types: T): ResourceOf<PropertiesOf<T[number]>>[] {
    return types.flatMap((type) => (this.#byType.get(type) ?? []).map((record) => this.#resource(record)));
  }

  /** The resource of that urn, or undefined. */
  byUrn(urn: string): StackResource | undefined {
    const record = this.#records.get(urn);
    return record === undefined ? undefined : this.#resource(record);
  }

  #resource(record: ResourceRecord): StackResource {
    let resource = this.#resources.get(record.urn);
    if (resource === undefined) {
      resource = new StackResource(record, this, this.#recorded(record.urn));
      this.#resources.set(record.urn, resource);
    }
    return resource;
  }
}

/** A resource of whatever type: the views in view.ts say which names may be read. */
class StackResource implements Resource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Whether the resource is protected from deletion. */
  readonly protect: boolean;
  readonly secretOutputs: readonly string[];
  readonly #record: ResourceRecord;
  readonly #stack: Stack;
  readonly #recorded: RecordedInputs | undefined;

  constructor(record: ResourceRecord, stack: Stack, recorded: RecordedInputs | undefined) {
    this.urn = record.urn;
    this.type = newestType(record.type);
    this.name = record.name;
    this.protect = record.opts.protect;
    this.secretOutputs = record.opts.additionalSecretOutputs ?? [];
    this.#record = record;
    this.#stack = stack;
    this.#recorded = recorded;
  }

  is<Properties>(
    token: Token<Properties>,
    ...others: readonly Token<Properties>[]
  ): this is ResourceOf<Properties> {
    return this.type === token || others.includes(this.type);
  }

  at(...path: readonly string[]): InputValue {
    return new InputValue(this, [], this.#inputs()).at(...path);
  }

  isSecret(path: readonly string[]): boolean | undefined {
    const secretPaths = this.#recorded?.secretPaths;
    if (secretPaths === undefined) {
      return undefined;
    }
    return (
      secretPaths.size > 0 && path.some((_, index) => secretPaths.has(pathKey(path.slice(0, index + 1))))
    );
  }

  get id(): string | undefined {
    return this.outputTexts("id")[0];
  }

  outputTexts(name?: string): string[] {
    const outputs = unwrap(this.#record.props);
    if (typeof outputs !== "object" || outputs === null) {
      return [];
    }
    return textsIn(name === undefined ? outputs : Reflect.get(outputs, name));
  }

  gave(): boolean {
    const inputs = new Set(textsIn(this.#inputs()));
    return this.outputTexts().some((text) => text !== "" && !inputs.has(text));
  }

  get isDeclared(): boolean {
    return this.#recorded !== undefined;
  }

  get outputs(): InputValue {
    return new InputValue(this, [], unwrap(this.#record.props));
  }

  get parent(): StackResource | undefined {
    return this.#record.parent && this.#stack.byUrn(this.#record.parent.urn);
  }

  get provider(): StackResource | undefined {
    return this.#record.provider && this.#stack.byUrn(this.#record.provider.urn);
  }

  get dependencies(): StackResource[] {
    return this.#resolve(this.#record.dependencies);
  }

  dependenciesOf(property: string): StackResource[] {
    return this.#resolve(this.#record.propertyDependencies[property] ?? []);
  }

  sourcesOf({ path }: AnyValue): StackResource[] {
    return this.dependenciesOf(path[0] ?? "");
  }

  refersTo(other: Resource, property: string): boolean {
    if (this.dependenciesOf(property).some((dependency) => dependency === other)) {
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

  #inputs(): unknown {
    return this.#recorded === undefined ? unwrap(this.#record.props) : this.#recorded.inputs;
  }

  #resolve(links: readonly Link[]): StackResource[] {
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

function textsIn(value: unknown): string[] {
  if (typeof value === "string") {
    return isUnknown(value) ? [] : [value];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
