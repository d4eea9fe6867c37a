import { Failure } from "../lib/failure.ts";
import { shortened } from "../lib/text.ts";
import type { DrillFinding } from "./drill.ts";
import { EvidenceFolder } from "./folder.ts";
import type { Result } from "./statement.ts";

/** The control that a drill is. */
export const drillControl = { kind: "probe", name: "restore-drill" } as const;

/** A drill as the result of its control. */
export function drillResult({ items, holds, summary, problems, at }: DrillFinding): Result {
  return {
    control: drillControl,
    items,
    state: holds ? "holds" : "does-not-hold",
    summary: shortened(summary, 3900),
    ...(problems.length > 0 && {
      details: problems.slice(0, 1000).map((problem) => shortened(problem, 990)),
    }),
    at,
  };
}

/**
 * What the last recorded drill of a stack found; undefined where there is none.
 *
 * @param root folder with the evidence of all stacks
 * @throws {Failure} `failed`, when a record of the stack is not what its name says
 */
export function lastDrill(root: string, stack: string): DrillFinding | undefined {
  const { records, problems } = new EvidenceFolder(root, stack).read([]);
  const [problem] = problems;
  if (problem !== undefined) throw new Failure("failed", problem);
  const [last] = records
    .filter(({ run }) => run.kind === "drill" && run.stack === stack)
    .toSorted((one, other) => other.run.finishedAt.localeCompare(one.run.finishedAt));
  const result = last?.run.results.find(({ control }) => control.name === drillControl.name);
  if (last === undefined || result === undefined) return undefined;
  const { items, state, summary, details = [], at } = result;
  const { drill } = last.run;
  return {
    items,
    stack,
    at,
    holds: state === "holds",
    summary,
    problems: details,
    ...(drill !== undefined && { drill }),
  };
}
