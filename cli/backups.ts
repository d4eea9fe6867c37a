import type { Command } from "commander";
import {
  acceptUnsignedOption,
  cwdOption,
  type OperationFlags,
  operationCommand,
} from "./operations/operation.ts";

/** `optropic backups`: lists what is in the store and checks it against the objectives. */
export function backupsCommand(): Command {
  return operationCommand("backups", {
    description:
      "Lists the backups in the store, newest first, and checks the recovery point objective and the retention. The store needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    example: "optropic backups --stack production",
  })
    .addOption(cwdOption())
    .addOption(acceptUnsignedOption())
    .action(async (flags: OperationFlags & { acceptUnsigned: boolean }) => {
      const { runBackups } = await import("./operations/run-backups.ts");
      await runBackups(flags);
    });
}
