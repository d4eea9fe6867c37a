import type { Resource } from "../framework/index.ts";
import { isDatabase } from "./database-tokens.ts";

const found = new WeakMap<Iterable<Resource>, readonly Resource[]>();

/**
 * Databases from which the resources are made, themselves or by what they depend on. The answer is kept as
 * long as the list or set that was asked for.
 */
export function databasesBehind(resources: Iterable<Resource>): readonly Resource[] {
  const answer = found.get(resources) ?? search(resources);
  found.set(resources, answer);
  return answer;
}

function search(resources: Iterable<Resource>): Resource[] {
  const seen = new Set(resources);
  // A set is walked in the order of insertion, what is added on the way included.
  for (const resource of seen) {
    for (const dependency of resource.dependencies) {
      seen.add(dependency);
    }
  }
  return [...seen].filter(isDatabase);
}
