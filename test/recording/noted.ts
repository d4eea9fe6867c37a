import { isDeepStrictEqual } from "node:util";
import { type Declared, Stack } from "../../policies/framework/index.ts";
import type { PropertiesOf, ResourceOf, Token } from "../../policies/framework/view.ts";
import { newestType } from "../../policies/model/renamed-types.ts";
import { viewOf } from "./judge.ts";
import type { RecordedResource } from "./record.ts";

/** Stands for every property of a resource, where somebody asks which ones there are. */
const everything = Symbol("every property");

/** What of a resource's inputs and outputs was asked for. */
type Keys = Set<string | symbol>;

/** What is different between two stacks. */
export interface Changes {
  /** Types, by their newest names, and urns of what only one of them has, or has with other links and options. */
  readonly types: ReadonlySet<string>;
  readonly urns: ReadonlySet<string>;
  /** By the urn of what both have, the top-level properties that are different. */
  readonly properties: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A stack that notes what is asked of it: every value that a policy reads, it has from one of these. */
export class NotedStack extends Stack {
  readonly #types = new Set<string>();
  readonly #urns = new Set<string>();
  readonly #keys: ReadonlyMap<string, Keys>;
  #isAll = false;

  constructor(resources: readonly RecordedResource[], declared?: Declared) {
    const [records, recorded] = viewOf(resources);
    const keys = new Map<string, Keys>();
    const keysOf = (urn: string): Keys => {
      const known = keys.get(urn) ?? new Set();
      keys.set(urn, known);
      return known;
    };
    super(
      records.map((record) => ({
        ...record,
        get props() {
          return noted(record.props, keysOf(record.urn));
        },
      })),
      (urn) => {
        const found = recorded(urn);
        return found && { ...found, inputs: noted(Object(found.inputs), keysOf(urn)) };
      },
      declared,
    );
    this.#keys = keys;
  }

  override all(): ReturnType<Stack["all"]> {
    this.#isAll = true;
    return super.all();
  }

  override ofType<T extends readonly Token[]>(...types: T): ResourceOf<PropertiesOf<T[number]>>[] {
    for (const type of types) this.#types.add(type);
    return super.ofType(...types);
  }

  override byUrn(urn: string): ReturnType<Stack["byUrn"]> {
    this.#urns.add(urn);
    return super.byUrn(urn);
  }

  /** Whether what it was asked may have another answer in a stack with these changes. */
  isConcernedBy({ types, urns, properties }: Changes): boolean {
    return (
      (this.#isAll && urns.size > 0) ||
      !this.#types.isDisjointFrom(types) ||
      !this.#urns.isDisjointFrom(urns) ||
      [...properties].some(([urn, changed]) => {
        const asked = this.#keys.get(urn);
        return asked !== undefined && (asked.has(everything) || !changed.isDisjointFrom(asked));
      })
    );
  }
}

/** The object, whose every read is noted. */
function noted<T extends object>(object: T, keys: Keys): T {
  return new Proxy(object, {
    get(target, key, receiver) {
      keys.add(key);
      return Reflect.get(target, key, receiver);
    },
    has(target, key) {
      keys.add(key);
      return Reflect.has(target, key);
    },
    getOwnPropertyDescriptor(target, key) {
      keys.add(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    ownKeys(target) {
      keys.add(everything);
      return Reflect.ownKeys(target);
    },
  });
}

/** What is different between resources of two stacks; those that are in both unchanged may be left out. */
export function changesBetween(
  before: readonly RecordedResource[],
  after: readonly RecordedResource[],
): Changes {
  const types = new Set<string>();
  const urns = new Set<string>();
  const properties = new Map<string, ReadonlySet<string>>();
  const remaining = new Map(before.map((resource) => [resource.urn, resource]));
  const count = (resource: RecordedResource): void => {
    types.add(newestType(resource.type));
    urns.add(resource.urn);
  };
  for (const resource of after) {
    const old = remaining.get(resource.urn);
    remaining.delete(resource.urn);
    const changed = old && changedProperties(old, resource);
    if (changed !== undefined) {
      properties.set(resource.urn, changed);
      continue;
    }
    count(resource);
    if (old !== undefined) count(old);
  }
  for (const gone of remaining.values()) count(gone);
  return { types, urns, properties };
}

/** The properties that make the difference; undefined where something else does. */
function changedProperties(old: RecordedResource, resource: RecordedResource): Set<string> | undefined {
  const { inputs: oldInputs, outputs: oldOutputs, secretPaths: oldPaths, ...oldRest } = old;
  const { inputs, outputs, secretPaths, ...rest } = resource;
  if (!isDeepStrictEqual(oldRest, rest)) return undefined;
  const changed = new Set([
    ...changedKeys(oldInputs, inputs),
    ...changedKeys(oldOutputs, outputs),
    ...(isDeepStrictEqual(oldPaths, secretPaths)
      ? []
      : [...oldPaths, ...secretPaths].map(([key = ""]) => key)),
  ]);
  // Where nothing is told apart, the order of the properties may be what changed.
  return changed.size > 0 ? changed : undefined;
}

function changedKeys(old: RecordedResource["inputs"], now: RecordedResource["inputs"]): string[] {
  const isSame = (key: string): boolean =>
    Object.hasOwn(old, key) === Object.hasOwn(now, key) && isDeepStrictEqual(old[key], now[key]);
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((key) => !isSame(key));
}
