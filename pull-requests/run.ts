import { readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { ask, type GitHub } from "./github.ts";

const repositoryName = z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/);
const sha = z.string().regex(/^[0-9a-f]{40}$/);

/** A run of a workflow, as the `workflow_run` event describes it to the workflow that follows. */
const runEvent = z.object({
  repository: z.object({ full_name: repositoryName, default_branch: z.string().min(1) }),
  workflow_run: z.object({
    id: z.int().positive(),
    event: z.string(),
    head_sha: sha,
    head_branch: z.string().min(1),
    // A fork can be deleted before its run has finished.
    head_repository: z
      .object({ full_name: repositoryName, owner: z.object({ login: z.string() }) })
      .nullable(),
  }),
});

export type RunEvent = z.infer<typeof runEvent>;

const pullRequests = z.array(
  z.object({
    number: z.int().positive(),
    head: z.object({ sha, ref: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
  }),
);

/** The largest event in bytes, which is GitHub's own limit for a payload. */
const eventLimit = 25_000_000;

/** @throws {Failure} when the file is not the event of a finished run */
export function readRunEvent(file: string): RunEvent {
  let value: unknown;
  try {
    if (statSync(file).size > eventLimit)
      throw new Failure("refused", `${file} is larger than ${eventLimit} bytes`);
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      "refused",
      `Cannot read ${file} as JSON; GITHUB_EVENT_PATH must name the event of a run`,
    );
  }
  const event = runEvent.safeParse(value);
  if (!event.success) {
    throw new Failure(
      "refused",
      `${file} is not the event of a finished run:\n${z.prettifyError(event.error)}`,
    );
  }
  return event.data;
}

/**
 * The numbers of the open pull requests whose head is this run's commit, usually one. GitHub is asked, since the
 * run could claim another's number. Empty when the pull request has newer commits or was closed.
 */
export async function pullRequestsOf(
  github: GitHub,
  { workflow_run: run }: RunEvent,
): Promise<readonly number[]> {
  const { head_repository: repository } = run;
  if (run.event !== "pull_request" || repository === null) return [];
  const query = new URLSearchParams({
    state: "open",
    head: `${repository.owner.login}:${run.head_branch}`,
    per_page: "100",
  });
  const found = await ask(github, `/pulls?${query}`, pullRequests);
  return found
    .filter(({ head }) => head.sha === run.head_sha && head.repo?.full_name === repository.full_name)
    .map(({ number }) => number);
}
