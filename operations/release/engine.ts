import { Failure } from "../../lib/failure.ts";
import { formatMoment } from "../../lib/units.ts";
import { MemoryJournal, RunLogbook } from "./logbook.ts";
import { clockToleranceMs, leaseEnd, type Outcome, type ReleaseOptions } from "./options.ts";
import { recordEnd } from "./recorded.ts";
import { type ReleaseState, type StepState, stepOf } from "./state.ts";
import type { Step } from "./step.ts";
import { StepWork } from "./work.ts";

/**
 * Looks at what is true, does whatever step is due, and ends where a step waits, does not hold, or all are done. Call
 * it again at any time, from anywhere that reaches the same journal.
 *
 * @throws {Failure} `refused`, for another commit of the same version, an unknown step, and when another run took over
 */
export async function reconcile(options: ReleaseOptions): Promise<Outcome> {
  const steps = chosen(options);
  const isKept = options.dryRun !== true || options.journal instanceof MemoryJournal;
  const journal = isKept ? options.journal : new MemoryJournal(await options.journal.read());
  const logbook = await RunLogbook.open(journal, options.run, options.now);
  const seen = settled(options, logbook.state, steps);
  if (seen !== undefined) return seen;
  await logbook.write({ kind: "lease", holder: options.holder, until: leaseEnd(options) });
  if (logbook.state.opened === undefined) {
    await logbook.write({ kind: "opened", version: options.version, commit: options.commit });
  }
  try {
    return await advance(options, steps, logbook);
  } finally {
    // Where this fails the lease ends by itself.
    await logbook.write({ kind: "free" }).catch(() => undefined);
  }
}

async function advance(
  options: ReleaseOptions,
  steps: readonly Step[],
  logbook: RunLogbook,
): Promise<Outcome> {
  for (const step of steps) {
    if (!isOver(stepOf(logbook.state, step.name), options.now())) {
      options.progress?.(step.title);
      const outcome = await new StepWork(step, options, logbook).go();
      if (outcome !== undefined) {
        await recordEnd(step, options, logbook);
        return outcome;
      }
    }
    await recordEnd(step, options, logbook);
  }
  return done(options, steps);
}

/** What can be said from the journal alone, without holding the release. */
function settled(options: ReleaseOptions, state: ReleaseState, steps: readonly Step[]): Outcome | undefined {
  const { opened, closed } = state;
  const now = options.now();
  if (opened !== undefined && opened.commit !== options.commit) {
    throw new Failure(
      "refused",
      `The release ${opened.version} was begun with the commit ${opened.commit.slice(0, 12)}, and this is ${options.commit.slice(0, 12)}: release the new commit as a new version`,
    );
  }
  if (closed !== undefined) {
    const went = closed.rollback === undefined ? "" : `Rolled back as ${closed.rollback}: `;
    return { state: "stopped", step: "closed", summary: `${went}${closed.reason}` };
  }
  const open = steps.find(({ name }) => {
    const step = stepOf(state, name);
    return !isOver(step, now) || step.recorded === undefined;
  });
  if (open === undefined) return done(options, steps);
  return heldByOther(options, state, now) ?? stillWaiting(open, stepOf(state, open.name), now, options);
}

function heldByOther(
  { takeOver, run }: ReleaseOptions,
  { lease }: ReleaseState,
  now: Date,
): Outcome | undefined {
  if (lease === undefined || lease.run === run || takeOver === true) return undefined;
  const since = `${lease.holder} has held this release since ${formatMoment(lease.at)}`;
  if (Date.parse(lease.at) > now.getTime() + clockToleranceMs) {
    return {
      state: "unclear",
      summary: `${since}, which is in the future: check the clocks of both machines, and pass --take-over if that run is dead`,
    };
  }
  const until = new Date(lease.until);
  return until > now
    ? { state: "waiting", until, summary: `${since}; pass --take-over if that run is dead` }
    : undefined;
}

/** A look that is not due yet is not repeated, so that a schedule may call as often as it likes. */
function stillWaiting(
  step: Step,
  { measured, ended }: StepState,
  now: Date,
  { limits }: ReleaseOptions,
): Outcome | undefined {
  const last = measured.at(-1);
  if (ended !== undefined || last?.until === undefined) return undefined;
  // A clock that was set back must not make a short pause one of years.
  const wasSetBack = Date.parse(last.at) > now.getTime() + clockToleranceMs;
  const until = new Date(last.until);
  if (wasSetBack || until.getTime() - limits.intervalMs / 10 <= now.getTime()) return undefined;
  return { state: "waiting", step: step.name, until, summary: `${step.title} ${last.summary}` };
}

/** A success that is dated in the future was seen by a clock that was wrong: it is looked at again. */
export function isOver({ ended }: StepState, now: Date): boolean {
  return ended?.state === "successful" && Date.parse(ended.at) <= now.getTime() + clockToleranceMs;
}

function done({ version }: ReleaseOptions, steps: readonly Step[]): Outcome {
  const last = steps.at(-1)?.name ?? "";
  return { state: "done", summary: `${version}: every step up to ${last} is done` };
}

/**
 * The steps from one to another, both included.
 *
 * @throws {Failure} `refused`, for a name that no step has, and an end before the beginning
 */
export function chosen({ steps, from, until }: Pick<ReleaseOptions, "steps" | "from" | "until">): Step[] {
  const indexOf = (name: string | undefined, fallback: number): number => {
    if (name === undefined) return fallback;
    const index = steps.findIndex((step) => step.name === name);
    if (index >= 0) return index;
    throw new Failure(
      "refused",
      `There is no step ${JSON.stringify(name)}; the steps are ${steps.map((step) => step.name).join(", ")}`,
    );
  };
  const first = indexOf(from, 0);
  const last = indexOf(until, steps.length - 1);
  if (last < first) throw new Failure("refused", `--until ${until} comes before --from ${from}`);
  return steps.slice(first, last + 1);
}
