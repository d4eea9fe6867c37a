import type { Context } from "../../policies/framework/context.ts";
import { evaluate, type Outcome } from "../../policies/framework/evaluate.ts";
import type { Policy } from "../../policies/framework/index.ts";
import { registry } from "../../policies/registry.ts";
import { stackOf } from "./judge.ts";
import { changesBetween, NotedStack } from "./noted.ts";
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

/** Where a resource belongs that is of the zone, or of the project at Vercel. */
export const inZone = { beside: "edge-api", by: "zoneId" };
export const ofProject = { beside: "web-NODE_ENV", by: "projectId" };

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

/** Changes some of what an object holds. */
export const inside = (inputs: unknown, change: Inputs): Inputs => ({ ...Object(inputs), ...change });

/** Changes variables of the job that backs up. */
export const jobVariables = (change: Inputs): Edit =>
  set("backups-job", ({ envVars }) => ({ envVars: inside(envVars, change) }));

/** Changes what deployments of production do. */
export const operation = (change: Inputs): Edit =>
  set("delivery-production-deployments", ({ operationContext }) => ({
    operationContext: inside(operationContext, change),
  }));

/** Lets a property be made from another resource than its own. */
export const leading =
  (name: string, property: string, to: string): Edit =>
  (stack) => {
    const urns = stack.resources.filter((one) => one.name === to).map(({ urn }) => urn);
    return {
      ...stack,
      resources: stack.resources.map((one) =>
        one.name === name
          ? {
              ...one,
              dependencies: urns,
              propertyDependencies: { ...one.propertyDependencies, [property]: urns },
            }
          : one,
      ),
    };
  };

/** Says that an input was given as a secret. */
export const encrypted =
  (name: string, ...path: readonly string[]): Edit =>
  (stack) => ({
    ...stack,
    resources: stack.resources.map((one) =>
      one.name === name ? { ...one, secretPaths: [...one.secretPaths, path] } : one,
    ),
  });

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function fail(message: string): never {
  throw new RangeError(message);
}

/** Policies that object to a stack so that it is not deployed, all of them or those that are named. */
export function objecting(stack: RecordedStack, ...names: readonly string[]): string[] {
  if (names.length > 0)
    return mandatory
      .filter(({ name }) => names.includes(name))
      .filter(objectsTo(stack))
      .map(nameOf);
  const base = bases.get(stack.context) ?? new Base(stack);
  bases.set(stack.context, base);
  return base.objecting(stack);
}

const mandatory = registry.filter(({ level }) => level === "mandatory");
const nameOf = ({ name }: Policy): string => name;

/** The first stack that was judged in each context. */
const bases = new WeakMap<Context, Base>();

/**
 * What policies say of a stack, and what each read for it: of another stack that differs in few resources, only those
 * are asked again that read what is different in one of these.
 */
class Base {
  readonly #resources: ReadonlySet<RecordedResource>;
  readonly #said: readonly { policy: Policy; reads: NotedStack; objects: boolean }[];

  constructor({ resources, context }: RecordedStack) {
    this.#resources = new Set(resources);
    this.#said = mandatory
      .filter(({ phase }) => phase !== "resource")
      .map((policy) => {
        // A stack of its own: what another policy has looked up is not looked up again.
        const reads = new NotedStack(resources, context.declared);
        return { policy, reads, objects: isObjection(evaluate(policy, reads, context)) };
      });
  }

  objecting(stack: RecordedStack): string[] {
    const after = new Set(stack.resources);
    const changes = changesBetween(
      [...this.#resources.difference(after)],
      [...after.difference(this.#resources)],
    );
    const objects = objectsTo(stack);
    const again = new Map(
      this.#said.map(({ policy, reads, objects }) => [
        policy,
        reads.isConcernedBy(changes) ? undefined : objects,
      ]),
    );
    return mandatory.filter((policy) => again.get(policy) ?? objects(policy)).map(nameOf);
  }
}

/** Tells of a policy whether it objects to the stack. */
function objectsTo({ resources, context }: RecordedStack): (policy: Policy) => boolean {
  const whole = stackOf(resources, context.declared);
  return (policy) =>
    policy.phase === "resource"
      ? resources.some((resource) => objectsToOne(policy, resource, context))
      : isObjection(evaluate(policy, whole, context));
}

/** What was said of resources by themselves, which most changes leave as they are. */
const saidOfOne = new WeakMap<Context, Map<Policy, WeakMap<RecordedResource, boolean>>>();

function objectsToOne(policy: Policy, resource: RecordedResource, context: Context): boolean {
  const byPolicy = saidOfOne.get(context) ?? new Map<Policy, WeakMap<RecordedResource, boolean>>();
  saidOfOne.set(context, byPolicy);
  const said = byPolicy.get(policy) ?? new WeakMap<RecordedResource, boolean>();
  byPolicy.set(policy, said);
  const objects = said.get(resource) ?? isObjection(evaluate(policy, stackOf([resource]), context));
  said.set(resource, objects);
  return objects;
}

const isObjection = ({ violations }: Outcome): boolean =>
  violations.some(({ enforcementLevel }) => enforcementLevel !== "advisory");

/** Writes a property out, so that it is made from nothing. */
export const literal =
  (name: string, change: Inputs): Edit =>
  (stack) => ({
    ...stack,
    resources: set(
      name,
      () => change,
    )(stack).resources.map((one) =>
      one.name === name
        ? {
            ...one,
            propertyDependencies: Object.fromEntries(
              Object.entries(one.propertyDependencies).filter(([property]) => !(property in change)),
            ),
          }
        : one,
    ),
  });

/** Takes a resource out. */
export const without =
  (name: string): Edit =>
  (stack) => ({ ...stack, resources: stack.resources.filter((one) => one.name !== name) });
