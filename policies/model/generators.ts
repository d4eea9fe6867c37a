import type { PropertiesOf, Resource, ResourceOf } from "../framework/index.ts";
import { privateKey, random } from "./tokens.ts";

/** A random resource, which makes up a value. */
export type Generator = ResourceOf<
  PropertiesOf<typeof random.password | typeof random.string | typeof random.bytes | typeof random.id>
>;

export function isGenerator(resource: Resource): resource is Generator {
  return generators.has(resource.type);
}

const generators: ReadonlySet<string> = new Set([
  random.password,
  random.string,
  random.bytes,
  random.id,
  random.uuid,
  privateKey,
]);
