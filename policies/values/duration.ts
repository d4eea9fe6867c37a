/** Seconds in each unit of Prometheus's durations; a year is 365 days there. */
const seconds = new Map([
  ["ms", 0.001],
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86_400],
  ["w", 604_800],
  ["y", 31_536_000],
]);

/**
 * Seconds of a duration as Prometheus and Grafana write it, such as `5m`, `1h30m` or `300`; undefined when
 * it is not a duration.
 *
 * Source: Prometheus, Querying basics, Time durations. Grafana's `for` takes whole seconds without a unit.
 */
export function durationSeconds(text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    return Number(text);
  }
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+$/.test(text)) {
    return undefined;
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)) {
    total += Number(amount) * (seconds.get(unit ?? "") ?? 0);
  }
  return total;
}
