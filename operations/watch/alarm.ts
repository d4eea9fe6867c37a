import { createHash } from "node:crypto";
import { type Channel, telling } from "../announce/channel.ts";
import type { Message } from "../announce/message.ts";
import { ActionWork, surely } from "../release/act.ts";
import type { Journal } from "../release/journal.ts";
import { RunLogbook, TakenOver } from "../release/logbook.ts";
import { stepOf } from "../release/state.ts";
import type { StepRun } from "../release/step.ts";

export interface Alarm {
  /** Where it is kept what was told. */
  journal: Journal;
  run: string;
  now: () => Date;
  version: string;
  /** When the release went live. */
  since: Date;
  /** What does not hold, by the names of the criteria. */
  broken: readonly string[];
  channels: readonly Channel[];
  message: Message;
  signal: AbortSignal;
}

const step = "watch";
const callMs = 60_000;

/**
 * Tells people what does not hold: on each channel once for each set of criteria, however often a schedule looks. A
 * message that may have been lost is sent again.
 *
 * @returns why a channel could not be used, one sentence each
 */
export async function sound(alarm: Alarm): Promise<string[]> {
  const { journal, run, now, version, since, broken, channels, message, signal } = alarm;
  const what = createHash("sha256")
    .update([...broken].toSorted().join(" "))
    .digest("hex")
    .slice(0, 12);
  try {
    const logbook = await RunLogbook.open(journal, run, now);
    const work = {
      ...{
        step: { name: step },
        logbook,
        options: { version, commit: since.toISOString(), dryRun: false, signal },
      },
      get state() {
        return stepOf(logbook.state, step);
      },
      call: <T>(ask: (run: StepRun) => Promise<T>): Promise<T> => {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(callMs)]);
        const never = { noted: () => undefined, endedAt: () => undefined, history: [] };
        return ask({
          ...{ version, commit: "", now: now(), begunAt: since, openedAt: since, signal: limit, ...never },
        });
      },
    };
    const told = await Promise.all(
      channels.map((channel) =>
        new ActionWork(
          { ...surely(telling(channel, () => message)), name: `alarm-${what}-${channel.name}` },
          work,
        ).go(),
      ),
    );
    return told.flatMap((each) => (each === undefined ? [] : [each.summary.replace(`alarm-${what}-`, "")]));
  } catch (error) {
    // Another run looks at the same moment, and tells.
    if (error instanceof TakenOver) return [];
    throw error;
  }
}
