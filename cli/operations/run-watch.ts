import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Settings } from "../../config/settings.ts";
import type { Result } from "../../evidence/statement.ts";
import { type Result as CommandResult, runCommand, type Work } from "../../lib/command.ts";
import { type ExitStatus, exitStatus, statusForSchedule } from "../../lib/exit.ts";
import { Failure } from "../../lib/failure.ts";
import { jsonLine } from "../../lib/json.ts";
import { textTable } from "../../lib/table.ts";
import { printableText } from "../../lib/text.ts";
import type { Finding } from "../../operations/release/measurement.ts";
import type { Outcome } from "../../operations/release/options.ts";
import { stateOf } from "../../operations/release/state.ts";
import { findingsOfProbes } from "../../operations/release/steps/finding.ts";
import { releaseOrRollBack } from "../../operations/rollback/automatic.ts";
import { sound } from "../../operations/watch/alarm.ts";
import { criteriaOf } from "../../operations/watch/criteria.ts";
import { findingOfBaselines, findingOfWatched } from "../../operations/watch/findings.ts";
import { type Watched, type WatchResult, watch, watchLately } from "../../operations/watch/watch.ts";
import { projectNameOf } from "../../project/project.ts";
import { readStackSettings } from "../../project/settings.ts";
import { GitHub } from "../../vendors/github.ts";
import { VendorProblem } from "../../vendors/problem.ts";
import { Prometheus } from "../../vendors/prometheus.ts";
import { git } from "../evidence/git.ts";
import { placeIn } from "../evidence/place.ts";
import { recordRun, recordsFolder } from "../evidence/record.ts";
import { linksOf } from "../links.ts";
import { readReleaseVariables } from "../release/environment.ts";
import { openJournal } from "../release/journal.ts";
import { channelsOf, hostsOf } from "../release/reach.ts";
import { rollbackName } from "../release/rollback-name.ts";
import { stoppable } from "./operation.ts";

export interface WatchFlags {
  stack: string;
  cwd: string;
  /** A moment, or `release` for when the newest release was published. */
  since: Date | "release";
  before?: Date;
  evidence?: string | true;
  notify: boolean;
  autoRollback: boolean;
  commit?: string;
  journal?: string;
  /** Waiting for the next hour is no failure of a schedule. */
  scheduled: boolean;
  json: boolean;
  debug: boolean;
}

/** Judges the hours that have come and the last one, tells people what is broken, and says when the next hour comes. */
export async function runWatch(flags: WatchFlags): Promise<void> {
  await runCommand({ json: flags.json }, (work) => stoppable((signal) => look(flags, work, signal)));
}

async function look(flags: WatchFlags, work: Work, signal: AbortSignal): Promise<CommandResult> {
  const now = new Date();
  const { stack, cwd, before, evidence } = flags;
  const settings = readStackSettings(cwd, stack);
  const since = flags.since === "release" ? await newestRelease(settings) : flags.since;
  if (since > now) throw new Failure("refused", "--since is in the future");
  if (before !== undefined && before >= since) {
    throw new Failure("refused", "--before must be earlier than --since");
  }
  if (flags.scheduled && now.getTime() - since.getTime() > firstDayMs) {
    const words = `The first day after ${since.toISOString()} is over.`;
    return {
      status: exitStatus.holds,
      output: flags.json ? jsonLine({ hours: [], baselines: [], over: true }) : `${words}\n`,
    };
  }
  const metrics = new Prometheus();
  work.progress?.("the metrics");
  const source = { criteria: criteriaOf(settings), metrics, since, before, now };
  const result = await watch(source);
  // What breaks between the hours is not left until the next one.
  const lately = result.nextAt === undefined ? [] : await watchLately(source);
  const errors = await newErrors(flags, work, signal);
  const watched = result.hours.flatMap((hour) => hour.watched);
  if (evidence !== undefined && watched.length > 0) {
    await recordRun(recordsFolder(cwd, evidence), {
      ...{ kind: "watch", cwd, stack, startedAt: since, project: projectNameOf(cwd) },
      results: [...watched.map(findingOfWatched), ...findingOfBaselines(result)].map((finding) =>
        resultOf(finding, now),
      ),
    });
  }
  const seen: Seen = { result, lately, errors };
  const acted = await act(flags, seen, { settings, since, work, signal });
  const status = statusOf(seen, acted);
  const output = flags.json
    ? jsonLine({ ...documentOf(seen), ...(acted !== undefined && { rollback: acted }) })
    : `${printableText([textOf(seen), ...(acted === undefined ? [] : [acted.summary])].join("\n"))}\n`;
  return { status: flags.scheduled ? statusForSchedule(status) : status, output };
}

