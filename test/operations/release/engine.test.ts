import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reconcile } from "../../../operations/release/engine.ts";
import type { Outcome } from "../../../operations/release/options.ts";
import { settle } from "../../../operations/release/settle.ts";
import { stateOf } from "../../../operations/release/state.ts";
import { Crash, type Fault, limits, Process, type StepKind, stepsOf, turns, World } from "./world.ts";

const commit = "a".repeat(40);
const day = 86_400_000;

const kindsOf = fc.array(
  fc.record<StepKind>({
    hasBefore: fc.boolean(),
    hasControl: fc.boolean(),
    actions: fc.array(fc.boolean(), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 4 },
);

const faultOf = fc.constantFrom<Fault>(
  "none",
  "none",
  "before",
  "after",
  "not-done",
  "failed",
  "inconclusive",
  "waiting",
);

/** One call of the command. */
const callOf = fc.record({
  faults: fc.array(faultOf, { maxLength: 8 }),
  /** The write at which it dies. */
  dies: fc.option(fc.record({ at: fc.integer({ min: 1, max: 14 }), persists: fc.boolean() }), {
    nil: undefined,
  }),
  /** What the clock does before it. */
  jump: fc.oneof(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: -10 * day, max: 10 * day })),
});

let runs = 0;

function call(
  world: World,
  kinds: readonly StepKind[],
  process: Process,
  takeOver = false,
): Promise<Outcome> {
  runs += 1;
  return reconcile({
    version: "3.0.0",
    commit,
    steps: stepsOf(kinds, process),
    journal: process,
    evidence: process,
    now: world.now,
    limits,
    run: `run-${runs}`,
    holder: "a test",
    signal: new AbortController().signal,
    takeOver,
  });
}

async function survived(outcome: Promise<Outcome>): Promise<Outcome | undefined> {
  try {
    return await outcome;
  } catch (error) {
    if (error instanceof Crash) return undefined;
    throw error;
  }
}

/** What a person does who knows nothing but what the command says: waits, calls again, looks, and settles. */
async function continued(world: World, kinds: readonly StepKind[]): Promise<void> {
  world.faults = [];
  for (let turn = 0; turn < 60; turn += 1) {
    const process = new Process(world);
    const outcome = await call(world, kinds, process, turn > 0 && turn % 10 === 0);
    if (outcome.state === "done") return;
    if (outcome.state === "waiting") {
      world.time = Math.max(world.time, outcome.until.getTime());
      continue;
    }
    for (const [, step, action] of outcome.summary.matchAll(/--settle (step-\d)\/(action-\d)=done/g)) {
      const done = world.effects.has(`${step}/${action}`);
      await settle(
        { step: step ?? "", action: action ?? "", done },
        {
          journal: process,
          steps: stepsOf(kinds, process),
          run: `person-${turn}`,
          by: "lead@optropic.example",
          now: world.now,
        },
      );
    }
  }
  throw new Error(`It never ends: ${JSON.stringify(world.entries.slice(-10), null, 1)}`);
}

function expectOnce(world: World): void {
  for (const [name, count] of world.effects) expect([name, count]).toEqual([name, 1]);
}

function expectWhole(world: World, kinds: readonly StepKind[]): void {
  expectOnce(world);
  const wanted = kinds.flatMap(({ actions }, step) =>
    actions.map((_, action) => `step-${step}/action-${action}`),
  );
  expect([...world.effects.keys()].sort()).toEqual(wanted);
  const state = stateOf(world.entries);
  for (const [index, { hasControl }] of kinds.entries()) {
    const name = `step-${index}`;
    expect(state.steps.get(name)).toMatchObject({
      ended: { state: "successful" },
      recorded: expect.any(String),
    });
    const results = world.records
      .flatMap((record) => record.results)
      .filter((each) => each.control.name === name);
    expect(results.some((result) => result.state === "holds")).toBe(hasControl);
  }
  const texts = world.records.map((record) => JSON.stringify(record));
  expect(new Set(texts).size).toBe(texts.length);
}

