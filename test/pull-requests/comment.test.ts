import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commentLimit, commentMarker } from "../../pull-requests/comment-body.ts";
import type { Ended } from "../cli/command.ts";
import { commit, fork, runCommand, runEvent } from "./command.ts";
import { type FakeGitHub, startGitHub } from "./github-server.ts";
import { type ArchivedFile, zipOf } from "./zip-archive.ts";

/** The command that comments, as a process, against a GitHub on loopback. */
const bot = "github-actions[bot]";
const pullRequest = 42;
const holds = [
  { name: "production.md", content: "<!-- optropic-preview:optropic/production -->\n## production holds" },
  { name: "staging.md", content: "## staging holds" },
];

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

async function comment(event: object = runEvent(), environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const end = await runCommand(github, "comment", event, environment);
  outputs.push(end.stdout + end.stderr);
  return end;
}

function keep(files: readonly ArchivedFile[], name = `previews-${pullRequest}`, id = 1): void {
  github.artifacts.push({ id, name, bytes: zipOf(files) });
}

function said(number = pullRequest): string[] {
  return (github.comments.get(number) ?? []).map(({ body }) => body);
}

function wrote(): string[] {
  return github.requests.filter((request) => !request.startsWith("GET "));
}

describe("the comment", () => {
  it("is written where there is none, with every preview and the run", async () => {
    keep(holds);
    const end = await comment();
    expect(end).toMatchObject({ status: 0, stdout: "Commented on pull request 42.\n", stderr: "" });
    const [body] = said();
    expect(body?.startsWith(commentMarker)).toBe(true);
    expect(body).toMatch(/production holds[\s\S]*staging holds/);
    expect(body).toContain("https://github.com/optropic/platform/actions/runs/4711");
    expect(body).toContain(commit.slice(0, 12));
  });

  it("is changed in place by the next run", async () => {
    keep(holds);
    await comment();
    github.artifacts.splice(0);
    keep([{ name: "production.md", content: "## production does not hold" }]);
    const end = await comment();
    expect(end.stdout).toBe("Updated the comment on pull request 42.\n");
    expect(said()).toEqual([expect.stringContaining("production does not hold")]);
    expect(said()[0]).toContain("**staging**: no result.");
  });

  it("is found behind other comments, beyond the first page", async () => {
    keep(holds);
    const talk = Array.from({ length: 130 }, (_, id) => ({ id: id + 1, login: "someone", body: "talk" }));
    github.comments.set(pullRequest, [...talk, { id: 500, login: bot, body: `${commentMarker}\nold` }]);
    await comment();
    expect(wrote()).toEqual(["PATCH /repos/optropic/platform/issues/comments/500"]);
  });

  it("is never another user's, marker or not", async () => {
    keep(holds);
    const theirs = { id: 7, login: "stranger", body: `${commentMarker}\nmine` };
    const quoted = { id: 8, login: bot, body: `> ${commentMarker}` };
    github.comments.set(pullRequest, [{ ...theirs }, { ...quoted }]);
    await comment();
    expect(github.comments.get(pullRequest)?.slice(0, 2)).toEqual([theirs, quoted]);
    expect(said()).toHaveLength(3);
  });

  it("says that there is no result where the run kept none", async () => {
    await comment();
    expect(said()).toEqual([expect.stringContaining("**No preview**")]);
  });

  it("takes the newest attempt's results", async () => {
    keep([{ name: "production.md", content: "second" }], undefined, 9);
    keep([{ name: "production.md", content: "first" }], undefined, 3);
    await comment();
    expect(said()[0]).toContain("second");
  });
});

describe("the pull request", () => {
  it.each([
    ["whose head has moved on", { sha: "f".repeat(40) }],
    ["of another fork's branch of that name", { repository: "other/platform" }],
    ["of another branch", { head: "stranger:patch-2" }],
  ])("%s gets no comment", async (_, change) => {
    keep(holds);
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
    keep([{ name: "production.md", content: "harmful" }], "previews-7");
    await comment();
    expect(said(7)).toEqual([]);
    expect(said()).toEqual([expect.stringContaining("**No preview**")]);
  });

  it("of two with one head is the one whose results the run kept", async () => {
    github.pullRequests.push({ number: 43, sha: commit, head: "stranger:patch-1", repository: fork });
    keep(holds, "previews-43");
    await comment();
    expect([said(42).length, said(43).length]).toEqual([0, 1]);
  });

  it("is none for a fork that is gone", async () => {
    keep(holds);
    expect(await comment(runEvent({ head_repository: null }))).toMatchObject({ status: 0 });
    expect(wrote()).toEqual([]);
  });

  it("is none for the run of a push", async () => {
    keep(holds, "previews-push");
    await comment(runEvent({ event: "push" }));
    expect(wrote()).toEqual([]);
  });
});

