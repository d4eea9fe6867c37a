import { counted } from "../lib/text.ts";
import { fault, judge, policy, type Stack, some, type Verdict } from "./framework/index.ts";
import { type HealthCheck, longestIntervalSeconds } from "./model/adapter.ts";
import { healthChecks } from "./model/facts.ts";
import { callsHealth } from "./model/health-checks.ts";
import { judgeApplicationSites, type Site } from "./model/sites.ts";

// Item 5.7. The health checks of Render itself are in render.ts.

export const healthChecked = policy({
  name: "health-checked-outside",
  items: ["5.7"],
  title:
    "The health check of every host must be called from outside, from at least two locations, again and again.",
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
    ...healthChecks(stack).map((check) =>
      judge(check.resource, () => {
        const { resource, locationsAt } = check;
        if (!check.isOn()) {
          return true;
        }
        const every = check.every?.();
        const seconds = every?.number() ?? 0;
        if (every !== undefined && seconds > longestIntervalSeconds) {
          return fault(every, `${resource.name} asks once in ${Math.round(seconds / 60)} minutes.`);
        }
        if (locationsAt !== undefined && check.locations() < threshold("minimumProbes")) {
          return fault(
            locationsAt,
            `${resource.name} runs from ${counted(check.locations(), "location")} only.`,
          );
        }
        return !callsHealth(stack, check.url()) || judgeAnswers(check);
      }),
    ),
  ],
});

/** An error, or a redirect to a page that says nothing of health, is no answer of a service that is well. */
function judgeAnswers({ resource, acceptedError }: HealthCheck): Verdict {
  const accepted = acceptedError?.();
  return (
    accepted === undefined ||
    fault(
      accepted,
      `${resource.name} accepts the status ${accepted.number() ?? accepted.string() ?? "that is not a number"} as healthy.`,
    )
  );
}

/** Questions whether each check is for the site. What tells another system counts only where nothing else checks. */
function checks(stack: Stack, { host }: Site): (() => boolean)[] {
  const apart = Map.groupBy(healthChecks(stack), ({ isApart }) => isApart === true);
  return (apart.get(false) ?? apart.get(true) ?? []).map(
    (check) => () =>
      check.isOn() &&
      check.asks?.() !== false &&
      // A list of places is judged by itself.
      (check.locationsAt !== undefined || check.locations() > 1) &&
      isHealthCheck(stack, check.url(), host),
  );
}

/** An https URL at the host, with a path that a service declares as its health check or that is named like one. */
function isHealthCheck(stack: Stack, text: string | undefined, host: string): boolean {
  const url = URL.parse(text ?? "");
  return url?.protocol === "https:" && url.hostname === host && callsHealth(stack, text);
}
