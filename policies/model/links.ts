import {
  type Key,
  type Resource,
  type ResourceOf,
  type Stack,
  select,
  type Token,
} from "../framework/index.ts";
import { perStack } from "./per-stack.ts";

/**
 * Whether the property of a resource, an id or a list of ids, is the other resource's: by the dependency
 * where there is one, since ids are unknown at preview, else by value. Throws UnknownRead where the property
 * is unknown and made from no resource of the stack, so that it could be anyone's.
 */
export function belongsTo<P>(resource: ResourceOf<P>, property: Key<P>, other: Resource): boolean {
  if (resource.refersTo(other, property)) {
    return true;
  }
  if (resource.dependenciesOf(property).length === 0) {
    const value = resource.at(property);
    // Reading an unknown id, list or element of it throws.
    value.string();
    value.strings();
  }
  return false;
}

/**
 * The resource of a type whose id a property holds; undefined where the stack does not declare it. Throws
 * UnknownRead where the id is unknown and made from no resource of that type.
 */
export function ownerOf<P, Owner>(
  stack: Stack,
  resource: ResourceOf<P>,
  property: Key<P>,
  type: Token<Owner>,
): ResourceOf<Owner> | undefined {
  const owner = resource.dependenciesOf(property).find((dependency) => dependency.is(type));
  if (owner !== undefined) {
    return owner;
  }
  const id = resource.at(property).string();
  const named = id === undefined ? undefined : idsOf(stack, type).get(id);
  return named?.is(type) ? named : undefined;
}

const knownIds = perStack(() => new Map<string, ReadonlyMap<string, Resource>>());

function idsOf(stack: Stack, type: Token): ReadonlyMap<string, Resource> {
  let ids = knownIds(stack).get(type);
  if (ids === undefined) {
    ids = new Map(
      stack.ofType(type).flatMap((resource) => (resource.id === undefined ? [] : [[resource.id, resource]])),
    );
    knownIds(stack).set(type, ids);
  }
  return ids;
}

/**
 * Finds what belongs to a resource without asking every pair: those that are made from it by the property,
 * and those that are made from nothing, which may be its by value. Each is still to be asked `belongsTo`.
 */
export function candidatesBy<P>(
  resources: readonly ResourceOf<P>[],
  property: Key<P>,
): (owner: Resource) => readonly ResourceOf<P>[] {
  const byOwner = new Map<string, ResourceOf<P>[]>();
  const free: ResourceOf<P>[] = [];
  for (const resource of resources) {
    const owners = resource.dependenciesOf(property);
    if (owners.length === 0) {
      free.push(resource);
    }
    for (const { urn } of owners) {
      const owned = byOwner.get(urn);
      if (owned === undefined) {
        byOwner.set(urn, [resource]);
      } else {
        owned.push(resource);
      }
    }
  }
  return ({ urn }) => {
    const owned = byOwner.get(urn);
    return owned === undefined ? free : free.length === 0 ? owned : [...owned, ...free];
  };
}

/**
 * Finds the resources of some types that belong to another by a property and, where a test is given, pass it.
 * Throws UnknownRead where none surely does and one that is unknown could.
 */
export function ownedBy<P>(types: readonly Token<P>[], property: Key<P>) {
  const index = perStack((stack) => candidatesBy(resourcesOf(stack, types), property));
  return (
    stack: Stack,
    owner: Resource,
    test: (resource: ResourceOf<P>) => boolean = () => true,
  ): ResourceOf<P>[] =>
    select(index(stack)(owner), (resource) => belongsTo(resource, property, owner) && test(resource));
}

function resourcesOf<P>(stack: Stack, types: readonly Token<P>[]): ResourceOf<P>[] {
  return types.flatMap((type) => stack.ofType(type).filter((resource) => resource.is(type)));
}
