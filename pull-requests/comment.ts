import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { commentBody, commentMarker } from "./comment-body.ts";
import { ask, type GitHub } from "./github.ts";
import { artifactName, resultsOf } from "./results.ts";
import { pullRequestsOf, type RunEvent } from "./run.ts";

const comments = z.array(
  z.object({
    id: z.int().positive(),
    user: z.object({ login: z.string() }).nullable(),
    body: z.string().nullish(),
  }),
);
const written = z.object({ id: z.int().positive() });

const perPage = 100;
/** Pages of comments that are searched: 5,000 comments. */
const pageLimit = 50;

export interface CommentOptions {
  /** The login that the token writes as; only its comments are changed. */
  readonly author: string;
  /** Address of GitHub's pages, such as `https://github.com`. */
  readonly serverUrl: string;
}

/**
 * Posts the result of a run on its pull request, in one comment that each run updates.
 *
 * @returns what was done, in words
 * @throws {Failure} when GitHub refuses it or the run's artifact is invalid
 */
export async function comment(github: GitHub, event: RunEvent, options: CommentOptions): Promise<string> {
  const { id: run, head_sha: commit } = event.workflow_run;
  const numbers = await pullRequestsOf(github, event);
  if (numbers.length === 0) return `No open pull request is at ${commit} any more; nothing to comment on.`;
  const done: string[] = [];
  for (const number of numbers) {
    const results = await resultsOf(github, run, artifactName(number));
    // Two pull requests with the same commit have a run each.
    if (results.size === 0 && numbers.length > 1) continue;
    const url = `${options.serverUrl}/${github.repository}/actions/runs/${run}`;
    done.push(await write(github, number, commentBody(results, commit, url), options.author));
  }
  return done.length === 0 ? `Run ${run} has no result for its pull request.` : done.join("\n");
}

async function write(github: GitHub, number: number, body: string, author: string): Promise<string> {
  const own = await findOwn(github, number, author);
  if (own === undefined) {
    await ask(github, `/issues/${number}/comments`, written, { method: "POST", body: { body } });
    return `Commented on pull request ${number}.`;
  }
  await ask(github, `/issues/comments/${own}`, written, { method: "PATCH", body: { body } });
  return `Updated the comment on pull request ${number}.`;
}

async function findOwn(github: GitHub, number: number, author: string): Promise<number | undefined> {
  for (let page = 1; page <= pageLimit; page += 1) {
    const path = `/issues/${number}/comments?per_page=${perPage}&page=${page}`;
    const found = await ask(github, path, comments);
    const own = found.find(({ user, body }) => user?.login === author && body?.startsWith(commentMarker));
    if (own !== undefined || found.length < perPage) return own?.id;
  }
  throw new Failure(
    "refused",
    `Pull request ${number} has more than ${pageLimit * perPage} comments, too many to search for the one to update`,
  );
}
