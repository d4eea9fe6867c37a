import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import * as z from "zod";
import { runCommand } from "../lib/command.ts";
import { exitStatus } from "../lib/exit.ts";
import { Failure } from "../lib/failure.ts";
import { runOptropic } from "./optropic.ts";

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
  [exitStatus.holds, "holds"],
  [exitStatus.doesNotHold, "does-not-hold"],
]);

/**
 * Reads the inputs from the environment.
 *
 * @throws {Failure} `refused`, when one is too long
 */
export function readInputs(environment: NodeJS.ProcessEnv): ActionInputs {
  const given = Object.entries(environment).filter(([name]) => name.startsWith("OPTROPIC_INPUT_"));
  const inputs = actionInputs.safeParse(
    Object.fromEntries(given.map(([name, value]) => [name.slice("OPTROPIC_INPUT_".length), value])),
  );
  if (inputs.success) return inputs.data;
  throw new Failure("refused", `the inputs are refused: ${z.prettifyError(inputs.error)}`);
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
  let report = "";
  const status = await runCommand({}, async () => {
    const inputs = readInputs(process.env);
    const files = inputs.OUTPUT.map((file) => resolve(workspace, file));
    // A job starts from a checkout, which has no folder for reports.
    for (const file of files) await mkdir(dirname(file), { recursive: true });
    report = files[0] ?? "";
    const ended = await runOptropic(root, argumentsOf(inputs, workspace), { stdout: "inherit" });
    return { status: ended.status, output: "" };
  });
  const outputs = `status=${statusNames.get(status) ?? "could-not-tell"}\nreport=${report}\n`;
  if (process.env.GITHUB_OUTPUT) await appendFile(process.env.GITHUB_OUTPUT, outputs);
}

if (import.meta.main) await main();
