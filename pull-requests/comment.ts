import * as z from "zod";
import { type Clock, systemClock } from "../vendors/clock.ts";
import { VendorProblem } from "../vendors/problem.ts";
import { commentBody } from "./comment-body.ts";
import { type CommentState, commentMarker, isNewer, replaces, stateOf } from "./comment-state.ts";
import { type OpenPullRequest, pullRequestsOf } from "./open.ts";
import { inRepository, type Repository } from "./repository.ts";
import { artifactName, type Results, resultsOf } from "./results.ts";
import { isSameRepository, type RunEvent } from "./run.ts";
import { type StackResult, stackResult } from "./stack-result.ts";
import { previewedStacks } from "./stacks.ts";
import { judge } from "./verdict.ts";

const id = z.int().positive();
const comments = z.array(
  z.object({ id, user: z.object({ login: z.string() }).nullable(), body: z.string().nullish() }),
);
const runOfState = z.object({
  head_sha: z.string(),
  run_number: id,
  run_attempt: id.default(1),
  workflow_id: id.optional(),
});

/** Times that a write is tried whose answer does not come, and milliseconds between. */
const writes = { attempts: 3, pauseMs: 2000 };

export interface CommentOptions {
  /** The login that the token writes as; only its comments are changed. */
  readonly author: string;
  /** Address of GitHub's pages, such as `https://github.com`. */
  readonly serverUrl: string;
  readonly clock?: Clock;
}

interface Own {
  readonly id: number;
  readonly body: string;
}

/**
 * Posts the result of a run on its pull request, in one comment that later runs update.
 *
 * @returns what was done, in words
 * @throws {Failure} when GitHub refuses it, or, after it was said in the comment, when the results are unreadable
 */
export async function comment(
  repository: Repository,
  event: RunEvent,
  options: CommentOptions,
): Promise<string> {
  const { id: run, head_sha: commit } = event.workflow_run;
  const pulls = await pullRequestsOf(repository, event);
  if (pulls.length === 0) return `No open pull request is at ${commit} any more; nothing to comment on.`;
  const found = await Promise.all(
    pulls.map(async (pull) => ({
      pull,
      results: await resultsOf(repository, run, artifactName(pull.number)),
    })),
  );
  // A run is of one pull request. Of several with one commit it is the one whose results it kept.
  const kept = found.length === 1 ? found : found.filter(({ results }) => results.kind !== "none");
  const [only] = kept;
  if (only === undefined) return `Run ${run} has no result for its pull request.`;
  if (kept.length > 1) {
    const numbers = kept.map(({ pull }) => pull.number).join(", ");
    return `Run ${run} claims to be of the pull requests ${numbers}; it can be of one only, so none has a comment.`;
  }
  return await commentOn(repository, event, only.pull, only.results, options);
}

async function commentOn(
  repository: Repository,
  event: RunEvent,
  { number, base }: OpenPullRequest,
  results: Results,
  options: CommentOptions,
): Promise<string> {
  const { workflow_run: run } = event;
  const stacks: StackResult[] =
    results.kind === "files"
      ? previewedStacks.map((stack) => stackResult(results.files, stack))
      : previewedStacks.map(() => ({ kind: "missing" }));
  const judgment = judge(run.conclusion, results, stacks);
  const state: CommentState = {
    ...{ run: run.id, number: run.run_number, attempt: run.run_attempt },
    ...{ commit: run.head_sha, base, verdict: judgment.verdict },
  };
  const isFork = !isSameRepository(run.head_repository, event.repository);
  const body = commentBody({
    ...{ state, judgment, conclusion: run.conclusion, results: stacks },
    fork: isFork ? (run.head_repository?.full_name ?? null) : undefined,
    runUrl: `${options.serverUrl}/${repository.name}/actions/runs/${run.id}`,
    unreadable: results.kind === "unreadable" ? results.reason.message : undefined,
  });
  const done = await write(repository, event, number, { state, body }, options);
  if (results.kind === "unreadable") throw results.reason;
  return done;
}

/** A write whose answer is lost may have been done, so what is there is looked at before the next attempt. */
async function write(
  repository: Repository,
  event: RunEvent,
  number: number,
  next: { state: CommentState; body: string },
  { author, clock = systemClock }: CommentOptions,
): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const [own, ...others] = await ownComments(repository, number, author);
    const old =
      own === undefined ? undefined : await trusted(repository, event, stateOf(own.body), next.state);
    if (own !== undefined && old !== undefined && !replaces(next.state, old)) {
      return isNewer(old, next.state)
        ? `Pull request ${number} has the comment of a newer run already.`
        : `The run gave no verdict; the comment on pull request ${number} keeps that of run ${old.number}.`;
    }
    try {
      // An older comment would go on saying what no longer holds.
      for (const { id: other } of others) await remove(repository, other);
      if (own?.body === next.body) return `The comment on pull request ${number} says so already.`;
      await put(repository, number, own, next.body);
      return own === undefined
        ? `Commented on pull request ${number}.`
        : `Updated the comment on pull request ${number}.`;
    } catch (error) {
      const isOpen = error instanceof VendorProblem && ["unreachable", "timed-out"].includes(error.reason);
      if (!isOpen || attempt === writes.attempts) throw error;
      await clock.sleep(writes.pauseMs * attempt, new AbortController().signal);
    }
  }
}

/** The comments of ours, the oldest first. */
async function ownComments(
  { api, ...repository }: Repository,
  number: number,
  author: string,
): Promise<Own[]> {
  const all = await api.list({
    path: inRepository(repository, `/issues/${number}/comments`),
    right: "read comments",
    schema: comments,
  });
  return all.flatMap(({ id: own, user, body }) =>
    user?.login === author && body?.startsWith(commentMarker) ? [{ id: own, body }] : [],
  );
}

/**
 * The state of a comment, if it is true. Other workflows write as the same user, and somebody could have made one
 * of them post a comment that claims to be of a run in the far future.
 */
async function trusted(
  { api, ...repository }: Repository,
  event: RunEvent,
  old: CommentState | undefined,
  next: CommentState,
): Promise<CommentState | undefined> {
  if (old === undefined || replaces(next, old)) return old;
  try {
    const run = await api.ask({
      path: inRepository(repository, `/actions/runs/${old.run}`),
      right: "read runs of workflows",
      schema: runOfState,
    });
    const { workflow_id: workflow } = event.workflow_run;
    const isTrue =
      run.head_sha === old.commit &&
      run.run_number === old.number &&
      run.run_attempt >= old.attempt &&
      (workflow === undefined || run.workflow_id === undefined || workflow === run.workflow_id);
    return isTrue ? old : undefined;
  } catch (error) {
    if (error instanceof VendorProblem && error.reason === "not-found") return undefined;
    throw error;
  }
}

async function put({ api, ...repository }: Repository, number: number, own: Own | undefined, body: string) {
  await api.ask({
    method: own === undefined ? "POST" : "PATCH",
    path: inRepository(
      repository,
      own === undefined ? `/issues/${number}/comments` : `/issues/comments/${own.id}`,
    ),
    body: { body },
    right: "comment on pull requests",
    schema: z.object({ id }),
  });
}

async function remove({ api, ...repository }: Repository, own: number): Promise<void> {
  await api.ask({
    method: "DELETE",
    path: inRepository(repository, `/issues/comments/${own}`),
    right: "delete its own comments",
    schema: z.unknown(),
  });
}
