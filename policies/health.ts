import { policy, type Resource, type Stack, some, type Value } from "./framework/index.ts";
import { judgeSites, type Site } from "./model/sites.ts";
import { grafana, render, sentry } from "./model/tokens.ts";

// Item 5.7. That Render asks its services for their health is in render.ts.

export const healthChecked = policy({
  name: "health-checked-outside",
  items: ["5.7"],
  title: "The health check of every host is called from outside, from two places at least.",
  severity: "high",
  fix: "Declare a grafana.syntheticMonitoring.Check whose target is the https URL of the host's health check, with two probes or more.",
  url: "https://grafana.com/docs/grafana-cloud/testing/synthetic-monitoring/create-checks/",
  thresholds: {
    minimumProbes: { description: "Places that a check runs from.", default: 2, minimum: 2, maximum: 30 },
  },
  check: (stack, threshold) =>
    judgeSites(stack, "No host is declared, so no health check is called.", (site) => {
      const { found, few } = checksOf(stack, site, threshold("minimumProbes"));
      return found
        ? true
        : few
          ? `The health check of ${site.host} is called from one place only.`
          : `Nothing calls the health check of ${site.host} from outside.`;
    }),
});

function checksOf(stack: Stack, { host }: Site, minimum: number): { found: boolean; few: boolean } {
  const isFor = (target: Value) => isHealthCheck(stack, target.string(), host);
  const atGrafana = (check: Resource) =>
    check.at("enabled").boolean() !== false &&
    isFor(check.at("target")) &&
    ["http", "multihttp", "scripted"].some((kind) => isSet(check.at("settings", kind)));
  // Sentry calls from several regions by itself.
  const atSentry = (monitor: Resource) =>
    monitor.at("enabled").boolean() !== false && isFor(monitor.at("url"));
  const found =
    some(
      stack.ofType(grafana.check),
      (check) => atGrafana(check) && check.at("probes").items().length >= minimum,
    ) || some(stack.ofType(sentry.uptimeMonitor), atSentry);
  return { found, few: !found && some(stack.ofType(grafana.check), atGrafana) };
}

const isSet = (value: Value): boolean => value.isUnknown || value.exists;

/** An https URL at the host, with a path that a service declares as its health check or that says so itself. */
function isHealthCheck(stack: Stack, text: string | undefined, host: string): boolean {
  const url = URL.parse(text ?? "");
  if (url?.protocol !== "https:" || url.hostname !== host) {
    return false;
  }
  return (
    /health|ready|live|status|ping/i.test(url.pathname) ||
    some(
      stack.ofType(render.webService),
      (service) => service.at("healthCheckPath").string() === url.pathname,
    )
  );
}
