import { setTimeout as sleep } from "node:timers/promises";
import type { Result } from "../../lib/command.ts";
import { type ExitStatus, exitStatus } from "../../lib/exit.ts";
import { jsonLine } from "../../lib/json.ts";
import { printableText } from "../../lib/text.ts";
import type { Outcome } from "../../operations/release/options.ts";

const statuses = {
  done: exitStatus.holds,
  stopped: exitStatus.doesNotHold,
  unclear: exitStatus.couldNotTell,
  waiting: exitStatus.waiting,
} as const satisfies Record<Outcome["state"], ExitStatus>;

/** An outcome as a command reports it. */
export function reported(outcome: Outcome, json: boolean, more: string[] = []): Result {
  const step = "step" in outcome && outcome.step !== undefined ? `${outcome.step}: ` : "";
  const until = outcome.state === "waiting" ? ` (until ${outcome.until.toISOString()})` : "";
  const text = [...more, `${outcome.state}: ${step}${outcome.summary}${until}`].join("\n");
  return { status: statuses[outcome.state], output: json ? jsonLine(outcome) : `${printableText(text)}\n` };
}

/** Calls again whenever the time has come, until it is no longer a matter of time. */
export async function untilSettled(
  call: () => Promise<Outcome>,
  { signal, progress }: { signal: AbortSignal; progress: ((step: string) => void) | undefined },
): Promise<Outcome> {
  for (;;) {
    const outcome = await call();
    if (outcome.state !== "waiting") return outcome;
    progress?.(`${outcome.step ?? "another run"}: ${outcome.summary}`);
    // Timers of Node.js end at 24 days, and a clock may be set meanwhile.
    const left = Math.min(outcome.until.getTime() - Date.now(), 60_000);
    await sleep(Math.max(500, left), undefined, { signal });
  }
}
