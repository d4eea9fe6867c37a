import type { Settings } from "../config/settings.ts";

/** Pages of a stack that people are sent to. */
export function linksOf({
  observability,
  errorTracking,
  links,
}: Pick<Settings, "observability" | "errorTracking" | "links">): { title: string; url: string }[] {
  const grafana = observability.grafana.url.replace(/\/*$/, "/");
  return [
    { title: "Dashboards", url: new URL("dashboards", grafana).href },
    { title: "Errors", url: `https://${errorTracking.organization}.sentry.io/issues/` },
    { title: "Status page", url: links.statusPage },
    { title: "Runbooks", url: links.runbooks },
  ];
}
