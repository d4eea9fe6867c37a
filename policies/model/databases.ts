import { adapters } from "../adapters/index.ts";
import { type Finding, judge, type Stack, type Verdict, violation } from "../framework/index.ts";
import type { Database } from "./database.ts";
import { perStack } from "./per-stack.ts";

export type { Database } from "./database.ts";

export const databases: (stack: Stack) => readonly Database[] = perStack((stack) =>
  adapters.flatMap((adapter) => adapter.databases?.(stack) ?? []),
);

/** Judges each database; a stack without any violates the requirement, with the sentence `absent`. */
export function judgeDatabases(
  stack: Stack,
  absent: string,
  test: (database: Database) => Verdict,
): Finding[] {
  const all = databases(stack);
  return all.length === 0
    ? [violation(absent)]
    : all.map((database) => judge(database.resource, () => test(database)));
}
