import * as z from "zod";
import type { Verdict } from "./verdict.ts";

/** What a comment is about, kept in its first characters, where no reader sees it. */
export interface CommentState {
  /** The run that it is about; undefined where there was none. */
  readonly run: RunState | undefined;
  readonly commit: string;
  /** The branch that the pull request would be merged into. */
  readonly base: string;
  readonly verdict: Verdict;
}

export interface RunState {
  readonly id: number;
  /** Number of the run among those of its workflow: later runs have higher ones. */
  readonly number: number;
  readonly attempt: number;
}

/** How every comment of ours begins. */
export const commentMarker = "<!-- optropic-pull-request";

const id = z.coerce.number().int().positive();
const stateSchema = z.object({
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  base: z.string().min(1),
  verdict: z.enum(["holds", "refused", "could-not-tell", "none"]),
});
const runSchema = z.object({ run: id, number: id, attempt: id });

export function markerOf({ run, commit, base, verdict }: CommentState): string {
  const of = run === undefined ? "" : ` run=${run.id} number=${run.number} attempt=${run.attempt}`;
  return `${commentMarker}${of} commit=${commit} base=${encodeURIComponent(base)} verdict=${verdict} -->`;
}

/** The state of a comment of ours; undefined for one of an older version, which says nothing of its run. */
export function stateOf(body: string): CommentState | undefined {
  const [line = ""] = body.slice(0, 10_000).split("\n");
  if (!line.startsWith(`${commentMarker} `) || !line.trimEnd().endsWith(" -->")) return undefined;
  const fields = Object.fromEntries(
    [...line.matchAll(/ (\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [name, value]),
  );
  const state = stateSchema.safeParse(fields);
  const run = runSchema.safeParse(fields);
  if (!state.success || (!run.success && "run" in fields)) return undefined;
  try {
    return {
      ...state.data,
      base: decodeURIComponent(state.data.base),
      run: run.data && { id: run.data.run, number: run.data.number, attempt: run.data.attempt },
    };
  } catch {
    return undefined;
  }
}
