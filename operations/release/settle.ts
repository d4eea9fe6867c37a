import { Failure } from "../../lib/failure.ts";
import type { Journal } from "./journal.ts";
import { RunLogbook } from "./logbook.ts";
import { stepOf } from "./state.ts";
import type { Step } from "./step.ts";

/** What a person saw of an action that nothing else can tell of. */
export interface Settlement {
  step: string;
  action: string;
  done: boolean;
}

/**
 * Reads `STEP/ACTION=done` or `STEP/ACTION=not-done`.
 *
 * @throws {Failure} `refused`, for anything else
 */
export function readSettlement(text: string): Settlement {
  const [, step, action, state] = /^([a-z0-9-]+)\/([a-z0-9-]+)=(done|not-done)$/.exec(text) ?? [];
  if (step !== undefined && action !== undefined) return { step, action, done: state === "done" };
  throw new Failure(
    "refused",
    `--settle ${JSON.stringify(text)} is not STEP/ACTION=done or STEP/ACTION=not-done`,
  );
}

/**
 * Writes down what a person saw of an action whose end nobody noted.
 *
 * @throws {Failure} `refused`, where that action is not in doubt, or another run holds the release
 */
export async function settle(
  { step: name, action, done }: Settlement,
  {
    journal,
    steps,
    run,
    by,
    now,
  }: { journal: Journal; steps: readonly Step[]; run: string; by: string; now: () => Date },
): Promise<void> {
  const logbook = await RunLogbook.open(journal, run, now);
  const { lease } = logbook.state;
  if (lease !== undefined && new Date(lease.until) > now()) {
    throw new Failure(
      "refused",
      `${lease.holder} holds this release until ${lease.until}; settle it after that`,
    );
  }
  const known = steps.find((step) => step.name === name)?.actions?.some((each) => each.name === action);
  const state = stepOf(logbook.state, name).actions.get(action);
  if (known !== true || state?.state !== "acting") {
    throw new Failure("refused", `${name}/${action} is not in doubt: there is nothing to settle`);
  }
  const entry = { step: name, action, key: state.key, summary: `Settled by ${by}, who looked` };
  await logbook.write(done ? { kind: "acted", ...entry, note: {} } : { kind: "not-acted", ...entry });
}
