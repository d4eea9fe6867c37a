import { spawn } from "node:child_process";
import { hash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { commentLimit } from "../../pull-requests/comment-body.ts";
import { commentMarker } from "../../pull-requests/comment-state.ts";
import { formats, previewedStacks } from "../../pull-requests/stacks.ts";
import { type Ended, ended } from "../cli/command.ts";
import { readSarif } from "../preview/report/sarif-schema.ts";
import { claimed, commit, fork, runCommand, runEvent, runProcess } from "./command.ts";
import { type FakeGitHub, startGitHub } from "./github-server.ts";
import { zipOf } from "./zip-archive.ts";

// The whole way of a pull request that breaks production: this repository's stacks by the real commands, compared
// with this repository as it is, and what GitHub then gets.

const root = join(import.meta.dirname, "..", "..");
const canary = "c4nary-0f-a-s3cret";

let folder: string;
let github: FakeGitHub;
let preview: Ended;
let summary: string;
let commented: readonly Ended[];
let scanned: Ended;
const texts = new Map<string, string>();

beforeAll(async () => {
  folder = await freshFolder();
  const head = join(folder, "head");
  await copyRepository(head);
  await change(join(head, "Pulumi.production.yaml"), (settings) => {
    settings.setIn(["config", "optropic:edge", "minTlsVersion"], "1.0");
    // Written in plain by mistake: the program still takes it for a secret.
    settings.setIn(
      ["config", "optropic-secrets:slackWebhookUrl"],
      `https://hooks.slack.com/services/${canary}`,
    );
  });
  await change(join(head, "delivery", "Pulumi.production.yaml"), (settings) => {
    settings.setIn(["config", "optropic-delivery:repository", "review", "approvals"], 0);
  });

  const results = join(folder, "results");
  const summaryFile = join(folder, "summary.md");
  const script = join(head, "pull-requests", "main.ts");
  preview = await ended(
    spawn(process.execPath, [script, "preview", "--base", root, "--results", results], {
      cwd: head,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        GITHUB_STEP_SUMMARY: summaryFile,
        GITHUB_TOKEN: `${canary}-github`,
        PULUMI_ACCESS_TOKEN: `${canary}-pulumi`,
      },
    }),
  );
  summary = await readFile(summaryFile, "utf8");
  for (const file of await readdir(results)) texts.set(file, await readFile(join(results, file), "utf8"));

  github = await startGitHub();
  github.pullRequests.push({ number: 42, sha: commit, head: "stranger:patch-1", repository: fork });
  const files = [...texts].map(([name, content]) => ({ name, content }));
  github.artifacts.push({ id: 1, name: "previews-42", bytes: zipOf([claimed(), ...files]) });
  // Twice, as after a second push.
  const failed = { conclusion: "failure" };
  const first = await runProcess(github, "comment", failed);
  commented = [first, await runCommand(github, "comment", runEvent(failed))];
  scanned = await runProcess(github, "code-scanning", failed);
  // Six previews, one after the other.
}, 240_000);

