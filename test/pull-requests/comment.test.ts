import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commentLimit } from "../../pull-requests/comment-body.ts";
import { commentMarker, markerOf, stateOf } from "../../pull-requests/comment-state.ts";
import type { Ended } from "../cli/command.ts";
import { claimed, commit, fork, pullRequestEvent, runCommand, runEvent } from "./command.ts";
import { jsonOfAll, told } from "./documents.ts";
import {
  baseCommit,
  type FakeGitHub,
  type FakePullRequest,
  type FakeRun,
  run,
  startGitHub,
} from "./github-server.ts";
import { type ArchivedFile, zipOf } from "./zip-archive.ts";

/** The command that comments, against a GitHub on loopback. */
const bot = "github-actions[bot]";
const pullRequest = 42;
const refusal = jsonOfAll({ "production.json": told({ refused: "The edge accepts TLS 1.0" }) });
const failure = { conclusion: "failure" };

/** Another pull request of the same branch. */
const sharing = { number: 43, sha: commit, head: "stranger:patch-1", repository: fork, base: "release/1" };

let github: FakeGitHub;
const outputs: string[] = [];

beforeEach(async () => {
  github = await startGitHub();
  github.pullRequests.push({
    number: pullRequest,
    sha: commit,
    head: "stranger:patch-1",
    repository: fork,
  });
});

afterEach(async () => {
  await github[Symbol.asyncDispose]();
  // Whatever happens, nobody but GitHub gets the token.
  expect(github.leaks).toEqual([]);
  for (const output of outputs.splice(0)) expect(output).not.toContain(github.token);
});

async function comment(changes: object = {}, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const event = "workflow_run" in changes || "pull_request" in changes ? changes : runEvent({ ...changes });
  const end = await runCommand(github, "comment", event, environment);
  outputs.push(end.stdout + end.stderr);
  return end;
}

function keep(files: readonly ArchivedFile[], name = `previews-${pullRequest}`, id = 1): void {
  const number = Number(name.replace("previews-", ""));
  const claim = claimed(Number.isNaN(number) ? { pullRequest: null } : { pullRequest: number });
  const has = files.some((file) => file.name === "run.json");
  github.artifacts.push({ id, name, bytes: zipOf(has ? files : [claim, ...files]) });
}

function kept(files: readonly ArchivedFile[], name?: string): void {
  github.artifacts.splice(0);
  keep(files, name);
}

/** An older comment of ours, to change: GitHub wants more time between new ones. */
function had(number: number): void {
  github.comments.set(number, [{ id: 100 + number, login: bot, body: `${commentMarker} -->\nold` }]);
}

function said(number = pullRequest): string[] {
  return (github.comments.get(number) ?? []).map(({ body }) => body);
}

/** The first line that a reader sees. */
function firstLine(): string {
  return said()[0]?.split("\n")[1] ?? "";
}

function wrote(): string[] {
  return github.requests.filter((request) => !request.startsWith("GET "));
}

