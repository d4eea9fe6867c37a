import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commit, fork, runCommand, runEvent } from "./command.ts";
import { type FakeGitHub, startGitHub } from "./github-server.ts";
import { zipOf } from "./zip-archive.ts";

/** The command that uploads SARIF, as a process, against a GitHub on loopback. */
const pushed = runEvent({
  event: "push",
  head_branch: "main",
  head_repository: { full_name: "optropic/platform", owner: { login: "optropic" } },
});

let github: FakeGitHub;

beforeEach(async () => {
  github = await startGitHub();
  github.pullRequests.push({ number: 42, sha: commit, head: "stranger:patch-1", repository: fork });
});

afterEach(async () => {
  await github[Symbol.asyncDispose]();
  expect(github.leaks).toEqual([]);
});

function keep(files: Record<string, string>, name = "previews-42"): void {
  const archived = Object.entries(files).map(([file, content]) => ({ name: file, content }));
  github.artifacts.push({ id: 1, name, bytes: zipOf(archived) });
}

function sarif(changes: { name?: string; version?: string; runs?: number } = {}): string {
  const { name = "optropic", version = "2.1.0", runs = 1 } = changes;
  const run = { tool: { driver: { name } }, results: [{ ruleId: "minimum-tls", message: { text: "1.0" } }] };
  return JSON.stringify({ version, runs: Array(runs).fill(run) });
}

function uploaded(): { ref?: string; commit_sha?: string; sarif: Record<string, unknown> }[] {
  return github.uploads.map(({ ref, commit_sha, sarif: packed = "" }) => ({
    ...(ref === undefined ? {} : { ref }),
    ...(commit_sha === undefined ? {} : { commit_sha }),
    sarif: JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString("utf8")),
  }));
}

describe("the SARIF of a run", () => {
  it("is uploaded for the head of a fork's pull request, each preview in its own category", async () => {
    keep({ "production.sarif": sarif(), "staging.sarif": sarif() });
    const end = await runCommand(github, "code-scanning");
    expect(end).toMatchObject({ status: 0, stderr: "" });
    expect(uploaded()).toEqual(
      ["production", "staging"].map((name) => ({
        ref: "refs/pull/42/head",
        commit_sha: commit,
        sarif: {
          version: "2.1.0",
          runs: [
            {
              tool: { driver: { name: "optropic" } },
              results: [{ ruleId: "minimum-tls", message: { text: "1.0" } }],
              automationDetails: { id: `optropic-${name}/` },
            },
          ],
        },
      })),
    );
  });

  it("is uploaded for the default branch after a push to it", async () => {
    keep({ "production.sarif": sarif() }, "previews-push");
    await runCommand(github, "code-scanning", pushed);
    expect(uploaded()).toMatchObject([{ ref: "refs/heads/main", commit_sha: commit }]);
  });

  it("of a fork's own main is not taken for the default branch's", async () => {
    keep({ "production.sarif": sarif() }, "previews-push");
    const event = runEvent({ event: "push", head_branch: "main" });
    const end = await runCommand(github, "code-scanning", event);
    expect(end).toMatchObject({ status: 0, stdout: expect.stringContaining("nothing to upload") });
    expect(github.uploads).toEqual([]);
  });

  it("may be missing", async () => {
    keep({ "production.md": "no SARIF" });
    const end = await runCommand(github, "code-scanning");
    expect(end).toMatchObject({ status: 0, stdout: "Run 4711 has no SARIF.\n" });
  });

  it.each([
    ["another tool's name", sarif({ name: "CodeQL" })],
    ["another version", sarif({ version: "2.0.0" })],
    ["two runs", sarif({ runs: 2 })],
    ["no JSON", "<sarif/>"],
  ])("is refused with %s", async (_, content) => {
    keep({ "production.sarif": content });
    const end = await runCommand(github, "code-scanning");
    expect(end).toMatchObject({ status: 2, stderr: expect.stringContaining("production.sarif is not") });
    expect(github.uploads).toEqual([]);
  });

  it("cannot be uploaded where code scanning is off, which GitHub says", async () => {
    keep({ "production.sarif": sarif() });
    const message = "Code scanning is not enabled for this repository.";
    github.faults.push({ match: /sarifs$/, status: 403, message });
    const end = await runCommand(github, "code-scanning");
    expect(end).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
  });
});
