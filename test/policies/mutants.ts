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