describe("the comment", () => {
  it("begins with the run as GitHub knows it, its commit and who made its results", async () => {
    keep(jsonOfAll());
    const end = await comment();
    expect(end).toMatchObject({ status: 0, stdout: "Commented on pull request 42.\n", stderr: "" });
    const [body = ""] = said();
    expect(body.startsWith(`${commentMarker} `)).toBe(true);
    expect(firstLine()).toBe(
      `✅ **Holds**: [run 57](https://github.com/optropic/platform/actions/runs/4711) of commit \`${commit.slice(0, 12)}\` against \`main\` (\`${baseCommit.slice(0, 12)}\`) concluded with **success**. **The results were made by code that nobody has reviewed**, from the fork \`stranger/platform\`.`,
    );
    expect(body).toMatch(/### ✅ production: holds[\s\S]*### ✅ staging: holds[\s\S]*### ✅ delivery: holds/);
  });

  it("shows what is refused, and how to fix it", async () => {
    keep([claimed({ attempt: 2 }), ...refusal]);
    await comment({ ...failure, run_attempt: 2 });
    expect(firstLine()).toMatch(
      /^❌ \*\*Refused\*\*: \[run 57\]\(\S+\), attempt 2, of commit .* \*\*failure\*\*\./,
    );
    expect(said()[0]).toContain("### ❌ production: refused\n\n| refused |");
    expect(said()[0]).toMatch(
      /- \*\*`tls-minimum-version`\*\* \(4\.1\): .*\n {2}- .*accepts TLS 1\.0\n {2}- Fix: Set/,
    );
  });

  it("of a branch of the repository names no fork", async () => {
    keep(jsonOfAll());
    Object.assign(github.pullRequests[0] ?? {}, {
      head: "optropic:patch-1",
      repository: "optropic/platform",
    });
    const own = { full_name: "Optropic/platform", owner: { login: "optropic" } };
    await comment({ head_repository: own });
    expect(firstLine()).toMatch(/\. The results were made by the pull request's own code\.$/);
  });

  it("is found behind other comments, beyond the first page", async () => {
    keep(jsonOfAll());
    const talk = Array.from({ length: 130 }, (_, id) => ({ id: id + 1, login: "someone", body: "talk" }));
    github.comments.set(pullRequest, [...talk, { id: 500, login: bot, body: `${commentMarker} -->\nold` }]);
    await comment();
    expect(wrote()).toEqual(["PATCH /repos/optropic/platform/issues/comments/500"]);
  });

  it("is never another user's, marker or not", async () => {
    keep(jsonOfAll());
    const theirs = { id: 7, login: "stranger", body: `${commentMarker} -->\nmine` };
    const quoted = { id: 8, login: bot, body: `> ${commentMarker} -->` };
    github.comments.set(pullRequest, [{ ...theirs }, { ...quoted }]);
    await comment();
    expect(github.comments.get(pullRequest)?.slice(0, 2)).toEqual([theirs, quoted]);
    expect(said()).toHaveLength(3);
  });

  it("is one: older ones of ours are deleted", async () => {
    keep(jsonOfAll());
    const old = [7, 8, 9].map((id) => ({ id, login: bot, body: `${commentMarker} -->\nholds` }));
    github.comments.set(pullRequest, old);
    await comment();
    expect(github.comments.get(pullRequest)).toMatchObject([
      { id: 7, body: expect.stringContaining("run 57") },
    ]);
  });
});

describe("the verdict", () => {
  it.each([
    ["success", "a refusal", refusal, /Its results claim a refusal, but the run succeeded/],
    ["failure", "that all holds", jsonOfAll(), /claim that every stack holds, but the run failed/],
    ["timed_out", "that all holds", jsonOfAll(), /did not end with success or failure/],
    ["success", "a stack that is missing", jsonOfAll().slice(1), /not every stack was judged/],
    [
      "success",
      "another stack's result",
      jsonOfAll({ "staging.json": told() }),
      /not every stack was judged/,
    ],
    [
      "success",
      "a stack without policies",
      jsonOfAll({
        "staging.json": told({ stack: "staging", change: (each) => ({ ...each, policies: [] }) }),
      }),
      /not every stack was judged/,
    ],
    [
      "success",
      "an error",
      jsonOfAll({ "staging.json": '{"error":{"failure":"program","message":"no"}}' }),
      /not every stack was judged/,
    ],
    [
      "failure",
      "an error",
      jsonOfAll({ "staging.json": '{"error":{"failure":"program","message":"no"}}' }),
      /Not every stack was judged/,
    ],
    ["success", "nothing", [], /not every stack was judged/],
  ])(
    "of a run that ended with %s and claims %s is that nobody can tell",
    async (conclusion, _, files, why) => {
      keep(files);
      await comment({ conclusion });
      expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*/);
      expect(firstLine()).toMatch(why);
      if (!/very stack was judged/.test(firstLine())) expect(said()[0]).not.toMatch(/[✅❌]/u);
    },
  );

  it("counts again what the results say of themselves", async () => {
    keep(refusal);
    await comment(failure);
    // `summary` claims that nothing is refused.
    expect(said()[0]).toContain("| **1** | 0 |");
  });

  it("of a run without an artifact is that nobody can tell", async () => {
    await comment(failure);
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*.*It ended without a result/);
  });

  it.each(["cancelled", "action_required", "skipped", "stale", "startup_failure", "neutral", null])(
    "is none where the run ended with %s, and takes no place of one",
    async (conclusion) => {
      keep(jsonOfAll());
      await comment({ conclusion });
      expect(firstLine()).toMatch(/^⚠️ \*\*No verdict\*\*/);
      expect(said()[0]).not.toContain("###");
      await comment({ run_number: 58 });
      expect(firstLine()).toMatch(/^✅ \*\*Holds\*\*: \[run 58\]/);
      github.runs.push({ id: run, run_number: 58, head_sha: commit });
      const end = await comment({ id: 4712, conclusion, run_number: 59 });
      expect(end.stdout).toBe("Updated the comment on pull request 42.\n");
      expect(firstLine()).toMatch(
        /^✅ \*\*Holds\*\*: \[run 58\].* A newer one, \[run 59\]\(\S+\), gave no verdict\./,
      );
    },
  );

  it.each(["in the list", "when it is downloaded"])("is none where the artifact is gone %s", async (when) => {
    keep(jsonOfAll());
    if (when === "in the list") Object.assign(github.artifacts[0] ?? {}, { expired: true });
    else github.faults.push({ match: /zip$/, status: 410, message: "Artifact has expired" });
    await comment();
    expect(firstLine()).toMatch(/^⚠️ \*\*No verdict\*\*.*no longer keeps its results/);
  });
});

describe("a run that failed", () => {
  it("takes the place of what held before, where its results are gone", async () => {
    keep(jsonOfAll());
    await comment();
    github.runs.push({ id: run, run_number: 57, head_sha: commit });
    Object.assign(github.artifacts[0] ?? {}, { expired: true });
    Object.assign(github.artifacts[0] ?? {}, { run: 4712 });
    await comment({ ...failure, id: 4712, run_number: 58 });
    expect(firstLine()).toMatch(
      /^⚠️ \*\*Could not tell\*\*: \[run 58\].*It failed, and GitHub no longer keeps/,
    );
  });

  it("has no stack that simply holds, where another has no result", async () => {
    keep(jsonOfAll().filter(({ name }) => name !== "delivery.json"));
    await comment(failure);
    expect(said()[0]).not.toMatch(/### ✅/);
  });

  it("is told of where its results nest without end", async () => {
    keep(jsonOfAll());
    await comment();
    const deep = `${"[".repeat(3000)}${"]".repeat(3000)}`;
    const [first, ...others] = jsonOfAll();
    kept([...others, { name: first?.name ?? "", content: `{"policies":${deep}}` }]);
    await comment({ ...failure, run_number: 58, head_sha: commit });
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*: \[run 58\]/);
    expect(said()[0]).toContain("nests too deep");
  });
});

/** A run that GitHub knows, and what it kept. */
function ran(run_number: number, changes: Partial<FakeRun> = {}, files?: readonly ArchivedFile[]): number {
  const id = 4000 + run_number;
  github.runs.push({ id, run_number, head_sha: commit, ...changes });
  if (files !== undefined) {
    const claim = claimed({ run: id, attempt: changes.run_attempt ?? 1 });
    const has = files.some(({ name }) => name === "run.json");
    github.artifacts.push({
      ...{ id: run_number, run: id, name: "previews-42" },
      bytes: zipOf(has ? files : [claim, ...files]),
    });
  }
  return id;
}

/** Wakes the comment by the event of a run that GitHub knows. */
function wake(run_number: number, changes: object = {}): Promise<Ended> {
  const known = github.runs.find((each) => each.run_number === run_number);
  return comment({ ...known, ...changes });
}

