import type { Results } from "./results.ts";
import type { StackResult } from "./stack-result.ts";

/**
 * What a comment says of a run. `none` is a run that gave no verdict: it was canceled, never began, or its
 * results are gone.
 */
export type Verdict = "holds" | "refused" | "could-not-tell" | "none";

export interface Judgment {
  readonly verdict: Verdict;
  /** Why, where the conclusion alone does not say it; a sentence of ours. */
  readonly why?: string;
  /** Whether the results that are shown agree with the verdict. */
  readonly agrees: boolean;
}

/** Conclusions of a run that did not get to its end, and what each means. */
const unfinished = new Map([
  ["action_required", "It waits for a maintainer's approval and has not begun."],
  ["cancelled", "It was canceled before it was done."],
  ["skipped", "It was skipped."],
  ["stale", "GitHub gave it up, because it did not end."],
  ["startup_failure", "It could not begin: GitHub does not accept its workflow."],
  ["neutral", "It did not judge anything."],
]);

/** What a conclusion says by itself: that the run gave no verdict. Undefined where it came to its end. */
export function noVerdict(conclusion: string | null): Judgment | undefined {
  const why = conclusion === null ? "It has no conclusion yet." : unfinished.get(conclusion);
  return why === undefined ? undefined : { verdict: "none", why, agrees: false };
}

export function couldNotTell(why: string, agrees = false): Judgment {
  return { verdict: "could-not-tell", why, agrees };
}

/**
 * The verdict of a run: what its results claim, where GitHub's conclusion agrees. The results come from code that
 * nobody has reviewed, and cannot say more than the run itself.
 */
export function judge(conclusion: string | null, results: Results, stacks: readonly StackResult[]): Judgment {
  const notFinished = noVerdict(conclusion);
  if (notFinished !== undefined) return notFinished;
  // What was green before must not stand above a run that failed.
  if (results.kind === "expired" && conclusion !== "failure") {
    return { verdict: "none", why: "GitHub no longer keeps its results. Run it again.", agrees: false };
  }
  if (results.kind === "expired")
    return couldNotTell("It failed, and GitHub no longer keeps its results. Run it again.");
  if (results.kind === "none") return couldNotTell("It ended without a result; its log says why.");
  if (results.kind === "unreadable") return couldNotTell("Its results cannot be read.");
  const isRefused = stacks.some(({ kind }) => kind === "refused");
  const isComplete = stacks.every(({ kind }) => kind === "refused" || kind === "holds");
  if (conclusion === "failure") {
    if (isRefused) return { verdict: "refused", agrees: true };
    // What holds in a run that failed is a claim.
    if (!isComplete)
      return couldNotTell("Not every stack was judged.", !stacks.some(({ kind }) => kind === "holds"));
    return couldNotTell("Its results claim that every stack holds, but the run failed; its log says where.");
  }
  if (conclusion !== "success") return couldNotTell("It did not end with success or failure.");
  if (isRefused) return couldNotTell("Its results claim a refusal, but the run succeeded.");
  if (!isComplete) return couldNotTell("The run succeeded, but not every stack was judged.");
  return { verdict: "holds", agrees: true };
}
