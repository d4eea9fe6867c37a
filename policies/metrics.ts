import type { connections } from "@pulumi/grafana";
import {
  fault,
  judgeEach,
  policy,
  type Resource,
  type ResourceOf,
  type Stack,
  some,
} from "./framework/index.ts";
import { isGiven } from "./model/given.ts";
import { judgeApplicationSites } from "./model/sites.ts";
import { grafana } from "./model/tokens.ts";
import { applicationHosts, hosts } from "./model/variables.ts";

// Item 5.4.

const documentation =
  "https://grafana.com/docs/grafana-cloud/monitor-infrastructure/integrations/integration-reference/integration-metrics-endpoint/";

export const metricsScraped = policy({
  name: "metrics-scraped",
  items: ["5.4"],
  title: "The metrics of every host must be scraped.",
  severity: "high",
  fix: "Declare a grafana.connections.MetricsEndpointScrapeJob with the https URL of the host's metrics endpoint.",
  url: documentation,
  check: (stack) =>
    judgeApplicationSites(
      stack,
      "No host of the application has a domain of its own, so no metrics are scraped.",
      ({ host, application }) =>
        isMeasured(stack, application) ||
        some(stack.ofType(grafana.scrapeJob), (job) => isFor(job, host)) ||
        `No scrape job reads the metrics of ${host}.`,
    ),
});

export const metricsProtected = policy({
  name: "metrics-protected",
  items: ["5.4"],
  title: "Every scrape job must authenticate, so that the metrics can be closed to others.",
  severity: "medium",
  fix: "Set authenticationMethod to bearer with a token, or to basic with a user name and password.",
  url: documentation,
  check: (stack) =>
    areAllMeasured(stack)
      ? []
      : judgeEach(stack.ofType(grafana.scrapeJob), "No scrape job is declared.", (job) => {
          const method = job.at("authenticationMethod");
          const credentials =
            method.string() === "bearer"
              ? (["authenticationBearerToken"] as const)
              : method.string() === "basic"
                ? (["authenticationBasicUsername", "authenticationBasicPassword"] as const)
                : undefined;
          if (credentials === undefined) {
            return fault(method, `${job.name} does not authenticate.`);
          }
          const missing = credentials.find((property) => !isGiven(job.at(property)));
          return (
            missing === undefined || fault(job.at(missing), `${job.name} authenticates without ${missing}.`)
          );
        }),
});

/** Whether the host's vendor measures it by itself, as CloudWatch does what runs at Amazon. */
const isMeasured = (stack: Stack, host: Resource | undefined): boolean =>
  hosts(stack).some(({ resource, isMeasured: byVendor }) => resource === host && byVendor);

const areAllMeasured = (stack: Stack): boolean =>
  stack.ofType(grafana.scrapeJob).length === 0 &&
  applicationHosts(stack).length > 0 &&
  applicationHosts(stack).every(({ isMeasured: byVendor }) => byVendor);

function isFor(job: ResourceOf<connections.MetricsEndpointScrapeJobArgs>, host: string): boolean {
  const url = URL.parse(job.at("url").string() ?? "");
  return (
    job.at("enabled").boolean() !== false &&
    url?.protocol === "https:" &&
    url.hostname === host &&
    url.pathname !== "/"
  );
}