describe("the newest run", () => {
  const isRun = (number: number) => expect(firstLine()).toContain(`: [run ${number}](`);

  it.each([
    ["the older run's", () => wake(57)],
    ["the newer run's", () => wake(58)],
    ["the pull request's", () => comment(pullRequestEvent(pullRequest))],
    ["the older run's late, after it was begun again", () => wake(57, { run_attempt: 1 })],
  ])("is what counts, whichever event arrives: %s", async (_, arrives) => {
    ran(57, failure, refusal);
    ran(58, {}, jsonOfAll());
    await arrives();
    expect(firstLine()).toMatch(/^✅/);
    isRun(58);
  });

  it("is the event's own where GitHub's list is behind", async () => {
    ran(57, { status: "in_progress", conclusion: null }, refusal);
    await wake(57, { status: "completed", ...failure });
    expect(firstLine()).toMatch(/^❌/);
    await wake(58, { id: 4712, run_number: 58, conclusion: "cancelled" });
    expect(firstLine()).toMatch(/^❌ \*\*Refused\*\*: \[run 57\]/);
    Object.assign(github.runs[0] ?? {}, { status: "completed", ...failure });
    await wake(58, { id: 4712, run_number: 58, conclusion: "cancelled" });
    expect(firstLine()).toMatch(/^❌.*A newer one, \[run 58\]\(\S+\), gave no verdict\. It was canceled/);
  });

  it.each([
    ["was canceled", { conclusion: "cancelled" }, /It was canceled/],
    ["goes on", { status: "in_progress", conclusion: null }, /It has no conclusion yet/],
    ["waits for approval", { conclusion: "action_required" }, /It waits for a maintainer's approval/],
  ])("that %s takes no place of the verdict before it, and is named", async (_, change, why) => {
    ran(57, failure, refusal);
    ran(58, change);
    await comment(pullRequestEvent(pullRequest));
    expect(firstLine()).toMatch(/^❌ \*\*Refused\*\*: \[run 57\]/);
    expect(firstLine()).toMatch(why);
  });

  it.each([
    ["alone", []],
    ["beside another pull request of the branch", [{ ...sharing }]],
  ])("that was canceled takes no place, however often a title is edited: %s", async (_, others) => {
    ran(57, failure, refusal);
    await wake(57);
    github.pullRequests.push(...others);
    for (let number = 58; number < 80; number += 1) ran(number, { conclusion: "cancelled" });
    await comment(pullRequestEvent(pullRequest));
    expect(firstLine()).toMatch(/^❌ \*\*Refused\*\*: \[run 57\]/);
  });

  it("is named where it gave no verdict, and an older run was begun again after it", async () => {
    ran(57, { run_attempt: 2 }, jsonOfAll());
    ran(58, { conclusion: "cancelled" });
    await wake(57);
    expect(firstLine()).toMatch(/^✅ \*\*Holds\*\*: \[run 57\].*A newer one, \[run 58\].*It was canceled/);
  });

  it("is begun again: what its first attempt found stays until the second has ended", async () => {
    ran(57, failure, refusal);
    await wake(57);
    Object.assign(github.runs[0] ?? {}, {
      ...{ run_attempt: 2, status: "in_progress", conclusion: null, attempts: ["failure"] },
    });
    const end = await comment(pullRequestEvent(pullRequest));
    expect(end.stdout).toMatch(/no newer verdict; the comment on pull request 42 keeps that of run 57/);
    expect(firstLine()).toMatch(/^❌/);
    Object.assign(github.runs[0] ?? {}, { status: "completed", conclusion: "success" });
    github.artifacts.splice(0, 1, {
      id: 2,
      run: 4057,
      name: "previews-42",
      bytes: zipOf([claimed({ run: 4057, attempt: 2 }), ...jsonOfAll()]),
    });
    await wake(57);
    expect(firstLine()).toMatch(/^✅ \*\*Holds\*\*: \[run 57\]\(\S+\), attempt 2, of/);
  });

  it("of another pull request that was closed is not this one's", async () => {
    ran(57, { created_at: "2026-10-01T12:00:00Z" }, jsonOfAll());
    await comment(pullRequestEvent(pullRequest));
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*: no run of commit/);
  });

  it("that somebody deleted leaves no verdict behind", async () => {
    ran(57, {}, jsonOfAll());
    await wake(57);
    github.runs.splice(0);
    await comment(pullRequestEvent(pullRequest));
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*: no run of commit/);
  });

  it.each<[string, Partial<FakeRun>]>([
    ["another repository", { head_repository: { full_name: "x/y", owner: { login: "x" } } }],
    ["another event", { event: "push" }],
  ])("of the same commit in %s is not the pull request's", async (_, change) => {
    ran(57, change, jsonOfAll());
    await comment(pullRequestEvent(pullRequest));
    expect(firstLine()).toMatch(/no run of commit/);
  });

  it.each([
    [403, "Resource not accessible by integration"],
    [404, "Not Found"],
  ])("that GitHub says nothing of leaves no older verdict above it: %i", async (status, message) => {
    ran(57, {}, jsonOfAll());
    await wake(57);
    ran(58, failure, refusal);
    github.faults.push({ match: /^GET .*\/runs\/4058\/artifacts$/, status, message });
    github.faults.push({ match: /^GET .*\/runs\/4058\/artifacts$/, status, message });
    expect(await wake(58)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*: \[run 58\].*GitHub does not say what it found/);
    await wake(58);
    expect(firstLine()).toMatch(/^❌ \*\*Refused\*\*: \[run 58\]/);
  });

  it("that was canceled has no verdict that a comment of the same user could keep", async () => {
    ran(58, { conclusion: "cancelled" });
    const run = { id: 4058, number: 58, attempt: 1 };
    const state = { run, commit, base: "main", verdict: "could-not-tell" } as const;
    github.comments.set(pullRequest, [{ id: 5, login: bot, body: `${markerOf(state)}\n✅ all is well` }]);
    await wake(58);
    expect(said()).toEqual([expect.stringContaining("⚠️ **No verdict**: [run 58]")]);
  });

  it("of another commit gives way to the head's own, whatever its number", async () => {
    keep(jsonOfAll());
    await comment({ run_number: 90 });
    const next = "f".repeat(40);
    Object.assign(github.pullRequests[0] ?? {}, { sha: next });
    kept([claimed({ head: next }), ...jsonOfAll()]);
    await comment({ run_number: 80, head_sha: next });
    expect(firstLine()).toMatch(/^✅/);
    isRun(80);
  });

  it("against another base gives way, even to a run without a verdict", async () => {
    keep(jsonOfAll());
    await comment();
    Object.assign(github.pullRequests[0] ?? {}, { base: "release-->x/1" });
    await comment({ run_number: 58, conclusion: "cancelled" });
    expect(firstLine()).toMatch(/^⚠️ \*\*No verdict\*\*: \[run 58\].* against `release-->x\/1` /);
  });

  it.each([
    ["that GitHub does not know", undefined],
    ["of another commit", { run_number: 999_999, head_sha: "e".repeat(40) }],
    [
      "of another workflow",
      { run_number: 999_999, head_sha: commit, path: ".github/workflows/x.yml", event: "push" },
    ],
    ["with another number", { run_number: 3, head_sha: commit }],
  ])("is not one %s, though a comment of the same user claims it", async (_, known) => {
    keep(refusal);
    if (known !== undefined) github.runs.push({ id: 31_337, ...known });
    const state = {
      run: { id: 31_337, number: 999_999, attempt: 1 },
      commit,
      base: "main",
      verdict: "holds",
    } as const;
    github.comments.set(pullRequest, [{ id: 5, login: bot, body: `${markerOf(state)}\n✅ all is well` }]);
    await comment(failure);
    expect(said()).toEqual([expect.stringContaining("❌ **Refused**")]);
  });

  it("is kept in the comment so that it comes back as it was", () => {
    const state = {
      run: { id: 1, number: 2, attempt: 3 },
      commit,
      base: 'a-->b"<x> %2d/é',
      verdict: "none",
    } as const;
    expect(stateOf(`${markerOf(state)}\ntext`)).toEqual(state);
    expect(markerOf(state).indexOf("-->")).toBe(markerOf(state).length - 3);
    for (const other of [
      "",
      commentMarker,
      `${commentMarker} -->`,
      markerOf(state).replace("run=1", "run=-1"),
    ]) {
      expect(stateOf(other)).toBeUndefined();
    }
  });
});

