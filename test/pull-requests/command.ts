import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pullRequest } from "../../pull-requests/commands.ts";
import type { Clock } from "../../vendors/clock.ts";
import { type Ended, ended } from "../cli/command.ts";
import { runHereWith } from "../cli/here.ts";
import { baseCommit, type FakeGitHub, run } from "./github-server.ts";
import type { ArchivedFile } from "./zip-archive.ts";

const script = join(import.meta.dirname, "..", "..", "pull-requests", "main.ts");

/** A clock by which nobody waits. */
const unhurried: Clock = { now: () => Date.now(), sleep: async () => {} };

export const commit = "0123456789abcdef0123456789abcdef01234567";
export const fork = "stranger/platform";

/** The `workflow_run` event of a fork's run, with changes to the run. */
export function runEvent(changes: Record<string, unknown> = {}) {
  return {
    repository: { full_name: "optropic/platform", default_branch: "main" },
    workflow_run: {
      id: run,
      workflow_id: 11,
      path: ".github/workflows/pull-request.yml",
      run_number: 57,
      run_attempt: 1,
      event: "pull_request",
      status: "completed",
      conclusion: "success",
      created_at: "2026-11-02T12:00:00Z",
      head_sha: commit,
      head_branch: "patch-1",
      head_repository: { full_name: fork, owner: { login: "stranger" } },
      pull_requests: [],
      ...changes,
    },
  };
}

/** The `pull_request_target` event of a pull request, with changes to it. */
export function pullRequestEvent(number: number, changes: Record<string, unknown> = {}) {
  return {
    action: "synchronize",
    repository: { full_name: "optropic/platform", default_branch: "main" },
    pull_request: { number, ...changes },
  };
}

/** What the run of the event says of its results. */
export function claimed(changes: Record<string, unknown> = {}): ArchivedFile {
  const base = { ref: "main", commit: baseCommit };
  const claim = { run, attempt: 1, pullRequest: 42, head: commit, base, ...changes };
  return { name: "run.json", content: JSON.stringify(claim) };
}

/** Runs a command of the pull requests as a process, as a workflow does, against a GitHub on loopback. */
export function runProcess(github: FakeGitHub, command: string, changes = {}): Promise<Ended> {
  return withEvent(runEvent(changes), (file) => {
    const env = environmentOf(github, file);
    return ended(spawn(process.execPath, [script, command], { stdio: ["ignore", "pipe", "pipe"], env }));
  });
}

/** Runs it in this process, which costs less. */
export function runCommand(
  github: FakeGitHub,
  command: string,
  event: object = runEvent(),
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return withEvent(event, (file) =>
    runHereWith([command], { ...environmentOf(github, file), ...environment }, (args) =>
      hurried(() => pullRequest(args, unhurried)),
    ),
  );
}

/**
 * Octokit's plugins keep writes seconds apart, and yield by a dozen timers of no length at each request, which take
 * a millisecond each and more. The first end a hundred times as fast here, and the others at once.
 */
async function hurried(run: () => Promise<void>): Promise<void> {
  const { setTimeout: timer } = globalThis;
  const quick = (act: () => void, milliseconds = 0) =>
    milliseconds > 0 ? timer(act, milliseconds / 100) : setImmediate(act);
  globalThis.setTimeout = Object.assign(quick, timer);
  try {
    await run();
  } finally {
    globalThis.setTimeout = timer;
  }
}

function environmentOf(github: FakeGitHub, file: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: github.repository,
    GITHUB_TOKEN: github.token,
    GITHUB_EVENT_PATH: file,
  };
}

async function withEvent(event: object, run: (file: string) => Promise<Ended>): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), "run-event-"));
  try {
    const file = join(folder, "event.json");
    await writeFile(file, JSON.stringify(event));
    return await run(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
