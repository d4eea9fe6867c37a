import { Command, InvalidArgumentError } from "commander";
import { type ItemId, isItemId } from "../checklist/items.ts";
import { collect } from "./collect.ts";
import { cwdOption } from "./operations/operation.ts";
import type { VerifyFlags } from "./operations/run-verify.ts";

/** `optropic verify`: probes what runs against what the stack declares. */
export function verifyCommand(): Command {
  return new Command("verify")
    .description(
      "Measures what runs and compares it with what the stack declares. It only reads, unless --allow-writes is given. Credentials come from the stack's outputs or from METRICS_TOKEN, VERIFY_USER and VERIFY_PASSWORD, and VERIFY_DATABASE_URL and VERIFY_POOLER_URL, and the vendors' tokens from the variables that their providers take.",
    )
    .option("-s, --stack <name>", "the stack", "production")
    .addOption(cwdOption())
    .option(
      "--outputs <file>",
      "the stack's outputs as JSON (default: pulumi stack output, where there is a CLI)",
    )
    .option(
      "--outputs-of <stack=file>",
      "the outputs of another stack as JSON, whose secrets must be different; repeatable (default: pulumi stack output of each)",
      collect,
      [],
    )
    .option(
      "--target <url>",
      "connect here instead of to what a host resolves to: https://, http:// or dns:// with an address and a port; repeatable",
      collect,
      [],
    )
    .option("--ca <file>", "trust the authorities in this PEM file instead of the usual ones")
    .option(
      "--trust-anchor <file>",
      "trust the DS records in this file for DNSSEC instead of the keys of the root zone",
    )
    .option(
      "--migrations <folder>",
      "compare the applied migrations with this folder of Prisma migrations (default: rollout.rollback.migrations)",
    )
    .option("--only <ids>", "measure only these items of the checklist, separated by commas", readItems)
    .option("--allow-unknown <ids>", "items that may stay unknown, separated by commas", readItems, [])
    .option("--allow-writes", "run the probes that write too; they clean up after themselves", false)
    .option(
      "--preview <file>",
      "what optropic preview --json printed, to compare vendors with (default: previews the program when needed)",
    )
    .option("--evidence [folder]", "record what was measured as evidence (default folder: records)")
    .option(
      "--report <file>",
      "write a page that shows every check, or JUnit XML where the name ends in .xml; repeatable",
      collect,
      [],
    )
    .option("--json", "print one JSON document and nothing else", false)
    .option("--debug", "print stack traces", false)
    .addHelpText(
      "after",
      "\nExamples:\n  $ optropic verify --stack staging --only 4.1,4.2\n  $ optropic verify --outputs outputs.json --report verification.html\n\nExit status: 0 every item holds, 1 an item does not hold, 2 an item could not be told.",
    )
    .action(async (flags: VerifyFlags) => {
      const { runVerify } = await import("./operations/run-verify.ts");
      await runVerify(flags);
    });
}

function readItems(text: string): ItemId[] {
  return text.split(",").map((part) => {
    const id = part.trim();
    if (isItemId(id)) return id;
    throw new InvalidArgumentError(`The checklist has no item ${JSON.stringify(id)}.`);
  });
}
