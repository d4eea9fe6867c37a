import { reasonOf } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import { formatMoment } from "../../lib/units.ts";
import { holdsSuccessfully, type Measurement, waiting } from "../release/measurement.ts";
import type { Step, StepRun } from "../release/step.ts";
import type { DatabaseRecovery } from "./database.ts";
import { type Loss, lossText } from "./loss.ts";
import type { PartsWithDatabase, RollbackParts } from "./parts.ts";
import { answerOf, leftOf } from "./targets.ts";

const common = {
  items: [],
  controls: [],
  approver: "databaseAdmin",
  back: "Recover to a moment right before the recovery, with the vendor.",
} as const;

const alone = "Leave out --database-to to take the hosts back alone";

/** Steps of different moments are different ones: what was accepted, or done, for one says nothing of another. */
export function nameOf(
  kind: "loss" | "first" | "before" | "recovery" | "told",
  { at }: DatabaseRecovery,
): string {
  return `database-${kind}-${at
    .toISOString()
    .replace(/[-:]|\.\d+/g, "")
    .toLowerCase()}`;
}

/** Before anything is changed: what the recovery loses, and whether somebody wants that. */
export function lossStep({ database }: PartsWithDatabase): Step {
  return {
    ...common,
    name: nameOf("loss", database),
    title: "What the recovery of the database loses must be known and wanted.",
    limitMinutes: 30,
    async after({ signal }) {
      if (!database.acceptLoss) return lossOf(database, signal);
      try {
        return await answerOf((limited) => lossOf(database, limited), signal);
      } catch (error) {
        signal.throwIfAborted();
        // People wait for the hosts. The database is not touched before it was counted.
        return holdsSuccessfully(
          `What the recovery loses is counted when the hosts are back: ${reasonOf(error)}`,
        );
      }
    },
  };
}

async function lossOf(database: DatabaseRecovery, signal: AbortSignal): Promise<Measurement> {
  const [problem, loss] = await Promise.all([
    outsideOf(database, signal),
    database.loss(database.at, signal),
  ]);
  if (problem !== undefined) return failed(`${problem}. ${alone}`);
  const lost = lossText(loss);
  return database.acceptLoss
    ? holdsSuccessfully(
        `A person accepts that going back to ${momentOf(database)} loses ${lost} (--accept-loss)`,
      )
    : notAccepted(database, lost);
}

function notAccepted(database: DatabaseRecovery, lost: string | undefined): Measurement {
  return failed(`Going back to ${momentOf(database)} loses ${lost}; pass --accept-loss if that is wanted`);
}

/** Why the vendor cannot recover to the moment; undefined where it can. */
async function outsideOf(database: DatabaseRecovery, signal: AbortSignal): Promise<string | undefined> {
  const window = await database.window(signal);
  if (window === undefined) {
    return "The vendor cannot recover this database to a point in time: restore a backup instead";
  }
  if (database.at >= window.earliest && database.at <= window.latest) return undefined;
  const [from, to] = [window.earliest, window.latest].map((each) => formatMoment(each.toISOString()));
  return `The vendor can recover to between ${from} and ${to}, and not to ${momentOf(database)}`;
}

/** Behind the hosts: the database is looked at, and then the vendor is told once. */
export function recoverySteps(parts: PartsWithDatabase): Step[] {
  return [lookedAt(parts), recovered(parts)];
}

function lookedAt(parts: PartsWithDatabase): Step {
  const { database } = parts;
  const name = nameOf("before", database);
  return {
    ...common,
    name,
    title: "What the database has before its recovery must be known.",
    limitMinutes: 30,
    actions: [
      {
        name: "measure",
        does: "Counts what was written since the moment to which the database goes back.",
        async find(run) {
          const names = leftOf(parts, run);
          if (names.length === 0) return { state: "not-done" };
          const left = stays(names);
          return { state: "done", done: { summary: left, note: { left } } };
        },
        async perform({ signal }) {
          const timeline = await database.timeline(signal);
          if (timeline === undefined) {
            throw new Error("the database does not answer; to recover it anyway, use the vendor's dashboard");
          }
          const loss = await database.loss(database.at, signal);
          const lost = lossText(loss);
          const { countedAt, looked } = loss;
          const counts = { looked: String(looked), told: String(tellingIn(loss)) };
          return { summary: `It loses ${lost}`, note: { timeline, lost, countedAt, ...counts } };
        },
      },
    ],
    async after(run) {
      const { left } = run.noted(name, "measure") ?? {};
      if (left !== undefined) return holdsSuccessfully(left);
      const problem = await outsideOf(database, run.signal);
      return problem === undefined ? holdsSuccessfully("It is known") : failed(problem);
    },
  };
}

