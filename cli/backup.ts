import type { Command } from "commander";
import { backupOperation } from "./operations/backup.ts";

/** `optropic backup`: backs up the stack's database to its store. */
export function backupCommand(): Command {
  return backupOperation(async (...given) => {
    const { subjectOf } = await import("./operations/stack.ts");
    return subjectOf(...given);
  });
}
