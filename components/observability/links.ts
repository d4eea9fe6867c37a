import type { DashboardUid } from "../../metrics/alerts.ts";

/** URL of each dashboard. */
export type DashboardUrls = Record<"service" | "database" | "goLive", string>;

/** Pages of the Grafana stack. */
export interface GrafanaLinks {
  /** The Grafana stack, without a trailing slash. */
  readonly site: string;
  readonly dashboards: DashboardUrls;
  /** The page that lists the alerts and their state. */
  readonly alerts: string;
}

export function grafanaLinks(url: string): GrafanaLinks {
  const site = url.replace(/\/+$/, "");
  const dashboard = (uid: DashboardUid) => `${site}/d/${uid}`;
  return {
    site,
    dashboards: {
      service: dashboard("optropic-service"),
      database: dashboard("optropic-database"),
      goLive: dashboard("optropic-go-live"),
    },
    alerts: `${site}/alerting/list`,
  };
}