describe("what a run was compared with", () => {
  const release = { ref: "release/1", commit: baseCommit };

  it("is the commit of the base at that time, however far the base has moved on", async () => {
    ran(57, {}, jsonOfAll());
    github.branches.set("main", ["f".repeat(40), baseCommit]);
    await wake(57);
    expect(firstLine()).toContain(`against \`main\` (\`${baseCommit.slice(0, 12)}\`) concluded`);
  });

  it.each<[string, ArchivedFile, RegExp]>([
    ["is not said", { name: "run.json", content: "" }, /do not say what they were compared with/],
    ["is said in another form", claimed({ base: "main" }), /do not say what they were compared with/],
    ["is another run's", claimed({ run: 1 }), /say that they are another run's/],
    ["is of another head", claimed({ run: 4057, head: "e".repeat(40) }), /another run's/],
    ["is of another pull request", claimed({ run: 4057, pullRequest: 7 }), /another run's/],
    ["is a later attempt's", claimed({ run: 4057, attempt: 2 }), /a later attempt's/],
    ["is a former base", claimed({ run: 4057, base: release }), /against another base/],
    [
      "is no commit of the base",
      claimed({ run: 4057, base: { ref: "main", commit: "d".repeat(40) } }),
      /a commit that is not on the base/,
    ],
  ])("that %s is nothing that anybody could tell", async (_, claim, why) => {
    github.branches.set("release/1", [baseCommit]);
    ran(57, failure, [claim, ...refusal]);
    await wake(57);
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*: \[run 57\]/);
    expect(firstLine()).toMatch(why);
    expect(said()[0]).not.toContain("###");
  });

  it.each<[string, boolean, Partial<FakeRun>, ArchivedFile[]]>([
    ["counts where the second attempt succeeded, which repeats only what failed", true, {}, jsonOfAll()],
    ["says nothing of a second attempt that failed", false, failure, refusal],
  ])("by the first attempt %s", async (_, counts, change, files) => {
    ran(57, { run_attempt: 2, ...change }, [claimed({ run: 4057, attempt: 1 }), ...files]);
    await wake(57);
    expect(firstLine()).toMatch(counts ? /^✅/ : /^⚠️ \*\*Could not tell\*\*.*results are those of attempt 1/);
  });

  it("may be a branch whose name has signs of every kind", async () => {
    const base = { ref: "release/ä'\"#?&%2f", commit: baseCommit };
    github.branches.set(base.ref, [baseCommit]);
    Object.assign(github.pullRequests[0] ?? {}, { base: base.ref });
    ran(57, {}, [claimed({ run: 4057, base }), ...jsonOfAll()]);
    await wake(57);
    expect(firstLine()).toMatch(/^✅/);
  });

  it("is not blamed on who changed the base after the run began", async () => {
    github.branches.set("release/1", [baseCommit]);
    ran(57, failure, refusal);
    Object.assign(github.pullRequests[0] ?? {}, { base: "release/1" });
    await wake(57);
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*.*against another base/);
  });
});

describe("the path of a run", () => {
  it.each([
    ".github/workflows/pull-request.yml@refs/pull/42/merge",
    "optropic/platform/.github/workflows/pull-request.yml@refs/heads/main",
  ])("may be %s", async (path) => {
    ran(57, { path }, jsonOfAll());
    await wake(57, { path });
    expect(firstLine()).toMatch(/^✅/);
  });

  it.each([
    "stranger/platform/.github/workflows/pull-request.yml@refs/heads/main",
    ".github/workflows/pull-request.yml.yml",
    ".github/workflows/evil.yml@refs/heads/.github/workflows/pull-request.yml",
  ])("is refused where it is %s", async (path) => {
    keep(jsonOfAll());
    expect((await comment({ path })).stderr).toContain("must be the project's own workflow");
    expect(github.requests).toEqual([]);
  });
});

describe("a head without a run", () => {
  it("is said to have none, and why that may be", async () => {
    await comment(pullRequestEvent(pullRequest));
    expect(firstLine()).toBe(
      `⚠️ **Could not tell**: no run of commit \`${commit.slice(0, 12)}\` against \`main\` is known. GitHub starts none for a commit that says \`[skip ci]\`, for a pull request that conflicts with its base, or where the workflow is disabled.`,
    );
  });

  it("takes the place of what was said of the head before", async () => {
    ran(57, {}, jsonOfAll());
    await wake(57);
    Object.assign(github.pullRequests[0] ?? {}, { sha: "f".repeat(40) });
    await comment(pullRequestEvent(pullRequest));
    expect(firstLine()).toContain("no run of commit `ffffffffffff`");
    // And when the former run is heard of late, nothing else is said.
    await wake(57);
    expect(firstLine()).toContain("no run of commit `ffffffffffff`");
  });

  it("gives way to the run that begins after all", async () => {
    await comment(pullRequestEvent(pullRequest));
    ran(57, {}, jsonOfAll());
    await wake(57);
    expect(said()).toEqual([expect.stringContaining("✅ **Holds**")]);
  });

  it("is nobody's matter once the pull request is closed", async () => {
    Object.assign(github.pullRequests[0] ?? {}, { state: "closed" });
    expect((await comment(pullRequestEvent(pullRequest))).stdout).toMatch(/nothing to comment on/);
    expect(wrote()).toEqual([]);
  });

  it("takes nothing of the event but the number", async () => {
    ran(57, {}, jsonOfAll());
    await comment(pullRequestEvent(pullRequest, { head: { sha: "e".repeat(40) }, base: { ref: "evil" } }));
    expect(firstLine()).toMatch(/^✅/);
  });
});

describe("the pull request", () => {
  const own = { full_name: "optropic/platform", owner: { login: "optropic" } };
  const robot = "dependabot/npm_and_yarn/pulumi-3.271.0";

  it.each<[string, Partial<FakePullRequest>, Partial<FakeRun>]>([
    ["that is a draft", { draft: true }, {}],
    ["whose branch was renamed after the run began", { head: "stranger:patch-2" }, {}],
    [
      "whose fork was renamed after the run began",
      { repository: "stranger/fork", repositoryId: 9 },
      { head_repository: { id: 9, full_name: fork, owner: { login: "stranger" } } },
    ],
    [
      "of Dependabot, whose token only reads",
      { head: `optropic:${robot}`, repository: own.full_name },
      { head_branch: robot, head_repository: own },
    ],
  ])("%s is told", async (_, changes, of) => {
    Object.assign(github.pullRequests[0] ?? {}, changes);
    keep(jsonOfAll());
    await comment(of);
    expect(said()).toEqual([expect.stringContaining("✅ **Holds**: [run 57]")]);
  });

  it("whose branch was renamed has its run, whatever had the name before", async () => {
    const closed = { state: "closed", closed_at: "2026-11-02T11:30:00Z" };
    github.pullRequests.push({ ...sharing, ...closed });
    Object.assign(github.pullRequests[0] ?? {}, { head: "stranger:patch-2" });
    keep(jsonOfAll());
    await comment();
    expect(firstLine()).toMatch(/^✅ \*\*Holds\*\*: \[run 57\]/);
  });

  it.each(["reopened", "edited", "opened"])(
    "that is %s is told of the run that its head has",
    async (action) => {
      ran(57, failure, refusal);
      await comment({ ...pullRequestEvent(pullRequest), action });
      expect(said()).toEqual([expect.stringContaining("❌ **Refused**: [run 57]")]);
    },
  );

  it("of another fork's branch of that name gets no comment", async () => {
    keep(jsonOfAll());
    Object.assign(github.pullRequests[0] ?? {}, { repository: "other/platform" });
    const end = await comment();
    expect(end).toMatchObject({ status: 0, stdout: expect.stringContaining("nothing to comment on") });
    expect(wrote()).toEqual([]);
  });

  it("whose head has moved on is told of the head that it has", async () => {
    keep(jsonOfAll());
    Object.assign(github.pullRequests[0] ?? {}, { sha: "f".repeat(40) });
    await comment();
    expect(firstLine()).toContain("no run of commit `ffffffffffff`");
  });

  it("is not the one that the results name", async () => {
    github.pullRequests.push({
      number: 7,
      sha: "f".repeat(40),
      head: "victim:work",
      repository: "victim/platform",
    });
    keep(jsonOfAll(), "previews-7");
    await comment();
    expect(said(7)).toEqual([]);
    expect(firstLine()).toMatch(/Its results say that they are another pull request's/);
  });

  it.each([
    ["open", {}],
    ["closed", { closed_at: "2026-11-03T12:00:00Z" }],
  ])("has no run of another branch, whose own one is %s", async (state, closed) => {
    github.pullRequests.push({ ...sharing, head: "stranger:patch-2", state, ...closed });
    ran(57, failure, refusal);
    ran(58, { head_branch: "patch-2" }, jsonOfAll());
    await wake(57);
    await wake(58);
    expect(said(42)).toEqual([expect.stringContaining("❌ **Refused**: [run 57]")]);
  });

  it.each([57, 58])("of two with one head has its own run, whichever ends: %i", async (ends) => {
    github.pullRequests.push({ ...sharing });
    for (const number of [42, 43]) had(number);
    github.branches.set("release/1", [baseCommit]);
    const base = { ref: "release/1", commit: baseCommit };
    ran(57, failure, refusal);
    ran(58);
    keep([claimed({ run: 4058, pullRequest: 43, base }), ...jsonOfAll()], "previews-43", 58);
    Object.assign(github.artifacts.at(-1) ?? {}, { run: 4058 });
    await wake(ends);
    expect(said(42)).toEqual([expect.stringContaining("❌ **Refused**: [run 57]")]);
    expect(said(43)).toEqual([expect.stringContaining("✅ **Holds**: [run 58]")]);
  });

  it.each([
    [
      "claims to be of both",
      ["previews-42", "previews-43"],
      /claims to be of the pull requests 42 and 43, and can/,
    ],
    ["kept nothing", [], /does not say which of the pull requests 42 and 43 it judged/],
  ])(
    "of two with one head cannot be told of where the run %s, which both are told",
    async (_, names, why) => {
      github.pullRequests.push({ ...sharing });
      for (const number of [42, 43]) had(number);
      for (const [id, name] of names.entries()) keep(jsonOfAll(), name, id + 1);
      await comment();
      for (const number of [42, 43]) {
        expect(said(number)).toEqual([expect.stringMatching(/\n⚠️ \*\*Could not tell\*\*: \[run 57\]/)]);
        expect(said(number)[0]).toMatch(why);
      }
    },
  );

  it("that is locked keeps no other from being told", async () => {
    github.pullRequests.push({ ...sharing });
    Object.assign(github.pullRequests[0] ?? {}, { locked: true });
    const message = "Unable to create comment because issue is locked.";
    github.faults.push({ match: /POST \S+\/42\/comments$/, status: 403, message });
    const end = await comment();
    expect(end).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^error: Pull request 42 is locked/),
    });
    expect(said(43)).toHaveLength(1);
  });

  it("of a commit that GitHub names no branch of is found by the commit", async () => {
    keep(jsonOfAll());
    await comment({ head_branch: null });
    expect(firstLine()).toMatch(/^✅/);
  });

  it.each([
    ["before the run ended", null],
    ["since", { full_name: fork, owner: { login: "stranger" } }],
  ])("of a fork that was deleted %s is still found", async (_, head_repository) => {
    keep(jsonOfAll());
    Object.assign(github.pullRequests[0] ?? {}, { repository: null });
    await comment({ head_repository });
    expect(said()).toHaveLength(1);
    if (head_repository === null) expect(firstLine()).toContain("from a fork that is gone");
  });

  it("of a deleted fork is not that of another user's deleted fork", async () => {
    keep(jsonOfAll());
    Object.assign(github.pullRequests[0] ?? {}, { repository: null, head: "other:patch-1" });
    await comment();
    expect(wrote()).toEqual([]);
  });

  it.each(["push", "merge_group", "workflow_dispatch"])("is none for a run of %s", async (event) => {
    keep(jsonOfAll(), "previews-push");
    expect((await comment({ event })).status).toBe(0);
    expect(wrote()).toEqual([]);
  });
});

