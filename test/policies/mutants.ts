import type { StatedPlans } from "../../config/plans.ts";
import type { Fixture } from "./fixture.ts";

/** A way to break the stack that passes, and the one policy that has to object to it. */
export interface Mutant {
  readonly policy: string;
  readonly what: string;
  readonly break: (stack: Fixture[]) => Fixture[];
  /** Plans that the settings state instead. */
  readonly plans?: StatedPlans;
  /** Set where what is taken away is what other policies judge too: they object as well. */
  readonly takesMore?: boolean;
}

/** The first mutant of each policy. */
export function firstOfEach(mutants: readonly Mutant[]): Mutant[] {
  return [...new Map(mutants.toReversed().map((mutant) => [mutant.policy, mutant])).values()];
}

/** Most things that are broken at once: a policy host takes the same second for a stack with one. */
const atOnce = 40;

/** Stacks of which many things are broken at once, each in one of them. */
export function together(mutants: readonly Mutant[], passing: Fixture[]): Fixture[][] {
  const stacks: { broken: number; stack: Fixture[] }[] = [];
  for (const mutant of mutants) {
    const taken = stacks.some((entry) => {
      const stack = entry.broken < atOnce ? brokenBy(mutant, entry.stack) : undefined;
      if (stack === undefined) return false;
      Object.assign(entry, { broken: entry.broken + 1, stack });
      return true;
    });
    if (!taken) stacks.push({ broken: 1, stack: mutant.break(passing) });
  }
  return stacks.map(({ stack }) => stack);
}

/** Undefined where another mutant took away what this one would change. */
function brokenBy(mutant: Mutant, stack: Fixture[]): Fixture[] | undefined {
  try {
    return mutant.break(stack);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
