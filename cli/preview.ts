import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import { type CommandError, commandError, runCommand, type Work } from "../lib/command.ts";
import { Failure, reasonOf } from "../lib/failure.ts";
import packageJson from "../package.json" with { type: "json" };
import type { readSavedPreview, SavedPreview } from "../preview/document/saved.ts";
import type { ExportedState, IsolationOptions, PackConfig } from "../preview/index.ts";
import { defaultTimeoutMs, preview } from "../preview/preview.ts";
import { type ReportFormat, reporterOf } from "../preview/report/formats.ts";
import type { Failed, Judged, Report } from "../preview/report/report.ts";
import { type View, viewOf } from "../preview/report/view.ts";
import { projectNameOf } from "../project/project.ts";
import { repositoryRoot } from "../project/sources.ts";
import { collect } from "./collect.ts";
import { decimalIn } from "./decimal.ts";
import { checkOutputs, type OutputPlan, planOutput, writeOutput } from "./output.ts";
import { isPackaged, ownFolder, ownPack, ownProject } from "./own.ts";
import { withReportOptions } from "./report-options.ts";

const defaultStack = "production";

interface PreviewFlags {
  stack?: string[];
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
  resources: boolean;
  policies: boolean;
  items: boolean;
  evidence?: string | true;
  json: boolean;
  color: boolean;
  debug: boolean;
  isolate?: IsolationOptions["by"];
  env: string[];
  read: string[];
}

/** `optropic preview`: runs the program and the pack offline. */
export function previewCommand(): Command {
  const command = new Command("preview")
    .description(
      "Runs a Pulumi program and its policy packs offline, without the Pulumi CLI, an account or a network.",
    )
    .option("-s, --stack <name>", `the stack; repeatable (default: "${defaultStack}")`, collect)
    .addOption(
      new Option("-C, --cwd <folder>", "the folder of the Pulumi project").default(
        ownProject,
        "this project",
      ),
    )
    .option(
      "--policy-pack <folder>",
      "a policy pack; repeatable (default: the checklist, where the command is installed or for its own project)",
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
      "stop when the program or a policy pack is silent for this long",
      readSeconds,
      defaultTimeoutMs / 1000,
    )
    .option("--diff <file>", "show what changed since a preview saved with --json");
  return withReportOptions(command)
    .option("--evidence [folder]", "record what was found as evidence (default folder: records)")
    .option("--json", "print one JSON document and nothing else", false)
    .addOption(
      new Option(
        "--isolate [by]",
        "keep the program and the packs away from your files, environment and network: with Linux namespaces, or with Node.js permissions, which stop less",
      )
        .choices(["namespaces", "permissions"])
        .preset("namespaces"),
    )
    .option("--env <name>", "with --isolate, an environment variable to pass on; repeatable", collect, [])
    .option("--read <path>", "with --isolate, a file or folder that they may read; repeatable", collect, [])
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
  const wanted = {
    color: flags.color,
    resources: flags.resources,
    policies: flags.policies,
    items: flags.items,
  };
  const measured = flags.items ? await measuredItems() : undefined;
  const view = viewOf(process.stdout, process.env, { ...wanted, measured, addressOf: addressesIn(cwd) });
  let stated: ExportedState | undefined;
  const [given, ...others] = flags.stack ?? [];
  // A state says of which project and stack it is, unless a project's folder is named.
  const project = (): string => stated?.project ?? projectNameOf(cwd);
  const first = (): string => given ?? stated?.stack ?? defaultStack;
  const report = (stack: string, result: Judged | Failed): Report => ({
    ...{ project: project(), stack },
    tool: { name: packageJson.name, version: packageJson.version },
    result,
  });
  const print = async (stack: string, result: Judged | Failed): Promise<string> =>
    (await reporterOf(plan.printed))({ ...report(stack, result), view });
  const options = {
    json: plan.printed !== "pretty",
    debug: flags.debug,
    // A person has read it on standard error.
    outputOf: (error: CommandError) => (plan.printed === "pretty" ? "" : print(first(), { error })),
  };
  await runCommand(options, async ({ progress, warn }) => {
    checkOutputs(plan);
    // Several stacks have no state, which is refused below.
    const state = flags.state === undefined || others.length > 0 ? undefined : await stateFrom(flags.state);
    const asStated = command.getOptionValueSource("cwd") === "default";
    if (asStated) stated = state;
    const judgeStack = (stack: string): Promise<Judged> =>
      judge(flags, { cwd, project: project(), stack, state, asStated }, progress);
    if (others.length > 0) {
      const alone = [
        ...(flags.output.length > 0 ? ["--output"] : []),
        ...(flags.state === undefined ? [] : ["--state"]),
        ...(flags.diff === undefined ? [] : ["--diff"]),
        ...(flags.evidence === undefined ? [] : ["--evidence"]),
      ];
      const { previewStacks } = await import("./stacks.ts");
      return previewStacks([first(), ...others], { alone, printed: plan.printed, view }, judgeStack);
    }
    checkEvidence(flags);
    const startedAt = new Date();
    const stack = first();
    const result = await judgeStack(stack).catch(async (error: unknown) => {
      await writeFiles(plan, report(stack, { error: commandError(error) })).catch((unwritten) =>
        warn(reasonOf(unwritten)),
      );
      throw error;
    });
    await writeFiles(plan, report(stack, result));
    if (flags.evidence !== undefined) {
      const { recordPreview } = await import("./evidence/preview.ts");
      await recordPreview(flags.evidence, { cwd, stack, startedAt, document: result.document });
    }
    const source = state === undefined ? "program" : "state";
    const { statusOf } = await import("./stacks.ts");
    return { status: statusOf(result.document, source), output: await print(stack, result) };
  });
}

