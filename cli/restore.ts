import { type Command, Option } from "commander";
import { choiceOptions, cwdOption, jobsUpTo, operationCommand } from "./operations/operation.ts";
import type { RestoreFlags } from "./operations/run-restore.ts";

/** `optropic restore`: restores a backup into a real database. */
export function restoreCommand(): Command {
  const command = operationCommand("restore", {
    description:
      "Restores the backed-up schemas into a database, replacing what it has: asks for confirmation, backs up the target, then restores everything in one transaction or changes nothing. With --jobs it restores into a new database instead, in parallel. The password comes from PGPASSWORD or PGPASSFILE.",
    example:
      "optropic restore --target postgresql://postgres@db.example.com:5432/postgres --identity key.txt",
  }).addOption(cwdOption());
  for (const option of choiceOptions()) command.addOption(option);
  return command
    .requiredOption("--target <url>", "the database to restore into; leave out the password")
    .option("--confirm <text>", "the target's host:port/database, to confirm without being asked")
    .addOption(
      new Option(
        "--jobs <number>",
        "restore by this many parallel jobs into a new or empty database, instead of in place",
      )
        .argParser(jobsUpTo(64))
        .conflicts("owner"),
    )
    .option(
      "--schema <name>",
      "restore only this schema; repeat it for more",
      (name: string, all: string[]) => [...all, name],
      [],
    )
    .addOption(
      new Option(
        "--table <name>",
        "restore only this table, such as public.orders, with its rows; repeat it for more",
      )
        .argParser<string[]>((name, all) => [...all, name])
        .default([], "all")
        .conflicts("schema"),
    )
    .option(
      "--create-roles",
      "create the roles that the target lacks, with their memberships and without login",
      false,
    )
    .option("--no-owner", "let the restoring role own everything; needs --accept-differences")
    .option(
      "--accept-differences",
      "restore even if the result differs from the backup, or objects elsewhere that depend on the schemas are dropped",
      false,
    )
    .option("--scratch <folder>", "the folder for the decrypted dump while it is restored")
    .action(async (flags: RestoreFlags) => {
      const { runRestore } = await import("./operations/run-restore.ts");
      await runRestore(flags);
    });
}
