import { attestCommand } from "./attest.ts";
import { backupCommand } from "./backup.ts";
import { backupsCommand } from "./backups.ts";
import { doctorCommand } from "./doctor.ts";
import { drillCommand } from "./drill.ts";
import { evidenceCommand } from "./evidence.ts";
import { exportCommand } from "./export.ts";
import { importCommand } from "./import.ts";
import { initCommand } from "./init.ts";
import { judgeCommand } from "./judge.ts";
import { matrixCommand } from "./matrix.ts";
import { migrateCommand } from "./migrate.ts";
import { previewCommand } from "./preview.ts";
import { runOptropic } from "./program.ts";
import { releaseCommand } from "./release.ts";
import { decideCommand, reportCommand, statusCommand } from "./report.ts";
import { restoreCommand } from "./restore.ts";
import { rollbackCommand } from "./rollback.ts";
import { verifyCommand } from "./verify.ts";
import { watchCommand } from "./watch.ts";

/** Runs the `optropic` command. */
export async function main(args: readonly string[]): Promise<void> {
  await runOptropic(args, [
    previewCommand(),
    // The job's bundle leaves the readers of settings out.
    backupCommand(async (...given) => (await import("./operations/stack.ts")).subjectOf(...given)),
    backupsCommand(),
    drillCommand(),
    restoreCommand(),
    reportCommand(),
    statusCommand(),
    decideCommand(),
    evidenceCommand(),
    attestCommand(),
    verifyCommand(),
    migrateCommand(),
    releaseCommand(),
    rollbackCommand(),
    matrixCommand(),
    watchCommand(),
    judgeCommand(),
    initCommand(),
    doctorCommand(),
    importCommand(),
    exportCommand(),
  ]);
}
