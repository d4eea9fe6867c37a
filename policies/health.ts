import { judge, policy, type Resource, type Stack, some, type Value } from "./framework/index.ts";
import { judgeApplicationSites, type Site } from "./model/sites.ts";
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
  check: (stack, threshold) => [
    ...judgeApplicationSites(
      stack,
      "No host of the application has a domain of its own, so no health check is called.",
      (site) =>
        some(checks(stack), (check) => isFor(stack, check, site)) ||
        `Nothing calls the health check of ${site.host} from outside.`,
    ),
    ...stack.ofType(grafana.check).map((check) =>
      judge(check, () => {
        const probes = check.at("probes").items().length;
        return (
          !isOn(check) ||
          probes >= threshold("minimumProbes") ||
          `${check.name} is called from one place only.`
        );
      }),
    ),
  ],
});

/** Sentry's are judged as checks where a stack has none of Grafana's: those are what alerts are made of. */
function checks(stack: Stack): Resource[] {
  const atGrafana = stack.ofType(grafana.check);
  return atGrafana.length > 0 ? atGrafana : stack.ofType(sentry.uptimeMonitor);
}

const isOn = (check: Resource): boolean => check.at("enabled").boolean() !== false;

function isFor(stack: Stack, check: Resource, { host }: Site): boolean {
  if (check.type === sentry.uptimeMonitor) {
    return isOn(check) && isHealthCheck(stack, check.at("url").string(), host);
  }
  const asks = ["http", "multihttp", "scripted"].some((kind) => isSet(check.at("settings", kind)));
  return isOn(check) && asks && isHealthCheck(stack, check.at("target").string(), host);
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
