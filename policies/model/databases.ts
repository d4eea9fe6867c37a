import { type Finding, judgeEach, type Stack, type Verdict } from "../framework/index.ts";
import type { Database } from "./database.ts";
import { all } from "./facts.ts";

export type { Database } from "./database.ts";

export const databases = all(({ databases: part }) => part);

/** Judges each database; a stack without any violates the requirement, with the sentence `absent`. */
export function judgeDatabases(
  stack: Stack,
  absent: string,
  test: (database: Database) => Verdict,
): Finding[] {
  return judgeEach(databases(stack), absent, test);
}
