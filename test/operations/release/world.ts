import type { ItemId } from "../../../checklist/items.ts";
import { type Entry, entrySchema, type Journal } from "../../../operations/release/journal.ts";
import type { Limits, Measurement } from "../../../operations/release/measurement.ts";
import type { EvidenceSink, StepRecord } from "../../../operations/release/options.ts";
import { type Action, NotDone, type Step } from "../../../operations/release/step.ts";

/** What goes wrong with one call to something outside. */
export type Fault = "none" | "before" | "after" | "not-done" | "failed" | "inconclusive" | "waiting";

/** The death of a process: nothing that it does afterwards counts. */
export class Crash extends Error {}

export const limits: Limits = {
  failed: 1,
  error: 1,
  inconclusive: 1,
  intervalMs: 60_000,
  callMs: 10_000,
  leaseMs: 600_000,
};

/** What exists outside of any run: a clock, the hosts, the journal and the evidence. */
export class World {
  time = Date.parse("2026-12-01T08:00:00Z");
  /** How often each action took effect. */
  readonly effects = new Map<string, number>();
  readonly entries: Entry[] = [];
  readonly records: StepRecord[] = [];
  faults: Fault[] = [];
  /** How long a request is on its way, in turns. */
  latency = 3;

  readonly now = (): Date => new Date(this.time);

  fault(): Fault {
    return this.faults.shift() ?? "none";
  }

  effect(name: string): void {
    this.effects.set(name, (this.effects.get(name) ?? 0) + 1);
  }
}

/** One process in that world, which may die at its n-th write: before it or right after. */
export class Process implements Journal, EvidenceSink {
  readonly world: World;
  #writes: number;
  #persists: boolean;
  #dead = false;

  constructor(world: World, writes = Number.POSITIVE_INFINITY, persists = false) {
    this.world = world;
    this.#writes = writes;
    this.#persists = persists;
  }

  live(): void {
    if (this.#dead) throw new Crash("dead");
  }

  async read(): Promise<Entry[]> {
    this.live();
    return [...this.world.entries];
  }

  async append(index: number, entry: Entry): Promise<boolean> {
    await turns(1);
    return this.#write(() => {
      if (index !== this.world.entries.length) return false;
      this.world.entries.push(entrySchema.parse(structuredClone(entry)));
      return true;
    });
  }

  async record(record: StepRecord): Promise<string> {
    await turns(1);
    return this.#write(() => {
      const text = JSON.stringify(record);
      const index = this.world.records.findIndex((each) => JSON.stringify(each) === text);
      if (index < 0) this.world.records.push(structuredClone(record));
      return `record-${index < 0 ? this.world.records.length - 1 : index}`;
    });
  }

  #write<T>(write: () => T): T {
    this.live();
    this.#writes -= 1;
    if (this.#writes > 0) return write();
    this.#dead = true;
    if (this.#persists) write();
    throw new Crash("died at a write");
  }
}

/** What kind of step a test wants. */
export interface StepKind {
  hasBefore: boolean;
  hasControl: boolean;
  /** Whether the trace of each of its actions can be found. */
  actions: boolean[];
}

/** Steps of such kinds, as a process sees them. */
export function stepsOf(kinds: readonly StepKind[], process: Process): Step[] {
  const { world } = process;
  return kinds.map(({ hasBefore, hasControl, actions }, index): Step => {
    const name = `step-${index}`;
    const items: ItemId[] = ["S1.1"];
    const look = async (): Promise<Measurement> => {
      await turns(2);
      process.live();
      const fault = world.fault();
      if (fault === "before" || fault === "after") throw new Error("connection reset");
      if (fault === "failed" || fault === "inconclusive") return { state: fault, summary: fault };
      if (fault === "waiting") return { state: fault, summary: fault, until: new Date(world.time + 120_000) };
      return { state: "successful", summary: "as it should be" };
    };
    return {
      name,
      title: `${name} must be done.`,
      items,
      controls: hasControl ? [{ kind: "gate", name, title: name, items, run: "release" }] : [],
      approver: "technicalLead",
      limitMinutes: 60,
      ...(hasBefore && { before: look }),
      actions: actions.map(
        (findable, number): Action => actionOf(`action-${number}`, name, findable, process),
      ),
      after: look,
      back: "Nothing is left behind.",
    };
  });
}

function actionOf(name: string, step: string, findable: boolean, process: Process): Action {
  const { world } = process;
  const id = `${step}/${name}`;
  return {
    name,
    does: `Does ${id}.`,
    async find() {
      await turns(1);
      process.live();
      if (!findable) return { state: "unknown", why: "it leaves no trace" };
      if (world.fault() === "before") throw new Error("connection reset");
      return world.effects.has(id) ? { state: "done", done: { summary: "found" } } : { state: "not-done" };
    },
    async perform() {
      await turns(world.latency);
      process.live();
      const fault = world.fault();
      if (fault === "not-done") throw new NotDone("refused");
      if (fault === "before") throw new Error("connection reset before");
      world.effect(id);
      if (fault === "after") throw new Error("connection reset after");
      return { summary: "done" };
    },
  };
}

/** Lets others go on. */
export async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await Promise.resolve();
}