function recovered(parts: PartsWithDatabase): Step {
  const { database } = parts;
  const before = (run: Pick<StepRun, "noted">) => run.noted(nameOf("before", database), "measure") ?? {};
  return {
    ...common,
    name: nameOf("recovery", database),
    title: "The database must be as it was at the moment.",
    limitMinutes: 240,
    async before(run) {
      const { left, timeline, lost } = before(run);
      if (left !== undefined) return holdsSuccessfully(left);
      if (!database.acceptLoss) return notAccepted(database, lost);
      const { state, said } = await database.progress(run.signal);
      if (state === "failed") return failed(failedText(said));
      if (state !== "none") {
        const summary = `The vendor is at work on the database already (${said}): it is told nothing before that is over`;
        return waiting(run.now, summary, 10_000);
      }
      const now = await database.timeline(run.signal);
      if (now === undefined) throw new Error("the database does not answer");
      return now === timeline
        ? holdsSuccessfully("Nobody else recovers it")
        : failed(
            "Somebody else recovered the database since it was counted. Look at it; to recover it still, name a moment that is a second earlier",
          );
    },
    actions: [
      {
        name: "recover",
        does: `Has the vendor recover the database to ${database.at.toISOString()}.`,
        async find(run) {
          const { left, timeline } = before(run);
          if (left !== undefined) return { state: "done", done: { summary: left } };
          const now = await database.timeline(run.signal);
          if (now !== undefined && now !== timeline) {
            return { state: "done", done: { summary: "It is recovered" } };
          }
          const { state, said } = await database.progress(run.signal);
          return state === "recovering"
            ? { state: "done", done: { summary: "The vendor recovers it" } }
            : { state: "unknown", why: `the vendor says ${said}` };
        },
        async perform({ signal }) {
          await database.recover(database.at, signal);
          return { summary: `The vendor was told to recover to ${database.at.toISOString()}` };
        },
      },
    ],
    async after(run) {
      const { left, timeline, countedAt, looked, told } = before(run);
      if (left !== undefined) return holdsSuccessfully(left);
      // The vendor's word that it is healthy may come before it began.
      const { state, said } = await database.progress(run.signal);
      if (state === "failed") return failed(failedText(said));
      if (state !== "none") return waiting(run.now, `The vendor recovers it (${said})`, 10_000);
      const now = await database.timeline(run.signal);
      if (now === undefined || now === timeline) {
        return waiting(run.now, `The database is not recovered yet (the vendor says ${said})`, 10_000);
      }
      return asAtTheMoment(database, { until: countedAt, looked, told }, run.signal);
    },
  };
}

/** A server that is back is asked for what it has: a recovery may have ended empty, or at another moment. */
async function asAtTheMoment(
  database: DatabaseRecovery,
  {
    until,
    looked,
    told,
  }: { until: string | undefined; looked: string | undefined; told: string | undefined },
  signal: AbortSignal,
): Promise<Measurement> {
  const rest = await database.loss(database.at, signal, new Date(until ?? Date.now()));
  if (rest.looked === 0 && Number(looked) > 0) {
    return failed(`The vendor recovered a database without a table, and there were ${looked}`);
  }
  const rows = rest.tables.reduce((sum, each) => sum + (each.rows ?? 0), 0);
  if (rows > 0) {
    const summary = `The server is recovered, and still has ${counted(rows, "row")} of after ${momentOf(database)}: look whether the vendor recovered to another moment`;
    return { state: "inconclusive", summary };
  }
  const shown = tellingIn(rest);
  if (shown === 0 && Number(told) > 0) {
    const summary = `The server is recovered, and no table of it can tell to which moment, where ${told} could before: look whether they can be read`;
    return { state: "inconclusive", summary };
  }
  return holdsSuccessfully(
    `The database is as it was at ${momentOf(database)}: ${counted(shown, "table")} of ${rest.looked} can tell, and have no later row`,
  );
}

/** How many tables can tell what was written since a moment. */
function tellingIn({ looked, tables }: Loss): number {
  return looked - tables.filter(({ rows }) => rows === undefined).length;
}

function failedText(said: string): string {
  return `The vendor says that the recovery failed (${said}): ask its support, or restore a backup with optropic restore`;
}

function failed(summary: string): Measurement {
  return { state: "failed", summary };
}

function momentOf({ at }: DatabaseRecovery): string {
  return formatMoment(at.toISOString());
}

/** The later code on a host that is not back would meet the earlier data. */
function stays(left: readonly string[]): string {
  return `The database stays as it is until ${left.join(" and ")} ${left.length === 1 ? "is" : "are"} rolled back`;
}

/** Whether this journal leaves the database to a later one, since not every host is back. */
export function isLeft({ database }: RollbackParts, run: Pick<StepRun, "noted">): boolean {
  return database !== undefined && run.noted(nameOf("before", database), "measure")?.left !== undefined;
}

/** What messages and the report say of the database. */
export function databaseText(
  parts: RollbackParts,
  run: Pick<StepRun, "noted"> & Partial<Pick<StepRun, "endedAt">>,
): string {
  const { database } = parts;
  if (database === undefined) return "The database was not changed.";
  const left = leftOf(parts, run);
  if (left.length > 0) return `${stays(left)}.`;
  const noted = run.noted(nameOf("before", database), "measure");
  const lost = noted?.lost ?? "what was written since";
  if (run.endedAt?.(nameOf("recovery", database)) !== undefined) {
    return `The database went back to ${database.at.toISOString()}, which lost ${lost}.`;
  }
  return run.noted(nameOf("recovery", database), "recover") === undefined
    ? `The database is still to go back to ${database.at.toISOString()}, which loses ${lost}.`
    : `The vendor recovers the database to ${database.at.toISOString()}, which loses ${lost}. It is not known to be back.`;
}
