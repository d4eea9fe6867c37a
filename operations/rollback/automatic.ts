import type { Journal } from "../release/journal.ts";
import { RunLogbook } from "../release/logbook.ts";
import type { Outcome } from "../release/options.ts";
import { stateOf } from "../release/state.ts";
import type { Step } from "../release/step.ts";

export interface Automatic {
  /** The release's own. */
  journal: Journal;
  steps: readonly Pick<Step, "name" | "rollsBack">[];
  run: string;
  now: () => Date;
  /** One call of the release. */
  release: () => Promise<Outcome>;
  /** Whether any host serves the release: what never came out cannot be brought back. */
  isOut: () => Promise<boolean>;
  /** Name of the journal that a rollback of now has. */
  nameRollback: () => Promise<string>;
  /** One call of a rollback, or all of it. */
  rollBack: (name: string, reason: string) => Promise<Outcome>;
}

/**
 * A release that goes back by itself when what people are served does not hold. First the release is closed, with the
 * name of its rollback, so that a call after a crash goes on with that rollback and never begins a second one.
 */
export async function releaseOrRollBack(automatic: Automatic): Promise<Outcome> {
  const { journal, steps, release, rollBack } = automatic;
  const earlier = stateOf(await journal.read()).closed;
  if (earlier === undefined) {
    const outcome = await release();
    const goesBack = outcome.state === "stopped" && isServed(steps, outcome.step);
    if (!goesBack) return outcome;
    if (!(await automatic.isOut())) {
      return {
        ...outcome,
        summary: `${outcome.summary} (no host serves this release, so nothing goes back)`,
      };
    }
    await close(automatic, `${outcome.step}: ${outcome.summary}`);
  }
  const { closed } = stateOf(await journal.read());
  if (closed?.rollback === undefined) return release();
  const outcome = await rollBack(closed.rollback, closed.reason);
  const said = `Rolling back as ${closed.rollback}, since ${closed.reason}`;
  if (outcome.state !== "done") return { ...outcome, summary: `${said}: ${outcome.summary}` };
  return { state: "stopped", step: "closed", summary: `Rolled back as ${closed.rollback}: ${closed.reason}` };
}

function isServed(steps: Automatic["steps"], name: string): boolean {
  return steps.find((step) => step.name === name)?.rollsBack === true;
}

async function close({ journal, run, now, nameRollback }: Automatic, reason: string): Promise<void> {
  const logbook = await RunLogbook.open(journal, run, now);
  if (logbook.state.closed !== undefined) return;
  await logbook.write({ kind: "closed", reason: reason.slice(0, 3900), rollback: await nameRollback() });
}
