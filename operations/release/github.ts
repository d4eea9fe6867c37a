import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import type { GitHub } from "../../vendors/github.ts";
import { orAbsent } from "../../vendors/problem.ts";
import type { CheckEnd, PublishedRelease, Repository } from "./ports.ts";

const text = z.string().max(2000);
const long = z.string().max(500_000);

const reference = z.looseObject({ object: z.looseObject({ sha: text }) });
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
  check_runs: z.array(z.looseObject({ name: text, status: text, conclusion: text.nullish() })).max(100),
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
      const ends = new Map<string, CheckEnd>();
      for (let page = 1; page <= mostCheckPages; page += 1) {
        const answer = await api.ask({
          path: of(`/commits/${encoded(commit)}/check-runs`),
          query: { filter: "latest", per_page: 100, page },
          right: "read checks",
          schema: checkRuns,
        });
        for (const { name, status, conclusion } of answer.check_runs) {
          const end = endOf(status, conclusion ?? undefined);
          if (end === undefined) continue;
          // Of two apps with checks of one name the worse counts, and one that has not ended may still fail.
          const known = ends.get(name) ?? end;
          ends.set(name, fromBad.find((each) => each === known || each === end) ?? end);
        }
        if (answer.check_runs.length < 100) return ends;
      }
      throw new Failure("failed", `The commit has more than ${mostCheckPages * 100} checks`);
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
