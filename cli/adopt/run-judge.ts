import type { Command } from "commander";
import { readsRepository } from "../../adopt/live/index.ts";
import { type CommandError, commandError, runCommand } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { reasonOf } from "../../lib/failure.ts";
import packageJson from "../../package.json" with { type: "json" };
import { type PreviewDocument, preview, readPackConfig, withUntold } from "../../preview/index.ts";
import { judgedOf } from "../../preview/report/checklist-words.ts";
import { type ReportFormat, reporterOf } from "../../preview/report/formats.ts";
import type { Failed, Judged, Report } from "../../preview/report/report.ts";
import { viewOf } from "../../preview/report/view.ts";
import { checkOutputs, type OutputPlan, planOutput, writeOutput } from "../output.ts";
import { ownFolder, ownPack } from "../own.ts";
import { type LiveFlags, liveState } from "./live.ts";

export interface JudgeFlags extends LiveFlags {
  stack: string;
  project: string;
  policyPackConfig?: string;
  format?: ReportFormat;
  output: string[];
  resources: boolean;
  policies: boolean;
  items: boolean;
  json: boolean;
  color: boolean;
}

/** Judges what the vendors have, and reports it as a preview of a state is reported. */
export async function runJudge(flags: JudgeFlags, command: Command): Promise<void> {
  const plan = readPlan(flags, command);
  const { project, stack } = flags;
  const view = viewOf(process.stdout, process.env, {
    ...{ color: flags.color, resources: flags.resources, policies: flags.policies, items: flags.items },
    ...{ measured: undefined, addressOf: undefined },
  });
  const tool = { name: packageJson.name, version: packageJson.version };
  const report = (result: Judged | Failed): Report => ({ project, stack, tool, result });
  const print = async (result: Judged | Failed): Promise<string> =>
    (await reporterOf(plan.printed))({ ...report(result), view });
  const options = {
    json: plan.printed !== "pretty",
    // A person has read it on standard error.
    outputOf: (error: CommandError) => (plan.printed === "pretty" ? "" : print({ error })),
  };
  await runCommand(options, async ({ progress, warn }) => {
    checkOutputs(plan);
    const config = flags.policyPackConfig === undefined ? undefined : readPackConfig(flags.policyPackConfig);
    progress?.("the vendors");
    const state = await liveState(flags, { project, stack });
    for (const warning of state.warnings) warn(warning);
    const judging = preview({
      ...{ cwd: ownFolder, stack, state, asStated: true, progress },
      // No program is judged, so nothing is asked of where one would keep its state.
      config: readsRepository(flags, flags.without, process.env) ? ["scope=all", "backend=self-managed"] : [],
      policyPacks: [ownPack],
      policyPackConfigs: config === undefined ? [] : [config],
    });
    const result = await judging.then(
      (document) => judgedOf(withUntold(document, state.untold), flags.items),
      async (error: unknown) => {
        await writeFiles(plan, report({ error: commandError(error) })).catch((unwritten) =>
          warn(reasonOf(unwritten)),
        );
        throw error;
      },
    );
    await writeFiles(plan, report(result));
    return { status: statusOf(result.document), output: await print(result) };
  });
}

/** What is unknown may be wrong: it holds only where everything could be told. */
function statusOf({ summary }: PreviewDocument) {
  if (summary.mandatory > 0) return exitStatus.doesNotHold;
  return summary.unknown > 0 ? exitStatus.couldNotTell : exitStatus.holds;
}

function readPlan(flags: JudgeFlags, command: Command): OutputPlan {
  try {
    return planOutput(flags);
  } catch (error) {
    return command.error(`error: ${reasonOf(error)}`);
  }
}

async function writeFiles({ files }: OutputPlan, report: Report): Promise<void> {
  for (const { path, format } of files) writeOutput(path, (await reporterOf(format))(report));
}
