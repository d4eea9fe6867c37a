import {
  type AnyValue,
  known,
  type Resource,
  type ResourceOf,
  type Stack,
  type Value,
} from "../../framework/index.ts";
import { secretStores } from "../../model/aws-tokens.ts";
import type { Variable } from "../../model/host.ts";

/** A variable whose value is written beside its name. */
export function plainVariables(resource: Resource, map: Value): Variable[] {
  return map.isUnknown
    ? [{ resource, name: () => map.string(), value: map }]
    : map.entries().map(([name, value]) => ({ resource, name: () => name, value }));
}

/** Variables that are read from a store of secrets when the host starts: what the store holds is their value. */
export function storedVariables(stack: Stack, resource: Resource, map: Value): Variable[] {
  return map.isUnknown
    ? [{ resource, name: () => map.string(), value: map }]
    : map.entries().map(([name, reference]) => stored(stack, resource, name, reference));
}

export function stored(stack: Stack, resource: Resource, name: string, reference: AnyValue): Variable {
  const held = contentOf(stack, resource, name, reference);
  return {
    resource,
    name: () => name,
    value: held?.value ?? reference,
    ...(held && { sources: held.sources }),
  };
}

interface Content {
  readonly value: AnyValue;
  readonly sources: readonly Resource[];
}

/**
 * What a reference leads to: the version of a secret or a parameter. Addresses are unknown before the update; then
 * it is that of the secrets behind the property which has the name of the variable.
 */
function contentOf(stack: Stack, resource: Resource, name: string, reference: AnyValue): Content | undefined {
  const stores = stack.ofType(secretStores.secret, secretStores.parameter);
  const text = reference.isUnknown ? undefined : known(() => reference.string());
  const behind = resource.sourcesOf(reference).filter((source) => stores.some((store) => store === source));
  const candidates = stores.filter((store) => behind.length === 0 || behind.includes(store));
  const found =
    text === undefined
      ? named(candidates, name)
      : candidates.find((store) => store.id === text || (isNameOf(store, text) && text !== ""));
  return found === undefined ? undefined : contentIn(stack, found);
}

function contentIn(stack: Stack, store: ResourceOf<unknown>): Content | undefined {
  if (store.type === secretStores.parameter) {
    return { value: store.at("value"), sources: store.dependenciesOf("value") };
  }
  const version = stack
    .ofType(secretStores.version)
    .find((candidate) => candidate.refersTo(store, "secretId"));
  return version === undefined
    ? undefined
    : { value: version.at("secretString"), sources: version.dependenciesOf("secretString") };
}

/** The one whose name ends as the variable's, or the only one that there is. */
function named(stores: readonly ResourceOf<unknown>[], name: string): ResourceOf<unknown> | undefined {
  const like = stores.filter((store) =>
    [store.name, known(() => store.at("name").string()) ?? ""].some((text) =>
      letters(text).endsWith(letters(name)),
    ),
  );
  const [first, ...others] = like.toSorted((one, other) => one.name.length - other.name.length);
  return first !== undefined && others.every((other) => other.name.length > first.name.length)
    ? first
    : stores.length === 1
      ? stores[0]
      : undefined;
}

function isNameOf(store: ResourceOf<unknown>, reference: string): boolean {
  const name = known(() => store.at("name").string());
  return name !== undefined && (reference === name || reference.split(":").at(-1)?.startsWith(name) === true);
}

const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
