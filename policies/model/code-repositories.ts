import { type Finding, judge, type Stack, type Verdict, violation } from "../framework/index.ts";
import { codeRepositories } from "./facts.ts";
import type { CodeRepository } from "./repository.ts";

export type { CodeRepository } from "./repository.ts";

/** Judges each repository. Without any, the requirement is violated with the message `absent`. */
export function judgeCodeRepositories(
  stack: Stack,
  absent: string,
  test: (repository: CodeRepository) => Verdict,
): Finding[] {
  const all = codeRepositories(stack);
  return all.length === 0
    ? [violation(absent)]
    : all.map((repository) => judge(repository.resource, () => test(repository)));
}
