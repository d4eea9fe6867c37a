import type { Stack } from "../framework/index.ts";

/** The function, with its answer kept for as long as the stack: several policies ask the same question. */
export function perStack<T>(compute: (stack: Stack) => T): (stack: Stack) => T {
  const answers = new WeakMap<Stack, T>();
  return (stack) => {
    let answer = answers.get(stack);
    if (answer === undefined) {
      answer = compute(stack);
      answers.set(stack, answer);
    }
    return answer;
  };
}
