import {
  judge,
  known,
  policy,
  type Resource,
  type Stack,
  some,
  type Verdict,
  violation,
} from "./framework/index.ts";
import type { Scrape } from "./model/adapter.ts";
import { allScrapes } from "./model/facts.ts";
import { hasVariable } from "./model/shared-secrets.ts";
import { applicationNames, judgeApplicationSites } from "./model/sites.ts";
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
        some(namesOf(stack, application, host), (name) =>
          some(allScrapes(stack), (job) => isFor(stack, job, name)),
        ) ||
        `No scrape job reads the metrics of ${host}.`,
    ),
});

export const metricsProtected = policy({
  name: "metrics-protected",
  items: ["5.4"],
  title:
    "Every scrape job must authenticate as its host expects, so that the metrics can be closed to others.",
  severity: "medium",
  fix: "Set authenticationMethod to bearer with the token METRICS_TOKEN, or to basic with a user name and password where the host was given them.",
  url: documentation,
  check: (stack) =>
    areAllMeasured(stack)
      ? []
      : allScrapes(stack).length === 0
        ? [violation("No scrape job is declared.")]
        : allScrapes(stack).map((scrape) => judge(scrape.resource, () => judgeLogin(stack, scrape))),
});

/** A host that was given a token asks for it, unless it was given a password of its metrics too. Throws UnknownRead. */
function judgeLogin(stack: Stack, scrape: Scrape): Verdict {
  const verdict = scrape.authenticates();
  if (verdict !== true || scrape.showsToken()) return verdict;
  const name = URL.parse(scrape.url() ?? "")?.hostname;
  const host = applicationHosts(stack).find(({ domains }) =>
    domains.some((domain) => known(() => domain.string()?.toLowerCase()) === name),
  );
  if (host === undefined || known(() => hasVariable(host, "METRICS_TOKEN")) !== true) return true;
  const takesPassword = some(host.variables, (variable) => login.test(variable.name() ?? ""));
  return (
    takesPassword ||
    `${scrape.resource.name} logs in with a user name and a password, and ${host.resource.name} asks for the token METRICS_TOKEN.`
  );
}

const login = /(?:METRICS|PROMETHEUS|SCRAPE).*(?:PASS|AUTH|CREDENTIAL)|BASIC_?AUTH/i;

/** A host has the same metrics at each of the names at which it answers. */
const namesOf = (stack: Stack, host: Resource | undefined, name: string): readonly string[] =>
  host === undefined ? [name] : [name, ...applicationNames(stack, host)];

/** Whether the host's vendor measures it by itself, as CloudWatch does what runs at Amazon. */
const isMeasured = (stack: Stack, host: Resource | undefined): boolean =>
  hosts(stack).some(({ resource, isMeasured: byVendor }) => resource === host && byVendor);

const areAllMeasured = (stack: Stack): boolean =>
  allScrapes(stack).length === 0 &&
  applicationHosts(stack).length > 0 &&
  applicationHosts(stack).every(({ isMeasured: byVendor }) => byVendor);

function isFor(stack: Stack, job: Scrape, host: string): boolean {
  const url = URL.parse(job.url() ?? "");
  return (
    job.isOn() &&
    url?.protocol === "https:" &&
    url.hostname === host &&
    url.pathname !== "/" &&
    // A health check says whether the host is well, and has no series.
    !hosts(stack).some(({ healthPath }) => known(() => healthPath?.string()) === url.pathname)
  );
}