describe("hostile results", () => {
  it("cannot notify anyone, hide a comment or turn text around", async () => {
    keep([
      {
        name: "production.md",
        content: "hello @optropic/platform and @someone\u202egnp.exe\u001b[31m <!-- hidden -->\r\n<!-- open",
      },
    ]);
    await comment();
    const body = said()[0] ?? "";
    expect(body).not.toMatch(/@[\w]/);
    expect(body).toContain("@\u200boptropic/platform");
    for (const gone of ["hidden", "open", "\u202e", "\u001b", "\r"]) expect(body).not.toContain(gone);
  });

  it("are cut where a comment ends, with what is open closed", async () => {
    const line = `${"x".repeat(99)}\n`;
    keep([
      { name: "production.md", content: `<details>\n<summary>all</summary>\n\n\`\`\`\n${line.repeat(900)}` },
      { name: "staging.md", content: line.repeat(900) },
    ]);
    await comment();
    const body = said()[0] ?? "";
    expect(body.length).toBeLessThanOrEqual(commentLimit);
    expect(body.length).toBeGreaterThan(commentLimit - 1500);
    expect(body).toMatch(/x\n```\n\n<\/details>\n\nShortened: the rest of production is in \[the run\]/);
    expect(body).toContain("Shortened: the rest of staging");
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
    ["a file twice", [...holds, ...holds], /production\.md twice/],
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
  ])("are refused for %s", async (_, files, message) => {
    keep(files);
    const end = await comment();
    expect(end).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(message) });
    expect(wrote()).toEqual([]);
  });

  it("are refused before they are downloaded when the list says that they are too large", async () => {
    github.artifacts.push({ id: 1, name: "previews-42", bytes: zipOf(holds), claimed: 17 * 1024 * 1024 });
    const end = await comment();
    expect(end).toMatchObject({ status: 2, stderr: expect.stringMatching(/the limit is 16777216/) });
    expect(github.requests.some((request) => request.endsWith("/zip"))).toBe(false);
  });

  it("are refused while they are downloaded when the list was wrong", async () => {
    github.artifacts.push({ id: 1, name: "previews-42", bytes: Buffer.alloc(17 * 1024 * 1024), claimed: 10 });
    const end = await comment();
    expect(end).toMatchObject({ status: 2, stderr: expect.stringMatching(/larger than 16777216 bytes/) });
  });

  it.each([
    ["no archive", Buffer.from("<html>not found</html>")],
    ["half an archive", zipOf(holds).subarray(40)],
  ])("are refused for %s", async (_, bytes) => {
    github.artifacts.push({ id: 1, name: "previews-42", bytes });
    const end = await comment();
    expect(end).toMatchObject({ status: 2, stderr: expect.stringMatching(/^error: .*archive/) });
    expect(wrote()).toEqual([]);
  });

  it("with other names than the expected ones are left packed", async () => {
    keep([
      { name: "../../../../tmp/evil.md", content: "evil" },
      { name: "/etc/production.md", content: "evil" },
      { name: "nested/production.md", content: "evil" },
      ...holds,
    ]);
    await comment();
    expect(said()[0]).toContain("production holds");
    expect(said()[0]).not.toContain("evil");
  });
});

describe("GitHub", () => {
  it("is asked again when a read fails for the moment", async () => {
    keep(holds);
    github.faults.push({ match: /pulls$/, status: 502 });
    expect((await comment()).status).toBe(0);
    expect(said()).toHaveLength(1);
  });

  it("is not asked to write twice when it may have written", async () => {
    keep(holds);
    github.faults.push({ match: /^POST/, status: 500, message: "it broke" });
    const end = await comment();
    expect(end).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/POST .*responded with status 500, it broke/),
    });
    expect(wrote()).toHaveLength(1);
  });

  it("refuses the token, which is said and not shown", async () => {
    keep(holds);
    const end = await comment(undefined, { GITHUB_TOKEN: "wrong-canary" });
    expect(end).toMatchObject({ status: 2, stderr: expect.stringContaining("401, Bad credentials") });
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
    ["another event", { action: "opened" }],
    ["a commit that is none", runEvent({ head_sha: "main" })],
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
