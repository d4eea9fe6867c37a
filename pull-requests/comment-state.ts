import * as z from "zod";
import type { Verdict } from "./verdict.ts";

/** What a comment is about, kept in its first characters, where no reader sees it. */
export interface CommentState {
  readonly run: number;
  /** Number of the run among those of its workflow: later runs have higher ones. */
  readonly number: number;
  readonly attempt: number;
  readonly commit: string;
  /** The branch that the pull request would be merged into. */
  readonly base: string;
  readonly verdict: Verdict;
}

/** How every comment of ours begins. */
export const commentMarker = "<!-- optropic-pull-request";

const id = z.coerce.number().int().positive();
const stateSchema = z.object({
  run: id,
  number: id,
  attempt: id,
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  base: z.string().min(1),
  verdict: z.enum(["holds", "refused", "could-not-tell", "none"]),
});

export function markerOf({ run, number, attempt, commit, base, verdict }: CommentState): string {
  const name = encodeURIComponent(base);
  return `${commentMarker} run=${run} number=${number} attempt=${attempt} commit=${commit} base=${name} verdict=${verdict} -->`;
}

/** The state of a comment of ours; undefined for one of an older version, which says nothing of its run. */
export function stateOf(body: string): CommentState | undefined {
  const [line = ""] = body.slice(0, 10_000).split("\n");
  if (!line.startsWith(`${commentMarker} `) || !line.trimEnd().endsWith(" -->")) return undefined;
  const fields = [...line.matchAll(/ (\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [name, value]);
  const state = stateSchema.safeParse(Object.fromEntries(fields));
  if (!state.success) return undefined;
  try {
    return { ...state.data, base: decodeURIComponent(state.data.base) };
  } catch {
    return undefined;
  }
}

/**
 * Whether what is known now takes the place of what a comment says. Of one commit and base the newest run wins,
 * and a run without a verdict never takes the place of one; a comment about another commit or base is out of
 * date.
 *
 * @param next of the pull request as it is now
 */
export function replaces(next: CommentState, old: CommentState | undefined): boolean {
  if (old === undefined || old.commit !== next.commit || old.base !== next.base) return true;
  if (next.verdict === "none" && old.verdict !== "none") return false;
  if (old.verdict === "none" && next.verdict !== "none") return true;
  return !isNewer(old, next);
}

/** Whether a run began after another: by number, and for one run by attempt. */
export function isNewer(one: CommentState, other: CommentState): boolean {
  return one.number === other.number ? one.attempt > other.attempt : one.number > other.number;
}
