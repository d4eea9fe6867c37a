import * as z from "zod";
import { inRepository, type Repository } from "./repository.ts";
import { isSameRepository, type RunEvent } from "./run.ts";

/** An open pull request whose head is the commit of a run. */
export interface OpenPullRequest {
  readonly number: number;
  /** The branch that it would be merged into. */
  readonly base: string;
}

const pullRequest = z.object({
  number: z.int().positive(),
  head: z.object({
    sha: z.string(),
    ref: z.string(),
    user: z.object({ login: z.string() }).nullish(),
    repo: z.object({ id: z.int().positive().optional(), full_name: z.string() }).nullable(),
  }),
  base: z.object({ ref: z.string().min(1).max(1000) }),
});

type PullRequest = z.infer<typeof pullRequest>;

/**
 * The open pull requests whose head is this run's commit, usually one. GitHub is asked, since the run could claim
 * another's number. Empty when the pull request has newer commits or was closed.
 */
export async function pullRequestsOf(
  repository: Repository,
  { workflow_run: run }: RunEvent,
): Promise<readonly OpenPullRequest[]> {
  if (run.event !== "pull_request") return [];
  const { head_repository: head } = run;
  const ofBranch =
    head === null ? [] : await pullsWith(repository, { head: `${head.owner.login}:${run.head_branch}` });
  const found = ofBranch.filter((pull) => isHead(pull, run));
  // The fork may be gone or have another owner by now: then it is among those that changed last.
  const all =
    found.length > 0
      ? found
      : (await pullsWith(repository, { sort: "updated", direction: "desc" })).filter((pull) =>
          isHead(pull, run),
        );
  return all.map(({ number, base }) => ({ number, base: base.ref }));
}

function pullsWith(
  { api, ...repository }: Repository,
  query: Record<string, string>,
): Promise<PullRequest[]> {
  return api.ask({
    path: inRepository(repository, "/pulls"),
    query: { state: "open", ...query, per_page: 100 },
    right: "read pull requests",
    schema: z.array(pullRequest).max(100),
  });
}

function isHead({ head }: PullRequest, run: RunEvent["workflow_run"]): boolean {
  if (head.sha !== run.head_sha) return false;
  if (head.repo !== null) return isSameRepository(head.repo, run.head_repository);
  const owner = run.head_repository?.owner.login;
  return head.ref === run.head_branch && (owner === undefined || head.user?.login === owner);
}
