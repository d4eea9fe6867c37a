import type { RecordedResource } from "../../test/recording/record.ts";
import type { RecordedStack } from "../../test/recording/stacks.ts";
import type { Addition } from "./beside.ts";
import type { Operator } from "./changes.ts";
import { replaced, unknownValue } from "./edits.ts";
import { isImpossible, isUsed } from "./impossible.ts";
import { type Mutation, mutations, shownValue } from "./operators.ts";

/** A platform with one thing changed. */
export interface Mutant {
  /** What was changed, in one line that tells it from every other: what a list of reviewed mutants names. */
  readonly id: string;
  readonly operator: Operator;
  /** Types of resource that differ. */
  readonly types: readonly string[];
  readonly make: () => Pick<RecordedStack, "resources"> & { readonly changed: readonly RecordedResource[] };
}

/** Types that are no resource of a vendor, and what the runner itself declares. */
const own = /^(?:pulumi:pulumi:|pulumi:providers:(?!postgresql)|optropic:)/;

/** Every mutant of the stack. `known` leaves out what the stack shares with one that was mutated before. */
export function* mutantsOf(
  stack: RecordedStack,
  additions: readonly Addition[],
  before: ReadonlySet<string> = new Set(),
): Generator<Mutant> {
  const { resources } = stack;
  for (const resource of resources.filter(({ type }) => !own.test(type))) {
    const { type, name, inputs } = resource;
    // A program that leaves out what others are made from does not compile.
    if (!before.has(`${type} ${name} remove`) && !isUsed(resource, resources))
      yield {
        id: `${type} ${name} remove`,
        operator: "remove",
        types: [type],
        make: () => ({
          resources: resources.filter((one) => one !== resource).map(unlinked(resource)),
          changed: [],
        }),
      };
    for (const mutation of mutations(inputs)) {
      const id = `${type} ${name} ${mutation.shown.join(".")} ${mutation.operator} ${mutation.note ?? shownValue(mutation.to)}`;
      if (before.has(id) || isImpossible(resource, mutation)) continue;
      yield {
        id,
        operator: mutation.operator,
        types: [type],
        make: () => {
          const changed = mutated(resource, mutation);
          return {
            resources: resources.map((one) => (one === resource ? changed : one)),
            changed: [changed],
          };
        },
      };
    }
  }
  for (const { what, type, edit } of additions) {
    yield {
      id: `${type} add ${what}`,
      operator: "add",
      types: [type],
      make: () => {
        const edited = edit(stack);
        return {
          resources: edited.resources,
          changed: edited.resources.filter((one) => !resources.includes(one)),
        };
      },
    };
  }
}

function mutated(resource: RecordedResource, { path, to }: Mutation): RecordedResource {
  const inputs = Object(replaced(resource.inputs, path, to));
  const [property = ""] = path;
  const { [property]: old, ...outputs } = resource.outputs;
  const value: unknown = inputs[property];
  const links = { ...resource.propertyDependencies };
  // A value that is written out is made from nothing, and one that is not known may be made from the same as before.
  if (to !== unknownValue && !JSON.stringify(value ?? "").includes(unknownValue)) delete links[property];
  return {
    ...resource,
    inputs,
    outputs: property in inputs ? { ...outputs, [property]: value } : outputs,
    propertyDependencies: links,
    dependencies: resource.dependencies,
  };
}

function unlinked({ urn }: RecordedResource) {
  const others = (urns: readonly string[]) => urns.filter((one) => one !== urn);
  return (resource: RecordedResource): RecordedResource => ({
    ...resource,
    dependencies: others(resource.dependencies),
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies).map(([property, urns]) => [property, others(urns)]),
    ),
  });
}
