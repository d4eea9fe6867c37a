import { reasonOf } from "../../lib/failure.ts";
import { printable, shortened } from "../../lib/text.ts";
import { formatMinutes } from "../../lib/units.ts";
import { type ActionContext, ActionWork, surely } from "./act.ts";
import type { Entry } from "./journal.ts";
import { type RunLogbook, TakenOver } from "./logbook.ts";
import type { Finding, Measurement } from "./measurement.ts";
import { leaseEnd, type Outcome, type ReleaseOptions } from "./options.ts";
import { stepOf } from "./state.ts";
import type { Step, StepRun } from "./step.ts";

type Check = Extract<Entry, { kind: "measured" }>["check"];
type EndState = Extract<Entry, { kind: "ended" }>["state"];

/** One step in one run. */
export class StepWork implements ActionContext {
  readonly step: Step;
  readonly options: ReleaseOptions;
  readonly logbook: RunLogbook;

  constructor(step: Step, options: ReleaseOptions, logbook: RunLogbook) {
    this.step = step;
    this.options = options;
    this.logbook = logbook;
  }

  /** @returns undefined where the step is done */
  async go(): Promise<Outcome | undefined> {
    const { step, logbook } = this;
    const { begunAt, attempts, ended } = this.state;
    if (begunAt === undefined || ended !== undefined) {
      await logbook.write({ kind: "begun", step: step.name, attempt: attempts + 1 });
    }
    const untouched = this.state.actions.size === 0;
    if (untouched && step.before !== undefined) {
      const outcome = await this.#look("before", step.before);
      if (outcome !== undefined) return outcome;
    }
    const acted = await this.#act();
    if (acted !== undefined) return acted;
    return this.#look("after", step.after);
  }

  get state() {
    return stepOf(this.logbook.state, this.step.name);
  }

  /** Calls out, with the time limit of a call and a lease that lasts longer than it. */
  async call<T>(ask: (run: StepRun) => Promise<T>): Promise<T> {
    const { limits, signal, version, commit, now } = this.options;
    signal.throwIfAborted();
    await this.#renew();
    const expired = Promise.withResolvers<never>();
    const stop = new AbortController();
    const callMs = Math.min(limits.callMs, this.step.callMs ?? limits.callMs);
    const timer = setTimeout(() => {
      const reason = new Error(`no answer within ${Math.round(callMs / 1000)} s`);
      stop.abort(reason);
      expired.reject(reason);
    }, callMs);
    const state = this.logbook.state;
    try {
      const run: StepRun = {
        version,
        commit,
        now: now(),
        begunAt: new Date(this.state.begunAt ?? now()),
        signal: AbortSignal.any([signal, stop.signal]),
        openedAt: new Date(state.opened?.at ?? now()),
        history: state.history,
        noted: (name, action) => {
          const { actions } = stepOf(state, name);
          if (action === undefined) return [...actions.values()][0]?.note;
          const named = actions.get(action);
          return named?.state === "acted" ? named.note : undefined;
        },
        endedAt: (name) => {
          const { succeededAt } = stepOf(state, name);
          return succeededAt === undefined ? undefined : new Date(succeededAt);
        },
      };
      return await Promise.race([ask(run), expired.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #renew(): Promise<void> {
    const { limits, now, run, holder } = this.options;
    const { lease } = this.logbook.state;
    const left = lease?.run === run ? Date.parse(lease.until) - now().getTime() : 0;
    // More than a whole lease is left where the clock was set back.
    if (left >= 2 * limits.callMs && left <= limits.leaseMs) return;
    await this.logbook.write({ kind: "lease", holder, until: leaseEnd(this.options) });
  }

  async #act(): Promise<Outcome | undefined> {
    const { actions = [] } = this.step;
    const found = await Promise.all(actions.map((action) => new ActionWork(action, this).go()));
    const intended = found.flatMap((each) => (each?.state === "intended" ? [each.summary] : []));
    if (intended.length > 0) {
      return {
        state: "waiting",
        step: this.step.name,
        until: this.options.now(),
        intended: true,
        summary: `Nothing was done, as --dry-run asks. Due now: ${intended.join(" ")}`,
      };
    }
    for (const state of ["inconclusive", "error"] as const) {
      const summaries = found.flatMap((each) => (each?.state === state ? [each.summary] : []));
      if (summaries.length === 0) continue;
      if (state === "error" && (await this.#goesOnWithout())) continue;
      return this.#judge("action", { state, summary: summaries.join("; ") });
    }
    return undefined;
  }

  /** Whether actions that are in error by now were tried often enough, and the step is worth going on without them. */
  async #goesOnWithout(): Promise<boolean> {
    const { goesOnWithout } = this.step;
    if (goesOnWithout === undefined || this.options.dryRun === true) return false;
    if (this.#count("action", "error") < this.options.limits.error) return false;
    return this.call(async (run) => goesOnWithout(run));
  }

  async #look(check: Check, ask: (run: StepRun) => Promise<Measurement>): Promise<Outcome | undefined> {
    let measurement: Measurement;
    try {
      measurement = await this.call(ask);
    } catch (error) {
      if (error instanceof TakenOver) throw error;
      this.options.signal.throwIfAborted();
      measurement = { state: "error", summary: reasonOf(error) };
    }
    return this.#judge(check, measurement);
  }

  /** Notes a measurement, and ends the step where it decides it. */
  async #judge(check: Check, measurement: Measurement): Promise<Outcome | undefined> {
    const { limits, now } = this.options;
    const { state } = measurement;
    const summary = shortened(printable(measurement.summary), 3900);
    if (state === "successful") {
      if (check === "after") await this.#end("successful", summary, measurement.findings);
      return undefined;
    }
    if (this.options.dryRun && state !== "waiting") {
      const step = this.step.name;
      return state === "failed" ? { state: "stopped", step, summary } : { state: "unclear", step, summary };
    }
    const at = now();
    const late = this.#late(at);
    const isOver = state !== "waiting" && this.#count(check, state) >= limits[state];
    if (state === "failed" || isOver || late !== undefined) await this.#alarm({ ...measurement, summary });
    if (isOver) return this.#end(state, summary, measurement.findings);
    if (late !== undefined) return this.#end("inconclusive", `${late}: ${summary}`, measurement.findings);
    const until = measurement.until ?? new Date(at.getTime() + limits.intervalMs);
    const last = this.state.measured.at(-1);
    const same = last?.check === check && last.state === state && last.until === until.toISOString();
    if (!same) {
      await this.logbook.write({
        kind: "measured",
        step: this.step.name,
        attempt: this.state.attempts,
        check,
        state,
        summary,
        until: until.toISOString(),
      });
    }
    return { state: "waiting", step: this.step.name, until, summary };
  }

  /** Tells people, once in each attempt. Whoever cannot be told must not keep the step from ending. */
  async #alarm(measurement: Measurement): Promise<void> {
    if (this.options.dryRun) return;
    const alarms = this.step.alarms?.(measurement) ?? [];
    const { attempts } = this.state;
    const told = await Promise.all(
      alarms.map((alarm) =>
        new ActionWork({ ...surely(alarm), name: `alarm-${attempts}-${alarm.name}` }, this).go(),
      ),
    );
    const untold = told.flatMap((each) => (each === undefined ? [] : [each.summary]));
    const text = `${this.step.name}: nobody was told there: ${untold.join("; ")}`;
    const isKnown = this.logbook.state.history.some((entry) => entry.text === text);
    if (untold.length > 0 && !isKnown)
      await this.logbook.write({ kind: "noted", text: shortened(text, 3900) });
  }

  /** Looks of this attempt that ended so: all that failed, and those of the other kinds that follow each other. */
  #count(check: Check, state: "failed" | "error" | "inconclusive"): number {
    const looks = this.state.measured.filter((look) => look.check === check);
    if (state === "failed") return looks.filter((look) => look.state === state).length;
    const other = looks.findLastIndex((look) => look.state !== state);
    return looks.length - 1 - other;
  }

