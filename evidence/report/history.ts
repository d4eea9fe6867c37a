import type { EvidenceRecord } from "../record.ts";
import type { Run } from "../statement.ts";
import { severity } from "../states.ts";
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

/** One step of a release. */
export type ShownStep = History["release"][number];
/** What the watch saw of one series. */
export type ShownWatch = History["watch"][number];

const mostSteps = 60;
const mostRuns = 200;
const mostDrills = 50;
const mostPoints = 60;
const mostSeries = 24;

/** The history of a stack from its records, until a moment. */
export function historyOf(
  records: readonly EvidenceRecord[],
  options: { stack: string; at: Date; commit: string | undefined; titles: ReadonlyMap<string, string> },
): History {
  const runs = runsUntil(records, options);
  const { commit, titles } = options;
  return {
    release: stepsOf(runs, commit, titles).slice(-mostSteps),
    watch: watchOf(runs),
    runs: runs.slice(-mostRuns).map((run) => shownRun(run, commit)),
    drills: runs.flatMap(shownDrill).slice(-mostDrills),
    series: seriesOf(runs),
  };
}

/** How what runs differed from what is declared, at the newest verification that compared it. */
export function driftUntil(
  records: readonly EvidenceRecord[],
  options: { stack: string; at: Date },
): ReportDocument["drift"] {
  const run = runsUntil(records, options).findLast(({ drift }) => drift !== undefined);
  return run?.drift === undefined ? undefined : { at: run.finishedAt, ...run.drift };
}

/** The runs of a stack in the order of time. */
function runsUntil(records: readonly EvidenceRecord[], { stack, at }: { stack: string; at: Date }): Run[] {
  return (
    recordsUntil(records, at)
      .filter(({ run }) => run.stack === stack)
      // Of two at the same moment the one with the smaller digest first, so that the order of files does not count.
      .toSorted(
        (one, other) =>
          Date.parse(one.run.finishedAt) - Date.parse(other.run.finishedAt) ||
          (one.digest < other.digest ? -1 : 1),
      )
      .map(({ run }) => run)
  );
}

/** What a release leaves in the evidence. */
const ofRelease: ReadonlySet<Run["kind"]> = new Set<Run["kind"]>([
  "release",
  "migration",
  "rollback",
  "watch",
]);

function stepsOf(
  runs: readonly Run[],
  live: string | undefined,
  titles: ReadonlyMap<string, string>,
): ShownStep[] {
  const releases = runs.filter(({ kind, commit }) => kind === "release" && commit !== undefined);
  const commit = releases.some((run) => run.commit === live) ? live : releases.at(-1)?.commit;
  if (commit === undefined) return [];
  const ofCommit = commit === live;
  return runs
    .filter((run) => ofRelease.has(run.kind) && run.commit === commit)
    .flatMap(({ kind, startedAt, finishedAt, results }) => {
      const [first] = results;
      // The watch answers for many controls at once.
      const shown = kind === "watch" || kind === "migration" ? worstOf(results) : undefined;
      if (shown !== undefined && first !== undefined) {
        const title = kind === "watch" ? "Watch over the first day" : "Migration of the database";
        return [
          { kind, control: first.control.name, title, startedAt, at: finishedAt, state: shown, ofCommit },
        ];
      }
      return results.map(
        ({ control, state }): ShownStep => ({
          ...{ kind, control: control.name, startedAt, at: finishedAt, state, ofCommit },
          title: titles.get(`${control.kind}:${control.name}`) ?? control.name,
        }),
      );
    });
}

function worstOf(results: Run["results"]): ShownStep["state"] | undefined {
  const states = results.map(({ state }) => state);
  return severity.find((state) => states.includes(state));
}

/**
 * Each series of the newest run that has some: where something did not hold, what that was; else at its longest, an
 * hour, six or a day, and of two as long the later one.
 */
function watchOf(runs: readonly Run[]): ShownWatch[] {
  const newest = runs.findLast(({ results }) => results.some(({ samples }) => samples !== undefined));
  const seriesWhere = (isBroken: boolean): ShownWatch[] =>
    (newest?.results ?? []).flatMap(({ state, samples }) =>
      samples !== undefined && (state === "does-not-hold") === isBroken ? [samples] : [],
    );
  const broken = seriesWhere(true);
  const byTitle = Map.groupBy([...broken, ...seriesWhere(false)], ({ title }) => title);
  return [...byTitle].map(([title, all]) => {
    const wrong = broken.filter((one) => one.title === title);
    const shown = (wrong.length > 0 ? wrong : all).reduce(longer);
    const limit = all.findLast((one) => one.limit !== undefined)?.limit;
    return { ...shown, ...(limit !== undefined && { limit }) };
  });
}

function longer(one: ShownWatch, other: ShownWatch): ShownWatch {
  const span = ({ from, to }: ShownWatch): number => Date.parse(to) - Date.parse(from);
  const difference = span(other) - span(one);
  return difference > 0 || (difference === 0 && other.to > one.to) ? other : one;
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
