import { evaluate } from "../../policies/framework/evaluate.ts";
import type { Policy } from "../../policies/framework/index.ts";
import { registry } from "../../policies/registry.ts";
import { viewOf } from "../recording/judge.ts";
import { NotedStack } from "../recording/noted.ts";
import { type Fixture, production, recordedOf, stackOf, urnOf } from "./fixture.ts";

/**
 * Finds the policies that object to a stack which differs from another in few resources. Only those are evaluated
 * that read a resource which is different, on the stack that is not; the rest answer as they do there.
 */
export class Differences {
  readonly #base: ReadonlySet<Fixture>;
  readonly #urns: ReadonlyMap<string, string>;
  readonly #reads: ReadonlyMap<Policy, NotedStack>;

  /** @param base a stack to which no policy objects */
  constructor(base: readonly Fixture[]) {
    this.#base = new Set(base);
    this.#urns = urnsOf(base);
    const view = viewOf(recordedOf(base));
    this.#reads = new Map(
      registry.map((policy) => {
        // A stack of its own: what another policy has looked up is not looked up again.
        const stack = new NotedStack(...view);
        const { status } = evaluate(policy, stack, production);
        if (status === "violated") throw new Error(`${policy.name} objects to the stack itself`);
        return [policy, stack] as const;
      }),
    );
  }

  /** Names of the policies that object to the changed stack, in the order of the registry. */
  objecting(changed: readonly Fixture[]): string[] {
    const touched = this.#touched(changed);
    const types = new Set(touched.map(({ type }) => type));
    const urns = new Set(touched.map(urnOf));
    const stack = stackOf(changed);
    return [...this.#reads]
      .filter(([, reads]) => reads.isConcernedBy(types, urns))
      .filter(([policy]) => evaluate(policy, stack, production).status === "violated")
      .map(([{ name }]) => name);
  }

  /** What is there on one side only, and what refers by a name to another resource than before. */
  #touched(changed: readonly Fixture[]): Fixture[] {
    const after = new Set(changed);
    const urns = urnsOf(changed);
    const renamed = new Set(
      [...this.#urns.keys(), ...urns.keys()].filter((name) => this.#urns.get(name) !== urns.get(name)),
    );
    const refers = ({ from = {}, dependsOn = [] }: Fixture) =>
      [...Object.values(from).flat(), ...dependsOn].some((name) => renamed.has(name));
    return [
      ...[...this.#base].filter((fixture) => !after.has(fixture)),
      ...changed.filter((fixture) => !this.#base.has(fixture) || refers(fixture)),
    ];
  }
}

function urnsOf(fixtures: readonly Fixture[]): Map<string, string> {
  return new Map(fixtures.map((fixture) => [fixture.name, urnOf(fixture)]));
}
