import { at, textAt } from "./read.ts";
import type { FakeAnswer, Routes } from "./server.ts";

export interface FakeRelease {
  id: number;
  tag_name: string;
  html_url: string;
  draft: boolean;
  body: string;
}

export interface FakeIssue {
  number: number;
  title: string;
  body: string;
  html_url: string;
  labels: string[];
  milestone?: number;
  pull_request?: Readonly<Record<string, string>>;
}

/** What a repository has of its releases. */
export interface FakeReleases {
  readonly branches: Map<string, string>;
  readonly tags: Map<string, string>;
  /** Commits that each branch lacks, by `base...head`. */
  readonly ahead: Map<string, number>;
  milestones: { number: number; title: string }[];
  issues: FakeIssue[];
  releases: FakeRelease[];
}

/** A repository before a release, with its milestone and nothing open. */
export function repositoryBefore(version: string, main: string): FakeReleases {
  return {
    branches: new Map([["main", main]]),
    tags: new Map(),
    ahead: new Map(),
    milestones: [{ number: 1, title: `v${version}` }],
    issues: [],
    releases: [],
  };
}

const missing: FakeAnswer = { status: 404, body: { message: "Not Found" } };

/** Branches, issues and releases, as https://docs.github.com/rest describes them. */
export function releaseRoutes(state: FakeReleases): Routes {
  const branch = (name: string): FakeAnswer => {
    const sha = state.branches.get(name);
    return sha === undefined
      ? missing
      : { body: { ref: `refs/heads/${name}`, object: { type: "commit", sha } } };
  };
  const page = (tag: string): string => `https://github.com/optropic/platform/releases/tag/${tag}`;
  return {
    "GET /repos/:owner/:name/git/ref/heads/:branch": ({ parts: [, , name = ""] }) => branch(name),
    "GET /repos/:owner/:name/git/ref/heads/:folder/:branch": ({ parts: [, , folder, name] }) =>
      branch(`${folder}/${name}`),
    "GET /repos/:owner/:name/git/ref/tags/:tag": ({ parts: [, , name = ""] }) => {
      const sha = state.tags.get(name);
      // One with a message is an object, which names the commit.
      return sha === undefined ? missing : { body: { object: { type: "tag", sha: `of-${name}` } } };
    },
    "GET /repos/:owner/:name/git/tags/:sha": ({ parts: [, , sha = ""] }) => ({
      body: { object: { type: "commit", sha: state.tags.get(sha.slice(3)) } },
    }),
    "POST /repos/:owner/:name/git/refs": ({ body }) => {
      const name = textAt(body, "ref").replace(/^refs\/heads\//, "");
      // A reference that is there is not moved.
      if (state.branches.has(name)) return { status: 422, body: { message: "Reference already exists" } };
      state.branches.set(name, textAt(body, "sha"));
      return { ...branch(name), status: 201 };
    },
    "GET /repos/:owner/:name/compare/:range": ({ parts: [, , range = ""] }) => ({
      body: { ahead_by: state.ahead.get(range) ?? 0, behind_by: 0, status: "identical" },
    }),
    "GET /repos/:owner/:name/milestones": () => ({ body: state.milestones }),
    "GET /repos/:owner/:name/issues": ({ query }) => {
      const milestone = query.get("milestone");
      const label = query.get("labels");
      return {
        body: state.issues
          .filter((issue) => milestone === null || String(issue.milestone) === milestone)
          .filter((issue) => label === null || issue.labels.includes(label)),
      };
    },
    "POST /repos/:owner/:name/issues": ({ body }) => {
      const number = state.issues.length + 101;
      const labels = at(body, "labels");
      const issue: FakeIssue = {
        ...{ number, title: textAt(body, "title"), body: textAt(body, "body") },
        html_url: `https://github.com/optropic/platform/issues/${number}`,
        labels: Array.isArray(labels) ? labels.map(String) : [],
      };
      state.issues.push(issue);
      return { status: 201, body: issue };
    },
    "GET /repos/:owner/:name/releases": () => ({ body: state.releases }),
    "POST /repos/:owner/:name/releases": ({ body }) => {
      const tag = textAt(body, "tag_name");
      const release: FakeRelease = {
        ...{ id: state.releases.length + 1, tag_name: tag, html_url: page(tag) },
        draft: at(body, "draft") === true,
        body:
          at(body, "generate_release_notes") === true
            ? "## What's Changed\n* Faster logins by @author in #12"
            : "",
      };
      state.releases.push(release);
      return { status: 201, body: release };
    },
    "PATCH /repos/:owner/:name/releases/:id": ({ parts: [, , id], body }) => {
      const release = state.releases.find((each) => String(each.id) === id);
      if (release === undefined) return missing;
      if (at(body, "draft") === false) release.draft = false;
      return { body: release };
    },
  };
}
