import type { PreviewResource } from "./resource.ts";
import { stackReferenceOutputs, stackReferenceType } from "./stack-reference.ts";
import type { PropertyMap } from "./values.ts";

const stash = "pulumi:index:Stash";

/**
 * What the engine itself gives for the resources that need no plugin; undefined for every other resource.
 *
 * @param stacks outputs of other stacks that are known
 * @throws {Error} for inputs that the engine refuses
 */
export function builtinOutputs(
  { type, custom, inputs }: PreviewResource,
  stacks: ReadonlyMap<string, PropertyMap>,
): PropertyMap | undefined {
  if (custom && type === stackReferenceType) return stackReferenceOutputs(inputs, stacks);
  if (type !== stash) {
    const isOwn = custom && /^pulumi:(?!providers:)/.test(type);
    if (isOwn) throw new Error(`unrecognized resource type '${type}'`);
    return undefined;
  }
  const other = Object.keys(inputs).find((key) => key !== "input");
  if (other !== undefined) throw new Error(`unknown property "${other}" of a stash`);
  if (inputs.input === undefined) throw new Error('a stash has no property "input"');
  return { input: inputs.input, output: inputs.input };
}
