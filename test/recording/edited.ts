import { evaluate } from "../../policies/framework/evaluate.ts";
import { registry } from "../../policies/registry.ts";
import { stackOf } from "./judge.ts";
import type { RecordedResource } from "./record.ts";
import type { RecordedStack } from "./stacks.ts";

/** Inputs of a resource, as loose as what a program may write. */
export type Inputs = Readonly<Record<string, unknown>>;

/** A change to a recorded stack. */
export type Edit = (stack: RecordedStack) => RecordedStack;

/** Gives a resource other inputs in place of its own; one that becomes undefined is left out. */
export function set(name: string, change: (inputs: Inputs) => Inputs): Edit {
  return (stack) => {
    if (!stack.resources.some((resource) => resource.name === name)) {
      throw new RangeError(`The stack has no resource ${name}.`);
    }
    return {
      ...stack,
      resources: stack.resources.map((resource) =>
        resource.name === name ? withInputs(resource, change(resource.inputs)) : resource,
      ),
    };
  };
}

function withInputs(resource: RecordedResource, change: Inputs): RecordedResource {
  const inputs = Object.fromEntries(
    Object.entries({ ...resource.inputs, ...change }).filter(([, value]) => value !== undefined),
  );
  return { ...resource, inputs, outputs: { ...resource.outputs, ...inputs } };
}

/** Adds a resource beside another, with its property that says where it belongs, such as `zoneId`. */
export function add(
  type: string,
  name: string,
  inputs: Inputs,
  { beside, by }: { beside?: string; by?: string } = {},
): Edit {
  return (stack) => {
    const neighbor = stack.resources.find((resource) => resource.name === beside);
    const urns = by === undefined ? undefined : neighbor?.propertyDependencies[by];
    const shared = by === undefined ? {} : { [by]: neighbor?.inputs[by] };
    const resource: RecordedResource = {
      urn: `urn:pulumi:production::optropic::${type}::${name}`,
      type,
      name,
      inputs: { ...shared, ...inputs },
      secretPaths: [],
      outputs: { ...shared, ...inputs },
      dependencies: urns ?? [],
      propertyDependencies: by !== undefined && urns !== undefined ? { [by]: urns } : {},
      options: stack.resources.at(-1)?.options ?? fail("The stack has no resources."),
    };
    return { ...stack, resources: [...stack.resources, resource] };
  };
}

/** Several changes, one after the other. */
export const all =
  (...edits: readonly Edit[]): Edit =>
  (stack) =>
    edits.reduce((edited, edit) => edit(edited), stack);

/** Adds to a list among the inputs. */
export const append = (name: string, property: string, ...items: readonly unknown[]): Edit =>
  set(name, (inputs) => ({ [property]: [...list(inputs[property]), ...items] }));

/** Puts variables into Render's group of them. */
export const variables = (values: Readonly<Record<string, string>>): Edit =>
  set("api-variables", ({ envVars }) => ({
    envVars: {
      ...Object(envVars),
      ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])),
    },
  }));

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function fail(message: string): never {
  throw new RangeError(message);
}

/** Policies that object to a stack so that it is not deployed, all of them or those that are named. */
export function objecting({ resources, context }: RecordedStack, ...names: readonly string[]): string[] {
  const whole = stackOf(resources, context.declared);
  return registry
    .filter((policy) => policy.level === "mandatory" && (names.length === 0 || names.includes(policy.name)))
    .filter((policy) => {
      const stacks = policy.phase === "resource" ? resources.map((one) => stackOf([one])) : [whole];
      return stacks.some((stack) =>
        evaluate(policy, stack, context).violations.some(
          ({ enforcementLevel }) => enforcementLevel !== "advisory",
        ),
      );
    })
    .map(({ name }) => name);
}
