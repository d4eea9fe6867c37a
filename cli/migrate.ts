import { Command } from "commander";
import type { ApplyFlags, MigrateFlags, RehearseFlags, ResolveFlags } from "./migrate/flags.ts";
import {
  acceptUnsignedOption,
  choiceOptions,
  cwdOption,
  operationCommand,
  storeOption,
} from "./operations/operation.ts";

/** `optropic migrate`: Prisma's migrations, linted, rehearsed on a restored backup, and applied. */
export function migrateCommand(): Command {
  return new Command("migrate")
    .description("Applies Prisma's migrations that were linted and rehearsed: docs/migrate.md.")
    .addCommand(statusCommand())
    .addCommand(lintCommand())
    .addCommand(rehearseCommand())
    .addCommand(applyCommand())
    .addCommand(driftCommand())
    .addCommand(resolveCommand());
}

function subcommand(name: string, about: { description: string; example: string }): Command {
  return operationCommand(name, about)
    .addOption(cwdOption())
    .option("--folder <folder>", "the folder of the migrations (default: rollout.rollback.migrations)");
}

function statusCommand(): Command {
  return subcommand("status", {
    description: "Compares the database of DATABASE_URL with the folder of the migrations.",
    example: "optropic migrate status",
  }).action(async (flags: MigrateFlags) => {
    const { runStatus } = await import("./migrate/run-status.ts");
    await runStatus(flags);
  });
}

function lintCommand(): Command {
  return subcommand("lint", {
    description:
      "Finds locks, table rewrites and lost data in the SQL of pending migrations: with DATABASE_URL those that the database lacks, without it all of them.",
    example: "optropic migrate lint",
  }).action(async (flags: MigrateFlags) => {
    const { runLint } = await import("./migrate/run-lint.ts");
    await runLint(flags);
  });
}

function rehearseCommand(): Command {
  const command = subcommand("rehearse", {
    description:
      "Restores the newest backup into a scratch server, runs what is pending there, records every lock that is really taken, and writes the evidence that production asks for.",
    example: "optropic migrate rehearse --identity ~/backup-identity.txt",
  });
  for (const option of choiceOptions()) command.addOption(option);
  return command
    .option(
      "--previous <release>",
      "the commit or tag that a rollback would return to (default: the newest tag v*)",
    )
    .option("--scratch <folder>", "the folder for the scratch server and the decrypted dump")
    .option("--evidence <folder>", "the folder for the evidence", "records")
    .action(async (flags: RehearseFlags) => {
      const { runRehearse } = await import("./migrate/run-rehearse.ts");
      await runRehearse(flags);
    });
}

function applyCommand(): Command {
  return subcommand("apply", {
    description:
      "Applies what is pending to the database of DATABASE_URL. In production it refuses what is dangerous, what was not rehearsed, and to begin without a verified backup.",
    example: "optropic migrate apply",
  })
    .addOption(storeOption())
    .addOption(acceptUnsignedOption())
    .option("--evidence <folder>", "the folder for the evidence", "records")
    .action(async (flags: ApplyFlags) => {
      const { runApply } = await import("./migrate/run-apply.ts");
      await runApply(flags);
    });
}

function driftCommand(): Command {
  return subcommand("drift", {
    description:
      "Compares the schema of DATABASE_URL with what its migrations make of an empty database on a scratch server.",
    example: "optropic migrate drift",
  })
    .option("--scratch <folder>", "the folder for the scratch server")
    .action(async (flags: MigrateFlags & { scratch?: string }) => {
      const { runDrift } = await import("./migrate/run-drift.ts");
      await runDrift(flags);
    });
}

function resolveCommand(): Command {
  return subcommand("resolve", {
    description:
      "Shows how to go on from a migration, and what each way loses. prisma migrate resolve --rolled-back works on failed migrations only.",
    example: "optropic migrate resolve 20260101000000_add_note",
  })
    .argument("<migration>", "the name of the migration")
    .option("--rolled-back", "mark the failed migration as rolled back, so that it is applied again", false)
    .action(async (name: string, flags: ResolveFlags) => {
      const { runResolve } = await import("./migrate/run-resolve.ts");
      await runResolve(name, flags);
    });
}
