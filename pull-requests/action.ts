import { spawn } from "node:child_process";
import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import * as z from "zod";
import { previewStatus } from "./previews.ts";

const root = dirname(import.meta.dirname);

/** Lines of an input that takes several values. */
const lines = z
  .string()
  .max(65_536)
  .default("")
  .transform((text) => text.split(/[\r\n]/).filter((line) => line.trim() !== ""));

/** The inputs of `action.yml`, each in a variable of its own: none is ever part of a line of shell. */
const actionInputs = z.object({
  WORKING_DIRECTORY: z.string().min(1).max(4096).default("."),
  STACK: z.string().min(1).max(200).default("production"),
  POLICY_PACK: lines,
  CONFIG: lines,
  DIFF: z.string().max(4096).default(""),
  OUTPUT: lines,
});

export type ActionInputs = z.infer<typeof actionInputs>;

/** What the action's output `status` says for each exit status. */
const statusNames = new Map<number, string>([
  [previewStatus.holds, "holds"],
  [previewStatus.doesNotHold, "does-not-hold"],
  [previewStatus.couldNotTell, "could-not-tell"],
]);

/** Reads the inputs from the environment. */
export function readInputs(environment: NodeJS.ProcessEnv): ActionInputs {
  const given = Object.entries(environment).filter(([name]) => name.startsWith("OPTROPIC_INPUT_"));
  return actionInputs.parse(
    Object.fromEntries(given.map(([name, value]) => [name.slice("OPTROPIC_INPUT_".length), value])),
  );
}

/** The arguments of `optropic`: relative paths start at the workspace, a pack's and a file's as well. */
export function argumentsOf(inputs: ActionInputs, workspace: string): string[] {
  const inWorkspace = (path: string) => resolve(workspace, path);
  const packs =
    inputs.POLICY_PACK.length === 0 ? [join(root, "policies")] : inputs.POLICY_PACK.map(inWorkspace);
  // With `=`, a value that starts with a dash is a value still.
  return [
    "preview",
    `--cwd=${inWorkspace(inputs.WORKING_DIRECTORY)}`,
    `--stack=${inputs.STACK}`,
    ...packs.map((pack) => `--policy-pack=${pack}`),
    ...inputs.CONFIG.map((setting) => `--config=${setting}`),
    ...(inputs.DIFF === "" ? [] : [`--diff=${inWorkspace(inputs.DIFF)}`]),
    ...inputs.OUTPUT.map((file) => `--output=${inWorkspace(file)}`),
  ];
}

async function main(): Promise<void> {
  const workspace = process.env.GITHUB_WORKSPACE ?? process.cwd();
  let status: number = previewStatus.couldNotTell;
  let report = "";
  try {
    const inputs = readInputs(process.env);
    const files = inputs.OUTPUT.map((file) => resolve(workspace, file));
    // A job starts from a checkout, which has no folder for reports.
    for (const file of files) await mkdir(dirname(file), { recursive: true });
    report = files[0] ?? "";
    status = await optropic(argumentsOf(inputs, workspace));
  } catch (error) {
    console.error(`error: ${messageOf(error)}`);
  }
  process.exitCode = status;
  const outputs = `status=${statusNames.get(status) ?? "could-not-tell"}\nreport=${report}\n`;
  if (process.env.GITHUB_OUTPUT) await appendFile(process.env.GITHUB_OUTPUT, outputs);
}

function optropic(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(root, "cli", "optropic.js"), ...args], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((done, reject) => {
    child.once("error", reject).once("close", (code) => done(code ?? previewStatus.couldNotTell));
  });
}

function messageOf(error: unknown): string {
  if (error instanceof z.ZodError) return `the inputs are refused: ${z.prettifyError(error)}`;
  return error instanceof Error ? error.message : String(error);
}

if (import.meta.main) await main();
