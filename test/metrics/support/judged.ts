import { type Criterion, criteriaOf } from "../../../operations/watch/criteria.ts";
import { watch } from "../../../operations/watch/watch.ts";
import { metricsOf, random, type Traffic } from "./traffic.ts";

const since = new Date("2026-11-29T12:00:00Z");

const objectives = {
  ...{ rpoMinutes: 1440, rtoMinutes: 60, p95Ms: 500, p99Ms: 1000 },
  ...{ errorRatePercent: 1, memoryPercent: 90, databaseConnectionsPercent: 80 },
};

/** What an hour's requests are judged by. */
const criteria: Criterion[] = criteriaOf({ objectives }).filter(({ name }) =>
  ["watch-error-rate", "watch-latency-p95"].includes(name),
);

/** The part of generated hours that get each verdict, the worst of their criteria. */
export async function judged(traffic: Traffic, runs: number) {
  const counts = { "does-not-hold": 0, unknown: 0, holds: 0 };
  for (let seed = 1; seed <= runs; seed += 1) {
    const metrics = metricsOf(traffic, random(seed), since);
    const now = new Date(since.getTime() + 3_600_000);
    const { hours } = await watch({ criteria, metrics, since, now });
    const states = hours.flatMap(({ watched }) => watched.map(({ judgment }) => judgment.state));
    const worst = (["does-not-hold", "unknown"] as const).find((state) => states.includes(state)) ?? "holds";
    counts[worst] += 1 / runs;
  }
  return counts;
}
