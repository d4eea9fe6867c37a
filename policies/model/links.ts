import { type Resource, type Stack, select } from "../framework/index.ts";
import { perStack } from "./per-stack.ts";

/**
 * Whether the property of a resource, an id or a list of ids, is the other resource's: by the dependency
 * where there is one, since ids are unknown at preview, else by value. Throws UnknownRead where the property
 * is unknown and made from no resource of the stack, so that it could be anyone's.
 */
export function belongsTo(resource: Resource, property: string, other: Resource): boolean {
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
 * Finds what belongs to a resource without asking every pair: those that are made from it by the property,
 * and those that are made from nothing, which may be its by value. Each is still to be asked `belongsTo`.
 */
export function candidatesBy(
  resources: readonly Resource[],
  property: string,
): (owner: Resource) => readonly Resource[] {
  const byOwner = new Map<string, Resource[]>();
  const free: Resource[] = [];
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
 * Finds the resources of a type that belong to another by a property and, where a test is given, pass it.
 * Throws UnknownRead where there is none and one that is unknown could be it.
 */
export function ownedBy(type: string, property: string) {
  const index = perStack((stack) => candidatesBy(stack.ofType(type), property));
  return (stack: Stack, owner: Resource, test: (resource: Resource) => boolean = () => true): Resource[] =>
    select(index(stack)(owner), (resource) => belongsTo(resource, property, owner) && test(resource));
}
