import type { Resource } from "../framework/index.ts";

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
