import { recordedStacks } from "../recording/recorded.ts";
import { type Fixture, fixturesOf } from "./fixture.ts";

const { production, delivery } = await recordedStacks();
const passing = fixturesOf([...production, ...delivery]);

/**
 * The production stack and its delivery, as the programs declare them: what depends on values that the
 * vendors give, such as the connection strings, is unknown there.
 */
export function passingStack(): Fixture[] {
  return [...passing];
}
