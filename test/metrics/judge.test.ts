import { describe, expect, it } from "vitest";
import { belowLimit, byFew, noLeak, notWorse, windowOf } from "../../metrics/judge.ts";
import { judged } from "./support/judged.ts";
import { hoursOf, normal, random } from "./support/traffic.ts";
import { criteria, judgedWindows, kinds } from "./support/windows.ts";

const hour = 240;

/** Latencies of an hour, one in 15 s: around a level, with a long tail, each like the one before. */
function latencies(next: () => number, level: number, at: (part: number) => number = () => 1): number[] {
  let drift = 0;
  return Array.from({ length: hour }, (_, index) => {
    drift = 0.5 * drift + 0.1 * normal(next);
    return level * at(index / hour) * Math.exp(drift + 0.05 * normal(next));
  });
}

/** Memory of six hours: a saw of garbage collection over a level, with noise. */
function memory(next: () => number, byDay: number): number[] {
  return Array.from({ length: 6 * hour }, (_, index) => {
    const level = 4e8 * (1 + (byDay * index) / (24 * hour));
    return level * (1 + 0.1 * ((index % 37) / 37) + 0.02 * normal(next));
  });
}

/** Memory of a day, of a process that is started anew so many times and then has what it had at first. */
function restarted(next: () => number, byDay: number, starts: number): number[] {
  const all = 24 * 15;
  return Array.from({ length: all }, (_, index) => {
    const since = index % Math.ceil(all / (starts + 1));
    return 4e8 * (1 + (byDay * since) / all + 0.02 * normal(next));
  });
}

/** The part of generated runs that are judged so. */
function part(runs: number, isSo: (next: () => number) => boolean): number {
  return Array.from({ length: runs }, (_, seed) => isSo(random(seed + 1))).filter(Boolean).length / runs;
}

const window = (values: readonly number[], whole = values.length) => windowOf(values, whole);

describe("a window is judged", () => {
  it("as unknown with too few values, values that are none, or nothing to compare with", () => {
    const good = window(Array.from({ length: 100 }, () => 1));
    const gone = window([], 240);
    const undefinedRatios = window(Array.from({ length: 240 }, () => Number.NaN));
    const holes = window(
      Array.from({ length: 100 }, () => 1),
      240,
    );
    for (const none of [gone, undefinedRatios, holes]) {
      expect(belowLimit(none, 2).state).toBe("unknown");
      expect(noLeak(none, 1).state).toBe("unknown");
      expect(notWorse(none, { "last week": good }).state).toBe("unknown");
      expect(notWorse(good, { "last week": none }).state).toBe("unknown");
    }
    expect(notWorse(good, {}).state).toBe("unknown");
  });

  it("against a limit by how long it was above, and not by one spike", () => {
    const spike = Array.from({ length: hour }, (_, index) => (index > 100 && index < 110 ? 50 : 0.1));
    expect(belowLimit(window(spike), 1).state).toBe("holds");
    const long = Array.from({ length: hour }, (_, index) => (index > 100 && index < 120 ? 50 : 0.1));
    expect(belowLimit(window(long), 1)).toMatchObject({ state: "does-not-hold", measured: 0.1, expected: 1 });
    expect(belowLimit(window(Array.from({ length: hour }, () => 1)), 1).state).toBe("does-not-hold");
  });

  it("as unknown where a breach is of so few events that it may be chance, unless it is most of the time", () => {
    const half = window(Array.from({ length: hour }, (_, index) => (index % 3 === 0 ? 1 : 0)));
    const most = window(Array.from({ length: hour }, (_, index) => (index % 3 === 0 ? 0 : 1)));
    const traffic = { count: 3, least: 20, noun: "requests", mostlyCounts: true };
    const of = (values: typeof half, changes: Partial<typeof traffic> = {}) =>
      byFew(belowLimit(values, 1), values, { ...traffic, ...changes }).state;
    expect(of(half)).toBe("unknown");
    expect(of(half, { count: 20 })).toBe("does-not-hold");
    expect(of(most)).toBe("does-not-hold");
    expect(of(most, { mostlyCounts: false })).toBe("unknown");
    expect(of(most, { count: 0 })).toBe("unknown");
    expect(of(window(Array.from({ length: hour }, () => 0)))).toBe("holds");
  });

  it("worse only if it is worse than each of the earlier hours", () => {
    const next = random(7);
    const [usual, slow] = [window(latencies(next, 0.2)), window(latencies(next, 0.3))];
    expect(notWorse(slow, { "last week": usual }).state).toBe("does-not-hold");
    expect(notWorse(slow, { "last week": usual, "the release before": slow }).state).toBe("holds");
    expect(notWorse(usual, { "last week": slow }).state).toBe("holds");
    const none = window(Array.from({ length: hour }, () => 0));
    expect(notWorse(none, { "last week": none }).state).toBe("holds");
  });
});

