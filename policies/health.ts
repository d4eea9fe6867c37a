import type { syntheticmonitoring } from "@pulumi/grafana";
import { counted } from "../lib/text.ts";
import { adapters } from "./adapters/index.ts";
import { fault, judge, policy, type ResourceOf, type Stack, some, type Verdict } from "./framework/index.ts";
import { isGiven, isOn } from "./model/given.ts";
import { judgeApplicationSites, type Site } from "./model/sites.ts";
import { grafana, render, sentry } from "./model/tokens.ts";

// Item 5.7. The health checks of Render itself are in render.ts.

export const healthChecked = policy({
  name: "health-checked-outside",
  items: ["5.7"],
  title: "The health check of every host must be called from outside, from at least two locations.",
  severity: "high",
  fix: "Declare a grafana.syntheticMonitoring.Check whose target is the https URL of the host's health check, with two probes or more.",
  url: "https://grafana.com/docs/grafana-cloud/testing/synthetic-monitoring/create-checks/",
  thresholds: {
    minimumProbes: { description: "Locations that a check runs from.", default: 2, minimum: 2, maximum: 30 },
  },
  check: (stack, threshold) => [
    ...judgeApplicationSites(
      stack,
      "No host of the application has a domain of its own, so no health check is called.",
      (site) =>
        some(checks(stack, site), (isFor) => isFor()) ||
        `Nothing calls the health check of ${site.host} from outside.`,
    ),
    ...stack.ofType(grafana.check).map((check) =>
      judge(check, () => {
        const probes = check.at("probes");
        if (!isOn(check.at("enabled"))) {
          return true;
        }
        if (probes.items().length < threshold("minimumProbes")) {
          return fault(probes, `${check.name} runs from ${counted(probes.items().length, "location")} only.`);
        }
        return !callsHealth(stack, check.at("target").string()) || judgeAnswers(check);
      }),
    ),
  ],
});

/** An error, or a redirect to a page that says nothing of health, is no answer of a service that is well. */
function judgeAnswers(check: GrafanaCheck): Verdict {
  const failing = check
    .at("settings", "http", "validStatusCodes")
    .items()
    .find((code) => !isSuccess(code.number()));
  return (
    failing === undefined ||
    fault(failing, `${check.name} takes the status ${failing.number() ?? "that is no number"} for healthy.`)
  );
}

const isSuccess = (status: number | undefined): boolean =>
  status !== undefined && status >= 200 && status <= 299;

type GrafanaCheck = ResourceOf<syntheticmonitoring.CheckArgs>;

/** Questions whether each check is for the site. Sentry's count only in a stack without Grafana's, which alerts use. */
function checks(stack: Stack, { host }: Site): (() => boolean)[] {
  const atGrafana = stack.ofType(grafana.check);
  const elsewhere = adapters
    .flatMap((adapter) => adapter.healthChecks?.(stack) ?? [])
    .map((check) => () => check.isOn() && check.locations() > 1 && isHealthCheck(stack, check.url(), host));
  if (elsewhere.length > 0) {
    return [
      ...elsewhere,
      ...atGrafana.map(
        (check) => () =>
          isOn(check.at("enabled")) && asks(check) && isHealthCheck(stack, check.at("target").string(), host),
      ),
    ];
  }
  return atGrafana.length > 0
    ? atGrafana.map(
        (check) => () =>
          isOn(check.at("enabled")) && asks(check) && isHealthCheck(stack, check.at("target").string(), host),
      )
    : stack
        .ofType(sentry.uptimeMonitor)
        .map(
          (check) => () => isOn(check.at("enabled")) && isHealthCheck(stack, check.at("url").string(), host),
        );
}

const asks = (check: GrafanaCheck): boolean =>
  (["http", "multihttp", "scripted"] as const).some((kind) => isGiven(check.at("settings", kind)));

/** An https URL at the host, with a path that a service declares as its health check or that is named like one. */
function isHealthCheck(stack: Stack, text: string | undefined, host: string): boolean {
  const url = URL.parse(text ?? "");
  return url?.protocol === "https:" && url.hostname === host && callsHealth(stack, text);
}

/** A URL with such a path. */
function callsHealth(stack: Stack, text: string | undefined): boolean {
  const { pathname } = URL.parse(text ?? "") ?? {};
  return (
    pathname !== undefined &&
    (/health|ready|live|status|ping/i.test(pathname) ||
      some(stack.ofType(render.webService), (service) => service.at("healthCheckPath").string() === pathname))
  );
}
