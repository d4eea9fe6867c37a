import { Failure } from "../lib/failure.ts";
import { type Clock, systemClock } from "../vendors/clock.ts";
import { VendorProblem } from "../vendors/problem.ts";
import { commentBody } from "./comment-body.ts";
import { type CommentState, stateOf } from "./comment-state.ts";
import { type Finding, Findings } from "./finding.ts";
import { concernedBy, type OpenPullRequest, openPullRequest } from "./open.ts";
import { type OwnComment, ownComments, putComment, removeComment } from "./own-comments.ts";
import type { Repository } from "./repository.ts";
import { isSameRepository, type WorkflowRun } from "./run.ts";
import { runOf, runsOf } from "./runs.ts";
import { noVerdict } from "./verdict.ts";
import type { Wake } from "./wake.ts";

/** Times that a comment is compared with what GitHub knows, and milliseconds after a write that failed. */
const rounds = { most: 5, pauseMs: 2000 };

export interface CommentOptions {
  /** The login that the token writes as; only its comments are changed. */
  readonly author: string;
  /** Address of GitHub's pages, such as `https://github.com`. */
  readonly serverUrl: string;
  readonly clock?: Clock;
}

/**
 * Says on each open pull request that an event concerns what GitHub knows of it now, in one comment.
 *
 * @returns what was done, in words
 * @throws {Failure} when GitHub refuses it, or, after it was said in the comment, when the results are unreadable
 */
export async function comment(repository: Repository, wake: Wake, options: CommentOptions): Promise<string> {
  const pulls = await concernedBy(repository, wake);
  if (pulls.length === 0) return "No open pull request is concerned; nothing to comment on.";
  const done: string[] = [];
  const failures: unknown[] = [];
  for (const pull of pulls) {
    // One that is locked keeps no other from being told.
    await commentOn(repository, wake, pull, pulls, options).then(
      (text) => done.push(text),
      (error: unknown) => failures.push(error),
    );
  }
  if (failures.length > 0) throw failures[0];
  return done.join("\n");
}

/**
 * Writes until the comment says what GitHub knows. Another job may write at the same time, and a write whose answer
 * is lost may have been done, so what is there is looked at after each write.
 */
async function commentOn(
  repository: Repository,
  wake: Wake,
  { number }: OpenPullRequest,
  pulls: readonly OpenPullRequest[],
  { author, serverUrl, clock = systemClock }: CommentOptions,
): Promise<string> {
  const findings = new Findings(repository);
  let written: Written | undefined;
  let done = "";
  for (let round = 1; ; round += 1) {
    const pull = await openPullRequest(repository, number);
    if (pull === undefined) return done === "" ? `Pull request ${number} is closed.` : done;
    const [own, ...others] = await ownComments(repository, number, author, written?.kept);
    const old = own === undefined ? undefined : stateOf(own.body);
    const runs = await knownRuns(repository, pull, wake.run, old);
    const finding = await findings.of(pull, runs, pulls);
    const body = bodyOf(repository, wake, finding, serverUrl);
    const isKept = await keeps(repository, old, finding);
    const isSaid = own?.body === body || isWritten(written, own, body);
    if ((isKept || isSaid) && others.length === 0) {
      // After it was said: what a stranger's run keeps may be no archive at all.
      if (finding.unreadable !== undefined) throw finding.unreadable;
      const already = isKept
        ? `There is no newer verdict; the comment on pull request ${number} keeps that of run ${old?.run?.number}.`
        : `The comment on pull request ${number} says so already.`;
      return done === "" ? already : done;
    }
    if (round > rounds.most) throw restless(number);
    try {
      // An older comment would go on saying what no longer holds.
      for (const other of others) await removeComment(repository, other);
      if (isKept || isSaid) continue;
      const times = written?.body === body ? written.times + 1 : 1;
      written = { kept: await putComment(repository, number, own, body), body, times };
      const isNew = own === undefined || done.startsWith("Commented");
      done = isNew
        ? `Commented on pull request ${number}.`
        : `Updated the comment on pull request ${number}.`;
    } catch (error) {
      if (pull.locked && error instanceof VendorProblem && error.reason === "no-right") throw locked(number);
      if (!mayPass(error, own) || round === rounds.most) throw error;
      written = undefined;
      await clock.sleep(rounds.pauseMs * round, new AbortController().signal);
    }
  }
}

