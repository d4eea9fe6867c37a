import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import * as z from "zod";
import { runCommand } from "../lib/command.ts";
import { exitStatus } from "../lib/exit.ts";
import { Failure } from "../lib/failure.ts";
import { runOptropic } from "./optropic.ts";

const root = dirname(import.meta.dirname);

/** An input that takes several values, one per line. */
const lines = z
  .string()
  .max(65_536)
  .default("")
  .transform((text) => text.split(/[\r\n]/).filter((line) => line.trim() !== ""));

/** The inputs of `action.yml`. Each has its own variable, so that none becomes part of a shell command. */
const actionInputs = z.object({
  WORKING_DIRECTORY: z.string().min(1).max(4096).default("."),
  STACK: z.string().min(1).max(200).default("production"),
  POLICY_PACK: lines,
  CONFIG: lines,
  DIFF: z.string().max(4096).default(""),
  OUTPUT: lines,
  ISOLATE: z.enum(["namespaces", "permissions", "none"]).default("namespaces"),
  ENV: lines,
  READ: lines,
});

export type ActionInputs = z.infer<typeof actionInputs>;

/** The action's output `status` for each exit status. */
const statusNames = new Map<number, string>([
  [exitStatus.holds, "holds"],
  [exitStatus.doesNotHold, "does-not-hold"],
]);

/**
 * Reads the inputs from the environment.
 *
 * @throws {Failure} `refused`, when an input is malformed or too long
 */
export function readInputs(environment: NodeJS.ProcessEnv): ActionInputs {
  const given = Object.entries(environment).filter(([name]) => name.startsWith("OPTROPIC_INPUT_"));
  const inputs = actionInputs.safeParse(
    Object.fromEntries(given.map(([name, value]) => [name.slice("OPTROPIC_INPUT_".length), value])),
  );
  if (inputs.success) return inputs.data;
  throw new Failure("refused", `The inputs of the action are invalid:\n${z.prettifyError(inputs.error)}`);
}

/** The arguments for `optropic`; every relative path is resolved against the workspace. */
export function argumentsOf(inputs: ActionInputs, workspace: string): string[] {
  const inWorkspace = (path: string) => resolve(workspace, path);
  const packs =
    inputs.POLICY_PACK.length === 0 ? [join(root, "policies")] : inputs.POLICY_PACK.map(inWorkspace);
  const isolation =
    inputs.ISOLATE === "none"
      ? []
      : [
          `--isolate=${inputs.ISOLATE}`,
          ...inputs.ENV.map((name) => `--env=${name}`),
          ...inputs.READ.map((path) => `--read=${inWorkspace(path)}`),
        ];
  // With `=`, a value that begins with a dash stays a value.
  return [
    "preview",
    `--cwd=${inWorkspace(inputs.WORKING_DIRECTORY)}`,
    `--stack=${inputs.STACK}`,
    ...packs.map((pack) => `--policy-pack=${pack}`),
    ...inputs.CONFIG.map((setting) => `--config=${setting}`),
    ...(inputs.DIFF === "" ? [] : [`--diff=${inWorkspace(inputs.DIFF)}`]),
    ...isolation,
    ...inputs.OUTPUT.map((file) => `--output=${inWorkspace(file)}`),
  ];
}

async function main(): Promise<void> {
  const workspace = process.env.GITHUB_WORKSPACE ?? process.cwd();
  let report = "";
  const status = await runCommand({}, async () => {
    const inputs = readInputs(process.env);
    const files = inputs.OUTPUT.map((file) => resolve(workspace, file));
    // A fresh checkout has no folder for reports.
    for (const file of files) await mkdir(dirname(file), { recursive: true });
    report = files[0] ?? "";
    const ended = await runOptropic(root, argumentsOf(inputs, workspace), { stdout: "inherit" });
    return { status: ended.status, output: "" };
  });
  const outputs = `status=${statusNames.get(status) ?? "could-not-tell"}\nreport=${report}\n`;
  if (process.env.GITHUB_OUTPUT) await appendFile(process.env.GITHUB_OUTPUT, outputs);
}

if (import.meta.main) await main();
