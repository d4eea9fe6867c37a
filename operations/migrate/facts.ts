import { createHash } from "node:crypto";
import type { MigrationFacts } from "../../evidence/migration.ts";
import type { EvidenceRecord } from "../../evidence/record.ts";
import { formatMoment } from "../../lib/units.ts";
import type { Head } from "../archive/manifest.ts";
import { migrationControls } from "./controls.ts";
import { digestOf } from "./folder.ts";
import type { Linted } from "./lint.ts";
import type { Rehearsal } from "./rehearse.ts";

/** What evidence of a migration binds: the backup, what the database had, and what was to be applied. */
export function factsOf(
  applied: readonly string[],
  linted: readonly Linted[],
  manifest: Pick<Head, "key" | "takenAt" | "sealed"> | undefined,
  rehearsal?: Rehearsal,
): MigrationFacts {
  const phases = new Map(rehearsal?.migrations.map(({ name, phase }) => [name, phase]));
  return {
    ...(manifest !== undefined && {
      backup: { name: manifest.key, takenAt: manifest.takenAt, sha256: manifest.sealed.sha256 },
    }),
    base: baseOf(applied),
    digest: digestOf(linted.map(({ migration }) => migration)),
    migrations: linted.map(({ migration: { name, checksum }, phase }) => ({
      ...{ name, sha256: checksum, phase: phases.get(name) ?? phase },
    })),
    statements: statementsOf(rehearsal),
  };
}

const mostStatements = 2000;
const mostNamed = 200;

function statementsOf(rehearsal: Rehearsal | undefined): MigrationFacts["statements"] {
  const all = (rehearsal?.migrations ?? []).flatMap(({ name, observations }) =>
    observations.map(({ line, durationMs, locks, rewritten }) => ({
      migration: name,
      line,
      durationMs: Math.round(durationMs),
      locks: locks.slice(0, mostNamed).map(({ relation, mode, heldMs }) => ({ relation, mode, heldMs })),
      rewritten: rewritten.slice(0, mostNamed).map(({ table }) => table),
    })),
  );
  return all.slice(0, mostStatements);
}

/** SHA-256 over the names of the migrations that a database has. */
export function baseOf(applied: readonly string[]): string {
  return createHash("sha256")
    .update([...new Set(applied)].toSorted().join("\n"))
    .digest("hex");
}

/**
 * What rehearsals that held showed each migration to do, by its SHA-256; the last one counts.
 *
 * @param records those that count, without what a missing signature excludes
 */
export function rehearsedPhases(records: readonly EvidenceRecord[]): Map<string, "expand" | "contract"> {
  const found = new Map<string, "expand" | "contract">();
  for (const { run } of records.toSorted((one, other) =>
    one.run.finishedAt.localeCompare(other.run.finishedAt),
  )) {
    const result = run.results.find(({ control }) => control.name === migrationControls.rehearsed.name);
    if (run.kind !== "migration" || result?.state !== "holds") continue;
    for (const { sha256, phase } of run.migration?.migrations ?? []) {
      if (phase !== "unclear") found.set(sha256, phase);
    }
  }
  return found;
}

export interface RehearsalNeed {
  applied: readonly string[];
  pending: readonly { name: string; checksum: string }[];
  at: Date;
  /** Hours that a rehearsal counts. */
  hours: number;
  /** Evidence that no trusted key signed does not count. */
  signedOnly: boolean;
}

/**
 * Why the evidence does not show that exactly this was rehearsed, on a database that had exactly this; undefined where
 * it does. Of several rehearsals the last counts.
 */
export function missingRehearsal(
  records: readonly EvidenceRecord[],
  need: RehearsalNeed,
): string | undefined {
  const { pending, applied, at, hours, signedOnly } = need;
  const [base, digest] = [baseOf(applied), digestOf(pending)];
  const rehearsed = records
    .flatMap((record) => {
      const result = record.run.results.find(
        ({ control }) => control.name === migrationControls.rehearsed.name,
      );
      return record.run.kind === "migration" && result !== undefined ? [{ record, result }] : [];
    })
    .toSorted((one, other) => one.result.at.localeCompare(other.result.at));
  const last = rehearsed.findLast(
    ({ record: { run } }) => run.migration?.digest === digest && run.migration.base === base,
  );
  if (last === undefined) {
    return rehearsed.length === 0
      ? "Nothing was rehearsed yet"
      : "The last rehearsal was of other migrations, or of a database that had others";
  }
  const { record, result } = last;
  const when = formatMoment(result.at);
  if (signedOnly && record.signed.state !== "signed") return `No trusted key signed the rehearsal of ${when}`;
  if (result.state !== "holds")
    return `The rehearsal of ${when} does not hold: ${result.details?.[0] ?? result.summary}`;
  if (record.run.migration?.backup === undefined) return `The rehearsal of ${when} names no backup`;
  const ageMs = at.getTime() - Date.parse(result.at);
  if (ageMs > hours * 3_600_000) return `The rehearsal of ${when} is older than ${hours} hours`;
  return ageMs < 0 ? `The rehearsal of ${when} is dated in the future; check the clocks` : undefined;
}
