import type { VendorStates } from "../vendors/fake/platform.ts";

/** What can be wrong with the metrics of a day, and the probe that finds it. */
export const historyFaults: Readonly<
  Record<string, readonly [probe: string, (states: VendorStates) => void]>
> = {
  "health checks that failed for hours": [
    "day-health",
    ({ prometheus }) => Object.assign(prometheus, { health: (part: number) => (part > 0.8 ? 0 : 1) }),
  ],
  "errors for hours": [
    "day-error-rate",
    ({ prometheus }) => Object.assign(prometheus, { errors: (part: number) => (part < 0.1 ? 0.2 : 0) }),
  ],
  "slow hours": [
    "day-latency",
    ({ prometheus }) => Object.assign(prometheus, { latency: (part: number) => (part < 0.1 ? 3 : 0.2) }),
  ],
  "memory that rises": [
    "day-memory",
    ({ prometheus }) => Object.assign(prometheus, { memory: (part: number) => 200e6 * (1 + part) }),
  ],
  "an alert in staging that fired last night": [
    "staging-quiet",
    ({ staging }) =>
      Object.assign(staging, {
        fires: (expression: string, part: number) =>
          expression.includes("memory") && part > 0.5 && part < 0.51,
      }),
  ],
  "a load that staging answers slowly": [
    "load-test-seen",
    ({ staging }) => Object.assign(staging, { p99: () => 1.4 }),
  ],
  "a load of which staging fails a part": [
    "load-test-seen",
    ({ staging }) => Object.assign(staging, { errors: () => 0.02 }),
  ],
  "memory that rises under load": [
    "memory-under-load",
    ({ staging }) => Object.assign(staging, { memory: (part: number) => 200e6 * (1 + 0.3 * part) }),
  ],
};
