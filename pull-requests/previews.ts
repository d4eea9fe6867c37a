import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ExitStatus, exitStatus } from "../lib/exit.ts";
import { jsonLine, parseJson } from "../lib/json.ts";
import type { Claim } from "./claim.ts";
import { runOptropic } from "./optropic.ts";
import { claimFile, formats, type PreviewedStack } from "./stacks.ts";

export interface PreviewsOptions {
  /** A checkout of the pull request. */
  readonly head: string;
  /** A checkout of the base with its own packages; without one, nothing is compared. */
  readonly base: string | undefined;
  /** Folder for the results, which is emptied first. */
  readonly results: string;
  readonly stacks: readonly PreviewedStack[];
  /** How `optropic preview` isolates the head's program and packs; the base is reviewed code. */
  readonly isolate?: string | undefined;
  /** File that the Markdown is appended to, from `GITHUB_STEP_SUMMARY`. */
  readonly summary?: string | undefined;
  /** What is said of the results, where a run of GitHub makes them. */
  readonly claim?: Claim | undefined;
  /** Receives progress for the log. */
  readonly say: (text: string) => void;
}

/** The largest summary of a step that GitHub accepts, in bytes. */
const summaryLimit = 1024 * 1024;

/**
 * Previews each stack offline and compares it with the base, which the base's own code previews. Each stack gets
 * `NAME.md`, `NAME.sarif` and `NAME.json` in the results, and all of them one `run.json` about themselves.
 *
 * @returns the worst status of the previews
 */
export async function previewAll(options: PreviewsOptions): Promise<ExitStatus> {
  await rm(options.results, { recursive: true, force: true });
  await mkdir(options.results, { recursive: true });
  if (options.claim !== undefined) {
    await writeFile(join(options.results, claimFile), jsonLine(options.claim));
  }
  let worst: ExitStatus = exitStatus.holds;
  for (const stack of options.stacks) {
    options.say(`\n${stack.name}`);
    const against = await saveBase(stack, options);
    const outputs = formats.flatMap((end) => ["--output", join(options.results, `${stack.name}.${end}`)]);
    const args = [
      ...argumentsIn(options.head, stack),
      ...(options.isolate === undefined ? [] : [`--isolate=${options.isolate}`]),
      ...(against === undefined ? [] : ["--diff", against]),
      ...outputs,
    ];
    const { status } = await runOptropic(options.head, args, { stdout: "inherit", cwd: options.head });
    if (status > worst) worst = status;
    if (against !== undefined) await rm(against);
  }
  await summarize(options);
  return worst;
}

/** Previews the stack of the base and saves the result. */
async function saveBase(
  stack: PreviewedStack,
  { base, results, say }: PreviewsOptions,
): Promise<string | undefined> {
  if (base === undefined || !existsSync(join(base, stack.project, "Pulumi.yaml"))) {
    say("Nothing to compare with: the base does not have this project.");
    return undefined;
  }
  // The pull request that introduces the command has a base without it.
  if (!existsSync(join(base, "cli", "optropic.js"))) {
    say("Nothing to compare with: the base does not have the command.");
    return undefined;
  }
  const { status, output } = await runOptropic(base, [...argumentsIn(base, stack), "--json"], {
    stdout: "pipe",
    cwd: base,
  });
  if (status === exitStatus.couldNotTell || parseJson(output.toString("utf8")) === undefined) {
    say("Nothing to compare with: the base could not be previewed.");
    return undefined;
  }
  // Not in the results, all of which are uploaded.
  const file = `${results}-base-${stack.name}.json`;
  await writeFile(file, output);
  return file;
}

function argumentsIn(repository: string, { project, stack }: PreviewedStack): string[] {
  return ["preview", "--cwd", join(repository, project), "--stack", stack];
}

async function summarize({ summary, results, stacks }: PreviewsOptions): Promise<void> {
  if (summary === undefined) return;
  let left = summaryLimit;
  for (const { name } of stacks) {
    const file = join(results, `${name}.md`);
    const text = existsSync(file) ? await readFile(file) : Buffer.from(`**${name}**: no result.`);
    if (text.length + 1 > left) continue;
    left -= text.length + 1;
    await appendFile(summary, Buffer.concat([text, Buffer.from("\n")]));
  }
}