/** What was written just now. */
interface Written {
  /** As GitHub keeps it, which can differ from what it was given. */
  readonly kept: OwnComment;
  readonly body: string;
  /** How often it was written one time after the other. */
  readonly times: number;
}

/**
 * Whether a text stands where it was written. Where the list shows another one, another job has written since, or the
 * list lags behind: then it is written once more, and believed.
 */
function isWritten(written: Written | undefined, own: OwnComment | undefined, body: string): boolean {
  if (written === undefined || written.body !== body || own?.id !== written.kept.id) return false;
  return own.body === written.kept.body || written.times > 1;
}

/** The runs of the head, with what a list that lags behind does not have: the run that ended, and the comment's. */
async function knownRuns(
  repository: Repository,
  pull: OpenPullRequest,
  ended: WorkflowRun | undefined,
  old: CommentState | undefined,
): Promise<readonly WorkflowRun[]> {
  const known = ended === undefined ? [] : [ended];
  const runs = await runsOf(repository, pull, known);
  const claimed = old?.commit === pull.head.sha ? old.run?.id : undefined;
  if (claimed === undefined || runs.some(({ id }) => id === claimed)) return runs;
  const run = await runOf(repository, claimed);
  return run === undefined ? runs : await runsOf(repository, pull, [...known, run]);
}

/**
 * Whether a comment says more than can be found out again: the verdict of a run that is being repeated, or whose
 * results are gone. Other workflows write as the same user, so it is believed only where GitHub knows that run, and
 * its conclusion.
 */
async function keeps(
  repository: Repository,
  old: CommentState | undefined,
  { pull, silent }: Finding,
): Promise<boolean> {
  if (old?.run === undefined || old.verdict === "none") return false;
  if (old.commit !== pull.head.sha || old.base !== pull.base.ref) return false;
  const { id, number, attempt } = old.run;
  const run = silent.map((each) => each.run).find((each) => each.id === id);
  if (run === undefined || run.run_number !== number || run.run_attempt < attempt) return false;
  const then = run.run_attempt === attempt ? run : await runOf(repository, id, attempt);
  if (then === undefined) return false;
  switch (old.verdict) {
    case "holds":
      return then.conclusion === "success";
    case "refused":
      // A list can lag behind the event that the refusal came from.
      return then.conclusion === "failure" || then.conclusion === null;
    default:
      // A run that was canceled has no verdict that somebody could have said.
      return noVerdict(then.conclusion) === undefined;
  }
}

function bodyOf({ name }: Repository, wake: Wake, finding: Finding, serverUrl: string): string {
  const { pull, run, judgment, stacks, base, unreadable, silent } = finding;
  const [newest] = judgment.verdict === "none" ? [] : silent;
  const head = run?.head_repository ?? null;
  return commentBody({
    state: {
      run: run && { id: run.id, number: run.run_number, attempt: run.run_attempt },
      ...{ commit: pull.head.sha, base: pull.base.ref, verdict: judgment.verdict },
    },
    ...{ judgment, results: stacks, baseCommit: base?.commit, unreadable: unreadable?.message },
    conclusion: run?.conclusion ?? null,
    newer: newest && { id: newest.run.id, number: newest.run.run_number, why: newest.why },
    fork: isSameRepository(head, wake.repository) ? undefined : (head?.full_name ?? null),
    runUrl: (id) => `${serverUrl}/${name}/actions/runs/${id}`,
  });
}

/** Whether another look may mend it: no answer came, or somebody deleted the comment meanwhile. */
function mayPass(error: unknown, own: OwnComment | undefined): boolean {
  if (!(error instanceof VendorProblem)) return false;
  return ["unreachable", "timed-out"].includes(error.reason) || (error.reason === "not-found" && !!own);
}

function locked(number: number): Failure {
  return new Failure(
    "refused",
    `Pull request ${number} is locked, so GitHub refuses the comment; unlock the conversation and run this again`,
  );
}

function restless(number: number): Failure {
  return new Failure(
    "refused",
    `The comment on pull request ${number} was changed again after each of ${rounds.most} writes; find out which other job writes it`,
  );
}
