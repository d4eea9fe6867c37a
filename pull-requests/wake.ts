import { readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { isJudging, repositoryName, type WorkflowRun, workflowRun } from "./run.ts";

/**
 * What woke the job. An event says that something may have changed, and nothing is written from it: it can arrive
 * late, in another order, or in the place of another one that GitHub dropped.
 */
export interface Wake {
  readonly repository: z.infer<typeof repository>;
  /** The run that has ended, for lists of GitHub that do not have it yet. */
  readonly run?: WorkflowRun;
  /** Number of the pull request that was opened, pushed to or edited. */
  readonly pullRequest?: number;
}

const id = z.int().positive();
const repository = z.object({
  id: id.optional(),
  full_name: repositoryName,
  default_branch: z.string().min(1).max(1000),
});
const runEvent = z
  .object({ repository, workflow_run: workflowRun })
  .refine(({ repository: { full_name: name }, workflow_run: run }) => isJudging(run, name), {
    path: ["workflow_run", "path"],
    error: "must be the project's own workflow",
  });
/** Of a pull request only the number: GitHub is asked for the rest. */
const pullRequestEvent = z.object({ repository, pull_request: z.object({ number: id }) });

/** The largest event in bytes, which is GitHub's own limit for a payload. */
const eventLimit = 25_000_000;

/** @throws {Failure} `refused`, when the file is not the event of a finished run or of a pull request */
export function readWake(file: string): Wake {
  const value = readEvent(file);
  const isPullRequest = typeof value === "object" && value !== null && "pull_request" in value;
  if (isPullRequest) {
    const event = checked(file, "of a pull request", pullRequestEvent.safeParse(value));
    return { repository: event.repository, pullRequest: event.pull_request.number };
  }
  const event = checked(file, "of a finished run", runEvent.safeParse(value));
  return { repository: event.repository, run: event.workflow_run };
}

/** Reads the event of a workflow. */
export function readEvent(file: string): unknown {
  try {
    if (statSync(file).size > eventLimit)
      throw new Failure("refused", `${file} is larger than ${eventLimit} bytes`);
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("refused", `Cannot read ${file} as JSON; GITHUB_EVENT_PATH must name an event`);
  }
}

function checked<Event>(file: string, what: string, event: z.ZodSafeParseResult<Event>): Event {
  if (event.success) return event.data;
  throw new Failure("refused", `${file} is not the event ${what}:\n${z.prettifyError(event.error)}`);
}
