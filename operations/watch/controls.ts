import type { RegisteredControl } from "../../evidence/registered.ts";
import { criteriaOf } from "./criteria.ts";

/** Objectives of no stack: the controls are the same for all. */
const any = {
  rpoMinutes: 1440,
  rtoMinutes: 60,
  p95Ms: 500,
  p99Ms: 1000,
  errorRatePercent: 1,
  memoryPercent: 90,
  databaseConnectionsPercent: 80,
};

/** The criteria of the first day as controls, and the baselines that it leaves. */
export const watchControls: readonly RegisteredControl[] = [
  ...criteriaOf({ objectives: any }).map(
    ({ name, title, items }): RegisteredControl => ({ kind: "probe", name, title, items, run: "watch" }),
  ),
  {
    ...{ kind: "probe", name: "watch-baselines", run: "watch" },
    title: "The medians of the first day must be on record.",
    items: ["H24.4"],
  },
];
