import type { Command } from "commander";
import { acceptUnsignedOption, cwdOption, operationCommand, storeOption } from "./operations/operation.ts";
import type { BackupsFlags } from "./operations/run-backups.ts";

/** `optropic backups`: lists what is in the store and checks it against the objectives. */
export function backupsCommand(): Command {
  return operationCommand("backups", {
    description:
      "Lists the backups in the store, newest first, and checks the recovery point objective and the retention. The store's keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or wherever AWS's SDK finds some.",
    example: "optropic backups --stack production",
  })
    .addOption(cwdOption())
    .addOption(storeOption())
    .addOption(acceptUnsignedOption())
    .option("--evidence [folder]", "record what was found as evidence (default folder: records)")
    .action(async (flags: BackupsFlags) => {
      const { runBackups } = await import("./operations/run-backups.ts");
      await runBackups(flags);
    });
}
