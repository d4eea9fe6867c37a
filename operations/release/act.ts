import { reasonOf } from "../../lib/failure.ts";
import { printable, shortened } from "../../lib/text.ts";
import { type RunLogbook, TakenOver } from "./logbook.ts";
import type { ReleaseOptions } from "./options.ts";
import type { StepState } from "./state.ts";
import { type Action, type Done, NotDone, type Step, type StepRun, type Trace } from "./step.ts";

/** What an action needs of the step that it belongs to. */
export interface ActionContext {
  readonly step: Pick<Step, "name">;
  readonly options: Pick<ReleaseOptions, "version" | "commit" | "dryRun" | "signal">;
  readonly logbook: RunLogbook;
  readonly state: StepState;
  call<T>(ask: (run: StepRun) => Promise<T>): Promise<T>;
}

/** Why an action is not done; undefined where it is. `intended` is what a dry run leaves out. */
export type Undone = { state: "error" | "inconclusive" | "intended"; summary: string } | undefined;

/** One action in one run: found done, done, or left with a note that the next run understands. */
export class ActionWork {
  readonly action: Action;
  readonly work: ActionContext;

  constructor(action: Action, work: ActionContext) {
    this.action = action;
    this.work = work;
  }

  async go(): Promise<Undone> {
    const before = this.work.state.actions.get(this.action.name)?.state;
    if (before === "acted") return undefined;
    let trace: Trace;
    try {
      trace = await this.work.call((run) => this.action.find(run, this.#key));
    } catch (error) {
      return this.#error(error);
    }
    if (trace.state === "done") return this.#acted(trace.done);
    // It was begun by a run that could not say how it ended.
    if (trace.state === "unknown" && before === "acting") {
      const { name } = this.action;
      const step = this.work.step.name;
      return {
        state: "inconclusive",
        summary: `${name} was begun, and nothing tells whether it was done (${trace.why}); look yourself, then pass --settle ${step}/${name}=done or --settle ${step}/${name}=not-done`,
      };
    }
    if (this.work.options.dryRun && this.action.reads !== true)
      return { state: "intended", summary: this.action.does };
    return this.#perform();
  }

  async #perform(): Promise<Undone> {
    const { name } = this.action;
    const ofAction = { step: this.work.step.name, action: name, key: this.#key };
    await this.work.logbook.write({ kind: "acting", ...ofAction });
    let done: Done;
    try {
      done = await this.work.call((run) => this.action.perform(run, this.#key));
    } catch (error) {
      if (error instanceof NotDone) {
        await this.work.logbook.write({ kind: "not-acted", ...ofAction, summary: text(error.message) });
      }
      return this.#error(error);
    }
    return this.#acted(done);
  }

  async #acted({ summary, note = {} }: Done): Promise<undefined> {
    await this.work.logbook.write({
      kind: "acted",
      step: this.work.step.name,
      action: this.action.name,
      key: this.#key,
      summary: text(summary),
      note: { ...note },
    });
  }

  /** The same for each attempt, so that a vendor that knows such keys does nothing twice either. */
  get #key(): string {
    const { version, commit } = this.work.options;
    return `${version}/${commit.slice(0, 12)}/${this.work.step.name}/${this.action.name}`;
  }

  #error(error: unknown): Undone {
    if (error instanceof TakenOver) throw error;
    this.work.options.signal.throwIfAborted();
    return { state: "error", summary: `${this.action.name}: ${text(reasonOf(error))}` };
  }
}

function text(value: string): string {
  return shortened(printable(value), 3900);
}

/** An alarm that may have been lost is sent again: twice is better than never. */
export function surely(alarm: Action): Action {
  return {
    ...alarm,
    async find(run, key) {
      const trace = await alarm.find(run, key);
      return trace.state === "unknown" ? { state: "not-done" } : trace;
    },
  };
}
