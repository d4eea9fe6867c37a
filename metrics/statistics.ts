/** How two samples compare. */
export interface Comparison {
  /** Probability of a difference at least this large, upwards, if both came of the same distribution: 0 to 1. */
  readonly p: number;
  /** How often a value of the one is above one of the other, less how often it is below: -1 to 1 (Cliff's delta). */
  readonly effect: number;
}

/**
 * The one-sided test of Mann and Whitney, by the normal approximation with a correction for ties: whether `after`
 * tends to be above `before`. Neither needs to be of any distribution.
 *
 * @param inflation of the variance, where values follow each other: see {@link inflationOf}
 * @throws {RangeError} for an empty sample
 */
export function mannWhitney(before: readonly number[], after: readonly number[], inflation = 1): Comparison {
  if (before.length === 0 || after.length === 0) throw new RangeError("a comparison with no values");
  const all = [
    ...before.map((value) => ({ value, isAfter: false })),
    ...after.map((value) => ({ value, isAfter: true })),
  ].toSorted((one, other) => one.value - other.value);
  let rankSum = 0;
  let ties = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1;
    const rank = (start + end + 1) / 2;
    const equal = end - start;
    ties += equal ** 3 - equal;
    for (let index = start; index < end; index += 1) if (all[index]?.isAfter === true) rankSum += rank;
    start = end;
  }
  const [n, m] = [after.length, before.length];
  const u = rankSum - (n * (n + 1)) / 2;
  const effect = (2 * u) / (n * m) - 1;
  const total = n + m;
  const variance = inflation * ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  // All values are the same.
  if (variance <= 0) return { p: 1, effect };
  return { p: upperTail((u - (n * m) / 2 - 0.5) / Math.sqrt(variance)), effect };
}

/**
 * How much less values tell that are each like the one before: (1 + r) / (1 - r) of the correlation of neighbors, by
 * their ranks, and at least 1 (Bayley and Hammersley, for a process of the first order).
 */
export function inflationOf(values: readonly number[]): number {
  if (values.length < 3) return 1;
  // One of numbers alone is sorted without a function that compares them.
  const sorted = new Float64Array(values).sort();
  const ranks = values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
  const middle = mean(ranks);
  const off = ranks.map((rank) => rank - middle);
  const variance = off.reduce((sum, each) => sum + each ** 2, 0);
  if (variance === 0) return 1;
  const r = off.slice(1).reduce((sum, each, index) => sum + each * (off[index] ?? 0), 0) / variance;
  return (1 + Math.min(0.9, Math.max(0, r))) / (1 - Math.min(0.9, Math.max(0, r)));
}

/** How a series moves. */
export interface Trend {
  /** Probability of a rise at least this steady, if there were none: 0 to 1 (Mann and Kendall). */
  readonly p: number;
  /** Median of the slopes between all pairs of values, by step (Theil and Sen). */
  readonly slope: number;
}

/**
 * The trend of values at equal distances. A few values that are far off do not move it.
 *
 * @throws {RangeError} for fewer than three values, or more than a thousand
 */
export function trend(values: readonly number[]): Trend {
  return trendOf([values]);
}

/**
 * The trend that parts of a series have in common, whatever lies between them: the scores and their variances add up,
 * as in the seasonal test of Hirsch and Slack, and only values of one part are compared.
 *
 * @throws {RangeError} for fewer than three values in all, or more than a thousand
 */
export function trendOf(parts: readonly (readonly number[])[]): Trend {
  const n = parts.reduce((sum, { length }) => sum + length, 0);
  if (n < 3 || n > 1000) throw new RangeError(`a trend of ${n} values`);
  const slopes: number[] = [];
  let score = 0;
  let variance = 0;
  for (const values of parts) {
    values.forEach((value, index) => {
      for (let next = index + 1; next < values.length; next += 1) {
        const difference = (values[next] ?? 0) - value;
        score += Math.sign(difference);
        slopes.push(difference / (next - index));
      }
    });
    variance += varianceOf(values);
  }
  const p = variance <= 0 ? 1 : upperTail((score - Math.sign(score)) / Math.sqrt(variance));
  return { p, slope: slopes.length === 0 ? 0 : median(slopes) };
}

/** Variance of the score of values without a trend, with the correction for ties. */
function varianceOf(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const term = (count: number): number => count * (count - 1) * (2 * count + 5);
  const ties = [...counts.values()].reduce((sum, count) => sum + term(count), 0);
  return (term(values.length) - ties) / 18;
}

/** @throws {RangeError} for no values */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("the median of no values");
  // One of numbers alone is sorted without a function that compares them.
  const sorted = new Float64Array(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Of no values it is 0. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Medians of equal parts of the values, so that neighbors that follow each other do not count as many. */
export function thinned(values: readonly number[], parts: number): number[] {
  if (values.length <= parts) return [...values];
  return Array.from({ length: parts }, (_, index) =>
    median(
      values.slice(
        Math.floor((index * values.length) / parts),
        Math.floor(((index + 1) * values.length) / parts),
      ),
    ),
  );
}

/** Part of the standard normal distribution above `z`, to within 1.5e-7 (Abramowitz and Stegun 7.1.26). */
export function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (polynomial * Math.exp(-x * x)) / 2;
  return z >= 0 ? tail : 1 - tail;
}