  #late(now: Date): string | undefined {
    const { limitMinutes } = this.step;
    const begun = Date.parse(this.state.begunAt ?? now.toISOString());
    return now.getTime() - begun > limitMinutes * 60_000
      ? `Not within ${formatMinutes(limitMinutes)}`
      : undefined;
  }

  async #end(
    state: EndState,
    summary: string,
    findings: readonly Finding[] = [],
  ): Promise<Outcome | undefined> {
    const { attempts, begunAt } = this.state;
    await this.logbook.write({
      kind: "ended",
      step: this.step.name,
      attempt: attempts,
      state,
      summary,
      begunAt: begunAt ?? this.options.now().toISOString(),
      findings: complete(this.step, state, summary, findings),
    });
    if (state === "successful") return undefined;
    const step = this.step.name;
    return state === "failed" ? { state: "stopped", step, summary } : { state: "unclear", step, summary };
  }
}

/** Each control of the step with what was found of it, or else with how the step ended. */
function complete(step: Step, state: EndState, summary: string, findings: readonly Finding[]) {
  const byEnd = {
    successful: "holds",
    failed: "does-not-hold",
    error: "unknown",
    inconclusive: "unknown",
  } as const;
  return step.controls.map((control) => {
    const found = findings.find(
      ({ control: { kind, name } }) => kind === control.kind && name === control.name,
    );
    const { kind, name, items } = control;
    if (found === undefined) {
      return { control: { kind, name }, items: [...items], state: byEnd[state], summary };
    }
    const { details, measured, expected, unit, samples, url, until } = found;
    return {
      control: { kind, name },
      items: [...items],
      state: found.state,
      summary: shortened(printable(found.summary), 3900),
      ...(details !== undefined && {
        details: details.slice(0, 1000).map((detail) => shortened(printable(detail), 990)),
      }),
      ...(measured !== undefined && { measured }),
      ...(expected !== undefined && { expected }),
      ...(unit !== undefined && { unit }),
      ...(samples !== undefined && { samples }),
      ...(url !== undefined && { url }),
      ...(until !== undefined && { until: until.toISOString() }),
    };
  });
}
