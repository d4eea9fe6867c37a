import * as z from "zod";

export const commitSchema = z.string().regex(/^[0-9a-f]{40}$/);
export const repositoryName = z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/);
const id = z.int().positive();

/** File of the workflow that judges pull requests, in the folder of workflows. */
export const judgingWorkflow = "pull-request.yml";

/** A run of a workflow, as the `workflow_run` event and the API describe it. */
export const workflowRun = z.object({
  id,
  path: z.string().min(1).max(1000),
  run_number: id,
  run_attempt: id.default(1),
  event: z.string(),
  conclusion: z.string().max(100).nullable(),
  created_at: z.iso.datetime({ offset: true }),
  run_started_at: z.iso.datetime({ offset: true }).nullish(),
  head_sha: commitSchema,
  head_branch: z.string().min(1).max(1000).nullable(),
  // A fork can be deleted before its run has finished.
  head_repository: z
    .object({ id: id.optional(), full_name: repositoryName, owner: z.object({ login: z.string() }) })
    .nullable(),
});

export type WorkflowRun = z.infer<typeof workflowRun>;

/**
 * Whether a run is one of the workflow that judges pull requests. A name is anyone's to take: a pull request may
 * bring a workflow of the same name, but not at the same path. GitHub writes the path alone, with a ref behind it,
 * or with the repository before it.
 *
 * @param repository `owner/name` of the repository that the workflow is in
 */
export function isJudging({ path }: Pick<WorkflowRun, "path">, repository: string): boolean {
  const [file = ""] = path.split("@");
  const own = `.github/workflows/${judgingWorkflow}`;
  return file === own || file.toLowerCase() === `${repository}/${own}`.toLowerCase();
}

/** Whether two repositories are one: by id, which a renamed repository keeps, else by name. */
export function isSameRepository(one: Named | null, other: Named | null): boolean {
  if (one === null || other === null) return false;
  if (one.id !== undefined && other.id !== undefined) return one.id === other.id;
  return one.full_name.toLowerCase() === other.full_name.toLowerCase();
}

interface Named {
  readonly id?: number | undefined;
  readonly full_name: string;
}

/** The day that a run's newest attempt began on, in UTC, as `2026-11-02`. */
export function dayOf({ run_started_at: started, created_at: created }: WorkflowRun): string {
  return new Date(started ?? created).toISOString().slice(0, 10);
}

/** What is known of one run twice: the later attempt, and of one attempt the one that has ended. */
export function newerView(one: WorkflowRun, other: WorkflowRun): WorkflowRun {
  if (one.run_attempt !== other.run_attempt) return one.run_attempt > other.run_attempt ? one : other;
  return endedRank(one) >= endedRank(other) ? one : other;
}

/** A run that waits for approval is later the same run with another conclusion. */
function endedRank({ conclusion }: WorkflowRun): number {
  return conclusion === null ? 0 : conclusion === "action_required" ? 1 : 2;
}
