import { evaluate } from "../../policies/framework/evaluate.ts";
import type { Policy } from "../../policies/framework/index.ts";
import { registry } from "../../policies/registry.ts";
import { stackOf } from "../recording/judge.ts";
import { changesBetween, NotedStack } from "../recording/noted.ts";
import type { RecordedResource } from "../recording/record.ts";
import { type Fixture, production, recordedOf, urnOf } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

/**
 * Finds the policies that object to a stack which differs from another in few resources. Only those are evaluated
 * that read something which is different, on the stack that is not; the rest answer as they do there.
 */
class Differences {
  readonly #base: ReadonlyMap<Fixture, RecordedResource>;
  readonly #urns: ReadonlyMap<string, string>;
  readonly #reads: ReadonlyMap<Policy, NotedStack>;

  /** @param base a stack to which no policy objects */
  constructor(base: readonly Fixture[]) {
    const recorded = recordedOf(base);
    this.#base = byFixture(base, recorded);
    this.#urns = urnsOf(base);
    this.#reads = new Map(
      registry.map((policy) => {
        // A stack of its own: what another policy has looked up is not looked up again.
        const stack = new NotedStack(recorded);
        const { status } = evaluate(policy, stack, production);
        if (status === "violated") throw new Error(`${policy.name} objects to the stack itself`);
        return [policy, stack] as const;
      }),
    );
  }

  /** Names of the policies that object to the changed stack, in the order of the registry. */
  objecting(changed: readonly Fixture[]): string[] {
    const recorded = recordedOf(changed);
    const after = this.#touched(byFixture(changed, recorded));
    const left = new Set(changed);
    const before = [...this.#base].flatMap(([fixture, resource]) => (left.has(fixture) ? [] : [resource]));
    const changes = changesBetween(before, after);
    const whole = stackOf(recorded);
    // One that judges each resource alone says of the others what it said before.
    const alone = stackOf(after);
    return [...this.#reads]
      .filter(([, reads]) => reads.isConcernedBy(changes))
      .filter(
        ([policy]) =>
          evaluate(policy, policy.phase === "resource" ? alone : whole, production).status === "violated",
      )
      .map(([{ name }]) => name);
  }

  /** What is not in the base as it is, and what refers by a name to another resource than before. */
  #touched(changed: ReadonlyMap<Fixture, RecordedResource>): RecordedResource[] {
    const urns = urnsOf([...changed.keys()]);
    const renamed = new Set(
      [...this.#urns.keys(), ...urns.keys()].filter((name) => this.#urns.get(name) !== urns.get(name)),
    );
    const refers = ({ from = {}, dependsOn = [] }: Fixture) =>
      renamed.size > 0 && [...Object.values(from).flat(), ...dependsOn].some((name) => renamed.has(name));
    return [...changed].flatMap(([fixture, resource]) =>
      this.#base.has(fixture) && !refers(fixture) ? [] : [resource],
    );
  }
}

let passing: Differences | undefined;

/** Of the stack that passes, which is read once for all files that share this process. */
export function differencesOfPassing(): Differences {
  passing ??= new Differences(passingStack());
  return passing;
}

function byFixture(
  fixtures: readonly Fixture[],
  recorded: readonly RecordedResource[],
): Map<Fixture, RecordedResource> {
  return new Map(
    fixtures.flatMap((fixture, index) => {
      const resource = recorded[index];
      return resource === undefined ? [] : [[fixture, resource] as const];
    }),
  );
}

function urnsOf(fixtures: readonly Fixture[]): Map<string, string> {
  return new Map(fixtures.map((fixture) => [fixture.name, urnOf(fixture)]));
}
