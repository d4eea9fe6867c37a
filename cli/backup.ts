import type { Command } from "commander";
import { cwdOption, type OperationFlags, operationCommand } from "./operations/operation.ts";
import type { FromSettings } from "./operations/run-backup.ts";

/**
 * `optropic backup`: backs the stack's database up into its store.
 *
 * @param fromSettings reads what the environment does not say; where there are no settings, as in the job's
 * image, the environment says it all
 */
export function backupCommand(fromSettings?: FromSettings): Command {
  const command = operationCommand("backup", {
    description:
      "Backs the database up: dumped from one snapshot, encrypted to the public keys of the settings, stored with its manifest. The database is that of DATABASE_URL or of PGHOST, PGDATABASE, PGUSER and PGPASSWORD or PGPASSFILE; the store's keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    example: "optropic backup --stack production",
  });
  if (fromSettings !== undefined) command.addOption(cwdOption());
  return command.action(async (flags: OperationFlags) => {
    const { runBackup } = await import("./operations/run-backup.ts");
    await runBackup(flags, fromSettings);
  });
}
