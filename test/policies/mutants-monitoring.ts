import { grafana, sentry } from "../../policies/model/tokens.ts";
import { immutableRule, neverRule, ruleset, zoneSetting } from "./edge-rules.ts";
import { change, type Fixture, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

/** The stack with something else about its checks from outside. */
const withChecks = (stack: Fixture[], props: Record<string, unknown>): Fixture[] =>
  stack.map((fixture) =>
    fixture.type === grafana.check ? { ...fixture, props: { ...fixture.props, ...props } } : fixture,
  );

/** Queries of a dashboard, one a panel. */
const panels = {
  latency:
    "histogram_quantile(0.95, sum by (le) (rate(optropic_http_request_duration_seconds_bucket[$__rate_interval])))",
  traffic: "sum by (route) (rate(optropic_http_requests_total[5m]))",
  errors:
    'sum(rate(optropic_http_requests_total{status=~"5.."}[5m])) / sum(rate(optropic_http_requests_total[5m]))',
  saturation: "optropic_process_memory_bytes / optropic_process_memory_limit_bytes",
} as const;

/** A dashboard's document; the last panel is in a row that is folded. */
function dashboardOf(queries: readonly string[]): string {
  const drawn = queries.map((expr, id) => ({ id, type: "timeseries", targets: [{ refId: "A", expr }] }));
  return JSON.stringify({
    title: "Service",
    panels: [...drawn.slice(0, -1), { id: 100, type: "row", collapsed: true, panels: drawn.slice(-1) }],
  });
}

/** The stack with that dashboard in place of all others, or with none. */
function withDashboard(stack: Fixture[], configJson: string | undefined): Fixture[] {
  const others = stack.filter(
    ({ type, name }) => type !== grafana.dashboard || name === "observability-dashboard-service",
  );
  return configJson === undefined
    ? without(others, "observability-dashboard-service")
    : withProps(others, "observability-dashboard-service", { configJson });
}

/** Ways to break metrics, dashboards, health checks and logs (5.4, 5.5, 5.7 to 5.9). */
export const monitoringMutants: readonly Mutant[] = [
  ...["web", "api"].map(
    (host): Mutant => ({
      policy: "metrics-scraped",
      what: `nothing scrapes ${host}`,
      break: (stack) => without(stack, `observability-scrape-${host}`),
    }),
  ),
  ...["http://localhost:3000", "http://grafana.optropic.example", "https://staging-optropic.grafana.net"].map(
    (url): Mutant => ({
      policy: "providers-arrive",
      what: `Grafana is at ${url}`,
      break: (stack) => withProps(stack, "observability-grafana", { url }),
    }),
  ),
  {
    policy: "metrics-scraped",
    what: "the scrape job is off",
    break: (stack) => withProps(stack, "observability-scrape-api", { enabled: false }),
  },
  {
    policy: "metrics-scraped",
    what: "metrics go in plain text",
    break: (stack) =>
      withProps(stack, "observability-scrape-api", { url: "http://api.optropic.example/api/metrics" }),
  },
  {
    policy: "metrics-scraped",
    what: "another host is scraped",
    break: (stack) =>
      withProps(stack, "observability-scrape-api", { url: "https://other.example/api/metrics" }),
  },
  {
    policy: "metrics-protected",
    what: "the scrape job has no token",
    break: (stack) => withProps(stack, "observability-scrape-api", { authenticationBearerToken: undefined }),
  },
  {
    policy: "metrics-protected",
    what: "the scrape job has a user and no password",
    break: (stack) =>
      withProps(stack, "observability-scrape-api", {
        authenticationMethod: "basic",
        authenticationBasicUsername: "scraper",
      }),
  },
  {
    policy: "dashboard-golden-signals",
    what: "there is no dashboard",
    break: (stack) => withDashboard(stack, undefined),
  },
  ...Object.keys(panels).map(
    (signal): Mutant => ({
      policy: "dashboard-golden-signals",
      what: `no panel shows ${signal}`,
      break: (stack) =>
        withDashboard(
          stack,
          dashboardOf(Object.entries(panels).flatMap(([name, query]) => (name === signal ? [] : [query]))),
        ),
    }),
  ),
  {
    policy: "dashboard-golden-signals",
    what: "the dashboard is text only",
    break: (stack) =>
      withDashboard(stack, JSON.stringify({ panels: [{ type: "text", title: Object.keys(panels).join() }] })),
  },
  {
    policy: "health-checked-outside",
    what: "nothing calls the health checks",
    break: (stack) => withChecks(stack, { enabled: false }),
  },
  {
    policy: "health-checked-outside",
    what: "no check is declared anywhere",
    break: (stack) => stack.filter(({ type }) => type !== grafana.check && type !== sentry.uptimeMonitor),
    takesMore: true,
  },
  {
    policy: "health-checked-outside",
    what: "one place calls them",
    break: (stack) => withChecks(stack, { probes: [1] }),
  },
  {
    policy: "health-checked-outside",
    what: "they are only pinged",
    break: (stack) => withChecks(stack, { settings: { ping: {} } }),
  },
  {
    policy: "health-checked-outside",
    what: "an error is taken for healthy",
    break: (stack) => withChecks(stack, { settings: { http: { validStatusCodes: [200, 500, 503] } } }),
  },
  {
    policy: "health-checked-outside",
    what: "the web host is left out",
    break: (stack) => without(stack, "observability-health-web"),
  },
  {
    policy: "health-checked-outside",
    what: "the start page is called",
    break: (stack) => withProps(stack, "observability-health-web", { target: "https://optropic.example/" }),
  },
  {
    policy: "render-health-check",
    what: "the service has no health check path",
    break: (stack) => withProps(stack, "api-service", { healthCheckPath: undefined }),
  },
  {
    policy: "log-format-json",
    what: "the web application logs text",
    break: (stack) => withProps(stack, "web-LOG_FORMAT", { value: "pretty" }),
  },
  {
    policy: "log-format-json",
    what: "the web application's format is not set",
    break: (stack) => without(stack, "web-LOG_FORMAT"),
  },
  {
    policy: "log-aggregation",
    what: "no log is sent anywhere",
    break: (stack) => without(stack, "logs-web", "logs-api"),
  },
  {
    policy: "log-drain-every-host",
    what: "the drain of the web application is gone",
    break: (stack) => without(stack, "logs-web"),
  },
  {
    policy: "log-drain-every-host",
    what: "the stream of the API is gone",
    break: (stack) => without(stack, "logs-api"),
  },
  {
    policy: "log-drain-every-host",
    what: "the stream of the API goes nowhere",
    break: (stack) => withProps(stack, "logs-api", { endpoint: undefined }),
  },
  ...[
    { samplingRate: 0.1 },
    { environments: ["preview"] },
    { sources: ["static"] },
    { endpoint: "http://logs.optropic.example" },
  ].map(
    (props): Mutant => ({
      policy: "log-drain-every-host",
      what: `the drain of the web application has ${JSON.stringify(props)}`,
      break: (stack) => withProps(stack, "logs-web", props),
    }),
  ),
];

const withRules = (stack: Fixture[], ...rules: unknown[]): Fixture[] =>
  withProps(stack, "edge-cache", { rules });

/** The stack whose edge leaves a header as the host sends it. */
const withoutHeader = (stack: Fixture[], header: string): Fixture[] =>
  change(stack, "edge-response-headers", (fixture) => ({
    ...fixture,
    props: {
      ...fixture.props,
      rules: objectsOf(fixture.props.rules).filter((rule) => !JSON.stringify(rule).includes(header)),
    },
  }));

const objectsOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const withTtl = (property: string, ttl: unknown) => ({
  ...immutableRule,
  actionParameters: { ...Object(immutableRule.actionParameters), [property]: ttl },
});

/** Ways to break the CDN (6.8, 6.9). */
export const cdnMutants: readonly Mutant[] = [
  {
    policy: "cdn-cache-rules",
    what: "the cache has no rules",
    break: (stack) => without(stack, "edge-cache"),
    takesMore: true,
  },
  {
    policy: "cdn-cache-rules",
    what: "the cache keeps nothing",
    break: (stack) => withRules(stack, neverRule),
    takesMore: true,
  },
  {
    policy: "assets-cached-a-year",
    what: "the edge keeps files a day",
    break: (stack) => withRules(stack, withTtl("edgeTtl", { mode: "override_origin", default: 86_400 })),
  },
  {
    policy: "assets-cached-a-year",
    what: "browsers do as a host says that says nothing",
    break: (stack) =>
      withoutHeader(
        withProps(
          withRules(stack, {
            ...withTtl("browserTtl", { mode: "respect_origin" }),
            expression: 'starts_with(http.request.uri.path, "/assets/")',
          }),
          "web-project",
          { framework: "vite" },
        ),
        "Cache-Control",
      ),
  },
  {
    policy: "assets-cached-a-year",
    what: "the rule is for files of another framework",
    break: (stack) =>
      withRules(stack, {
        ...immutableRule,
        expression: 'starts_with(http.request.uri.path, "/_nuxt/")',
      }),
  },
  {
    policy: "assets-cached-a-year",
    what: "a later rule keeps nothing",
    break: (stack) => withRules(stack, immutableRule, { ...neverRule, expression: "true" }),
  },
  {
    policy: "assets-compressed",
    what: "a rule turns compression off",
    break: (stack) => [
      ...stack,
      ruleset("edge-compression", "http_response_compression", [
        {
          action: "compress_response",
          enabled: true,
          expression: "true",
          actionParameters: { algorithms: [{ name: "none" }] },
        },
      ]),
    ],
  },
  {
    policy: "assets-compressed",
    what: "Brotli is off",
    break: (stack) => [...stack, zoneSetting("brotli", "off")],
  },
  {
    policy: "assets-http2",
    what: "neither protocol is declared",
    break: (stack) => without(stack, "edge-http2", "edge-http3"),
  },
  {
    policy: "assets-http2",
    what: "both are off",
    break: (stack) =>
      withProps(withProps(stack, "edge-http2", { value: "off" }), "edge-http3", { value: "off" }),
  },
];

const exporting =
  (edit: (outputs: Record<string, unknown>) => Record<string, unknown>): Mutant["break"] =>
  (stack) =>
    change(stack, "optropic-production", (fixture) => ({
      ...fixture,
      outputs: edit(fixture.outputs ?? {}),
    }));

const contacts: readonly [policy: string, key: string, address: string | undefined][] = [
  ["contact-technical-lead", "technicalLead", undefined],
  ["contact-technical-lead", "technicalLead", "[Contact]"],
  ["contact-devops", "devops", ""],
  ["contact-devops", "devops", "TBD"],
  ["contact-database-admin", "databaseAdmin", "dba@example.com"],
  ["contact-security", "security", "<security address>"],
  ["contact-security", "security", "changeme"],
];

const links: readonly [policy: string, output: string, url: string | undefined][] = [
  ["link-dashboard", "dashboardUrl", undefined],
  ["link-dashboard", "dashboardUrl", "[Grafana URL]"],
  ["link-dashboard", "dashboardUrl", "http://grafana.optropic.example"],
  ["link-error-tracking", "errorTrackingUrl", undefined],
  ["link-error-tracking", "errorTrackingUrl", "https://example.org/sentry"],
  ["link-status-page", "statusPageUrl", undefined],
  ["link-status-page", "statusPageUrl", "https://localhost/status"],
];

/** Ways to break what the program exports (C.1 to C.4, C.8 to C.10, S7.5). */
export const contactMutants: readonly Mutant[] = [
  ...contacts.map(
    ([policy, key, address]): Mutant => ({
      policy,
      what: `${key} is ${address === undefined ? "left out" : JSON.stringify(address)}`,
      break: exporting((outputs) => ({
        ...outputs,
        contacts: { ...Object(outputs.contacts), [key]: address },
      })),
    }),
  ),
  ...links.map(
    ([policy, output, url]): Mutant => ({
      policy,
      what: `${output} is ${url === undefined ? "left out" : JSON.stringify(url)}`,
      break: exporting((outputs) => ({ ...outputs, [output]: url })),
    }),
  ),
];
