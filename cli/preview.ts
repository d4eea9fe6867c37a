import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { coverageLine } from "../checklist/coverage.ts";
import { type CommandError, commandError, runCommand, type Work } from "../lib/command.ts";
import { exitStatus } from "../lib/exit.ts";
import { Failure, reasonOf } from "../lib/failure.ts";
import packageJson from "../package.json" with { type: "json" };
import {
  defaultTimeoutMs,
  type IsolationOptions,
  preview,
  projectNameOf,
  readPackConfig,
  readSavedPreview,
} from "../preview/index.ts";
import { type ReportFormat, reporterOf, reportFormats } from "../preview/report/formats.ts";
import type { Failed, Judged, Report } from "../preview/report/report.ts";
import { checkOutputs, type OutputPlan, planOutput, writeOutput } from "./output.ts";

/** The project of this checkout, which is previewed unless `--cwd` names another. */
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
  diff?: string;
  format?: ReportFormat;
  output: string[];
  json: boolean;
  color: boolean;
  debug: boolean;
  isolate?: IsolationOptions["by"];
  env: string[];
  read: string[];
}

/** `optropic preview`: runs the program and the pack offline. */
export function previewCommand(): Command {
  return new Command("preview")
    .description(
      "Runs a Pulumi program and its policy packs offline, without the Pulumi CLI, an account or a network.",
    )
    .option("-s, --stack <name>", "the stack", "production")
    .option("-C, --cwd <folder>", "the folder of the Pulumi project", ownProject)
    .option(
      "--policy-pack <folder>",
      "a policy pack; repeatable (default: this project's own, for this project)",
      collect,
    )
    .option(
      "--policy-pack-config <file>",
      "the configuration of the policy pack in the same position; repeatable",
      collect,
      [],
    )
    .option(
      "-c, --config <key=value>",
      "override a setting of the stack; the key may be a path; repeatable",
      collect,
      [],
    )
    .option(
      "--stack-output <stack:output=value>",
      "an output of another stack, for stack references; repeatable",
      collect,
      [],
    )
    .option("--organization <name>", "the organization to run as")
    .option("--state <file>", "judge an exported state instead of the program")
    .option(
      "--timeout <seconds>",
      "the time limit for the program and the policy packs",
      readSeconds,
      defaultTimeoutMs / 1000,
    )
    .option("--diff <file>", "show what changed since a preview saved with --json")
    .addOption(
      new Option("-f, --format <format>", "the output format (default: pretty)").choices(reportFormats),
    )
    .option(
      "-o, --output <file>",
      "write a file; its extension (.md, .sarif, .json, .xml, .txt) or --format decides the format; repeatable",
      collect,
      [],
    )
    .option("--json", "print one JSON document and nothing else", false)
    .addOption(
      new Option(
        "--isolate [by]",
        "run the program and the packs isolated, by Linux namespaces or by Node's permission model, which stops less",
      )
        .choices(["namespaces", "permissions"])
        .preset("namespaces"),
    )
    .option("--env <name>", "with --isolate, pass this environment variable, repeatable", collect, [])
    .option("--read <path>", "with --isolate, allow reading this file or folder, repeatable", collect, [])
    .option("--no-color", "print without colors")
    .option("--debug", "print stack traces", false)
    .addHelpText(
      "after",
      "\nExamples:\n  $ optropic preview --stack staging --config edge.minTlsVersion=1.3\n  $ optropic preview --diff base.json --output preview.md --output preview.sarif\n\nExit status: 0 the checklist holds, 1 it does not hold, 2 could not tell.",
    )
    .action(run);
}

async function run(flags: PreviewFlags, command: Command): Promise<void> {
  const plan = readPlan(flags, command);
  const cwd = resolve(flags.cwd);
  const color = flags.color && process.stdout.isTTY && !process.env.NO_COLOR;
  const subject = { project: projectNameOf(cwd), stack: flags.stack };
  const report = (result: Judged | Failed): Report => ({
    ...subject,
    tool: { name: packageJson.name, version: packageJson.version },
    result,
    color: false,
  });
  const print = async (result: Judged | Failed): Promise<string> =>
    (await reporterOf(plan.printed))({ ...report(result), color });
  const options = {
    json: plan.printed !== "pretty",
    debug: flags.debug,
    // A person has read it on standard error.
    outputOf: (error: CommandError) => (plan.printed === "pretty" ? "" : print({ error })),
  };
  await runCommand(options, async ({ progress, warn }) => {
    checkOutputs(plan);
    const result = await judge(flags, { cwd, ...subject }, progress).catch(async (error: unknown) => {
      await writeFiles(plan, report({ error: commandError(error) })).catch((unwritten) =>
        warn(reasonOf(unwritten)),
      );
      throw error;
    });
    await writeFiles(plan, report(result));
    const { mandatory } = result.document.summary;
    return { status: mandatory > 0 ? exitStatus.doesNotHold : exitStatus.holds, output: await print(result) };
  });
}

/** @throws {Failure} for what goes with --isolate alone */
function isolationFrom({ isolate, env, read }: PreviewFlags): IsolationOptions | undefined {
  if (isolate !== undefined) return { by: isolate, env, read };
  const given = [...(env.length > 0 ? ["--env"] : []), ...(read.length > 0 ? ["--read"] : [])];
  if (given.length === 0) return undefined;
  throw new Failure(
    "refused",
    `${given.join(" and ")} without --isolate: nothing is kept from the program then`,
  );
}

function readPlan(flags: PreviewFlags, command: Command): OutputPlan {
  try {
    return planOutput(flags);
  } catch (error) {
    return command.error(`error: ${reasonOf(error)}`);
  }
}

async function judge(
  flags: PreviewFlags,
  { cwd, project, stack }: { cwd: string; project: string; stack: string },
  progress: Work["progress"],
): Promise<Judged> {
  const document = await preview({
    cwd,
    stack,
    organization: flags.organization,
    policyPacks: flags.policyPack ?? (isOwn(cwd) ? [resolve(ownProject, "policies")] : []),
    policyPackConfigs: flags.policyPackConfig.map(readPackConfig),
    config: flags.config,
    stackOutputs: flags.stackOutput,
    state: flags.state,
    base: flags.diff === undefined ? undefined : readSavedPreview(flags.diff, { project, stack }),
    timeoutMs: flags.timeout * 1000,
    stackTraces: flags.debug,
    isolation: isolationFrom(flags),
    progress,
  });
  return { document, coverage: coverageLine(document.policies) };
}

/** Whether a folder, links resolved, holds one of this project's own programs: the platform or its delivery. */
function isOwn(folder: string): boolean {
  return (
    existsSync(folder) &&
    [ownProject, join(ownProject, "delivery")].some((own) => realpathSync(own) === realpathSync(folder))
  );
}

async function writeFiles({ files }: OutputPlan, report: Report): Promise<void> {
  for (const { path, format } of files) writeOutput(path, (await reporterOf(format))(report));
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

function readSeconds(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 86_400) return number;
  throw new InvalidArgumentError("Expected a number of seconds up to 86400.");
}
