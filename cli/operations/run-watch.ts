import * as z from "zod";
import type { Settings } from "../../config/settings.ts";
import type { Result } from "../../evidence/statement.ts";
import { runCommand } from "../../lib/command.ts";
import { type ExitStatus, exitStatus, statusForSchedule } from "../../lib/exit.ts";
import { Failure } from "../../lib/failure.ts";
import { jsonLine } from "../../lib/json.ts";
import { textTable } from "../../lib/table.ts";
import type { Finding } from "../../operations/release/measurement.ts";
import { criteriaOf } from "../../operations/watch/criteria.ts";
import { findingOfBaselines, findingOfWatched } from "../../operations/watch/findings.ts";
import { type WatchResult, watch } from "../../operations/watch/watch.ts";
import { projectNameOf } from "../../project/project.ts";
import { readStackSettings } from "../../project/settings.ts";
import { GitHub } from "../../vendors/github.ts";
import { VendorProblem } from "../../vendors/problem.ts";
import { Prometheus } from "../../vendors/prometheus.ts";
import { recordRun, recordsFolder } from "../evidence/record.ts";

export interface WatchFlags {
  stack: string;
  cwd: string;
  /** A moment, or `release` for when the newest release was published. */
  since: Date | "release";
  before?: Date;
  evidence?: string | true;
  /** Waiting for the next hour is no failure of a schedule. */
  scheduled: boolean;
  json: boolean;
}

/** Judges the hours that have come, and says when the next one does. */
export async function runWatch(flags: WatchFlags): Promise<void> {
  await runCommand({ json: flags.json }, async ({ progress }) => {
    const now = new Date();
    const { stack, cwd, before, evidence } = flags;
    const settings = readStackSettings(cwd, stack);
    const since = flags.since === "release" ? await newestRelease(settings) : flags.since;
    if (since > now) throw new Failure("refused", "--since is in the future");
    if (before !== undefined && before >= since)
      throw new Failure("refused", "--before is not before --since");
    if (flags.scheduled && now.getTime() - since.getTime() > firstDayMs) {
      const words = `The first day after ${since.toISOString()} is over.`;
      return {
        status: exitStatus.holds,
        output: flags.json ? jsonLine({ hours: [], baselines: [], over: true }) : `${words}\n`,
      };
    }
    const metrics = new Prometheus();
    progress?.("the metrics");
    const criteria = criteriaOf(settings);
    const result = await watch({ criteria, metrics, since, before, now });
    const watched = result.hours.flatMap((hour) => hour.watched);
    if (evidence !== undefined && watched.length > 0) {
      await recordRun(recordsFolder(cwd, evidence), {
        ...{ kind: "watch", cwd, stack, startedAt: since, project: projectNameOf(cwd) },
        results: [...watched.map(findingOfWatched), ...findingOfBaselines(result)].map((finding) =>
          resultOf(finding, now),
        ),
      });
    }
    const output = flags.json ? jsonLine(documentOf(result)) : `${textOf(result)}\n`;
    const status = statusOf(result);
    return { status: flags.scheduled ? statusForSchedule(status) : status, output };
  });
}

/** A day, and some hours in which a schedule that was late still looks at hour 24. */
const firstDayMs = 30 * 3_600_000;

const release = z.object({ published_at: z.iso.datetime() });

/**
 * When the newest release of the repository was published; a prerelease or a draft does not count.
 *
 * @throws {Failure} `refused`, where GitHub does not tell
 */
async function newestRelease({ project }: Settings): Promise<Date> {
  try {
    const { published_at: at } = await new GitHub().ask({
      path: `/repos/${project.repository}/releases/latest`,
      right: "Contents: read",
      schema: release,
    });
    return new Date(at);
  } catch (error) {
    if (!(error instanceof VendorProblem)) throw error;
    throw new Failure("refused", `When the newest release was published is not known: ${error.message}`);
  }
}

function statusOf({ hours, nextAt }: WatchResult): ExitStatus {
  const states = hours.flatMap(({ watched }) => watched.map(({ judgment }) => judgment.state));
  if (states.includes("does-not-hold")) return exitStatus.doesNotHold;
  if (states.includes("unknown")) return exitStatus.couldNotTell;
  return nextAt === undefined ? exitStatus.holds : exitStatus.waiting;
}

function resultOf({ items, until: _, ...finding }: Finding, now: Date): Result {
  const { details, ...rest } = finding;
  return {
    ...rest,
    items: [...items],
    ...(details !== undefined && { details: [...details] }),
    at: now.toISOString(),
  };
}

function documentOf({ hours, nextAt, baselines }: WatchResult) {
  return {
    hours: hours.map(({ hour, endedAt, watched }) => ({
      hour,
      endedAt,
      criteria: watched.map(({ criterion: { name, items }, judgment, series }) => ({
        ...{ name, items, series },
        ...judgment,
      })),
    })),
    nextAt,
    baselines,
  };
}

const marks = { holds: "✓", "does-not-hold": "✗", unknown: "?" } as const;

function textOf({ hours, nextAt }: WatchResult): string {
  const parts = hours.map(({ hour, watched }) =>
    [
      `Hour ${hour}`,
      ...textTable(
        watched.map(({ criterion, judgment, series }) => [
          `  ${marks[judgment.state]}`,
          criterion.items.join(" "),
          criterion.name,
          series,
          judgment.summary,
        ]),
      ),
    ].join("\n"),
  );
  const states = hours.flatMap(({ watched }) => watched.map(({ judgment }) => judgment.state));
  const end = states.includes("does-not-hold")
    ? "✗ An hour does not hold. To go back: npx optropic rollback"
    : states.includes("unknown")
      ? "? Could not tell"
      : nextAt === undefined
        ? "✓ The first day holds"
        : "… So far it holds";
  const next = nextAt === undefined ? "" : `; the next hour ends at ${nextAt.toISOString()}`;
  return [...parts, `${end}${next}.`].join("\n\n");
}
