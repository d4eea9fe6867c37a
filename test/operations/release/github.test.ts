import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { githubRepository } from "../../../operations/release/github.ts";
import type { Repository } from "../../../operations/release/ports.ts";
import { GitHub } from "../../../vendors/github.ts";
import { type FakeGitHubState, fakeGitHub, githubToken, healthyGitHub } from "../../vendors/fake/github.ts";
import { type FakeReleases, releaseRoutes, repositoryBefore } from "../../vendors/fake/github-releases.ts";
import { type FakeServer, startFake } from "../../vendors/fake/server.ts";

const name = "optropic/platform";
const commit = "a".repeat(40);
const { signal } = new AbortController();
const state: FakeGitHubState = healthyGitHub(name);
const releases: FakeReleases = repositoryBefore("3.0.0", commit);
let server: FakeServer;
let repository: Repository;
beforeAll(async () => {
  const github = fakeGitHub(state);
  server = await startFake([{ ...github, routes: { ...releaseRoutes(releases), ...github.routes } }]);
});
afterAll(() => server.stop());
beforeEach(() => {
  // A client of its own each time, so that no write waits for that of another test.
  const environment = { GITHUB_TOKEN: githubToken, GITHUB_API_URL: `${server.url}/github` };
  repository = githubRepository(new GitHub({ environment }), name);
  Object.assign(releases, {
    ...repositoryBefore("3.0.0", commit),
    branches: releases.branches,
    ahead: releases.ahead,
  });
  releases.branches.clear();
  releases.branches.set("main", commit);
  releases.ahead.clear();
  Object.assign(state, { runs: healthyGitHub(name).runs });
});

describe("a repository at GitHub", () => {
  it("has a branch, or none, and gets one whose name has a slash", async () => {
    expect(await repository.branch("main", signal)).toBe(commit);
    expect(await repository.branch("release/v3.0.0", signal)).toBeUndefined();
    await repository.createBranch("release/v3.0.0", commit, signal);
    expect(await repository.branch("release/v3.0.0", signal)).toBe(commit);
  });

  it("says at which commit a tag is, one with a message too, or that there is none", async () => {
    expect(await repository.tag("v3.0.0", signal)).toBeUndefined();
    releases.tags.set("v3.0.0", commit);
    expect(await repository.tag("v3.0.0", signal)).toBe(commit);
  });

  it("never moves a branch that is there", async () => {
    releases.branches.set("release/v3.0.0", "b".repeat(40));
    await expect(repository.createBranch("release/v3.0.0", commit, signal)).rejects.toThrow();
    expect(releases.branches.get("release/v3.0.0")).toBe("b".repeat(40));
  });

  it("says how many commits a branch lacks", async () => {
    releases.ahead.set(`main...${commit}`, 2);
    expect(await repository.ahead("main", commit, signal)).toBe(2);
  });

  it("lists the open pull requests of a milestone, no issues, and refuses one that is not there", async () => {
    const at = {
      html_url: "https://github.com/optropic/platform/pull/1",
      body: "",
      labels: [],
      milestone: 1,
    };
    releases.issues = [
      { number: 1, title: "A change", pull_request: { url: "" }, ...at },
      { number: 2, title: "An issue", ...at },
      { number: 3, title: "Of another release", pull_request: { url: "" }, ...at, milestone: 2 },
    ];
    const open = await repository.openPullRequests("v3.0.0", signal);
    expect(open.map(({ number }) => number)).toEqual([1]);
    await expect(repository.openPullRequests("v9.9.9", signal)).rejects.toThrow(
      /no milestone v9\.9\.9: create it/,
    );
  });

  it("says how each check ended, by app and name the worse of two, and nothing of one that was skipped", async () => {
    const other = { app: { id: 7, slug: "other" } };
    state.runs = [
      { id: 1, name: "test", status: "completed", conclusion: "failure" },
      { id: 2, name: "test", status: "completed", conclusion: "success" },
      { id: 3, name: "lint", status: "in_progress", conclusion: null },
      { id: 6, name: "lint", status: "completed", conclusion: "success" },
      { id: 4, name: "docs", status: "completed", conclusion: "skipped" },
      { id: 5, name: "build", status: "completed", conclusion: "cancelled" },
      { id: 7, name: "build", status: "completed", conclusion: "success", ...other },
      { id: 8, name: "test", status: "queued", conclusion: null, ...other },
    ];
    state.statuses = [
      { context: "ci/jenkins", state: "error" },
      { context: "test", state: "success" },
    ];
    const app = 15_368;
    expect(await repository.checks(commit, signal)).toEqual([
      { name: "test", end: "failure", app },
      { name: "lint", end: "pending", app },
      { name: "build", end: "failure", app },
      { name: "build", end: "success", app: 7 },
      { name: "test", end: "pending", app: 7 },
      { name: "ci/jenkins", end: "failure", app: undefined },
      { name: "test", end: "success", app: undefined },
    ]);
  });

  it("drafts a release with generated notes, finds the draft, and publishes it", async () => {
    expect(await repository.release("v3.0.0", signal)).toBeUndefined();
    const { id } = await repository.draftRelease("v3.0.0", commit, signal);
    expect(await repository.release("v3.0.0", signal)).toMatchObject({
      draft: true,
      notes: expect.stringMatching(/#12/),
    });
    await repository.publishRelease(id, signal);
    expect(await repository.release("v3.0.0", signal)).toMatchObject({ draft: false });
  });

  it("opens an issue that is found by its label", async () => {
    const issue = {
      title: "Post-mortem",
      body: "<!-- optropic rollback-3.0.0-1 -->",
      labels: ["post-mortem"],
    };
    expect((await repository.createIssue(issue, signal)).url).toMatch(/issues\/101$/);
    expect(await repository.openIssues("post-mortem", signal)).toMatchObject([
      { title: "Post-mortem", body: issue.body },
    ]);
    expect(await repository.openIssues("critical", signal)).toEqual([]);
  });

  it("tells a token that is refused from an empty repository", async () => {
    const environment = { GITHUB_TOKEN: "ghp_canary_other", GITHUB_API_URL: `${server.url}/github` };
    const other = githubRepository(new GitHub({ environment }), name);
    const error = await other.branch("main", signal).then(undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain("canary");
  });
});
