import { describe, expect, it } from "vitest";
import { belowLimit, noLeak, notWorse, windowOf } from "../../metrics/judge.ts";

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A value of the standard normal distribution (Box and Muller). */
function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

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
});
