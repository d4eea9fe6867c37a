import { questionsOf } from "../../adopt/answers.ts";
import { importFileOf } from "../../adopt/import-file.ts";
import { planText } from "../../adopt/words.ts";
import { runCommand } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { jsonLine } from "../../lib/json.ts";
import { counted } from "../../lib/text.ts";
import { checkWritable, writeOutput } from "../output.ts";
import { type AdoptFlags, gather, planDocument } from "./gather.ts";

export interface ImportFlags extends AdoptFlags {
  output: string;
  questions: string;
}

/** Writes Pulumi's import file, and what a person has to decide. */
export async function runImport(flags: ImportFlags): Promise<void> {
  await runCommand({ json: flags.json }, async (work) => {
    checkWritable(flags.output);
    checkWritable(flags.questions, "--questions");
    const { declared, plan } = await gather(flags, work);
    const file = importFileOf(plan, declared);
    writeOutput(flags.output, `${JSON.stringify(file, null, 2)}\n`);
    const open = plan.steps.filter(({ action }) => action === "ask").length;
    if (open > 0)
      writeOutput(flags.questions, `${JSON.stringify(questionsOf(plan), null, 2)}\n`, "--questions");
    const providers = Object.entries(file.nameTable);
    const next = [
      ...providers.map(
        ([name, urn]) => `First create the provider ${name}: npm run pulumi:up -- --target '${urn}'`,
      ),
      `Then: pulumi import --stack ${flags.stack} --file ${flags.output} --generate-code=false`,
      ...(open > 0
        ? [`${counted(open, "resource")} to decide: edit ${flags.questions} and give it back with --answers`]
        : []),
    ];
    const isOpen = plan.steps.some(({ action }) => action === "ask" || action === "unknown");
    return {
      status: isOpen ? exitStatus.couldNotTell : exitStatus.holds,
      output: flags.json
        ? jsonLine({ ...planDocument(plan), file: flags.output, next })
        : `${[planText(plan), "", ...next].join("\n")}\n`,
    };
  });
}