describe("a release", () => {
  it("does no step twice and can be continued, whatever fails, dies or jumps", async () => {
    await fc.assert(
      fc.asyncProperty(kindsOf, fc.array(callOf, { maxLength: 8 }), async (kinds, calls) => {
        const world = new World();
        for (const { faults, dies, jump } of calls) {
          world.time += jump;
          world.faults = [...faults];
          await survived(call(world, kinds, new Process(world, dies?.at, dies?.persists)));
          expectOnce(world);
        }
        await continued(world, kinds);
        expectWhole(world, kinds);
      }),
      { numRuns: 300 },
    );
  });

  it("does no step twice where a second run begins while one goes on, and either dies", async () => {
    await fc.assert(
      fc.asyncProperty(kindsOf, callOf, callOf, fc.nat(120), async (kinds, one, other, delay) => {
        const world = new World();
        world.latency = 60;
        world.faults = [...one.faults, ...other.faults];
        const outcomes = await Promise.allSettled(
          [one, other].map(async ({ dies }, index) => {
            await turns(index * delay);
            return call(world, kinds, new Process(world, dies?.at, dies?.persists));
          }),
        );
        for (const outcome of outcomes) {
          if (outcome.status === "rejected" && !(outcome.reason instanceof Crash)) {
            expect(outcome.reason).toMatchObject({
              message: expect.stringMatching(/Another run has taken over/),
            });
          }
        }
        expectOnce(world);
        await continued(world, kinds);
        expectWhole(world, kinds);
      }),
      { numRuns: 300 },
    );
  });
});

describe("one call", () => {
  const plain: StepKind[] = [{ hasBefore: true, hasControl: true, actions: [true] }];

  async function called(faults: Fault[]): Promise<{ world: World; outcome: Outcome }> {
    const world = new World();
    world.faults = faults;
    return { world, outcome: await call(world, plain, new Process(world)) };
  }

  it("ends done, with the evidence of every step", async () => {
    const { world, outcome } = await called([]);
    expect(outcome).toEqual({ state: "done", summary: "3.0.0: every step up to step-0 is done" });
    expect(world.records).toHaveLength(1);
    expect(world.records[0]?.results).toMatchObject([
      { control: { kind: "gate", name: "step-0" }, state: "holds" },
    ]);
  });

  it("waits after a look that failed, and stops at the next", async () => {
    const { world, outcome } = await called(["failed"]);
    expect(outcome).toMatchObject({ state: "waiting", until: new Date(world.time + 60_000) });
    expect(world.effects.size).toBe(0);
    // Nothing is due yet, so nothing is asked and nothing is written.
    const size = world.entries.length;
    expect(await call(world, plain, new Process(world))).toMatchObject({ state: "waiting" });
    expect(world.entries).toHaveLength(size);
    world.time += 60_000;
    world.faults = ["failed"];
    expect(await call(world, plain, new Process(world))).toMatchObject({ state: "stopped", step: "step-0" });
    expect(world.records.at(-1)?.results).toMatchObject([{ state: "does-not-hold", summary: "failed" }]);
  });

  it("tells what it could not find out from what does not hold", async () => {
    const { world } = await called(["inconclusive"]);
    world.time += 60_000;
    world.faults = ["inconclusive"];
    expect(await call(world, plain, new Process(world))).toMatchObject({
      state: "unclear",
      summary: "inconclusive",
    });
    expect(world.records.at(-1)?.results).toMatchObject([{ state: "unknown" }]);
  });

  it("records the same stop once, however often it is called", async () => {
    const { world } = await called(["failed"]);
    for (let index = 0; index < 6; index += 1) {
      world.time += 60_000;
      world.faults = ["failed"];
      await call(world, plain, new Process(world));
    }
    expect(world.records).toHaveLength(1);
  });

  it("ends a step that takes too long", async () => {
    const { world } = await called(["none", "none", "none", "waiting"]);
    world.time += 3 * 3_600_000;
    world.faults = ["waiting"];
    expect(await call(world, plain, new Process(world))).toMatchObject({
      state: "unclear",
      summary: expect.stringMatching(/^Not within 1 h 0 min: waiting/),
    });
  });

  it("changes nothing in a dry run, and says what is due", async () => {
    const world = new World();
    const process = new Process(world);
    const outcome = await reconcile({
      version: "3.0.0",
      commit,
      steps: stepsOf(plain, process),
      journal: process,
      evidence: process,
      now: world.now,
      limits,
      run: "dry",
      holder: "a test",
      signal: new AbortController().signal,
      dryRun: true,
    });
    expect(outcome).toMatchObject({
      state: "waiting",
      summary: expect.stringMatching(/Does step-0\/action-0/),
    });
    expect([world.entries, world.records, [...world.effects]]).toEqual([[], [], []]);
  });

  it("refuses another commit under the same version", async () => {
    const { world } = await called([]);
    const process = new Process(world);
    await expect(
      reconcile({
        version: "3.0.0",
        commit: "b".repeat(40),
        steps: stepsOf(plain, process),
        journal: process,
        evidence: process,
        now: world.now,
        limits,
        run: "other",
        holder: "a test",
        signal: new AbortController().signal,
      }),
    ).rejects.toThrow(/release the new commit as a new version/);
  });
});
