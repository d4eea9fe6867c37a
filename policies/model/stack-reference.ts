import type { Resource } from "../framework/index.ts";
import { stackIn } from "../values/urn.ts";
import { stackReference } from "./tokens.ts";

/** Whether a resource is a reference to the outputs of another stack. */
export const isStackReference = (resource: Resource): boolean => resource.is(stackReference);

/**
 * Whether a resource is a reference to a stack of another name, the last part of organization/project/stack: one of
 * another stage. Throws UnknownRead.
 */
export function isOtherStage(resource: Resource): boolean {
  if (!resource.is(stackReference)) return false;
  const referred = (resource.at("name").string() ?? resource.name).split("/").at(-1);
  return referred !== stackIn(resource.urn);
}
