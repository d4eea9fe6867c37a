import { type Finding, judgeEach, type Stack, type Verdict } from "../framework/index.ts";
import { codeRepositories } from "./facts.ts";
import type { CodeRepository } from "./repository.ts";

export type { CodeRepository } from "./repository.ts";

/** Judges each repository. Without any, the requirement is violated with the message `absent`. */
export function judgeCodeRepositories(
  stack: Stack,
  absent: string,
  test: (repository: CodeRepository) => Verdict,
): Finding[] {
  return judgeEach(codeRepositories(stack), absent, test);
}