describe("hostile results", () => {
  const everywhere = (text: string, stack = "production") =>
    told({
      ...{ stack, refused: text },
      change: (document) => ({
        ...document,
        exceptions: [text],
        messages: [{ severity: text, message: text, urn: "" }],
        policies: document.policies.map((each) => ({
          ...each,
          ...{ name: text, description: text, items: [text], fix: text },
          violations: [
            {
              ...{ urn: `a::b::c::${text}`, message: text, setting: text, expected: text, fix: text },
              source: { path: text, line: 1 },
              waiver: { until: "2026-12-31", approvedBy: text, reason: text },
            },
          ],
        })),
        diff: {
          ...{ added: [{ urn: text, type: text, name: text }], removed: [], policies: [], secrets: 0 },
          changed: [
            {
              ...{ urn: text, type: text, name: text, left: 0 },
              properties: [{ path: text, change: "added", after: text }],
            },
          ],
        },
      }),
    });

  it.each([
    "@optropic/platform",
    "&#64;someone",
    "&commat;someone &#64 someone &num1",
    "#1 GH-1 optropic/platform#1 stranger/x@0123456789abcdef",
    "https://github.com/optropic/platform/issues/1",
    "www.example.com mailto:a@b.example ssh://x",
    "deadbeef0123456 deadbee-x",
    "<!-- hidden",
    "--> shown <!--",
    "<![CDATA[ hidden",
    "<?php hidden",
    "<!DOCTYPE hidden",
    "<details><summary>✅ Holds</summary>",
    "</details></details>",
    "<span hidden>",
    "<img src=x>",
    "[//]: # (hidden)",
    "[x]: https://evil.example",
    "[text](https://evil.example)",
    "![image](https://evil.example/x.png)",
    "```\n✅ **Holds**",
    "~~~\n````\n~~~~",
    "````````",
    "\u202egnp.exe \u200b\u2066 \u001b[31m \u0000",
    "# ✅ Holds\n\n## Holds",
    "> [!TIP]\n> Holds",
    "| a | b |\n| - | - |",
    "$$\\text{x}$$ $`x`$",
    ":white_check_mark: **bold** _x_ ~~x~~",
    "- [x] done\n1. one",
    "***\n---\n===",
    "\\`x\\`",
    "[^1]\n\n[^1]: note",
  ])("have no effect: %j", async (text) => {
    keep(jsonOfAll({ "production.json": everywhere(text) }));
    await comment(failure);
    const lines = said()[0]?.split("\n") ?? [];
    expect(firstLine()).toMatch(/^❌ \*\*Refused\*\*/);
    expect(outsideOfCode(lines.slice(2).join("\n"))).not.toMatch(
      /[@<&$\\~[\]]|:\w+:|:\/\/|www|mailto|#\d|GH-\d|[0-9a-f]{7}|\p{Bidi_Control}|\p{Cc}(?<!\n)/iu,
    );
    // Every stack keeps its heading, each at the beginning of a line outside of everything.
    expect(headings(lines)).toEqual([
      "### ❌ production: refused",
      "### ✅ staging: holds",
      "### ✅ delivery: holds",
    ]);
  });

  it("pile nothing up over our own lines, and hide nothing", async () => {
    const text = `a${"\u0301".repeat(500)}\u034f\u17b4\u{e0100}b`;
    keep(jsonOfAll({ "production.json": everywhere(text) }));
    await comment(failure);
    expect(said()[0]).toContain("a\u0301\u0301\u0301\u0301·");
    expect(said()[0]).not.toMatch(/\p{M}{5}|\u034f|\u17b4|\u{e0100}/u);
  });

  it("are cut where a comment ends, and every stack is still there", async () => {
    const long = told({
      refused: "x ".repeat(1000),
      change: (document) => ({
        ...document,
        exceptions: Array(500).fill("``` ` ``".repeat(100)),
        policies: Array(300).fill(document.policies[0]),
        messages: Array(200).fill({ severity: "info", message: "`".repeat(5000), urn: "" }),
      }),
    });
    keep(jsonOfAll({ "production.json": long, "delivery.json": long }));
    await comment(failure);
    const body = said()[0] ?? "";
    expect(body.length).toBeLessThanOrEqual(commentLimit);
    expect(headings(body.split("\n"))).toHaveLength(3);
  });

  const objection = { urn: "", message: "The edge accepts TLS 1.0" };
  const staging = (change: NonNullable<Parameters<typeof told>[0]>["change"]) =>
    told({ stack: "staging", ...(change && { change }) });
  const withPolicy = (policy: object) =>
    staging((each) => ({ ...each, policies: [{ ...each.policies[0], ...policy }] }));

  it.each([
    ["no JSON", "<html>"],
    ["another shape", staging((each) => ({ ...each, policies: { length: 1 } }))],
    [
      "a list without end",
      staging((each) => ({ ...each, resources: Array(20_001).fill(each.resources[0]) })),
    ],
    [
      "a value without end",
      everywhere("x", "staging").replace('"after":"x"', `"after":${"[".repeat(500)}${"]".repeat(500)}`),
    ],
    ["an unknown status", withPolicy({ status: "fine" })],
    ["a policy that passed and objects", withPolicy({ violations: [objection] })],
    [
      "a policy that does not apply and objects",
      withPolicy({ status: "not-applicable", violations: [objection] }),
    ],
    [
      "a policy that is waived and objects",
      withPolicy({ status: "waived", violations: [{ ...objection, status: "unproved" }] }),
    ],
    ["a policy that objects to nothing", withPolicy({ status: "violated" })],
    ["nothing but policies that are disabled", withPolicy({ enforcement: "disabled" })],
    ["a policy that nobody waived", withPolicy({ status: "waived", violations: [objection] })],
    [
      "a waiver without a day",
      withPolicy({
        status: "waived",
        violations: [{ ...objection, waiver: { until: "soon", approvedBy: "a", reason: "b" } }],
      }),
    ],
    [
      "a waiver that ended before the run began",
      withPolicy({
        status: "waived",
        violations: [{ ...objection, waiver: { until: "2026-11-01", approvedBy: "a", reason: "b" } }],
      }),
    ],
    ["nothing but policies that do not apply", withPolicy({ status: "not-applicable" })],
    [
      "an error that the program reported",
      staging((each) => ({ ...each, messages: [{ severity: "error", message: "failed" }] })),
    ],
    ["the stack of another project", told({ project: "stranger", stack: "staging" })],
  ])("with %s are no result, and not a verdict", async (_, content) => {
    keep(jsonOfAll({ "staging.json": content }));
    await comment();
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*/);
    expect(said()[0]).toContain("### ⚠️ staging: no result\n\nThe result is invalid: ");
  });

  it.each(["/etc/passwd", "../../other/file.ts", "a/../../b.ts", "https://evil.example/x", "C:\\x.ts"])(
    "name no place outside of the repository: %s",
    async (path) => {
      const at = (source: object) =>
        told({
          refused: "x",
          change: (document) => ({
            ...document,
            policies: document.policies.map((each) => ({
              ...each,
              violations: [{ ...objection, source }],
            })),
          }),
        });
      keep(jsonOfAll({ "production.json": at({ path, line: 17 }) }));
      await comment(failure);
      expect(said()[0]).toContain("### ❌ production: refused");
      expect(said()[0]).not.toContain(":17");
      kept(jsonOfAll({ "production.json": at({ path: "components/edge.ts", line: 17 }) }));
      await comment({ ...failure });
      expect(said()[0]).toContain("components/edge.ts:17");
    },
  );

  it.each<[string, ArchivedFile[], RegExp]>([
    [
      "a file larger than its limit",
      [{ name: "production.json", content: Buffer.alloc(9e6) }],
      /the limit is 8388608/,
    ],
    [
      "a file that unpacks to more than it says",
      [{ name: "production.json", content: Buffer.alloc(50e6), claimedSize: 100 }],
      /Cannot unpack production\.json within 8388608 bytes/,
    ],
    ["a file twice", [...refusal, ...refusal], /production\.json twice/],
    ["an encrypted file", [{ name: "production.json", content: "x", flags: 9 }], /encrypted/],
    [
      "an unknown compression",
      [{ name: "production.json", content: "x", method: 14 }],
      /unknown compression method/,
    ],
    ["a wrong size", [{ name: "production.json", content: "xyz", claimedSize: 2 }], /does not have the size/],
    [
      "too many files",
      Array.from({ length: 100 }, (_, index) => ({ name: `${index}.md`, content: "" })),
      /101 files; the limit is 100/,
    ],
  ])("are refused for %s, which the comment says", async (_, files, message) => {
    keep(jsonOfAll());
    await comment();
    kept(files);
    const end = await comment({ run_number: 58 });
    expect(end).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(message) });
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*: \[run 58\].*Its results cannot be read/);
    expect(said()[0]).toMatch(message);
  });

  it("are refused before they are downloaded when the list says that they are too large", async () => {
    github.artifacts.push({ id: 1, name: "previews-42", bytes: zipOf(refusal), claimed: 17 * 1024 * 1024 });
    const end = await comment();
    expect(end).toMatchObject({ status: 2, stderr: expect.stringMatching(/the limit is 16777216/) });
    expect(github.requests.some((request) => request.endsWith("/zip"))).toBe(false);
  });

  it("are refused while they are downloaded when the list was wrong", async () => {
    github.artifacts.push({ id: 1, name: "previews-42", bytes: Buffer.alloc(17 * 1024 * 1024), claimed: 10 });
    const end = await comment();
    expect(end).toMatchObject({ status: 2, stderr: expect.stringMatching(/larger than 16/) });
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*/);
  });

  it.each([
    ["no archive", Buffer.from("<html>not found</html>")],
    ["half an archive", zipOf(refusal).subarray(40)],
  ])("are refused for %s", async (_, bytes) => {
    github.artifacts.push({ id: 1, name: "previews-42", bytes });
    const end = await comment();
    expect(end).toMatchObject({ status: 2, stderr: expect.stringMatching(/^error: .*archive/) });
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*/);
  });

  it("with other names than the expected ones are left packed", async () => {
    keep([
      { name: "../../../../tmp/evil.json", content: "evil" },
      { name: "/etc/production.json", content: "evil" },
      { name: "nested/production.json", content: "evil" },
      ...jsonOfAll(),
    ]);
    await comment();
    expect(firstLine()).toMatch(/^✅/);
  });

  it("of several artifacts with one name are those of the newest", async () => {
    keep(jsonOfAll(), undefined, 9);
    keep(refusal, undefined, 3);
    await comment();
    expect(firstLine()).toMatch(/^✅/);
  });
});

