import type { Settings } from "../../../config/settings.ts";

/** What the limits in the dashboards come from. */
export interface DashboardArgs {
  readonly objectives: Settings["objectives"];
}

/** The series of the hosts and routes that are chosen at the top of a dashboard. */
export const selected = { host: { matches: "$host" }, route: { matches: "$route" } } as const;

export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
