import { Failure } from "../../lib/failure.ts";
import { isSecret, isUnknown, type PropertyMap, type PropertyValue, unknown } from "./values.ts";

export const stackReferenceType = "pulumi:pulumi:StackReference";

/**
 * What a reference to another stack gives: the outputs that are known of that stack by its full
 * name, without its organization, or by its own name alone; else unknown.
 *
 * @throws {Error} for a reference with other inputs than a name, or a name that is no text, as the engine refuses it
 */
export function stackReferenceOutputs(
  inputs: PropertyMap,
  stacks: ReadonlyMap<string, PropertyMap>,
): PropertyMap {
  const other = Object.keys(inputs).find((key) => key !== "name");
  if (other !== undefined) throw new Error(`unknown property "${other}" of a stack reference`);
  const { name } = inputs;
  if (name === undefined) throw new Error('a stack reference has no property "name"');
  if (typeof name !== "string" && !isSecret(name))
    throw new Error("the name of a stack reference is not a text");
  return stackOutputs(name, stacks);
}

/** The name of an output that no stack has, beside those that are given: what else there is of it is not known. */
const others = "(others)";

/** What is known of a stack by its name. */
export function stackOutputs(name: PropertyValue, stacks: ReadonlyMap<string, PropertyMap>): PropertyMap {
  const parts = typeof name === "string" && !isUnknown(name) ? name.split("/") : [];
  const outputs = parts.map((_, index) => stacks.get(parts.slice(index).join("/"))).find(Boolean);
  return outputs === undefined
    ? { name, outputs: unknown, secretOutputNames: unknown }
    : { name, outputs: { ...outputs, [others]: unknown }, secretOutputNames: [] };
}

/**
 * Reads what `--stack-output` gives; a value is JSON where it can be read so, else text.
 *
 * @throws {Failure} for an entry that is not `stack:output=value`
 */
export function readStackOutputs(entries: readonly string[]): Map<string, PropertyMap> {
  const stacks = new Map<string, PropertyMap>();
  for (const entry of entries) {
    const match = /^([\w./-]{1,300}):([\w.-]{1,200})=(.*)$/s.exec(entry);
    if (match === null) {
      throw new Failure("config", `--stack-output ${JSON.stringify(entry)} is not stack:output=value`);
    }
    const [, stack = "", output = "", text = ""] = match;
    stacks.set(stack, { ...stacks.get(stack), [output]: parseValue(text) });
  }
  return stacks;
}

function parseValue(text: string): PropertyMap[string] {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