/** What one call saw. */
interface Seen {
  result: WatchResult;
  /** The last hour, while the next one has not come. */
  lately: readonly Watched[];
  /** What Sentry says; nothing without its token. */
  errors: readonly Finding[];
}

async function newErrors(flags: WatchFlags, work: Work, signal: AbortSignal): Promise<Seen["errors"]> {
  if ((process.env.SENTRY_AUTH_TOKEN ?? "") === "") return [];
  const { stack, cwd, evidence } = flags;
  const { measure } = await import("./run-verify.ts");
  const asked = { stack, cwd, target: [], allowUnknown: [], allowWrites: false, only: ["H1.4" as const] };
  const { probes } = await measure(
    { ...asked, ...(evidence !== undefined && { evidence }) },
    { ...work, signal, environment: process.env },
  );
  return findingsOfProbes(probes);
}

/** Names of what does not hold, or of what nothing could tell of, with a sentence for each. */
function namesOf({ result, lately, errors }: Seen, state: "does-not-hold" | "unknown"): Map<string, string> {
  const watched = [...result.hours.flatMap((hour) => hour.watched), ...lately];
  return new Map([
    ...watched
      .filter(({ judgment }) => judgment.state === state)
      .map((each): [string, string] => [each.criterion.name, findingOfWatched(each).summary]),
    ...errors
      .filter((each) => each.state === state)
      .map(({ control, summary }): [string, string] => [control.name, summary]),
  ]);
}

interface Acting {
  settings: Settings;
  since: Date;
  work: Work;
  signal: AbortSignal;
}

/** Tells people, and rolls back, where the flags ask for it. */
async function act(
  flags: WatchFlags,
  seen: Seen,
  { settings, since, work, signal }: Acting,
): Promise<Outcome | undefined> {
  const broken = namesOf(seen, "does-not-hold");
  const silent = namesOf(seen, "unknown");
  const isOver = broken.size === 0 && silent.size === 0;
  if (!flags.notify && !flags.autoRollback) return undefined;
  const { stack, cwd } = flags;
  const name = `watch-${since.toISOString().replaceAll(/[:.]/g, "-")}`;
  const { journal, close } = openJournal({ cwd, stack, journal: flags.journal, name }, work.warn);
  const run = randomUUID();
  const now = (): Date => new Date();
  try {
    if (!isOver) {
      const what = broken.size > 0 ? broken : silent;
      const untold = await sound({
        ...{ journal, run, now, version: settings.release, since, signal },
        broken: [...what.keys()].map((each) => (broken.size > 0 ? each : `unknown ${each}`)),
        channels: settings.rollout.announcements.alarm.map(
          channelsOf(settings, readReleaseVariables(process.env)),
        ),
        message: {
          event: "release-alarm",
          subject: `${settings.project.name} ${settings.release}: ${broken.size > 0 ? "does not hold" : "nothing can tell whether it holds"}`,
          paragraphs: [
            ...[...what.values()].slice(0, 10),
            'To roll back: npx optropic rollback --reason "…"',
          ],
          ...{ links: linksOf(settings), version: settings.release, stack, at: new Date() },
        },
      });
      for (const each of untold) work.warn(`Nobody was told there: ${each}`);
    }
    if (!flags.autoRollback) return undefined;
    const commit = await releasedCommit(flags, settings);
    const isClosed = stateOf(await journal.read()).closed !== undefined;
    if (broken.size === 0 && !isClosed) return undefined;
    const { rollbackFlags, servesAnywhere } = await import("../release/run-release.ts");
    const { rollback } = await import("../release/run-rollback.ts");
    const back = {
      ...rollbackFlags,
      ...flags,
      evidence: placeIn(cwd, evidenceOf(flags)),
      dryRun: false,
      takeOver: false,
    };
    return await releaseOrRollBack({
      ...{ journal, run, now, steps: [{ name: "watch", rollsBack: true }] },
      release: async () => ({
        ...{ state: "stopped", step: "watch" },
        summary: [...broken.values()].slice(0, 5).join(" "),
      }),
      isOut: () => servesAnywhere(hostsOf(settings), commit, signal),
      nameRollback: () => rollbackName(back, { cwd, stack, settings }, work),
      rollBack: async (known, reason) => (await rollback({ ...back, reason }, work, signal, known)).outcome,
    });
  } finally {
    close();
  }
}

