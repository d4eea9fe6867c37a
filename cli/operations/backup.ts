import { type Command, Option } from "commander";
import { cwdOption, jobsUpTo, operationCommand } from "./operation.ts";
import type { BackupFlags, FromSettings } from "./run-backup.ts";

/**
 * `optropic backup`: backs up the stack's database to its store.
 *
 * @param fromSettings reads from the stack's settings what the environment leaves out; the job's image has no
 * settings and takes everything from its environment
 */
export function backupOperation(fromSettings?: FromSettings): Command {
  const command = operationCommand("backup", {
    description:
      "Backs up the database: dumps it from one snapshot, encrypts the dump to the public keys in the settings, and stores it with its manifest. Connects to DATABASE_URL, or with PGHOST, PGDATABASE, PGUSER and PGPASSWORD or PGPASSFILE. The store's keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or wherever AWS's SDK finds some. EVIDENCE_SIGNING_KEY signs the backup.",
    example: "optropic backup --stack production",
  });
  if (fromSettings !== undefined) command.addOption(cwdOption());
  command.addOption(
    new Option(
      "--jobs <number>",
      "dump by this many parallel jobs, by way of the folder for temporary files (default: backups.jobs)",
    ).argParser(jobsUpTo(16)),
  );
  return command.action(async (flags: BackupFlags) => {
    const { runBackup } = await import("./run-backup.ts");
    await runBackup(flags, fromSettings);
  });
}
