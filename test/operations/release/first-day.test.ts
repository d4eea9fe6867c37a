import { beforeEach, describe, expect, it } from "vitest";
import { reconcile } from "../../../operations/release/engine.ts";
import type { Outcome } from "../../../operations/release/options.ts";
import { NotDone } from "../../../operations/release/step.ts";
import { firstDaySteps } from "../../../operations/release/steps/first-day.ts";
import type { Parts, Stage } from "../../../operations/release/steps/parts.ts";
import { releaseOrRollBack } from "../../../operations/rollback/automatic.ts";
import type { Metrics } from "../../../operations/watch/watch.ts";
import { VendorProblem } from "../../../vendors/problem.ts";
import { accept, writtenSettings } from "../../config/stack.ts";
import { isErrorRate, seriesOf } from "./series.ts";
import { Crash, limits, Process, World } from "./world.ts";

const declared = accept(writtenSettings("production"));
const settings = { ...declared, rollout: { ...declared.rollout, lookMinutes: 15 } };
const hourMs = 3_600_000;
let world: World;
let told: string[];
let failsToTell: boolean;
let start: number;
beforeEach(() => {
  world = new World();
  start = world.time;
  told = [];
  failsToTell = false;
});

function unreached(): never {
  throw new Error("The watch does not ask this");
}

function stepsOf(metrics: Metrics) {
  const stage: Stage = {
    ...{ hosts: [], metrics, alerts: { fired: unreached } },
    verifier: {
      verify: async () => [
        {
          name: "health",
          title: "Health",
          items: ["H1.1"],
          state: "holds",
          message: "200",
          at: "2026-12-01T08:00:00Z",
          checks: [],
          durationMs: 1,
        },
      ],
    },
  };
  const parts: Parts = {
    ...{ stack: "production", settings, production: stage, staging: stage, links: [], health: unreached },
    repository: {
      ...{ branch: unreached, createBranch: unreached, ahead: unreached, openPullRequests: unreached },
      ...{
        checks: unreached,
        tag: unreached,
        release: unreached,
        draftRelease: unreached,
        publishRelease: unreached,
      },
      ...{ openIssues: unreached, createIssue: unreached },
    },
    decisions: { decide: async () => ({ go: true, items: [] }) },
    channel: (name) => ({
      ...{ name, does: `Tells ${name}` },
      async deliver({ subject, paragraphs }) {
        if (failsToTell) throw new NotDone("nobody there");
        told.push(`${subject}: ${paragraphs[1]}`);
        return { summary: "told" };
      },
    }),
  };
  return firstDaySteps(parts);
}

let runs = 0;

function call(metrics: Metrics, process = new Process(world)): Promise<Outcome> {
  runs += 1;
  return reconcile({
    ...{
      version: "3.0.0",
      commit: "a".repeat(40),
      steps: stepsOf(metrics),
      journal: process,
      evidence: process,
    },
    ...{ now: world.now, limits, run: `run-${runs}`, holder: "a test", signal: new AbortController().signal },
  });
}

/** Calls as a schedule does, until it is over. */
async function watched(metrics: Metrics, once = () => call(metrics)): Promise<Outcome> {
  for (let turn = 0; turn < 1000; turn += 1) {
    const outcome = await once();
    if (outcome.state !== "waiting") return outcome;
    world.time = outcome.until.getTime();
  }
  throw new Error("It never ends");
}

function recorded(): Record<string, string> {
  return Object.fromEntries(
    world.records.flatMap(({ results }) => results.map(({ control, state }) => [control.name, state])),
  );
}

/** Errors from an hour after the beginning on. */
const brokenAt = (hour: number) =>
  seriesOf((query, at) => (isErrorRate(query) && at.getTime() >= start + hour * hourMs ? 0.08 : undefined));

