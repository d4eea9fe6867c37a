import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSarif as readSarifLog } from "../preview/report/sarif-schema.ts";
import { claimed, commit, fork, runCommand, runEvent } from "./command.ts";
import { jsonOfAll, told } from "./documents.ts";
import { baseCommit, type FakeGitHub, startGitHub } from "./github-server.ts";
import { type ArchivedFile, zipOf } from "./zip-archive.ts";

/** The command that uploads SARIF, against a GitHub on loopback. */
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

function keep(files: readonly ArchivedFile[], name = "previews-42", claim = claimed()): void {
  github.artifacts.push({ id: 1, name, bytes: zipOf([claim, ...files]) });
}

interface Uploaded {
  ref?: string | undefined;
  commit_sha?: string | undefined;
  category: string | undefined;
  results: string[];
}

function uploaded(): Uploaded[] {
  return github.uploads.map(({ ref, commit_sha, sarif = "" }) => {
    const log = readSarifLog(gunzipSync(Buffer.from(sarif, "base64")).toString("utf8"));
    return {
      ...{ ref, commit_sha, category: log.automationDetails?.id },
      results: (log.results ?? []).map(({ ruleId = "" }) => ruleId),
    };
  });
}

const ofPush = claimed({ pullRequest: null, base: null });
const refusal = jsonOfAll({ "production.json": told({ refused: "The edge accepts TLS 1.0" }) });
const failure = { conclusion: "failure" };
const category = (name: string) => `optropic-${name}/`;

describe("what a run found", () => {
  it("is uploaded for the head of a fork's pull request, each preview in its own category", async () => {
    keep(refusal);
    const end = await runCommand(github, "code-scanning", runEvent(failure));
    expect(end).toMatchObject({ status: 0, stderr: "" });
    const place = { ref: "refs/pull/42/head", commit_sha: commit };
    expect(uploaded()).toEqual([
      { ...place, category: category("production"), results: ["optropic-checklist/tls-minimum-version"] },
      { ...place, category: category("staging"), results: [] },
      { ...place, category: category("delivery"), results: [] },
    ]);
  });

  it("is made here of what was judged: a stranger's own SARIF is never sent", async () => {
    const own = JSON.stringify({ version: "2.1.0", runs: [{ tool: { driver: { name: "CodeQL" } } }] });
    keep([...jsonOfAll(), { name: "production.sarif", content: own }]);
    await runCommand(github, "code-scanning");
    const sent = github.uploads.map(({ sarif = "" }) => gunzipSync(Buffer.from(sarif, "base64")).toString());
    expect(sent).toHaveLength(3);
    expect(sent.join()).not.toContain("CodeQL");
  });

  it("is what the newest run found, whichever one ended", async () => {
    github.runs.push({ id: 4058, run_number: 58, head_sha: commit });
    const files = [claimed({ run: 4058 }), ...jsonOfAll()];
    github.artifacts.push({ id: 2, run: 4058, name: "previews-42", bytes: zipOf(files) });
    keep(refusal);
    await runCommand(github, "code-scanning", runEvent(failure));
    expect(uploaded().flatMap(({ results }) => results)).toEqual([]);
    expect(github.uploads).toHaveLength(3);
  });

  it("closes no alert of a stack that was not judged", async () => {
    keep(
      jsonOfAll({
        "production.json": told({ refused: "The edge accepts TLS 1.0" }),
        "staging.json": '{"error":{"failure":"program","message":"no"}}',
      }).filter(({ name }) => name !== "delivery.json"),
    );
    await runCommand(github, "code-scanning", runEvent(failure));
    expect(uploaded().map((each) => each.category)).toEqual([category("production")]);
  });

  it.each<[string, Record<string, unknown>, readonly ArchivedFile[]]>([
    ["that failed, and claims that all holds", failure, [claimed(), ...jsonOfAll()]],
    ["that succeeded, and claims a refusal", {}, [claimed(), ...refusal]],
    ["that was canceled", { conclusion: "cancelled" }, [claimed(), ...jsonOfAll()]],
    ["that says nothing of its base", {}, jsonOfAll()],
    ["whose results are another run's", {}, [claimed({ run: 1 }), ...jsonOfAll()]],
    ["against a former base", {}, [claimed({ base: { ref: "old", commit: baseCommit } }), ...jsonOfAll()]],
  ])("is not uploaded of a run %s", async (_, changes, files) => {
    github.artifacts.push({ id: 1, name: "previews-42", bytes: zipOf(files) });
    const end = await runCommand(github, "code-scanning", runEvent(changes));
    expect(end).toMatchObject({ status: 0, stdout: "No open pull request has a verdict to upload.\n" });
    expect(github.uploads).toEqual([]);
  });

  it("is uploaded for the default branch after a push to it", async () => {
    keep(jsonOfAll(), "previews-push", ofPush);
    await runCommand(github, "code-scanning", pushed);
    const place = { ref: "refs/heads/main", commit_sha: commit };
    expect(uploaded()).toMatchObject([place, place, place]);
  });

  it.each([
    ["a fork's own main", { head_repository: { full_name: fork, owner: { login: "stranger" } } }, ofPush],
    ["another branch", { head_branch: "release" }, ofPush],
    ["a push whose results are another commit's", {}, claimed({ pullRequest: null, head: "e".repeat(40) })],
    ["a pull request's results in a push", {}, claimed()],
  ])("is not that of the default branch for %s", async (_, changes, claim) => {
    keep(jsonOfAll(), "previews-push", claim);
    const end = await runCommand(github, "code-scanning", runEvent({ ...pushed.workflow_run, ...changes }));
    expect(end).toMatchObject({ status: 0, stdout: expect.stringContaining("nothing to upload") });
    expect(github.uploads).toEqual([]);
  });

  it("of a merge queue is nobody's", async () => {
    keep(jsonOfAll(), "previews-merge_group", ofPush);
    await runCommand(github, "code-scanning", runEvent({ event: "merge_group" }));
    expect(github.uploads).toEqual([]);
  });

  it("cannot be uploaded where code scanning is off, which GitHub says", async () => {
    keep(jsonOfAll());
    const message = "Code scanning is not enabled for this repository.";
    github.faults.push({ match: /sarifs$/, status: 403, message });
    const end = await runCommand(github, "code-scanning");
    expect(end).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
  });
});
