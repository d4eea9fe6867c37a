import { readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { ask, type GitHub } from "./github.ts";

const repositoryName = z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/);
const sha = z.string().regex(/^[0-9a-f]{40}$/);

/** The run of a pull request's workflow, as the `workflow_run` event of the workflow that follows it has it. */
const runEvent = z.object({
  repository: z.object({ full_name: repositoryName, default_branch: z.string().min(1) }),
  workflow_run: z.object({
    id: z.int().positive(),
    event: z.string(),
    head_sha: sha,
    head_branch: z.string().min(1),
    // A fork can be gone before its run has ended.
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

/** Bytes of an event; GitHub's own limit of a payload is 25 MB. */
const eventLimit = 25_000_000;

/** @throws {Failure} when the file is not the event of a finished run */
export function readRunEvent(file: string): RunEvent {
  let value: unknown;
  try {
    if (statSync(file).size > eventLimit)
      throw new Failure("refused", `${file}: larger than ${eventLimit} bytes`);
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("refused", `${file}: not a file of JSON; GITHUB_EVENT_PATH names the event of a run`);
  }
  const event = runEvent.safeParse(value);
  if (!event.success) {
    throw new Failure("refused", `${file}: not the event of a finished run: ${z.prettifyError(event.error)}`);
  }
  return event.data;
}

/**
 * Numbers of the open pull requests whose head is this run's commit, by the API: what the run itself says of
 * its number could be another's. Mostly one; none when the pull request has moved on or was closed.
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
