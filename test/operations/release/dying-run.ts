import { existsSync, writeFileSync } from "node:fs";
import { reconcile } from "../../../operations/release/engine.ts";
import type { Entry, Journal } from "../../../operations/release/journal.ts";
import { FileJournal } from "../../../operations/release/journal-file.ts";
import { Process, stepsOf, World } from "./world.ts";

// A run of a release that is killed at its n-th write to a real file: before it, or right after.
const [, , path = "", run = "", dies = "0", persists = ""] = process.argv;

class Dying implements Journal {
  #journal = new FileJournal(path, "3.0.0");
  #left = Number(dies);

  read(): Promise<Entry[]> {
    return this.#journal.read();
  }

  async append(index: number, entry: Entry): Promise<boolean> {
    this.#left -= 1;
    if (this.#left === 0 && persists !== "persists") process.kill(process.pid, "SIGKILL");
    const written = await this.#journal.append(index, entry);
    if (this.#left === 0) process.kill(process.pid, "SIGKILL");
    return written;
  }
}

const world = new World();
world.time += Number(run) * 3_600_000;
const kinds = [{ hasBefore: true, hasControl: true, actions: [true] }];
const effects = `${path}.effects`;
const here = new Process(world);
const steps = stepsOf(kinds, here).map((step) => ({
  ...step,
  actions: step.actions?.map((action) => ({
    ...action,
    // What it changes is seen by the next process.
    find: async () =>
      existsSync(effects)
        ? { state: "done" as const, done: { summary: "found" } }
        : { state: "not-done" as const },
    async perform() {
      writeFileSync(effects, "done", { flag: "wx" });
      return { summary: "done" };
    },
  })),
}));
const outcome = await reconcile({
  ...{
    version: "3.0.0",
    commit: "a".repeat(40),
    steps,
    journal: new Dying(),
    evidence: here,
    now: world.now,
  },
  limits: { failed: 1, error: 1, inconclusive: 1, intervalMs: 60_000, callMs: 10_000, leaseMs: 600_000 },
  ...{ run: `run-${run}`, holder: "a test", signal: new AbortController().signal },
});
process.stdout.write(JSON.stringify(outcome));
