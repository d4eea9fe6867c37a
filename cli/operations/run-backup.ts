import { Failure } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import { formatBytes, formatDuration } from "../../lib/units.ts";
import type { Head } from "../../operations/archive/manifest.ts";
import { backUp } from "../../operations/backup/run.ts";
import { describeConnection } from "../../postgres/connection.ts";
import { type BackupSubject, jobOptions } from "./job.ts";
import { type OperationFlags, runOperation } from "./operation.ts";

export interface BackupFlags extends OperationFlags {
  /** Parallel jobs of pg_dump; by default those of the environment or the settings. */
  jobs?: number;
}

/** Reads what to back up from a stack's settings. */
export type FromSettings = (
  cwd: string,
  stack: string,
  warn: (message: string) => void,
) => Promise<BackupSubject>;

/** Backs up what the environment names, or else what the stack's settings name. */
export function runBackup(flags: BackupFlags, fromSettings: FromSettings | undefined): Promise<void> {
  return runOperation(flags, async (work) => {
    const subject =
      jobOptions(process.env, flags.stack, work.warn) ??
      (await fromSettings?.(flags.cwd, flags.stack, work.warn));
    if (subject === undefined) {
      throw new Failure("refused", "Set BACKUP_ENDPOINT, BACKUP_BUCKET and BACKUP_RECIPIENTS");
    }
    try {
      const manifest = await backUp({
        ...subject,
        jobs: flags.jobs ?? subject.jobs,
        stack: flags.stack,
        ...work,
      });
      const text = [
        `Backed up ${describeConnection(subject.connection)} as ${manifest.key}: ${contentOf(manifest)}`,
        subject.signingKey === undefined
          ? "  Unsigned: EVIDENCE_SIGNING_KEY is not set."
          : `  Signed by the key ${subject.signingKey.id.slice(0, 16)}.`,
        ...manifest.notes.map((note) => `  Note: ${note}`),
      ].join("\n");
      return {
        holds: true,
        document: { backup: shownBackup(manifest), signedBy: subject.signingKey?.id ?? null },
        text,
      };
    } finally {
      subject.store.close();
      for (const { store } of subject.copies ?? []) store.close();
    }
  });
}

/** A backup as it is printed: the figures of its manifest. */
export function shownBackup(manifest: Head) {
  const { key, stack, takenAt, durationMs, serverVersion, plain, sealed, migrations, contains, notes } =
    manifest;
  return {
    key,
    stack,
    takenAt,
    durationMs,
    serverVersion,
    plain,
    sealed,
    tables: contains.tables,
    rows: contains.rows,
    fingerprint: contains.fingerprint,
    migrations,
    notes,
  };
}

function contentOf(manifest: Head): string {
  const { tables, rows, sealed, durationMs } = shownBackup(manifest);
  return `${counted(tables, "table")}, ${counted(rows, "row")}, ${formatBytes(sealed.bytes)} in ${formatDuration(durationMs)}.`;
}
