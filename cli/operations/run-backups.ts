import { backupResult } from "../../evidence/backup-results.ts";
import { textTable } from "../../lib/table.ts";
import { counted } from "../../lib/text.ts";
import { formatBytes, formatMinutes } from "../../lib/units.ts";
import { type Entry, listBackups } from "../../operations/archive/inventory.ts";
import { checkListed } from "../../operations/archive/signature.ts";
import { judgeObjectives, type ObjectivesMet } from "../../operations/backup/objectives.ts";
import { projectNameOf } from "../../project/project.ts";
import { recordRun, recordsFolder } from "../evidence/record.ts";
import { type OperationFlags, runOperation } from "./operation.ts";
import { shownBackup } from "./run-backup.ts";
import { openStore, readStack } from "./stack.ts";
import { readTrust } from "./trust.ts";

const minute = 60_000;

export interface BackupsFlags extends OperationFlags {
  store: string;
  acceptUnsigned: boolean;
  /** Where to record what was found; `true` for the repository's own folder. */
  evidence?: string | true;
}

/** Lists what is in the store and checks it against the objectives. */
export function runBackups(flags: BackupsFlags): Promise<void> {
  return runOperation(flags, async ({ progress, signal, warn }) => {
    const stack = readStack(flags.cwd, flags.stack);
    const { backups, objectives } = stack.settings;
    const store = openStore(stack, { signal, warn }, flags.store);
    try {
      progress?.("the store");
      const trust = readTrust(stack.settings.evidence.publicKeys, flags, process.env);
      const entries = await listBackups(store, async (entry) =>
        listed(await checkListed(store, entry, trust)),
      );
      const now = new Date();
      const limits = {
        rpoMinutes: objectives.rpoMinutes,
        graceMinutes: backups.graceMinutes,
        retentionDays: backups.retentionDays,
      };
      const met = judgeObjectives(entries, limits, now);
      if (flags.evidence !== undefined) {
        await recordRun(recordsFolder(flags.cwd, flags.evidence), {
          kind: "backup",
          cwd: flags.cwd,
          project: projectNameOf(flags.cwd),
          stack: flags.stack,
          startedAt: now,
          results: [backupResult({ ...limits, ...met }, now)],
        });
      }
      return {
        holds: met.rpoHolds && met.retentionHolds,
        document: {
          backups: entries.map((entry) => shownEntry(entry, now)),
          objectives: { ...limits, ...met },
        },
        text: [...table(entries, now), "", ...verdict(met, limits)].join("\n"),
      };
    } finally {
      store.close();
    }
  });
}

/** A backup in the list, with those figures of its manifest that are shown. */
function listed({ manifest, ...entry }: Entry) {
  return { ...entry, manifest: manifest && shownBackup(manifest) };
}

type Listed = ReturnType<typeof listed>;

function shownEntry(entry: Listed, now: Date) {
  const { key, purpose, bytes, manifest, problem } = entry;
  const takenAt = manifest?.takenAt ?? entry.begunAt.toISOString();
  const ageMinutes = Math.floor((now.getTime() - Date.parse(takenAt)) / minute);
  const about = manifest === undefined ? {} : { backup: manifest };
  return { key, purpose, takenAt, ageMinutes, bytes, whole: manifest !== undefined, problem, ...about };
}

function table(entries: readonly Listed[], now: Date): string[] {
  if (entries.length === 0) return ["No backups."];
  const rows = entries.map((entry) => {
    const { key, ageMinutes, bytes, whole, problem } = shownEntry(entry, now);
    const age = ageMinutes < 0 ? "" : formatMinutes(ageMinutes);
    return [whole ? "✓" : "✗", key, age, formatBytes(bytes), problem ?? stateOf(entry.purpose, ageMinutes)];
  });
  return textTable([["", "Backup", "Age", "Size", "State"], ...rows]);
}

function stateOf(purpose: Entry["purpose"], ageMinutes: number): string {
  if (ageMinutes < 0) return "dated in the future; check the clocks";
  return purpose === "backup" ? "complete" : "complete, taken by a restore before it began";
}

function verdict(
  met: ObjectivesMet,
  limits: { rpoMinutes: number; graceMinutes: number; retentionDays: number },
): string[] {
  const { ageMinutes, rpoHolds, coveredDays, growing, gaps, retentionHolds } = met;
  const allowed = `${formatMinutes(limits.rpoMinutes)} plus ${formatMinutes(limits.graceMinutes)} to finish`;
  const age =
    ageMinutes === undefined ? "no complete backup" : `the newest is ${formatMinutes(ageMinutes)} old`;
  const days = `${coveredDays} of ${limits.retentionDays} days covered${growing ? ", growing" : ""}`;
  const missing = gaps.map(
    ({ from, to, minutes }) => `  no backup from ${from} to ${to} (${formatMinutes(minutes)})`,
  );
  return [
    `${mark(rpoHolds)} Recovery point objective (${allowed}): ${age}.`,
    `${mark(retentionHolds)} Retention: ${days}${gaps.length === 0 ? "." : `, with ${counted(gaps.length, "gap")}:`}`,
    ...missing,
  ];
}

function mark(holds: boolean): string {
  return holds ? "✓" : "✗";
}
