import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import type { GitHub } from "../../vendors/github.ts";
import { orAbsent } from "../../vendors/problem.ts";
import type { Check, CheckEnd, PublishedRelease, Repository } from "./ports.ts";

const text = z.string().max(2000);
const long = z.string().max(500_000);

const reference = z.looseObject({ object: z.looseObject({ sha: text, type: text.optional() }) });
const comparison = z.looseObject({ ahead_by: z.int().min(0) });
const milestone = z.looseObject({ number: z.int(), title: text });
const issue = z.looseObject({
  number: z.int(),
  title: text,
  body: long.nullish(),
  html_url: text,
  pull_request: z.looseObject({}).nullish(),
});
const checkRuns = z.looseObject({
  total_count: z.int(),
  check_runs: z
    .array(
      z.looseObject({
        name: text,
        status: text,
        conclusion: text.nullish(),
        app: z.looseObject({ id: z.int() }).nullish(),
      }),
    )
    .max(100),
});
const combinedStatus = z.looseObject({
  total_count: z.int(),
  statuses: z.array(z.looseObject({ context: text, state: text })).max(100),
});
const release = z.looseObject({
  id: z.int(),
  tag_name: text,
  html_url: text,
  draft: z.boolean(),
  body: long.nullish(),
});

/** How a check can have ended, the worst first. */
const fromBad: readonly CheckEnd[] = ["failure", "pending", "success"];

/** Pages of a hundred checks that are read. */
const mostCheckPages = 10;

/** A repository at GitHub, as a release uses it. */
export function githubRepository(api: GitHub, ownerAndName: string): Repository {
  const of = (rest: string): string => `/repos/${ownerAndName}${rest}`;
  const releases = () =>
    api.list({ path: of("/releases"), right: "read releases", schema: z.array(release).max(100) });
  return {
    async branch(name) {
      const path = of(`/git/ref/heads/${encoded(name)}`);
      const found = await orAbsent(api.ask({ path, right: "read branches", schema: reference }));
      return found?.object.sha;
    },
    async createBranch(name, commit) {
      await api.ask({
        method: "POST",
        path: of("/git/refs"),
        body: { ref: `refs/heads/${name}`, sha: commit },
        right: "create branches",
        schema: reference,
      });
    },
    async ahead(base, commit) {
      const path = of(`/compare/${encoded(base)}...${encoded(commit)}`);
      return (await api.ask({ path, right: "read commits", schema: comparison })).ahead_by;
    },
    async openPullRequests(title) {
      const milestones = await api.list({
        path: of("/milestones"),
        query: { state: "all" },
        right: "read milestones",
        schema: z.array(milestone).max(100),
      });
      const found = milestones.find((each) => each.title === title);
      if (found === undefined) {
        throw new Failure(
          "refused",
          `GitHub has no milestone ${title}: create it and put the pull requests of the release into it`,
        );
      }
      const open = await api.list({
        path: of("/issues"),
        query: { milestone: found.number, state: "open" },
        right: "read pull requests",
        schema: z.array(issue).max(100),
      });
      return open.filter((each) => each.pull_request !== undefined && each.pull_request !== null);
    },
    async checks(commit) {
      const found = new Map<string, Check>();
      const add = (name: string, end: CheckEnd | undefined, app: number | undefined): void => {
        if (end === undefined) return;
        const known = found.get(`${app} ${name}`)?.end ?? end;
        const worse = fromBad.find((each) => each === known || each === end) ?? end;
        found.set(`${app} ${name}`, { name, end: worse, app });
      };
      for (let page = 1; ; page += 1) {
        if (page > mostCheckPages) {
          throw new Failure("failed", `The commit has more than ${mostCheckPages * 100} checks`);
        }
        const answer = await api.ask({
          path: of(`/commits/${encoded(commit)}/check-runs`),
          query: { filter: "latest", per_page: 100, page },
          right: "read checks",
          schema: checkRuns,
        });
        for (const { name, status, conclusion, app } of answer.check_runs)
          add(name, endOf(status, conclusion ?? undefined), app?.id);
        if (answer.check_runs.length < 100) break;
      }
      // The older kind of check, which some services still report.
      const { statuses, total_count: all } = await api.ask({
        path: of(`/commits/${encoded(commit)}/status`),
        query: { per_page: 100 },
        right: "read commit statuses",
        schema: combinedStatus,
      });
      if (all > statuses.length)
        throw new Failure("failed", `The commit has ${all} statuses, too many to read`);
      for (const { context, state } of statuses)
        add(context, state === "success" || state === "pending" ? state : "failure", undefined);
      return [...found.values()];
    },
    async tag(name) {
      const path = of(`/git/ref/tags/${encoded(name)}`);
      const found = await orAbsent(api.ask({ path, right: "read tags", schema: reference }));
      // A tag with a message is an object of its own, which names the commit.
      if (found?.object.type !== "tag") return found?.object.sha;
      const own = of(`/git/tags/${encoded(found.object.sha)}`);
      return (await api.ask({ path: own, right: "read tags", schema: reference })).object.sha;
    },
    async release(tag) {
      // A draft has no tag yet, so that it is found in the list only.
      const found = (await releases()).find((each) => each.tag_name === tag);
      return found && published(found);
    },
    async draftRelease(tag, commit) {
      const made = await api.ask({
        method: "POST",
        path: of("/releases"),
        body: {
          tag_name: tag,
          target_commitish: commit,
          name: tag,
          draft: true,
          generate_release_notes: true,
        },
        right: "write releases",
        schema: release,
      });
      return published(made);
    },
    async publishRelease(id) {
      await api.ask({
        method: "PATCH",
        path: of(`/releases/${encoded(id)}`),
        body: { draft: false },
        right: "write releases",
        schema: release,
      });
    },
    async openIssues(label) {
      const open = await api.list({
        path: of("/issues"),
        query: { labels: label, state: "open" },
        right: "read issues",
        schema: z.array(issue).max(100),
      });
      return open
        .filter((each) => each.pull_request === undefined || each.pull_request === null)
        .map(({ number, title, body }) => ({ number, title, body: body ?? "" }));
    },
    async createIssue({ title, body, labels }) {
      const made = await api.ask({
        method: "POST",
        path: of("/issues"),
        body: { title, body, labels: [...labels] },
        right: "write issues",
        schema: issue,
      });
      return { url: made.html_url };
    },
  };
}

/** A check that was skipped, or has no opinion, shows nothing. */
function endOf(status: string, conclusion: string | undefined): CheckEnd | undefined {
  if (status !== "completed") return "pending";
  if (conclusion === "success") return "success";
  return conclusion === "skipped" || conclusion === "neutral" ? undefined : "failure";
}

function published({ id, html_url, draft, body }: z.infer<typeof release>): PublishedRelease {
  return { id: String(id), url: html_url, draft, notes: body ?? "" };
}

/** A branch may have slashes, which stay. */
function encoded(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}
