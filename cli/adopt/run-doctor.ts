import { planText } from "../../adopt/words.ts";
import { runCommand } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { jsonLine } from "../../lib/json.ts";
import { type AdoptFlags, gather, planDocument } from "./gather.ts";

/** Says what the first update would do to what is there. */
export async function runDoctor(flags: AdoptFlags): Promise<void> {
  await runCommand({ json: flags.json }, async (work) => {
    const { plan } = await gather(flags, work);
    const loses = plan.steps.filter((step) => step.loses !== undefined).length;
    const open = plan.steps.filter(({ action }) => action === "ask" || action === "unknown").length;
    const replaces = plan.steps.filter((step) => step.replaces !== undefined).length;
    const verdict =
      loses > 0
        ? "✗ Refused: the first update would remove what the program does not declare. Declare it, or move it elsewhere first."
        : replaces > 0
          ? "✗ Refused: the first update would replace what is not imported yet. Import it first, then give the stack's own state with --from."
          : open > 0
            ? "? Could not tell: give states of the vendors that are not known with --from, or name those that have nothing yet with --vendor."
            : "✓ The first update removes nothing.";
    return {
      status:
        loses + replaces > 0 ? exitStatus.doesNotHold : open > 0 ? exitStatus.couldNotTell : exitStatus.holds,
      output: flags.json ? jsonLine({ ...planDocument(plan), verdict }) : `${planText(plan)}\n\n${verdict}\n`,
    };
  });
}
