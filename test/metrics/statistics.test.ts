import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mannWhitney, median, thinned, trend, upperTail } from "../../metrics/statistics.ts";

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 40 });

describe("the comparison of two samples", () => {
  it("has the values of worked examples", () => {
    // All of one above all of the other: U = 25, the mean 12.5, the variance 25 * 11 / 12.
    const apart = mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]);
    expect(apart.effect).toBe(1);
    expect(apart.p).toBeCloseTo(0.0061, 3);
    expect(mannWhitney([1, 1, 1], [1, 1, 1])).toEqual({ p: 1, effect: 0 });
    expect(upperTail(1.959964)).toBeCloseTo(0.025, 6);
    expect(upperTail(-1.959964)).toBeCloseTo(0.975, 6);
  });

  it("turns around with its samples, and does not care for order or scale", () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const { p, effect } = mannWhitney(before, after);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(mannWhitney(after, before).effect).toBeCloseTo(-effect, 10);
        expect(mannWhitney(before.toReversed(), after.toReversed())).toEqual({ p, effect });
        const doubled = (sample: number[]) => sample.map((value) => 2 * value);
        expect(mannWhitney(doubled(before), doubled(after))).toEqual({ p, effect });
      }),
    );
  });
});

describe("a trend", () => {
  it("is that of a line, whatever a few values do", () => {
    const line = Array.from({ length: 40 }, (_, index) => 3 * index + 7);
    expect(trend(line).slope).toBeCloseTo(3, 10);
    expect(trend(line).p).toBeLessThan(1e-6);
    expect(trend(line.map((value, index) => (index % 10 === 0 ? 1e6 : value))).slope).toBeCloseTo(3, 1);
    expect(trend(line.toReversed()).p).toBeGreaterThan(0.99);
    expect(trend(Array.from({ length: 20 }, () => 5))).toEqual({ p: 1, slope: 0 });
  });

  it("is refused for what has none", () => {
    expect(() => trend([1, 2])).toThrow(RangeError);
    expect(() => median([])).toThrow(RangeError);
    expect(() => mannWhitney([], [1])).toThrow(RangeError);
  });

  it("is read of medians of equal parts", () => {
    expect(thinned([1, 2, 3], 5)).toEqual([1, 2, 3]);
    expect(thinned([1, 100, 2, 3, 200, 4], 2)).toEqual([2, 4]);
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 10 }), (sample, parts) => {
        const few = thinned(sample, parts);
        expect(few.length).toBe(Math.min(parts, sample.length));
        expect(Math.min(...few)).toBeGreaterThanOrEqual(Math.min(...sample));
        expect(Math.max(...few)).toBeLessThanOrEqual(Math.max(...sample));
      }),
    );
  });
});
