import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commentLimit } from "../../pull-requests/comment-body.ts";
import { commentMarker, markerOf, stateOf } from "../../pull-requests/comment-state.ts";
import type { Ended } from "../cli/command.ts";
import { commit, fork, runCommand, runEvent } from "./command.ts";
import { jsonOfAll, told } from "./documents.ts";
import { type FakeGitHub, run, startGitHub } from "./github-server.ts";
import { type ArchivedFile, zipOf } from "./zip-archive.ts";

/** The command that comments, against a GitHub on loopback. */
const bot = "github-actions[bot]";
const pullRequest = 42;
const refusal = jsonOfAll({ "production.json": told({ refused: "The edge accepts TLS 1.0" }) });
const failure = { conclusion: "failure" };

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
  const event = "workflow_run" in changes ? changes : runEvent({ ...changes });
  const end = await runCommand(github, "comment", event, environment);
  outputs.push(end.stdout + end.stderr);
  return end;
}

function keep(files: readonly ArchivedFile[], name = `previews-${pullRequest}`, id = 1): void {
  github.artifacts.push({ id, name, bytes: zipOf(files) });
}

function kept(files: readonly ArchivedFile[], name?: string): void {
  github.artifacts.splice(0);
  keep(files, name);
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
      `✅ **Holds**: [run 57](https://github.com/optropic/platform/actions/runs/4711) of commit \`${commit.slice(0, 12)}\` against \`main\` concluded with **success**. **The results were made by code that nobody has reviewed**, from the fork \`stranger/platform\`.`,
    );
    expect(body).toMatch(/### ✅ production: holds[\s\S]*### ✅ staging: holds[\s\S]*### ✅ delivery: holds/);
  });

  it("shows what is refused, and how to fix it", async () => {
    keep(refusal);
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
      github.runs.push({ id: run, run_number: 58, run_attempt: 1, head_sha: commit, workflow_id: 11 });
      const end = await comment({ conclusion, run_number: 59 });
      expect(end.stdout).toMatch(/gave no verdict; the comment on pull request 42 keeps that of run 58/);
      expect(firstLine()).toMatch(/^✅ \*\*Holds\*\*: \[run 58\]/);
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
    github.runs.push({ id: run, run_number: 57, run_attempt: 1, head_sha: commit, workflow_id: 11 });
    Object.assign(github.artifacts[0] ?? {}, { expired: true });
    await comment({ ...failure, run_number: 58 });
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

describe("the newest run", () => {
  const isRun = (number: number) => expect(firstLine()).toContain(`[run ${number}](`);
  const known = (run_number: number, run_attempt = 1) =>
    github.runs.push({ id: run, run_number, run_attempt, head_sha: commit, workflow_id: 11 });

  it.each([
    ["an older run of the same commit", { run_number: 57 }, { run_number: 56 }, false],
    ["an older attempt", { run_attempt: 3 }, { run_attempt: 2 }, false],
    ["a later attempt of an older run", { run_number: 58 }, { run_number: 57, run_attempt: 9 }, false],
    ["a later attempt", { run_attempt: 2 }, { run_attempt: 3 }, true],
    ["a newer run", { run_number: 57 }, { run_number: 58 }, true],
  ])("wins over %s: first %j, then %j", async (_, first, second, wins) => {
    keep(refusal);
    await comment({ ...failure, ...first });
    const before = said();
    known("run_number" in first ? first.run_number : 57, 9);
    kept(jsonOfAll());
    const end = await comment(second);
    if (wins) return expect(firstLine()).toMatch(/^✅/);
    expect(end.stdout).toBe("Pull request 42 has the comment of a newer run already.\n");
    expect(said()).toEqual(before);
  });

  it("of another commit gives way to the head's own, whatever its number", async () => {
    keep(jsonOfAll());
    await comment({ run_number: 90 });
    const next = "f".repeat(40);
    Object.assign(github.pullRequests[0] ?? {}, { sha: next });
    await comment({ run_number: 80, head_sha: next });
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
    ["of another commit", { run_number: 999_999, head_sha: "e".repeat(40), workflow_id: 11 }],
    ["of another workflow", { run_number: 999_999, head_sha: commit, workflow_id: 12 }],
    ["with another number", { run_number: 3, head_sha: commit, workflow_id: 11 }],
  ])("is not one %s, though a comment of the same user claims it", async (_, claimed) => {
    keep(refusal);
    if (claimed !== undefined) github.runs.push({ id: 31_337, run_attempt: 1, ...claimed });
    const state = {
      run: 31_337,
      number: 999_999,
      attempt: 1,
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
      run: 1,
      number: 2,
      attempt: 3,
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

describe("the pull request", () => {
  it.each([
    ["whose head has moved on", { sha: "f".repeat(40) }],
    ["of another fork's branch of that name", { repository: "other/platform" }],
  ])("%s gets no comment", async (_, change) => {
    keep(jsonOfAll());
    Object.assign(github.pullRequests[0] ?? {}, change);
    const end = await comment();
    expect(end).toMatchObject({ status: 0, stdout: expect.stringContaining("nothing to comment on") });
    expect(wrote()).toEqual([]);
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
    expect(firstLine()).toMatch(/ended without a result/);
  });

  it("of two with one head is the one whose results the run kept", async () => {
    github.pullRequests.push({ number: 43, sha: commit, head: "stranger:patch-1", repository: fork });
    keep(jsonOfAll(), "previews-43");
    await comment();
    expect([said(42).length, said(43).length]).toEqual([0, 1]);
  });

  it.each([
    ["claims to be of both", ["previews-42", "previews-43"], /claims to be of the pull requests 42, 43/],
    ["kept nothing", [], /has no result for its pull request/],
  ])("of two with one head is neither where the run %s", async (_, names, message) => {
    github.pullRequests.push({ number: 43, sha: commit, head: "stranger:patch-1", repository: fork });
    for (const [id, name] of names.entries()) keep(jsonOfAll(), name, id + 1);
    expect((await comment()).stdout).toMatch(message);
    expect(wrote()).toEqual([]);
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
  const everywhere = (text: string) =>
    told({
      refused: text,
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
              waiver: { until: text, approvedBy: text, reason: text },
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

  it.each([
    ["no JSON", "<html>"],
    ["another shape", told({ change: (each) => ({ ...each, policies: { length: 1 } }) })],
    [
      "a list without end",
      told({ change: (each) => ({ ...each, resources: Array(20_001).fill(each.resources[0]) }) }),
    ],
    [
      "a value without end",
      everywhere("x").replace('"after":"x"', `"after":${"[".repeat(500)}${"]".repeat(500)}`),
    ],
    [
      "an unknown status",
      told({ change: (each) => ({ ...each, policies: [{ ...each.policies[0], status: "fine" }] }) }),
    ],
  ])("with %s are no result, and not a verdict", async (_, content) => {
    keep(jsonOfAll({ "staging.json": content }));
    await comment();
    expect(firstLine()).toMatch(/^⚠️ \*\*Could not tell\*\*/);
    expect(said()[0]).toContain("### ⚠️ staging: no result\n\nThe result is not one: ");
  });

  it.each<[string, ArchivedFile[], RegExp]>([
    [
      "a file larger than its limit",
      [{ name: "production.md", content: Buffer.alloc(9e6) }],
      /the limit is 8388608/,
    ],
    [
      "a file that unpacks to more than it says",
      [{ name: "production.md", content: Buffer.alloc(50e6), claimedSize: 100 }],
      /Cannot unpack production\.md within 8388608 bytes/,
    ],
    ["a file twice", [...refusal, ...refusal], /production\.json twice/],
    ["an encrypted file", [{ name: "production.md", content: "x", flags: 9 }], /encrypted/],
    [
      "an unknown compression",
      [{ name: "production.md", content: "x", method: 14 }],
      /unknown compression method/,
    ],
    ["a wrong size", [{ name: "production.md", content: "xyz", claimedSize: 2 }], /does not have the size/],
    [
      "too many files",
      Array.from({ length: 101 }, (_, index) => ({ name: `${index}.md`, content: "" })),
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
