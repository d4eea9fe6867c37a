import { runCommand } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { Failure } from "../../lib/failure.ts";
import { readText } from "../../lib/files.ts";
import { jsonLine } from "../../lib/json.ts";
import { counted, printableText } from "../../lib/text.ts";
import { blueprintOf } from "../../operations/blueprint/blueprint.ts";
import { blueprintText, differencesOf } from "../../operations/blueprint/file.ts";
import { checkWritable, writeOutput } from "../output.ts";
import { declaredBy } from "./declared.ts";

export interface ExportFlags {
  stack: string;
  cwd: string;
  preview?: string;
  output?: string;
  check?: string;
  json: boolean;
  debug: boolean;
}

/** Writes what a stack declares at Render as a Blueprint, or compares a file with it. */
export async function runExport(flags: ExportFlags): Promise<void> {
  const { stack, json, output, check } = flags;
  await runCommand(flags, async () => {
    if (check !== undefined && output !== undefined) {
      throw new Failure("refused", "--check writes nothing, so it cannot be combined with --output");
    }
    if (output !== undefined) checkWritable(output);
    const exported = blueprintOf(await declaredBy(flags)());
    if (check !== undefined) {
      const differences = differencesOf(readText(`--check ${check}`, check, { maximumBytes }), exported);
      const status = differences.length === 0 ? exitStatus.holds : exitStatus.doesNotHold;
      const words =
        differences.length === 0
          ? [`${check} is what ${stack} declares at Render.`]
          : [
              `${check} differs from what ${stack} declares at Render:`,
              ...differences.map((each) => `- ${each}`),
            ];
      return {
        status,
        output: json ? jsonLine({ stack, file: check, differences }) : printableText(`${words.join("\n")}\n`),
      };
    }
    const text = blueprintText(exported, stack);
    if (output !== undefined) writeOutput(output, text);
    const left =
      exported.left.length === 0
        ? ""
        : `, ${counted(exported.left.length, "setting")} left out (named in it)`;
    const said = output === undefined ? text : printableText(`${output}: written${left}\n`);
    return { status: exitStatus.holds, output: json ? jsonLine({ stack, ...exported }) : said };
  });
}

/** Largest Blueprint that is read, in bytes. */
const maximumBytes = 1024 * 1024;
