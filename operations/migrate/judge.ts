import { type Catalog, securityChanges } from "./catalog.ts";
import type { Linted } from "./lint.ts";
import type { Observation } from "./observe.ts";
import type { Previous } from "./previous.ts";

/** Who reaches which rows, by cell; or why it could not be measured. */
export type Access = Readonly<Record<string, string>> | { unmeasured: string };

/** Locks that block others for too long, and tables that were written again, on tables that were there before. */
export function harmIn(
  migration: string,
  observations: readonly Observation[],
  longestLockMs: number,
): { rule: string; text: string }[] {
  return observations.flatMap(({ line, locks, rewritten, changed }) => [
    ...rewritten
      .filter(({ bytes }) => bytes > 0)
      .map(({ table }) => ({
        rule: "rewrite",
        text: `${migration}:${line} wrote every row of ${table} again, and blocked reads and writes meanwhile`,
      })),
    ...locks
      .filter(({ blocks, heldMs }) => blocks !== "nothing" && heldMs > longestLockMs)
      .map(({ relation, mode, blocks, heldMs }) => ({
        rule: "blocking-lock",
        text: `${migration}:${line} blocked ${blocks} of ${relation} for ${heldMs} ms (${mode}); the limit is ${longestLockMs} ms`,
      })),
    ...changed
      .filter(({ most, heldMs }) => most && heldMs > longestLockMs)
      .map(({ table, rows, heldMs }) => ({
        rule: "blocking-lock",
        text: `${migration}:${line} changed ${rows} rows of ${table}, half of it or more, and blocked writes to them for ${heldMs} ms; the limit is ${longestLockMs} ms`,
      })),
  ]);
}

/** A contract must wait until nobody would return to a release that reads what it takes away. */
export function contractProblems(
  removed: readonly string[],
  linted: readonly Linted[],
  previous: Previous | undefined,
): string[] {
  if (removed.length === 0) return [];
  const migrations = linted.map(({ migration }) => migration.name).join(", ");
  if (previous?.columns === undefined && (previous?.queries.length ?? 0) === 0) {
    return [
      `${migrations} takes away ${few(removed)}, and nothing says what ${previous?.release ?? "the release before"} reads: name the release with --previous, with its Prisma schema or its declared queries`,
    ];
  }
  const read = new Set(previous?.columns ?? []);
  const still = removed.filter((object) => read.has(object));
  return still.length === 0
    ? []
    : [
        `${previous?.release}, which a rollback would return to, still reads ${few(still)}: release code that does not read it first, and drop it with the release after`,
      ];
}

export function few(names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return `${names.slice(0, 5).join(", ")}${more}`;
}

export function securityProblems(before: Catalog, after: Catalog): string[] {
  return securityChanges(before, after).flatMap(({ text, isWeaker }) => (isWeaker ? [text] : []));
}

export function accessChanges(before: Access, after: Access): { changes: string[]; problems: string[] } {
  if ("unmeasured" in before || "unmeasured" in after) {
    const lost = !("unmeasured" in before) && "unmeasured" in after;
    return {
      changes: [],
      problems: lost
        ? [`Who reaches which rows could be measured before, and not after: ${after.unmeasured}`]
        : [],
    };
  }
  const cells = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changed = cells.filter((cell) => before[cell] !== after[cell]);
  const changes = changed.map(
    (cell) => `${cell}: ${before[cell] ?? "no such table"} → ${after[cell] ?? "no such table"}`,
  );
  const wider = changed.filter((cell) => isWider(before[cell], after[cell]));
  return {
    changes,
    problems: wider.length === 0 ? [] : [`More rows are reached than before: ${few(wider)}`],
  };
}

/** Cells from what reaches least to what reaches most. */
const reach = ["denied", "none", "own", "shared", "all"];

function isWider(before: string | undefined, after: string | undefined): boolean {
  // A new table has nothing to compare with; what it must not be, the recorded matrix says.
  if (before === undefined || after === undefined) return false;
  return reach.indexOf(after) > Math.max(1, reach.indexOf(before));
}
