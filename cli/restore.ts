import type { Command } from "commander";
import { choiceOptions, cwdOption, operationCommand } from "./operations/operation.ts";
import type { RestoreFlags } from "./operations/run-restore.ts";

/** `optropic restore`: the real emergency. */
export function restoreCommand(): Command {
  const command = operationCommand("restore", {
    description:
      "Replaces the schemas of a backup in a database by what they were: after a typed confirmation and a backup of the target, in one transaction, all or nothing. The password comes from PGPASSWORD or PGPASSFILE.",
    example:
      "optropic restore --target postgresql://postgres@db.example.com:5432/postgres --identity key.txt",
  }).addOption(cwdOption());
  for (const option of choiceOptions()) command.addOption(option);
  return command
    .requiredOption("--target <url>", "the database to restore into, without a password")
    .option("--confirm <text>", "the target's host:port/database, where nobody can be asked to type it")
    .option("--create-roles", "make the roles that the target lacks, without a login", false)
    .option("--no-owner", "leave ownership to the role that restores; needs --accept-differences")
    .option(
      "--accept-differences",
      "restore although it differs from the backup, or costs what depends on it elsewhere",
      false,
    )
    .option("--scratch <folder>", "where the decrypted dump is kept meanwhile")
    .action(async (flags: RestoreFlags) => {
      const { runRestore } = await import("./operations/run-restore.ts");
      await runRestore(flags);
    });
}
