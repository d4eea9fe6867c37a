import * as z from "zod";
import { orAbsent } from "../vendors/problem.ts";
import { inRepository, type Repository } from "./repository.ts";
import { commitSchema, isSameRepository, type WorkflowRun } from "./run.ts";
import type { Wake } from "./wake.ts";

const pullRequest = z.object({
  number: z.int().positive(),
  state: z.string().max(100),
  locked: z.boolean().optional(),
  created_at: z.iso.datetime({ offset: true }),
  closed_at: z.iso.datetime({ offset: true }).nullish(),
  head: z.object({
    sha: commitSchema,
    ref: z.string().min(1).max(1000),
    user: z.object({ login: z.string() }).nullish(),
    repo: z.object({ id: z.int().positive().optional(), full_name: z.string().max(300) }).nullable(),
  }),
  base: z.object({ ref: z.string().min(1).max(1000) }),
});

/** An open pull request as GitHub knows it now. */
export type OpenPullRequest = z.infer<typeof pullRequest>;

/**
 * The open pull requests whose results may have changed: those of the branch that the run was of, at whatever
 * commit they are now. GitHub is asked, since the run could claim another's number.
 */
export async function concernedBy(
  repository: Repository,
  { run, pullRequest: number }: Wake,
): Promise<readonly OpenPullRequest[]> {
  if (run !== undefined) return run.event === "pull_request" ? await ofRun(repository, run) : [];
  const pull = number === undefined ? undefined : await openPullRequest(repository, number);
  if (pull === undefined) return [];
  const login = pull.head.user?.login;
  if (login === undefined) return [pull];
  const ofBranch = await pullsWith(repository, { head: `${login}:${pull.head.ref}` });
  return [pull, ...ofBranch.filter((other) => other.number !== pull.number && isOneHead(pull, other))];
}

/** One pull request; undefined once it is closed, or gone. */
export async function openPullRequest(
  { api, ...repository }: Repository,
  number: number,
): Promise<OpenPullRequest | undefined> {
  const path = inRepository(repository, `/pulls/${number}`);
  const pull = await orAbsent(api.ask({ path, right: "read pull requests", schema: pullRequest }));
  return pull?.state === "open" ? pull : undefined;
}

/** Whether two pull requests are of one branch of one repository. */
export function isOneHead(one: OpenPullRequest, other: OpenPullRequest): boolean {
  if (one.head.ref !== other.head.ref) return false;
  return one.head.repo === null || other.head.repo === null
    ? one.head.repo === other.head.repo && one.head.user?.login === other.head.user?.login
    : isSameRepository(one.head.repo, other.head.repo);
}

/** Whether a run can be of a pull request, by the repository that its commit is in. */
export function isOfHead({ head }: OpenPullRequest, run: WorkflowRun): boolean {
  if (head.repo !== null) return isSameRepository(head.repo, run.head_repository);
  // The fork is gone by now, or was before the run ended.
  const owner = run.head_repository?.owner.login;
  return owner === undefined || head.user?.login === owner;
}

/**
 * Whether a run, whose branch is not the pull request's, is of a pull request of that branch, which was open when it
 * began. There was none where the branch has only been renamed.
 */
export async function isOfAnother(
  repository: Repository,
  pull: OpenPullRequest,
  run: WorkflowRun,
): Promise<boolean> {
  const { head_branch: branch, head_repository: head } = run;
  const login = head?.owner.login ?? pull.head.user?.login;
  if (branch === null || login === undefined) return false;
  const all = await pullsWith(repository, { head: `${login}:${branch}`, state: "all" });
  return all.some((other) => other.number !== pull.number && isOfHead(other, run) && wasOpen(other, run));
}

function wasOpen({ created_at: opened, closed_at: closed }: OpenPullRequest, run: WorkflowRun): boolean {
  const began = Date.parse(run.created_at);
  return (
    Date.parse(opened) <= began && (closed === null || closed === undefined || began <= Date.parse(closed))
  );
}

async function ofRun(repository: Repository, run: WorkflowRun): Promise<OpenPullRequest[]> {
  const { head_repository: head, head_branch: branch } = run;
  const ofBranch =
    head === null || branch === null
      ? []
      : await pullsWith(repository, { head: `${head.owner.login}:${branch}` });
  const found = ofBranch.filter((pull) => isOfHead(pull, run));
  if (found.length > 0) return found;
  // The fork may be gone or have another owner by now, the branch another name: then it is among those that
  // changed last.
  const recent = await pullsWith(repository, { sort: "updated", direction: "desc" });
  return recent.filter((pull) => pull.head.sha === run.head_sha && isOfHead(pull, run));
}

function pullsWith(
  { api, ...repository }: Repository,
  query: Record<string, string>,
): Promise<OpenPullRequest[]> {
  return api.ask({
    path: inRepository(repository, "/pulls"),
    query: { state: "open", ...query, per_page: 100 },
    right: "read pull requests",
    schema: z.array(pullRequest).max(100),
  });
}