describe("the first day of a release", () => {
  it("is done after 24 hours in which all held, with each criterion on record as a watch", async () => {
    expect(await watched(seriesOf())).toMatchObject({ state: "done" });
    expect(world.time - start).toBe(24 * hourMs);
    expect(world.records.map(({ kind }) => kind)).toEqual(["watch", "watch", "watch"]);
    expect(new Set(Object.values(recorded()))).toEqual(new Set(["holds"]));
    expect(Object.keys(recorded())).toHaveLength(14);
    expect(told).toEqual([]);
  });

  it("tells people within minutes of what breaks between the hours, and once", async () => {
    expect(await watched(brokenAt(3))).toMatchObject({ state: "stopped", step: "watch-6" });
    expect(world.time - start).toBeLessThanOrEqual(3.5 * hourMs);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/watch-6 does not hold: .*median.*limit 0\.01/);
    expect(recorded()).toMatchObject({
      ...{ "watch-error-rate": "holds", "watch-error-rate-stable": "does-not-hold" },
      ...{ "watch-latency-stable": "unknown", "watch-latency-p95": "holds" },
    });
  });

  it("says who was not told, and ends all the same", async () => {
    failsToTell = true;
    expect(await watched(brokenAt(3))).toMatchObject({ state: "stopped", step: "watch-6" });
    expect(world.entries.filter(({ kind }) => kind === "noted")).toMatchObject([
      { text: expect.stringMatching(/nobody was told.*slack: nobody there/) },
    ]);
  });

  it("cannot tell without data, tells people so, and never passes an hour", async () => {
    const nothing = seriesOf(() => Number.NaN);
    expect(await watched(nothing)).toMatchObject({ state: "unclear", step: "watch-1" });
    expect(told).toHaveLength(1);
    const refused: Metrics = {
      range: async () => {
        throw new VendorProblem("no-credential", "PROMETHEUS_TOKEN is not set");
      },
    };
    expect(await watched(refused)).toMatchObject({ state: "unclear", step: "watch-1" });
    expect(recorded()).toMatchObject({ "watch-health": "unknown" });
  });
});

describe("with --auto-rollback", () => {
  /** A release and its rollbacks, of which each may die at a write. */
  async function automatic(
    metrics: Metrics,
    process: Process,
    rolled: string[],
    { diesAtRollback = false, isOut = true } = {},
  ) {
    return releaseOrRollBack({
      ...{ journal: process, steps: stepsOf(metrics), run: `run-${runs}`, now: world.now },
      release: () => call(metrics, process),
      isOut: async () => isOut,
      nameRollback: async () => `rollback-3.0.0-${rolled.length + 1}`,
      async rollBack(name, reason) {
        if (diesAtRollback) throw new Crash("died");
        rolled.push(`${name}: ${reason}`);
        return { state: "done", summary: "done" };
      },
    });
  }

  it("rolls back at the first criterion that does not hold, and the release is closed", async () => {
    const rolled: string[] = [];
    const outcome = await watched(brokenAt(3), () => automatic(brokenAt(3), new Process(world), rolled));
    expect(outcome).toMatchObject({
      ...{ state: "stopped", step: "closed" },
      summary: expect.stringMatching(/^Rolled back as rollback-3\.0\.0-1: watch-6: /),
    });
    expect(rolled).toHaveLength(1);
    // A plain call says the same, though the metrics are well again.
    expect(await call(seriesOf())).toEqual(outcome);
  });

  it("goes back from nothing that no host serves", async () => {
    const rolled: string[] = [];
    const outcome = await watched(brokenAt(3), () =>
      automatic(brokenAt(3), new Process(world), rolled, { isOut: false }),
    );
    expect(outcome).toMatchObject({
      state: "stopped",
      step: "watch-6",
      summary: expect.stringContaining("no host serves this release"),
    });
    expect(rolled).toEqual([]);
  });

  it("goes on with the same rollback after a crash at any write, and rolls nothing back that is well", async () => {
    await watched(brokenAt(3));
    const [before, time] = [world.entries.length, world.time];
    for (const persists of [true, false]) {
      for (const dies of [1, 2, 4, 6, 8]) {
        world.entries.length = before;
        world.time = time;
        const rolled: string[] = [];
        const dying = new Process(world, dies, persists);
        await expect(
          watched(brokenAt(3), () => automatic(brokenAt(3), dying, rolled, { diesAtRollback: true })),
        ).rejects.toThrow(Crash);
        world.time += 20 * 60_000;
        await watched(brokenAt(3), () => automatic(brokenAt(3), new Process(world), rolled));
        expect(rolled.map((each) => each.split(":")[0])).toEqual(["rollback-3.0.0-1"]);
      }
    }
    world.entries.length = before;
    world.time = time;
    const rolled: string[] = [];
    expect(await watched(seriesOf(), () => automatic(seriesOf(), new Process(world), rolled))).toMatchObject({
      state: "done",
    });
    expect(rolled).toEqual([]);
  });
});
