import * as z from "zod";
import { orAbsent } from "../vendors/problem.ts";
import { isOfHead, type OpenPullRequest } from "./open.ts";
import { inRepository, type Repository } from "./repository.ts";
import { isJudging, judgingWorkflow, newerView, type WorkflowRun, workflowRun } from "./run.ts";

const runs = z.object({ workflow_runs: z.array(workflowRun).max(100) });

/**
 * The runs that can have judged a pull request's head, the newest first. GitHub's list can lag behind the event
 * that says that a run has ended, and behind what a comment names already.
 *
 * @param others runs that are known besides, from elsewhere
 */
export async function runsOf(
  { api, ...repository }: Repository,
  pull: OpenPullRequest,
  others: readonly WorkflowRun[],
): Promise<WorkflowRun[]> {
  const { workflow_runs: listed } = await api.ask({
    path: inRepository(repository, `/actions/workflows/${judgingWorkflow}/runs`),
    query: { head_sha: pull.head.sha, event: "pull_request", per_page: 100 },
    right: "read runs of workflows",
    schema: runs,
  });
  const byId = new Map<number, WorkflowRun>();
  for (const run of [...listed, ...others]) {
    const known = byId.get(run.id);
    byId.set(run.id, known === undefined ? run : newerView(known, run));
  }
  return [...byId.values()]
    .filter((run) => mayJudge(run, pull, repository.name))
    .toSorted((one, other) => other.run_number - one.run_number || other.id - one.id);
}

/** One run, or what it was at an earlier attempt; undefined where GitHub knows none. */
export async function runOf(
  { api, ...repository }: Repository,
  id: number,
  attempt?: number,
): Promise<WorkflowRun | undefined> {
  const of = `/actions/runs/${id}${attempt === undefined ? "" : `/attempts/${attempt}`}`;
  const path = inRepository(repository, of);
  return await orAbsent(api.ask({ path, right: "read runs of workflows", schema: workflowRun }));
}

/** A run that began before the pull request is one of another that had the same head, and is closed. */
function mayJudge(run: WorkflowRun, pull: OpenPullRequest, repository: string): boolean {
  return (
    run.event === "pull_request" &&
    run.head_sha === pull.head.sha &&
    isJudging(run, repository) &&
    isOfHead(pull, run) &&
    Date.parse(run.created_at) >= Date.parse(pull.created_at)
  );
}
