import type { CustomResourceOptions } from "@pulumi/pulumi";

/**
 * A change to a resource that a component makes, so that changing one property does not take a fork: either
 * properties that replace the component's own, or a function that edits the arguments and the options it
 * gets. The policies judge the result, so a transform cannot take a resource past the checklist.
 */
export type Transform<Args> = Partial<Args> | EditResource<Args>;

/** Edits in place. The arguments are a copy of this resource's own; `name` is the resource's full name. */
export type EditResource<Args> = (args: Args, options: CustomResourceOptions, name: string) => undefined;

/** A transform for each child of a component. A child of which there are several has one for all of them. */
export type Transforms<Children> = { readonly [Child in keyof Children]?: Transform<Children[Child]> };

/** What the constructor of a resource takes. */
export type ResourceArgs<Args> = [name: string, args: Args, options: CustomResourceOptions];

/** Applies a transform to what a resource is about to be made with. */
export function transformed<Args>(
  transform: Transform<Args> | undefined,
  [name, args, options]: ResourceArgs<Args>,
): ResourceArgs<Args> {
  if (transform === undefined) return [name, args, options];
  if (!isEdit(transform)) return [name, { ...args, ...transform }, options];
  const copies = { args: copied(args), options: { ...options } };
  transform(copies.args, copies.options, name);
  return [name, copies.args, copies.options];
}

function isEdit<Args>(transform: Transform<Args>): transform is EditResource<Args> {
  return typeof transform === "function";
}

/** A deep copy of plain data, since several resources may share a constant. Outputs and the like stay. */
function copied<T>(value: T): T {
  if (!isPlain(value)) return value;
  const copy = Array.isArray(value) ? Object.assign([], value) : { ...value };
  for (const [key, part] of Object.entries(copy)) Reflect.set(copy, key, copied(part));
  return copy;
}

function isPlain<T>(value: T): value is T & object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