describe("GitHub", () => {
  it("may have written although its answer is lost: it is looked at, and not done twice", async () => {
    keep(jsonOfAll());
    github.faults.push({ match: /^POST/, status: 502, done: true });
    const end = await comment();
    expect(end).toMatchObject({ status: 0, stdout: "The comment on pull request 42 says so already.\n" });
    expect(said()).toHaveLength(1);
  });

  it("has one comment where two events arrive at once, and it is the newest run's", async () => {
    ran(57, failure, refusal);
    await wake(57);
    const [own] = github.comments.get(pullRequest) ?? [];
    // Another job has written meanwhile what it knew.
    github.comments.set(pullRequest, [
      ...(own === undefined ? [] : [own]),
      { id: 9500, login: bot, body: own?.body ?? "" },
    ]);
    ran(58, {}, jsonOfAll());
    await wake(57);
    expect(said()).toEqual([expect.stringContaining("✅ **Holds**: [run 58]")]);
  });

  it("has a comment that another job wrote over ours: it is written once more", async () => {
    ran(57, {}, jsonOfAll());
    await wake(57);
    ran(58, failure, refusal);
    let times = 0;
    github.afterWrite = (comment) => {
      times += 1;
      if (times === 1) comment.body = comment.body.replace("❌ **Refused**", "✅ **Holds**");
    };
    await wake(58);
    expect(firstLine()).toMatch(/^❌ \*\*Refused\*\*: \[run 58\]/);
    expect(times).toBe(2);
  });

  it("has a list that lags behind, which is no reason to write for ever", async () => {
    ran(57, {}, jsonOfAll());
    await wake(57);
    ran(58, failure, refusal);
    const old = said()[0] ?? "";
    github.afterWrite = (comment) => {
      comment.body = old;
    };
    expect((await wake(58)).stdout).toBe("Updated the comment on pull request 42.\n");
    expect(wrote()).toHaveLength(3);
  });

  it("may keep a comment otherwise than it was given: it is written once", async () => {
    github.keeps = (body) => body.trimEnd();
    keep([{ name: "production.json", content: "{" }]);
    github.keeps = (body) => `${body}\r\n`;
    expect((await comment()).stdout).toBe("Commented on pull request 42.\n");
    expect(wrote()).toHaveLength(1);
  });

  it("asks to wait before a comment is made, and is asked once more", async () => {
    keep(jsonOfAll());
    const headers = { "retry-after": "1" };
    github.faults.push({
      match: /^POST/,
      status: 403,
      message: "You have exceeded a secondary rate limit",
      headers,
    });
    expect((await comment()).stdout).toBe("Commented on pull request 42.\n");
    expect(said()).toHaveLength(1);
  });

  it("has lost the comment that somebody deleted meanwhile, so there is a new one", async () => {
    ran(57, failure, refusal);
    await wake(57);
    ran(58, {}, jsonOfAll());
    github.faults.push({ match: /^PATCH/, status: 404, message: "Not Found" });
    await wake(58);
    expect(said()).toEqual([expect.stringContaining("✅ **Holds**: [run 58]")]);
  });

  it("keeps another archive than the one whose digest it states", async () => {
    keep(jsonOfAll());
    Object.assign(github.artifacts[0] ?? {}, { digest: `sha256:${"0".repeat(64)}` });
    const end = await comment();
    expect(end).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("is not what GitHub has the digest of"),
    });
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*/);
  });

  it("is asked again by a renamed repository", async () => {
    keep(jsonOfAll());
    github.formerly = "optropic/old-name";
    const end = await comment(runEvent(), { GITHUB_REPOSITORY: "optropic/old-name" });
    expect(end.stdout).toBe("Commented on pull request 42.\n");
  });

  it("refuses the token, which is said and not shown", async () => {
    keep(jsonOfAll());
    const end = await comment(undefined, { GITHUB_TOKEN: "wrong-canary" });
    expect(end).toMatchObject({ status: 2, stderr: expect.stringContaining("Bad credentials") });
    expect(end.stderr).not.toContain("wrong-canary");
  });

  it.each(["javascript:alert(1)", "https://github.com?x=)", "http://github.example"])(
    "has no pages at %s",
    async (address) => {
      keep(jsonOfAll());
      const end = await comment(undefined, { GITHUB_SERVER_URL: address });
      expect(end).toMatchObject({ status: 2, stderr: expect.stringContaining("GITHUB_SERVER_URL") });
      expect(said()).toEqual([]);
    },
  );

  it.each(["GITHUB_TOKEN", "GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_EVENT_PATH"])(
    "cannot be asked without %s",
    async (name) => {
      const end = await comment(undefined, { [name]: "" });
      expect(end).toMatchObject({ status: 2, stderr: expect.stringContaining(`${name} is not set`) });
    },
  );

  it.each([
    ["another event", { workflow_run: undefined, action: "opened" }],
    ["a commit that is none", runEvent({ head_sha: "main" })],
    ["a workflow of the same name at another path", runEvent({ path: ".github/workflows/evil.yml" })],
    [
      "a repository that would be another path",
      runEvent({ head_repository: { full_name: "../x/y", owner: { login: "x" } } }),
    ],
  ])("is not asked for %s", async (_, event) => {
    const end = await comment(event);
    expect(end).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("not the event of a finished run"),
    });
    expect(github.requests).toEqual([]);
  });
});

/** The headings of stacks outside of fenced blocks and folded parts. */
function headings(lines: readonly string[]): string[] {
  let fence = "";
  let folded = 0;
  const found: string[] = [];
  for (const line of lines) {
    const [, mark = ""] = /^ *(`{3,})(?:text)?$/.exec(line) ?? [];
    if (mark !== "" && fence === "") fence = mark;
    else if (fence !== "" && line.trim() === fence) fence = "";
    if (fence !== "") continue;
    folded += Number(line === "<details>") - Number(line === "</details>");
    if (folded === 0 && line.startsWith("### ")) found.push(line);
  }
  expect({ fence, folded }).toEqual({ fence: "", folded: 0 });
  return found;
}

/** What is left of Markdown without code and without the elements that are ours. */
function outsideOfCode(markdown: string): string {
  return markdown
    .replaceAll(/^( *)(`{3,})text\n[\s\S]*?\n\1\2$/gm, "")
    .replaceAll(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, "")
    .replaceAll(/^<\/?(?:details|summary)>$/gm, "")
    .replaceAll(/^<summary>[\w ,]+ \(\d+\)<\/summary>$/gm, "");
}