/** Addresses of files of the repository, for a terminal that opens them. */
function addressesIn(cwd: string): View["addressOf"] {
  if (!existsSync(cwd)) return undefined;
  const root = repositoryRoot(realpathSync(cwd));
  return ({ path, line }) => `${pathToFileURL(join(root, path)).href}#L${line}`;
}

/** @throws {Failure} for what goes with --isolate alone */
function isolationFrom({ isolate, env, read }: PreviewFlags): IsolationOptions | undefined {
  if (isolate !== undefined) return { by: isolate, env, read };
  const given = [...(env.length > 0 ? ["--env"] : []), ...(read.length > 0 ? ["--read"] : [])];
  if (given.length === 0) return undefined;
  throw new Failure(
    "refused",
    `${given.join(" and ")} without --isolate: a program that is not isolated has your environment and reads what you can read`,
  );
}

/** @throws {Failure} where evidence would say of the commit what was judged of something else */
function checkEvidence(flags: PreviewFlags): void {
  const { evidence, config, stackOutput, state, policyPack, policyPackConfig } = flags;
  const given = [
    ...(config.length > 0 ? ["--config"] : []),
    ...(stackOutput.length > 0 ? ["--stack-output"] : []),
    ...(state === undefined ? [] : ["--state"]),
    ...(policyPack === undefined ? [] : ["--policy-pack"]),
    ...(policyPackConfig.length > 0 ? ["--policy-pack-config"] : []),
  ];
  if (evidence === undefined || given.length === 0) return;
  throw new Failure(
    "refused",
    `--evidence with ${given.join(" and ")}: evidence is of the program and the settings as they are committed, judged by the checklist`,
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
  of: { cwd: string; project: string; stack: string; state: ExportedState | undefined; asStated: boolean },
  progress: Work["progress"],
): Promise<Judged> {
  const { cwd, project, stack, state, asStated } = of;
  const { diff, policyPackConfig } = flags;
  const document = await preview({
    cwd,
    stack,
    organization: flags.organization,
    policyPacks: flags.policyPack ?? (isPackaged || isOwn(cwd) ? [ownPack] : []),
    policyPackConfigs: policyPackConfig.length > 0 ? await packConfigs(policyPackConfig) : [],
    config: flags.config,
    stackOutputs: flags.stackOutput,
    ...{ state, asStated },
    base: diff === undefined ? undefined : await savedPreview(diff, { project, stack }),
    timeoutMs: flags.timeout * 1000,
    stackTraces: flags.debug,
    isolation: isolationFrom(flags),
    progress,
  });
  const { judgedOf } = await import("../preview/report/checklist-words.ts");
  return judgedOf(document, flags.items, flags.items ? await measuredItems() : undefined);
}

// What only some previews read is loaded for these alone, so that the others start earlier.
async function stateFrom(path: string): Promise<ExportedState> {
  return (await import("../preview/document/state.ts")).readState(path);
}

async function savedPreview(...given: Parameters<typeof readSavedPreview>): Promise<SavedPreview> {
  return (await import("../preview/document/saved.ts")).readSavedPreview(...given);
}

async function packConfigs(paths: readonly string[]): Promise<PackConfig[]> {
  const { readPackConfig } = await import("../preview/packs/pack-config.ts");
  return paths.map((path) => readPackConfig(path));
}

/** Items that something here measures: a probe, a drill or a load test. */
async function measuredItems(): Promise<ReadonlySet<string>> {
  const { registeredControls } = await import("./evidence/controls.ts");
  const probes = registeredControls().filter(({ kind }) => kind === "probe");
  return new Set(probes.flatMap(({ items }) => items));
}

/** Whether a folder, links resolved, holds one of this project's own programs: the platform or its delivery. */
function isOwn(folder: string): boolean {
  return (
    existsSync(folder) &&
    [ownFolder, join(ownFolder, "delivery")].some((own) => realpathSync(own) === realpathSync(folder))
  );
}

async function writeFiles({ files }: OutputPlan, report: Report): Promise<void> {
  for (const { path, format } of files) writeOutput(path, (await reporterOf(format))(report));
}

function readSeconds(text: string): number {
  const number = decimalIn(text);
  if (number > 0 && number <= 86_400) return number;
  throw new InvalidArgumentError("Expected a number of seconds up to 86400.");
}
