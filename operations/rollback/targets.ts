import type { Host } from "../hosts/host.ts";
import type { StepRun } from "../release/step.ts";
import type { RollbackParts } from "./parts.ts";

type Noted = Pick<StepRun, "noted">;

/** What was chosen for a host; empty where it did not answer. */
export function targetOf(run: Noted, host: string): { id: string; commit: string; from: string } {
  const note = run.noted("targets", "choose") ?? {};
  return {
    id: note[`${host}.id`] ?? "",
    commit: note[`${host}.commit`] ?? "",
    from: note[`${host}.from`] ?? "",
  };
}

const stages = ["targets", "automation", "hold", "roll-back"] as const;

/**
 * Hosts that a rollback has come so far with: those that answered in a step and in each before it. One that does not
 * answer must not keep the others from going back.
 */
export function reached<T extends Pick<Host, "name">>(
  hosts: readonly T[],
  run: Noted,
  until: (typeof stages)[number],
): T[] {
  const passed = stages.slice(1, stages.indexOf(until) + 1);
  return hosts.filter(
    ({ name }) =>
      targetOf(run, name).id !== "" && passed.every((step) => run.noted(step, name) !== undefined),
  );
}

/** Names of the hosts that are not rolled back, and were to be. */
export function leftOf(
  { hosts, asked = hosts }: Pick<RollbackParts, "hosts" | "asked">,
  run: Noted,
): string[] {
  const back = reached(asked, run, "roll-back");
  return asked.filter((host) => !back.includes(host)).map(({ name }) => name);
}

/** A sentence on each host that is not rolled back. */
export function notBack(parts: Pick<RollbackParts, "hosts" | "asked" | "leftOut">, run: Noted): string[] {
  const { leftOut = [] } = parts;
  return [
    ...leftOf(parts, run).map((name) => `${name} did not answer and was not rolled back.`),
    ...leftOut.map((name) => `${name} was left out on purpose.`),
  ];
}

/** Whether hosts that do not answer are done without. A rehearsal of a part shows nothing. */
export function mayMiss({ rehearsal }: Pick<RollbackParts, "rehearsal">): boolean {
  return !rehearsal;
}

/** How long a host may take to say what it has, while the others wait to go back. */
const answerMs = 20_000;

/**
 * What a host says within a time in which the others can wait for it.
 *
 * @throws whatever the host's client throws, and the reason of the signal
 */
export async function answerOf<T>(ask: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  const late = Promise.withResolvers<never>();
  const stop = new AbortController();
  const limited = AbortSignal.any([signal, stop.signal]);
  const timer = setTimeout(() => stop.abort(new Error(`no answer within ${answerMs / 1000} s`)), answerMs);
  limited.addEventListener("abort", () => late.reject(limited.reason), { once: true });
  try {
    return await Promise.race([ask(limited), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export function short(commit: string | undefined): string {
  return commit === undefined || commit === "" ? "an unknown commit" : commit.slice(0, 12);
}