afterAll(async () => {
  await github[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe("a pull request that breaks production", () => {
  it("fails the check, with every preview in every format", () => {
    expect(preview.status).toBe(1);
    expect([...texts.keys()].toSorted()).toEqual(
      previewedStacks.flatMap(({ name }) => formats.map((end) => `${name}.${end}`)).toSorted(),
    );
    expect(preview.stdout).toContain("Previewing optropic (production)");
    expect(summary).toContain("❌ Refused: preview of `optropic`, stack `production`");
  });

  it("gets one comment: totals, what is refused, how to fix it and what changed, stack by stack", () => {
    expect(commented).toMatchObject([
      { status: 0, stdout: "Commented on pull request 42.\n", stderr: "" },
      { status: 0, stdout: "The comment on pull request 42 says so already.\n", stderr: "" },
    ]);
    const comments = github.comments.get(42) ?? [];
    expect(comments).toHaveLength(1);

    const body = comments[0]?.body ?? "";
    expect(body.startsWith(`${commentMarker} run=`)).toBe(true);
    expect(body.split("\n")[1]).toMatch(/^❌ \*\*Refused\*\*: \[run 57\]/);
    expect(body.length).toBeLessThan(commentLimit);
    const [production = "", staging = "", delivery = ""] = body.split(/^### /m).slice(1);
    for (const [section, verdict] of [
      [production, "❌ production: refused"],
      [staging, "✅ staging: holds"],
      [delivery, "❌ delivery: refused"],
    ] as const) {
      const [first, , header] = section.split("\n");
      expect(first).toBe(verdict);
      expect(header).toMatch(/^\| refused \|/);
    }

    expect(production).toMatch(/^\| \*\*1\*\* \|/m);
    expect(production).toMatch(
      /#### Refused, and how to fix it \(1\)\n\n- \*\*`tls-minimum-version`\*\* \(4\.1\): /,
    );
    expect(production).toMatch(
      / at `components\/edge\/[\w-]+\.ts:\d+`: .*1\.0\. Setting: `edge\.minTlsVersion` at `Pulumi\.production\.yaml:\d+`\n {2}- Fix: /,
    );
    expect(production).toContain("- resources: 0 to add, 0 to remove, 1 to change\n- verdicts: 1 changed\n");
    expect(production).toContain('  - `value`: `"1.2"` → `"1.0"`\n');
    expect(staging).toContain("- resources: 0 to add, 0 to remove, 0 to change\n- verdicts: 0 changed\n");
    expect(delivery).toContain("- **`pull-request-approved`** (1.5): ");
    expect(delivery).toContain("`rules.pullRequest.requiredApprovingReviewCount`: `1` → `0`");
  });

  it("gets SARIF that is valid, at the lines that declare what is refused", () => {
    expect(scanned).toMatchObject({ status: 0, stderr: "" });
    const runs = uploaded().map(readSarif);
    const refused = runs.map(({ automationDetails, results = [] }) => [
      automationDetails?.id,
      results.filter(({ level }) => level === "error").map(({ ruleId }) => ruleId),
    ]);
    expect(refused).toEqual([
      ["optropic-production/", ["optropic-checklist/tls-minimum-version"]],
      ["optropic-staging/", []],
      // The default branch and those of releases.
      ["optropic-delivery/", Array(2).fill("optropic-checklist/pull-request-approved")],
    ]);
    const places = runs
      .flatMap(({ results = [] }) => results)
      .map(({ locations }) => locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? "");
    expect(places.length).toBeGreaterThan(0);
    for (const place of places) expect(place).toMatch(/^[\w-]+[\w/.-]*\.(ts|yaml)$/);
  });

  it("shows no secret, neither of the settings nor of the environment", () => {
    const shown = [preview.stdout, preview.stderr, summary, ...texts.values()];
    const said = [...commented, scanned].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    const sent = [...(github.comments.get(42) ?? []).map(({ body }) => body), ...uploaded()];
    for (const text of [...shown, ...said, ...sent]) expect(text).not.toContain(canary);
  });
});

/** The SARIF that GitHub got. */
function uploaded(): string[] {
  return github.uploads.map(({ sarif = "" }) => gunzipSync(Buffer.from(sarif, "base64")).toString("utf8"));
}

/** Has the same name each time, so that Node.js finds what it has compiled, unless another run has it now. */
async function freshFolder(): Promise<string> {
  const name = join(tmpdir(), `pull-request-${hash("sha256", root).slice(0, 16)}`);
  try {
    await mkdir(name);
    return name;
  } catch {
    return mkdtemp(`${name}-`);
  }
}

/** The repository as a pull request would have it, without what no preview reads. */
async function copyRepository(to: string): Promise<void> {
  const left = new Set([".git", "node_modules", "test", "bench", "docs", "dist", "reports"]);
  await cp(root, to, { recursive: true, filter: (path) => path === root || !left.has(basename(path)) });
  await symlink(join(root, "node_modules"), join(to, "node_modules"));
}

async function change(
  file: string,
  edit: (settings: ReturnType<typeof parseDocument>) => void,
): Promise<void> {
  const settings = parseDocument(await readFile(file, "utf8"));
  edit(settings);
  await writeFile(file, settings.toString());
}
