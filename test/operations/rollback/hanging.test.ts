import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { servesAnywhere } from "../../../cli/release/run-release.ts";
import { servedNow } from "../../../cli/release/run-rollback.ts";
import { reconcile } from "../../../operations/release/engine.ts";
import type { Outcome } from "../../../operations/release/options.ts";
import { rollbackSteps } from "../../../operations/rollback/steps.ts";
import { accept, writtenSettings } from "../../config/stack.ts";
import { Process, World } from "../release/world.ts";
import { current, MemoryHosts, previous } from "./memory-hosts.ts";

const settings = accept(writtenSettings("production"));
const { signal } = new AbortController();
const minute = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-12-01T08:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets the driven clock go on until work ends. @returns what it gave, and how long that took in milliseconds */
async function timed<T>(work: Promise<T>): Promise<[T | Error, number]> {
  const began = Date.now();
  let ended: [T | Error, number] | undefined;
  work.then(
    (value) => {
      ended = [value, Date.now() - began];
    },
    (error) => {
      ended = [error, Date.now() - began];
    },
  );
  for (let second = 0; second < 3600 && ended === undefined; second += 1)
    await vi.advanceTimersByTimeAsync(1000);
  if (ended === undefined) throw new Error("It never ends");
  return ended;
}

describe("a host that hangs", () => {
  it("is waited for 20 s, and the others say which commit is served", async () => {
    const hosts = new MemoryHosts();
    hosts.hangs = (name) => name === "vercel";
    expect(await timed(servedNow(hosts.all, signal))).toEqual([current, 20_000]);
    hosts.hangs = () => true;
    expect(await timed(servedNow(hosts.all, signal))).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/No host says .*no answer within 20 s/) }),
      40_000,
    ]);
    expect(await timed(servesAnywhere(hosts.all, current, signal))).toEqual([true, 20_000]);
  });

  it.each(["served", "deployments", "automation", "hold", "rollBack"])(
    "at %s keeps the other from going back for less than the minutes of the objective",
    async (call) => {
      const hosts = new MemoryHosts();
      hosts.hangs = (name, asked) => name === "render" && asked === call;
      const world = new World();
      const process = new Process(world);
      let back = 0;
      const rolling = async (): Promise<Outcome> => {
        for (;;) {
          const outcome = await reconcile({
            ...{ version: "rollback-3.0.0-1", commit: current, journal: process, evidence: process },
            steps: rollbackSteps({
              ...{ stack: "production", settings, hosts: hosts.all, choice: { bad: [] }, links: [] },
              ...{ acceptSchema: false, reason: "Logins fail", rehearsal: false, repository: undefined },
              judge: async () => ({ state: "compatible", summary: "No migration" }),
              servedCommit: hosts.servedCommit,
              channel: (name) => ({ name, does: "Tells", deliver: async () => ({ summary: "told" }) }),
              writeReport: async (name) => name,
            }).filter(({ name }) => name !== "post-mortem"),
            now: () => new Date(),
            // Those of the command.
            limits: {
              failed: 0,
              error: 5,
              inconclusive: 5,
              intervalMs: 2000,
              callMs: 60_000,
              leaseMs: 150_000,
            },
            ...{ run: "a-run", holder: "a test", signal },
          });
          if (hosts.served.vercel === previous && back === 0) back = Date.now();
          if (outcome.state !== "waiting") return outcome;
          await new Promise((resolve) => setTimeout(resolve, outcome.until.getTime() - Date.now()));
        }
      };
      const began = Date.now();
      const [outcome, took] = await timed(rolling());
      expect(outcome).toMatchObject({ state: "done" });
      expect(hosts.served).toEqual({ vercel: previous, render: current });
      expect(back - began).toBeLessThan(3 * minute);
      expect(took).toBeLessThan(settings.rollout.rollback.minutes * minute);
    },
  );
});
