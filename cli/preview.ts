import { dirname, join, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { coverageLine } from "../checklist/coverage.ts";
import {
  defaultTimeoutMs,
  PreviewError,
  preview,
  printableText,
  readPackConfig,
  renderPreview,
} from "../preview/index.ts";
import { exitStatus, printJson } from "./main.ts";

/** The project that this command belongs to: what is previewed unless `--cwd` names another. */
const ownProject = dirname(import.meta.dirname);

interface PreviewFlags {
  stack: string;
  cwd: string;
  policyPack?: string[];
  policyPackConfig: string[];
  config: string[];
  stackOutput: string[];
  organization?: string;
  state?: string;
  timeout: number;
  json: boolean;
  color: boolean;
  debug: boolean;
}

/** `optropic preview`: runs the program and the pack offline. */
export function previewCommand(): Command {
  return new Command("preview")
    .description("Runs a Pulumi program and its policy packs offline: no Pulumi CLI, no account, no network.")
    .option("-s, --stack <name>", "the stack", "production")
    .option("-C, --cwd <folder>", "the folder of the Pulumi project", ownProject)
    .option(
      "--policy-pack <folder>",
      "a policy pack, repeatable; this project's own for this project",
      collect,
    )
    .option(
      "--policy-pack-config <file>",
      "configuration of the pack in the same place, repeatable",
      collect,
      [],
    )
    .option(
      "-c, --config <key=value>",
      "a setting that goes before the stack's, as key or key.path, repeatable",
      collect,
      [],
    )
    .option("--stack-output <stack:output=value>", "an output of another stack, repeatable", collect, [])
    .option("--organization <name>", "the organization that the program sees")
    .option("--state <file>", "judge an exported state in place of what the program declares")
    .option(
      "--timeout <seconds>",
      "how long program and packs may take",
      readSeconds,
      defaultTimeoutMs / 1000,
    )
    .option("--json", "print one JSON document", false)
    .option("--no-color", "print without colours")
    .option("--debug", "print stack traces", false)
    .addHelpText(
      "after",
      "\nExample:\n  $ optropic preview --stack staging --config edge.minTlsVersion=1.3\n\nExit status: 0 the checklist holds, 1 it does not hold, 2 the preview could not tell.",
    )
    .action(run);
}

async function run(flags: PreviewFlags): Promise<void> {
  const cwd = resolve(flags.cwd);
  const progress = process.stderr.isTTY && !flags.json ? showProgress : undefined;
  try {
    const document = await preview({
      cwd,
      stack: flags.stack,
      organization: flags.organization,
      policyPacks: flags.policyPack ?? (isOwn(cwd) ? [resolve(ownProject, "policies")] : []),
      policyPackConfigs: flags.policyPackConfig.map(readPackConfig),
      config: flags.config,
      stackOutputs: flags.stackOutput,
      state: flags.state,
      timeoutMs: flags.timeout * 1000,
      stackTraces: flags.debug,
      progress,
    });
    progress?.("");
    process.exitCode = document.summary.mandatory > 0 ? exitStatus.doesNotHold : exitStatus.holds;
    if (flags.json) {
      printJson(document);
      return;
    }
    const color = flags.color && process.stdout.isTTY && !process.env.NO_COLOR;
    print(renderPreview(document, { color }));
    const coverage = coverageLine(document.policies);
    if (coverage !== undefined) print(coverage);
  } catch (error) {
    progress?.("");
    process.exitCode = exitStatus.couldNotTell;
    if (!(error instanceof PreviewError)) throw error;
    if (flags.json) printJson({ error: { failure: error.failure, message: error.message } });
    const text = flags.debug ? (error.stack ?? error.message) : error.message;
    process.stderr.write(`error: ${printableText(text)}\n`);
  }
}

/** Whether a folder holds one of this project's own programs: the platform, or what delivers it. */
function isOwn(folder: string): boolean {
  return [ownProject, join(ownProject, "delivery")].includes(folder);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One line on the terminal that the next step writes over. */
function showProgress(step: string): void {
  process.stderr.write(step === "" ? "\r\x1b[K" : `\r\x1b[Kwaiting for ${step}`);
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

function readSeconds(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 86_400) return number;
  throw new InvalidArgumentError("a number of seconds up to 86400");
}
