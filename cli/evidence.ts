import { Command, InvalidArgumentError } from "commander";
import { runCommand } from "../lib/command.ts";
import { keygenCommand } from "./evidence/keygen.ts";
import {
  type CheckpointFlags,
  type CollectFlags,
  checkpointOption,
  evidenceOptions,
  type GatesFlags,
  type LoadTestFlags,
  type VerifyEvidenceFlags,
} from "./evidence/options.ts";

/** `optropic evidence`: whether evidence is intact, checkpoints of it, keys, and the gates of the repository. */
export function evidenceCommand(): Command {
  return new Command("evidence")
    .description("Checks evidence, anchors it, makes keys, and records the gates of the repository.")
    .addCommand(verify())
    .addCommand(checkpoint())
    .addCommand(gates())
    .addCommand(loadTest())
    .addCommand(collect())
    .addCommand(keygenCommand());
}

function verify(): Command {
  const command = withOptions(
    new Command("verify").description(
      "Checks the digests, signatures and parents of all records, and compares them with checkpoints.",
    ),
  );
  return command
    .addOption(checkpointOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ optropic evidence verify --checkpoint checkpoint.txt\n\nExit status: 0 the evidence is intact, 1 it is not, 2 could not tell.",
    )
    .action(async (flags: VerifyEvidenceFlags) => {
      await runCommand(flags, async () => (await import("./evidence/commands.ts")).verify(flags));
    });
}

function checkpoint(): Command {
  return withOptions(
    new Command("checkpoint").description(
      "Writes a checkpoint of all records, to be kept where whoever writes evidence cannot change it.",
    ),
  )
    .option("-o, --output <file>", "write a file instead of printing")
    .option(
      "--bucket [place]",
      "keep it in a bucket, under its object lock where it has one (default: the bucket of the backups)",
    )
    .option("--tag <name>", "keep it in an annotated tag of Git")
    .option("--subject <file>", "write the checkpoint's origin, which an attestation names as its subject")
    .addHelpText("after", "\nExample:\n  $ optropic evidence checkpoint --bucket --tag evidence-2026-11-28\n")
    .action(async (flags: CheckpointFlags) => {
      await runCommand(flags, async () => (await import("./evidence/commands.ts")).checkpoint(flags));
    });
}

function gates(): Command {
  return withOptions(
    new Command("gates").description("Checks what the repository itself shows, and records it as evidence."),
  )
    .option("--record-only", "exit with 0 whatever the gates show, when a decision follows", false)
    .addHelpText(
      "after",
      "\nExample:\n  $ optropic evidence gates --stack production\n\nExit status: 0 every gate holds, 1 one does not, 2 could not tell.",
    )
    .action(async (flags: GatesFlags) => {
      await runCommand(flags, async () => (await import("./evidence/commands.ts")).runAllGates(flags));
    });
}

function loadTest(): Command {
  return withOptions(
    new Command("load-test")
      .description("Records what a load test showed, from k6's summary.")
      .argument("<summary>", "the file that npm run loadtest -- --summary FILE wrote"),
  )
    .requiredOption("--target <url>", "the address that was put under load")
    .addHelpText(
      "after",
      "\nExample:\n  $ optropic evidence load-test summary.json --target https://api.staging.example\n\nExit status: 0 within every objective, 1 not, 2 too few requests to tell.",
    )
    .action(async (summary: string, flags: LoadTestFlags) => {
      await runCommand(flags, async () =>
        (await import("./evidence/commands.ts")).recordLoadTest(summary, flags),
      );
    });
}

function collect(): Command {
  return withOptions(
    new Command("collect").description(
      "Brings the records that workflows kept as artifacts of their runs into the folder. Needs GitHub's gh.",
    ),
  )
    .option("--days <number>", "how many days to look back; GitHub keeps an artifact for 90", readDays, 30)
    .addHelpText(
      "after",
      "\nExample:\n  $ optropic evidence collect --days 7\n\nExit status: 0 every record is there, 2 one could not be read.",
    )
    .action(async (flags: CollectFlags) => {
      await runCommand(flags, async () => (await import("./evidence/collect.ts")).collect(flags));
    });
}

function readDays(text: string): number {
  if (/^[1-9]\d?$/.test(text) && Number(text) <= 90) return Number(text);
  throw new InvalidArgumentError("Expected a number of days from 1 to 90.");
}

function withOptions(command: Command): Command {
  for (const option of evidenceOptions()) command.addOption(option);
  return command;
}
