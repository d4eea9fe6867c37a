import type { Settings } from "../../../config/settings.ts";

/** The source of the limits in the dashboards. */
export interface DashboardArgs {
  readonly objectives: Settings["objectives"];
}

/** Selects the series of the hosts and routes that a reader chooses at the top of a dashboard. */
export const selected = { host: { matches: "$host" }, route: { matches: "$route" } } as const;

export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
