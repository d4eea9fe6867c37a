import { existsSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import * as z from "zod";
import { runCommand } from "../lib/command.ts";
import { exitStatus } from "../lib/exit.ts";
import { Failure } from "../lib/failure.ts";
import { annotations } from "./annotations.ts";
import { runOptropic } from "./optropic.ts";
import { documentOf } from "./stack-result.ts";

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
  POLICY_PACK_CONFIG: lines,
  CONFIG: lines,
  STACK_OUTPUT: lines,
  STATE: z.string().max(4096).default(""),
  DIFF: z.string().max(4096).default(""),
  OUTPUT: lines,
  FORMAT: z.enum(["", "pretty", "json", "markdown", "sarif", "junit"]).default(""),
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

/**
 * The arguments for `optropic`; every relative path is resolved against the workspace.
 *
 * @param own files of the action itself, besides those that are asked for
 */
export function argumentsOf(inputs: ActionInputs, workspace: string, own: readonly string[] = []): string[] {
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
    ...inputs.POLICY_PACK_CONFIG.map((file) => `--policy-pack-config=${inWorkspace(file)}`),
    ...inputs.CONFIG.map((setting) => `--config=${setting}`),
    ...inputs.STACK_OUTPUT.map((output) => `--stack-output=${output}`),
    ...(inputs.STATE === "" ? [] : [`--state=${inWorkspace(inputs.STATE)}`]),
    ...(inputs.FORMAT === "" ? [] : [`--format=${inputs.FORMAT}`]),
    ...(inputs.DIFF === "" ? [] : [`--diff=${inWorkspace(inputs.DIFF)}`]),
    ...isolation,
    ...[...inputs.OUTPUT.map(inWorkspace), ...own].map((file) => `--output=${file}`),
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
    const folder = await mkdtemp(join(process.env.RUNNER_TEMP ?? tmpdir(), "optropic-"));
    try {
      // A format is of one file, or of standard output: then there is no room for more.
      const own =
        inputs.FORMAT === "" ? ["preview.md", "preview.json"].map((file) => join(folder, file)) : [];
      const args = argumentsOf(inputs, workspace, own);
      const ended = await runOptropic(root, args, { stdout: "inherit" });
      return { status: ended.status, output: await shown(folder) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  const outputs = `status=${statusNames.get(status) ?? "could-not-tell"}\nreport=${report}\n`;
  if (process.env.GITHUB_OUTPUT) await appendFile(process.env.GITHUB_OUTPUT, outputs);
}

/** Adds the report to the summary of the job, and says what is violated at its lines. */
async function shown(folder: string): Promise<string> {
  const [markdown, json] = ["preview.md", "preview.json"].map((file) => join(folder, file));
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (summary && markdown !== undefined && existsSync(markdown)) {
    await appendFile(summary, await readFile(markdown));
  }
  if (json === undefined || !existsSync(json) || process.env.GITHUB_ACTIONS !== "true") return "";
  const result = documentOf(await readFile(json));
  return result === undefined
    ? ""
    : annotations(result)
        .map((line) => `${line}\n`)
        .join("");
}

if (import.meta.main) await main();
