import type { Metrics } from "../../../operations/watch/watch.ts";

/** Metrics of a platform that is well, but for the values that `change` gives instead. NaN stands for no data. */
export function seriesOf(change: (query: string, at: Date) => number | undefined = () => undefined): Metrics {
  return {
    async range(query, from, to, stepSeconds) {
      const values: [number, number][] = [];
      for (let at = from.getTime(); at <= to.getTime(); at += stepSeconds * 1000) {
        const wobble = 1 + 0.02 * Math.sin(at / 97_000) + 0.01 * Math.cos(at / 31_000);
        values.push([at, (change(query, new Date(at)) ?? usual(query)) * wobble]);
      }
      return [{ labels: { host: "api" }, values }];
    },
  };
}

function usual(query: string): number {
  if (query.includes("probe_success")) return 1;
  if (query.includes("memory_limit") || query.includes("connections_max")) return 0.5;
  if (query.includes("memory")) return 4e8;
  return isErrorRate(query) ? 0.001 : 0.2;
}

/** Whether an expression is of a share of requests that failed. */
export function isErrorRate(query: string): boolean {
  return query.includes("errors_total") || query.includes('status=~"5..');
}