function evidenceOf({ evidence }: WatchFlags): string {
  return typeof evidence === "string" ? evidence : "records";
}

/** @throws {Failure} `refused`, where nothing says which commit the release brought */
async function releasedCommit({ commit, cwd }: WatchFlags, { release: version }: Settings): Promise<string> {
  const found =
    commit ?? (await git(cwd, ["rev-parse", "--verify", "--end-of-options", `v${version}^{commit}`]));
  if (found !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(found)) return found;
  throw new Failure(
    "refused",
    `Which commit the release brought is not known, as there is no tag v${version}: pass --commit, in full`,
  );
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

function statusOf(seen: Seen, acted: Outcome | undefined): ExitStatus {
  // What does not hold is said as that, also where its rollback could not tell; a rollback goes on when all holds again.
  const isBroken = namesOf(seen, "does-not-hold").size > 0 || acted?.state === "stopped";
  if (isBroken) return exitStatus.doesNotHold;
  if (acted?.state === "unclear") return exitStatus.couldNotTell;
  if (namesOf(seen, "unknown").size > 0) return exitStatus.couldNotTell;
  return seen.result.nextAt === undefined ? exitStatus.holds : exitStatus.waiting;
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

function documentOf({ result: { hours, nextAt, baselines }, lately, errors }: Seen) {
  const criteria = (watched: readonly Watched[]) =>
    watched.map(({ criterion: { name, items }, judgment, series }) => ({
      ...{ name, items, series },
      ...judgment,
    }));
  return {
    hours: hours.map(({ hour, endedAt, watched }) => ({ hour, endedAt, criteria: criteria(watched) })),
    lately: criteria(lately),
    errors: errors.map(({ control, items, state, summary }) => ({
      ...{ name: control.name, items, state, summary },
    })),
    nextAt,
    baselines,
  };
}

const marks = { holds: "✓", "does-not-hold": "✗", unknown: "?" } as const;

function textOf(seen: Seen): string {
  const { result, lately, errors } = seen;
  const part = (title: string, watched: readonly Watched[]): string =>
    [
      title,
      ...textTable(
        watched.map(({ criterion, judgment, series }) => [
          `  ${marks[judgment.state]}`,
          criterion.items.join(" "),
          criterion.name,
          series,
          judgment.summary,
        ]),
      ),
    ].join("\n");
  const parts = [
    ...result.hours.map(({ hour, watched }) => part(`Hour ${hour}`, watched)),
    ...(lately.length === 0 ? [] : [part("The last hour", lately)]),
    ...(errors.length === 0
      ? []
      : [["Sentry", ...errors.map(({ state, summary }) => `  ${marks[state]} ${summary}`)].join("\n")]),
  ];
  const { nextAt } = result;
  const end =
    namesOf(seen, "does-not-hold").size > 0
      ? '✗ It does not hold. To roll back: npx optropic rollback --reason "…"'
      : namesOf(seen, "unknown").size > 0
        ? "? Could not tell"
        : nextAt === undefined
          ? "✓ The first day holds"
          : "… So far it holds";
  const next = nextAt === undefined ? "" : `; the next hour ends at ${nextAt.toISOString()}`;
  return [...parts, `${end}${next}.`].join("\n\n");
}
