import { deployedOf } from "./deployed.ts";
import type { Fixture } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

const deployed = deployedOf(passingStack());

/** The stack that passes as a preview after its first update sees it: everything is known. */
export function deployedStack(): Fixture[] {
  return [...deployed];
}
