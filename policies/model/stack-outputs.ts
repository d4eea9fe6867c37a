import { type Finding, judge, type Stack, type Value, type Verdict, violation } from "../framework/index.ts";
import { pulumiStack } from "./tokens.ts";

/** What the program exports at a path; undefined where the stack itself is not among the resources. */
export function stackOutput(stack: Stack, ...path: readonly string[]): Value | undefined {
  return stack.ofType(pulumiStack)[0]?.outputs.at(...path);
}

/** Judges what the program exports at a path, on the stack itself. */
export function judgeOutput(
  stack: Stack,
  path: readonly string[],
  test: (value: Value) => Verdict,
): Finding[] {
  const value = stackOutput(stack, ...path);
  return value === undefined
    ? [violation(`The stack exports no ${path.join(".")}.`)]
    : [judge(value.resource, () => test(value))];
}
