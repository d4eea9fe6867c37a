import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formats, type PreviewedStack } from "./stacks.ts";

/** The statuses of `optropic preview`, the worst last. */
export const previewStatus = { holds: 0, doesNotHold: 1, couldNotTell: 2 } as const;

export interface PreviewsOptions {
  /** The repository as it would be with the pull request. */
  readonly head: string;
  /** The repository without it, with its own libraries; undefined, or not there, to compare with nothing. */
  readonly base: string | undefined;
  /** Folder of the results, which is emptied first. */
  readonly results: string;
  readonly stacks: readonly PreviewedStack[];
  /** File to which the Markdown is added, as `GITHUB_STEP_SUMMARY` names it. */
  readonly summary?: string | undefined;
  /** Told what is done. */
  readonly say: (text: string) => void;
}

/** Bytes of a base's document, and of the summary of a step, of which GitHub takes 1 MiB. */
const documentLimit = 64 * 1024 * 1024;
const summaryLimit = 1024 * 1024;

/**
 * Previews each stack offline and compares it with the base, previewed by the base's own code. Each leaves
 * `NAME.md`, `NAME.sarif` and `NAME.json` in the results.
 *
 * @returns the worst status of the previews
 */
export async function previewAll(options: PreviewsOptions): Promise<number> {
  await rm(options.results, { recursive: true, force: true });
  await mkdir(options.results, { recursive: true });
  let worst: number = previewStatus.holds;
  for (const stack of options.stacks) {
    options.say(`\n${stack.name}`);
    const against = await saveBase(stack, options);
    const outputs = formats.flatMap((end) => ["--output", join(options.results, `${stack.name}.${end}`)]);
    const args = [
      ...argumentsIn(options.head, stack),
      ...(against === undefined ? [] : ["--diff", against]),
      ...outputs,
    ];
    const { status } = await optropic(options.head, args, "inherit");
    worst = Math.max(worst, status);
    if (against !== undefined) await rm(against);
  }
  await summarise(options);
  return worst;
}

/** Previews the stack as the base has it, into a file. */
async function saveBase(
  stack: PreviewedStack,
  { base, results, say }: PreviewsOptions,
): Promise<string | undefined> {
  if (base === undefined || !existsSync(join(base, stack.project, "Pulumi.yaml"))) {
    say("Compared with nothing: there is no base that has this project.");
    return undefined;
  }
  const { status, output } = await optropic(base, [...argumentsIn(base, stack), "--json"], "pipe");
  if (status === previewStatus.couldNotTell) {
    say("Compared with nothing: the base itself has no preview.");
    return undefined;
  }
  // Beside the results, which are kept as they are.
  const file = `${results}-base-${stack.name}.json`;
  await writeFile(file, output);
  return file;
}

function argumentsIn(repository: string, { project, args }: PreviewedStack): string[] {
  return ["preview", "--cwd", join(repository, project), ...args];
}

/** Runs the command of a repository with the Node.js of this one. */
function optropic(
  repository: string,
  args: readonly string[],
  stdout: "inherit" | "pipe",
): Promise<{ status: number; output: Buffer }> {
  const child = spawn(process.execPath, [join(repository, "cli", "optropic.js"), ...args], {
    cwd: repository,
    stdio: ["ignore", stdout, "inherit"],
  });
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout?.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > documentLimit) child.kill();
    else chunks.push(chunk);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // A command that a signal ended could not tell.
    child.once("close", (status) =>
      resolve({ status: status ?? previewStatus.couldNotTell, output: Buffer.concat(chunks) }),
    );
  });
}

async function summarise({ summary, results, stacks }: PreviewsOptions): Promise<void> {
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
