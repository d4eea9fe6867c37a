import { formatMoment } from "../../lib/units.ts";
import { holdsSuccessfully, waiting } from "../release/measurement.ts";
import type { Step, StepRun } from "../release/step.ts";
import { type Loss, lossText } from "./loss.ts";

/** The database, where a person asked that it goes back to a moment too. */
export interface DatabaseRecovery {
  at: Date;
  /** A person has read what is lost, and wants it. */
  acceptLoss: boolean;
  /** Between which moments the vendor can recover; undefined where it cannot at all. */
  window(signal: AbortSignal): Promise<{ earliest: Date; latest: Date } | undefined>;
  loss(at: Date, signal: AbortSignal): Promise<Loss>;
  /** The line of history that the server writes, which each recovery begins anew; undefined while it is away. */
  timeline(signal: AbortSignal): Promise<string | undefined>;
  /** Whether the vendor says that it recovers, or that it could not. */
  progress(signal: AbortSignal): Promise<"recovering" | "failed" | "none">;
  recover(at: Date, signal: AbortSignal): Promise<void>;
}

const common = {
  items: [],
  controls: [],
  approver: "databaseAdmin",
  back: "Recover to a moment right before the recovery, with the vendor.",
} as const;

/** Before anything is changed: what the recovery loses, and whether somebody wants that. */
export function lossStep(database: DatabaseRecovery): Step {
  return {
    ...common,
    name: "database-loss",
    title: "What the recovery of the database loses must be known and wanted.",
    limitMinutes: 30,
    actions: [
      {
        name: "measure",
        does: "Counts what was written since the moment to which the database goes back.",
        find: async () => ({ state: "not-done" }),
        async perform({ signal }) {
          const timeline = await database.timeline(signal);
          if (timeline === undefined) throw new Error("the database does not answer");
          const lost = lossText(await database.loss(database.at, signal));
          return { summary: `It loses ${lost}`, note: { at: database.at.toISOString(), timeline, lost } };
        },
      },
    ],
    async after(run) {
      const note = run.noted("database-loss", "measure") ?? {};
      const failed = (summary: string) => ({ state: "failed" as const, summary });
      if (note.at !== database.at.toISOString()) {
        return failed(`This rollback was begun with --database-to ${note.at}: pass the same moment`);
      }
      const window = await database.window(run.signal);
      const moment = formatMoment(database.at.toISOString());
      if (window === undefined) {
        return failed("The vendor cannot recover this database to a point in time: restore a backup instead");
      }
      if (database.at < window.earliest || database.at > window.latest) {
        const [from, to] = [window.earliest, window.latest].map((each) => formatMoment(each.toISOString()));
        return failed(`The vendor can recover to between ${from} and ${to}, and not to ${moment}`);
      }
      return database.acceptLoss
        ? holdsSuccessfully(`A person accepts that it loses ${note.lost} (--accept-loss)`)
        : failed(`Going back to ${moment} loses ${note.lost}; pass --accept-loss if that is wanted`);
    },
  };
}

export function recoveryStep(database: DatabaseRecovery): Step {
  return {
    ...common,
    name: "database",
    title: "The database must be as it was at the moment.",
    limitMinutes: 240,
    actions: [
      {
        name: "recover",
        does: `Has the vendor recover the database to ${database.at.toISOString()}.`,
        async find(run) {
          if (await hasNewTimeline(database, run))
            return { state: "done", done: { summary: "It is recovered" } };
          if ((await database.progress(run.signal)) === "recovering") {
            return { state: "done", done: { summary: "The vendor recovers it" } };
          }
          return { state: "unknown", why: "the vendor does not say that it recovers" };
        },
        async perform({ signal }) {
          await database.recover(database.at, signal);
          return { summary: `The vendor was told to recover to ${database.at.toISOString()}` };
        },
      },
    ],
    async after(run) {
      // The vendor's word that it is healthy may come before it began.
      const progress = await database.progress(run.signal);
      if (progress === "recovering") return waiting(run.now, "The vendor recovers it", 10_000);
      if (progress === "failed") {
        return {
          state: "failed",
          summary:
            "The vendor says that the recovery failed: ask its support, or restore a backup with optropic restore",
        };
      }
      return (await hasNewTimeline(database, run))
        ? holdsSuccessfully(`The database is as it was at ${formatMoment(database.at.toISOString())}`)
        : waiting(run.now, "The database is not recovered yet", 10_000);
    },
  };
}

async function hasNewTimeline(
  database: DatabaseRecovery,
  run: Pick<StepRun, "noted" | "signal">,
): Promise<boolean> {
  const now = await database.timeline(run.signal);
  return now !== undefined && now !== run.noted("database-loss", "measure")?.timeline;
}

/** What messages and the report say of the database. */
export function databaseText(run: Pick<StepRun, "noted">): string {
  const lost = run.noted("database-loss", "measure");
  return lost === undefined
    ? "The database was not changed."
    : `The database went back to ${lost.at}, which lost ${lost.lost}.`;
}
