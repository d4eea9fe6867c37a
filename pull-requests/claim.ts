import * as z from "zod";
import { parseJson } from "../lib/json.ts";
import { orAbsent } from "../vendors/problem.ts";
import { commitsOf } from "./base.ts";
import type { OpenPullRequest } from "./open.ts";
import { inRepository, type Repository } from "./repository.ts";
import type { Files } from "./results.ts";
import { commitSchema, type WorkflowRun } from "./run.ts";
import { claimFile } from "./stacks.ts";

const id = z.int().positive();
const base = z.object({ ref: z.string().min(1).max(1000), commit: commitSchema });
const claimSchema = z.object({
  run: id,
  attempt: id,
  /** Null for a push. */
  pullRequest: id.nullable(),
  /** The commit that was judged, merged with the base or by itself. */
  head: commitSchema,
  /** What it was merged with and compared with; null where there is nothing to compare with. */
  base: base.nullable(),
});

/** What a run says of its results. Its code may be a stranger's, so this is a claim until GitHub agrees. */
export type Claim = z.infer<typeof claimSchema>;
export type ComparedBase = z.infer<typeof base>;

const eventSchema = z.object({
  pull_request: z
    .object({ number: id, head: z.object({ sha: commitSchema }), base: z.object({ ref: z.string() }) })
    .optional(),
});

/**
 * What this run can say of the results that it makes; undefined where it is no run of GitHub's.
 *
 * @param event the event that started it
 * @param checkout folder of the commit that is judged
 */
export function claimOf(
  { GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt }: Readonly<Record<string, string | undefined>>,
  event: unknown,
  checkout: string,
): Claim | undefined {
  const { pull_request: pull } = eventSchema.safeParse(event).data ?? {};
  const [commit, first, second] = commitsOf(checkout);
  const isMerge = pull !== undefined && second === pull.head.sha;
  return claimSchema.safeParse({
    run: Number(run),
    attempt: Number(attempt),
    pullRequest: pull?.number ?? null,
    head: pull?.head.sha ?? commit,
    base: isMerge ? { ref: pull.base.ref, commit: first } : null,
  }).data;
}

/** Reads what a run says of its results. */
export function claimIn(files: Files): Claim | undefined {
  return claimSchema.safeParse(parseJson(files.get(claimFile)?.toString("utf8") ?? "")).data;
}

/**
 * Why the results of a run say nothing of a pull request as it is now, in a sentence; undefined where they do.
 * A run that is repeated judges what it judged first, whatever its base is by then.
 */
export async function objectionTo(
  repository: Repository,
  claim: Claim | undefined,
  run: WorkflowRun,
  pull: OpenPullRequest,
): Promise<string | undefined> {
  const compared = claim?.base;
  if (claim === undefined || compared === null || compared === undefined) {
    return "Its results do not say what they were compared with.";
  }
  if (claim.run !== run.id || claim.head !== run.head_sha || claim.pullRequest !== pull.number) {
    return "Its results say that they are another run's.";
  }
  if (claim.attempt > run.run_attempt) return "Its results say that they are a later attempt's.";
  // An attempt that repeats only what failed keeps the results of the one before.
  if (claim.attempt < run.run_attempt && run.conclusion !== "success") {
    return `Its results are those of attempt ${claim.attempt}.`;
  }
  if (compared.ref !== pull.base.ref) {
    return "It compared the pull request against another base. Push a commit, or close and reopen the pull request.";
  }
  return (await isOnBranch(repository, compared))
    ? undefined
    : "It compared the pull request with a commit that is not on the base. Push a commit, or close and reopen the pull request.";
}

/** Asked in this order, GitHub lists the commits that are missing on the branch, and there is no file to compare. */
async function isOnBranch(
  { api, ...repository }: Repository,
  { ref, commit }: ComparedBase,
): Promise<boolean> {
  const compared = await orAbsent(
    api.ask({
      path: inRepository(repository, `/compare/${encodeURIComponent(ref)}...${commit}`),
      query: { per_page: 1 },
      right: "read the contents of the repository",
      schema: z.object({ ahead_by: z.int().nonnegative() }),
    }),
  );
  return compared?.ahead_by === 0;
}