describe("in 1,000 generated hours", () => {
  const against = (next: () => number, after: number[]) =>
    notWorse(window(after), { "last week": window(latencies(next, 0.2)) }).state === "does-not-hold";

  it("a comparison cries wolf in at most 1 % and misses at most 1 % of those that are a quarter slower", () => {
    expect(part(1000, (next) => against(next, latencies(next, 0.2)))).toBeLessThanOrEqual(0.01);
    expect(part(1000, (next) => against(next, latencies(next, 0.25)))).toBeGreaterThanOrEqual(0.99);
  });

  it("a drift to one and a half of the level is found in at least 99 %", () => {
    expect(
      part(1000, (next) =>
        against(
          next,
          latencies(next, 0.2, (at) => 1 + at / 2),
        ),
      ),
    ).toBeGreaterThanOrEqual(0.99);
  });

  it("a leak of half of the memory in a day is found in at least 99 %, and none where there is none in 99 %", () => {
    const leaks = (next: () => number, byDay: number) =>
      noLeak(window(memory(next, byDay)), 6).state === "does-not-hold";
    expect(part(1000, (next) => leaks(next, 0))).toBeLessThanOrEqual(0.01);
    expect(part(1000, (next) => leaks(next, 0.5))).toBeGreaterThanOrEqual(0.99);
  });

  it("a leak that starts of the process hide is never a pass, and starts alone are no leak", () => {
    const stateOf = (next: () => number, byDay: number, starts: number) =>
      noLeak(window(restarted(next, byDay, starts)), 24).state;
    for (const starts of [1, 4]) {
      expect(part(100, (next) => stateOf(next, 0, starts) !== "holds")).toBeLessThanOrEqual(0.01);
      expect(part(100, (next) => stateOf(next, 2, starts) === "holds")).toBeLessThanOrEqual(0.01);
    }
  });
});

// docs/watch.md has the numbers of 1,000 runs of each: node bench/watch.ts
describe.each(Object.entries(hoursOf))("generated hours: %s", (_, { broken, traffic }) => {
  it(`are ${broken ? "called broken" : "not called broken"}`, async () => {
    const { "does-not-hold": alarms } = await judged(traffic, 100);
    if (broken) expect(alarms).toBeGreaterThanOrEqual(0.99);
    else expect(alarms).toBeLessThanOrEqual(0.01);
  });
});

// bench/README.md has the numbers of 1,000 runs of each: node bench/watch.ts
describe("generated windows", () => {
  it("are of each criterion that the watch judges, some well and some broken", () => {
    for (const { name } of criteria) {
      const own = kinds.filter(({ criterion }) => criterion === name);
      expect(new Set(own.map(({ broken }) => broken)), name).toEqual(new Set([true, false]));
    }
  });

  it.each(kinds.map((kind) => [kind.criterion, kind.kind, kind] as const))(
    "of %s, %s, get the verdict of their kind",
    async (_, __, kind) => {
      const { "does-not-hold": alarms } = await judgedWindows(kind, 10);
      if (kind.broken) expect(alarms).toBeGreaterThanOrEqual(0.85);
      else expect(alarms).toBeLessThanOrEqual(0.15);
    },
  );
});
