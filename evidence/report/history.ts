import type { EvidenceRecord } from "../record.ts";
import type { Run } from "../statement.ts";
import { recordsUntil } from "../verify.ts";
import type { ReportDocument } from "./schema.ts";

/** What happened until the moment of the decision, for charts. */
export type History = ReportDocument["history"];
/** One run on the timeline. */
export type ShownRun = History["runs"][number];
/** One restore drill against its objective. */
export type ShownDrill = History["drills"][number];
/** What one control measured over time. */
export type ShownSeries = History["series"][number];

const mostRuns = 200;
const mostDrills = 50;
const mostPoints = 60;
const mostSeries = 24;

/** The history of a stack from its records, until a moment. */
export function historyOf(
  records: readonly EvidenceRecord[],
  { stack, at, commit }: { stack: string; at: Date; commit: string | undefined },
): History {
  const runs = recordsUntil(records, at)
    .filter(({ run }) => run.stack === stack)
    // Of two at the same moment the one with the smaller digest first, so that the order of files does not count.
    .toSorted(
      (one, other) =>
        Date.parse(one.run.finishedAt) - Date.parse(other.run.finishedAt) ||
        (one.digest < other.digest ? -1 : 1),
    )
    .map(({ run }) => run);
  return {
    runs: runs.slice(-mostRuns).map((run) => shownRun(run, commit)),
    drills: runs.flatMap(shownDrill).slice(-mostDrills),
    series: seriesOf(runs),
  };
}

function shownRun({ kind, finishedAt, results, commit }: Run, live: string | undefined): ShownRun {
  const count = (states: readonly string[]) => results.filter(({ state }) => states.includes(state)).length;
  return {
    at: finishedAt,
    kind,
    holds: count(["holds", "waived", "not-applicable"]),
    fails: count(["does-not-hold"]),
    unknown: count(["unknown"]),
    ofCommit: live !== undefined && commit === live,
  };
}

function shownDrill({ kind, results, drill, finishedAt }: Run): ShownDrill[] {
  if (kind !== "drill" || drill === undefined) return [];
  const { durationMs, rtoMinutes } = drill;
  return [{ at: finishedAt, durationMs, rtoMinutes, holds: results.every(({ state }) => state === "holds") }];
}

/** What controls measured in a unit, where there is more than one point: the newest of each. */
function seriesOf(runs: readonly Run[]): ShownSeries[] {
  const found = new Map<string, ShownSeries>();
  for (const { results } of runs) {
    for (const { control, measured, expected, unit, at } of results) {
      const value = numberOf(measured);
      if (value === undefined || unit === undefined) continue;
      const key = `${control.kind}:${control.name}:${unit}`;
      const series = found.get(key) ?? { control: control.name, unit, points: [] };
      found.set(key, series);
      const wanted = numberOf(expected);
      if (wanted !== undefined) series.expected = wanted;
      series.points.push({ at, value });
    }
  }
  return [...found.entries()]
    .filter(([, { points }]) => points.length > 1)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .slice(0, mostSeries)
    .map(([, series]) => ({ ...series, points: series.points.slice(-mostPoints) }));
}

/** A number, also one that was written down as a text. */
function numberOf(value: string | number | boolean | undefined): number | undefined {
  if (typeof value === "boolean" || value === undefined || value === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
