import { unknownText } from "../../policies/framework/value.ts";
import { grafana, pagerRules } from "../../policies/model/tokens.ts";
import {
  add,
  all,
  type Edit,
  encrypted,
  type Inputs,
  inside,
  list,
  set,
  variables,
} from "../recording/edited.ts";
import type { Case } from "./kinds-edits.ts";

// What keeps an alert, a page, an error or a line of the log from reaching anybody, and what looks like it and is right.

const each =
  (property: string, change: Inputs) =>
  (inputs: Inputs): Inputs => ({
    [property]: list(inputs[property]).map((item) => ({ ...Object(item), ...change })),
  });

const pager = (change: Inputs): Edit => set("observability-pagerduty", each("pagerduties", change));
const urgency = (incidentUrgencyRule: Inputs): Edit =>
  set("on-call-service", () => ({ incidentUrgencyRule }));
const bySeverity = urgency({ type: "constant", urgency: "severity_based" });
const provider = (change: Inputs): Edit => set("observability-grafana", () => change);
const start = (command: string): Edit => set("api-service", () => ({ startCommand: command }));

const issues = (...conditions: readonly Inputs[]): Edit =>
  set("errors-issue-alert", each("actionFilters", { conditions }));
const project = (change: Inputs): Edit => set("errors-project", () => change);
const filters = (own: Inputs): Edit => project({ filters: own });
const unlimited = set("errors-key", () => ({ rateLimitCount: undefined, rateLimitWindow: undefined }));

const memory = (used: string): Edit =>
  set("observability-alerts-service", ({ rules }) => ({
    rules: list(rules).map((rule) =>
      Object(rule).name === "high-memory"
        ? { ...Object(rule), datas: list(Object(rule).datas).map((data) => asking(Object(data), used)) }
        : rule,
    ),
  }));

function asking(data: Inputs, used: string): Inputs {
  const model = JSON.parse(String(data.model));
  const expr = `max by (host) (${used}) / min by (host) (optropic_process_memory_limit_bytes) > 0.9`;
  return model.expr === undefined ? data : { ...data, model: JSON.stringify({ ...model, expr }) };
}

/** The check of the web application with other settings beside its own. */
const answered = (http: Inputs): Edit =>
  set("observability-health-web", ({ settings }) => ({
    settings: { http: { ...Object(Object(settings).http), ...http } },
  }));

const matcher = (label: string, value: string, type = "=") => ({ label, type, value });
const inhibited = (source: Inputs, target: Inputs, ...equals: readonly string[]): Edit =>
  add(grafana.inhibition, "quiet", {
    metadata: { uid: "quiet" },
    spec: { sourceMatchers: [source], targetMatchers: [target], equals },
  });

const timing = (name: string, from: string, to: string): Edit =>
  add(grafana.muteTiming, name, {
    name,
    intervals: [{ times: [{ start: from, end: to }], location: "UTC" }],
  });
const timed = (change: Inputs): Edit =>
  all(
    timing("Mornings", "00:00", "11:00"),
    timing("Evenings", "11:00", "22:00"),
    set("observability-notifications", ({ policies }) => ({
      policies: list(policies).map((route) =>
        Object(route).contactPoint === "PagerDuty" ? route : { ...Object(route), ...change },
      ),
    })),
  );

const group =
  (change: Inputs): Edit =>
  (stack) => {
    const own = stack.resources.find(({ name }) => name === "observability-alerts-service");
    return add(
      grafana.ruleGroup,
      "further-alerts",
      { ...own?.inputs, rules: list(own?.inputs.rules).slice(-1), ...change },
      { beside: "observability-alerts-service", by: "folderUid" },
    )(stack);
  };

const called = (type: string, startDelayInMinutes: number, level = "high"): Edit =>
  add(pagerRules.notification, `call-${type}-${level}`, {
    userId: "PXPGF42",
    urgency: level,
    startDelayInMinutes,
    contactMethod: { type, id: "PMETHOD" },
  });

const suppressed = (operator: string, ...subconditions: readonly Inputs[]): Edit =>
  add(
    "pagerduty:index/serviceEventRule:ServiceEventRule",
    "noise",
    { conditions: { operator, subconditions }, actions: { suppresses: [{ value: true }] } },
    { beside: "on-call-grafana", by: "service" },
  );
const ruled = (actions: Inputs): Edit =>
  add(
    "pagerduty:index/serviceEventRule:ServiceEventRule",
    "noise",
    { actions },
    { beside: "on-call-grafana", by: "service" },
  );
const window = (name: string, startTime: string, endTime: string): Edit =>
  add(pagerRules.window, name, { startTime, endTime }, { beside: "on-call-grafana", by: "service" });
const orchestrated = (actions: Inputs): Edit =>
  add(
    "pagerduty:index/eventOrchestrationService:EventOrchestrationService",
    "orchestration",
    { sets: [{ id: "start", rules: [] }], catchAll: { actions } },
    { beside: "on-call-grafana", by: "service" },
  );
const source = (datasourceUid: string): Edit =>
  set("observability-alerts-service", ({ rules }) => ({
    rules: list(rules).map((rule, index) => {
      const datas = list(Object(rule).datas);
      return index === 0
        ? { ...Object(rule), datas: [{ ...Object(datas[0]), datasourceUid }, ...datas.slice(1)] }
        : rule;
    }),
  }));
const chat = (url: string): Edit => set("observability-slack", () => ({ slacks: [{ url }] }));
const isInfo = { operator: "equals", parameters: [{ path: "severity", value: "info" }] };

/** The second level has the people of the first one in their order, or in another place of the rotation. */
const sameOrder =
  (change: Inputs): Edit =>
  (stack) => {
    const first = stack.resources.find(({ name }) => name === "on-call-primary");
    return {
      ...stack,
      resources: set("on-call-secondary", ({ layers }) => ({
        layers: list(layers).map((rotation) => inside(rotation, change)),
      }))(stack).resources.map((one) =>
        one.name === "on-call-secondary"
          ? { ...one, propertyDependencies: first?.propertyDependencies ?? {} }
          : one,
      ),
    };
  };
const secondPerson = (change: Inputs): Edit => set("on-call-secondary-on-call", () => change);

const overlaid = (...order: readonly ("one" | "all" | "day")[]): Edit =>
  set("on-call-primary", ({ layers }) => {
    const rotation = Object(list(layers)[0]);
    const [first] = list(rotation.users);
    const of = {
      one: { users: [first] },
      all: {},
      day: {
        users: [first],
        restrictions: [{ type: "daily_restriction", startTimeOfDay: "08:00:00", durationSeconds: 43_200 }],
      },
    };
    return {
      layers: order.map((which, index) => ({ ...rotation, ...of[which], name: `Layer ${index + 1}` })),
    };
  });

const byPassword: Edit = set("observability-scrape-api", () => ({
  authenticationMethod: "basic",
  authenticationBasicUsername: "scraper",
  authenticationBasicPassword: unknownText,
  authenticationBearerToken: undefined,
}));

const hidden = (change: (target: Inputs, index: number) => Inputs): Edit =>
  all(
    ...["service", "database", "go-live"].map((name) =>
      set(`observability-dashboard-${name}`, ({ configJson }) => {
        const document = JSON.parse(String(configJson));
        const panels = list(document.panels).map((panel) => {
          const targets = list(Object(panel).targets).map((target, index) => change(Object(target), index));
          return targets.length === 0 ? panel : { ...Object(panel), targets };
        });
        return { configJson: JSON.stringify({ ...document, panels }) };
      }),
    ),
  );

/** The service overview, with something else about it or about each of its panels. */
const overview = (change: Inputs, ofPanel: (panel: Inputs) => Inputs = () => ({})): Edit =>
  set("observability-dashboard-service", ({ configJson }) => {
    const document = JSON.parse(String(configJson));
    const panels = list(document.panels).map((panel) => ({ ...Object(panel), ...ofPanel(Object(panel)) }));
    return { configJson: JSON.stringify({ ...document, panels, ...change }) };
  });
const asked = (datasource: Inputs | null): ((panel: Inputs) => Inputs) => {
  return ({ targets }) => ({
    datasource,
    targets: list(targets).map((target) => ({ ...Object(target), datasource })),
  });
};
const prometheus = (uid: string): Inputs => ({ type: "prometheus", uid });
const sourceVariable = { type: "datasource", name: "source", query: "prometheus", current: {} };
const withVariables = (variables: readonly Inputs[], ofPanel?: (panel: Inputs) => Inputs): Edit =>
  overview({ templating: { list: variables } }, ofPanel);
const ownVariables = ["host", "route"].map((name) => ({ type: "custom", name, query: "web,api" }));
const second = (type: string, inputs: Inputs): Edit => add(type, "draft", inputs);

const byFolder = (value: string): Edit =>
  set("observability-notifications", ({ policies }) => ({
    policies: [
      { contactPoint: "Slack", matchers: [{ label: "grafana_folder", match: "=", value }], policies },
    ],
  }));

export const unwatchedPlatforms: readonly Case[] = [
  ["escalation-levels", "the second level has the people of the first in their order", sameOrder({})],
  [
    "escalation-levels",
    "the second level is a full round behind the first",
    sameOrder({ rotationVirtualStart: "2026-01-19T09:00:00+01:00" }),
  ],
  [
    "escalation-levels",
    "two addresses are of one person",
    secondPerson({ email: "primary-on-call+night@optropic.example" }),
  ],
  ["escalation-levels", "two users are one person", secondPerson({ name: "Primary  on call" })],
  ["on-call-people", "one person is over and under the rotation", overlaid("one", "all", "one")],
  ["metrics-protected", "metrics that ask for a token are asked with a password", byPassword],
  ["dashboard-golden-signals", "no panel draws a query", hidden((target) => ({ ...target, hide: true }))],
  ...(
    [
      [
        "are hidden",
        overview({}, ({ targets }) => ({
          targets: list(targets).map((it) => ({ ...Object(it), hide: true })),
        })),
      ],
      ["ask for test data", overview({}, asked({ type: "grafana-testdata-datasource", uid: "testdata" }))],
      ["ask for the metrics of staging", overview({}, asked(prometheus("grafanacloud-staging-prom")))],
      // As a dashboard is exported to be imported by hand.
      ["ask a variable that is not there", overview({}, asked(prometheus("$DS_PROMETHEUS")))],
      ["have variables that are not there", withVariables([])],
      ["have a variable without a value", withVariables([{ type: "custom", name: "host", query: "" }])],
      ["are of last year", overview({ time: { from: "2025-01-01T00:00:00Z", to: "2025-02-01T00:00:00Z" } })],
      ["are of the week before", overview({ time: { from: "now-14d", to: "now-7d" } })],
      ["are of one second", overview({ time: { from: "now-1s", to: "now" } })],
      ["are drawn a day late", overview({ timepicker: { nowDelay: "1d" } })],
      ["are shifted by a month", overview({}, () => ({ timeShift: "30d" }))],
      ["are cut to a second", overview({}, () => ({ timeFrom: "1s" }))],
      [
        "are limited to none",
        overview({}, () => ({ transformations: [{ id: "limit", options: { limitField: 0 } }] })),
      ],
      [
        "keep the time alone",
        overview({}, () => ({
          transformations: [{ id: "filterFieldsByName", options: { include: { names: ["Time"] } } }],
        })),
      ],
      [
        "leave the value out",
        overview({}, () => ({
          transformations: [{ id: "organize", options: { excludeByName: { Value: true } } }],
        })),
      ],
      [
        "name no query",
        overview({}, () => ({ transformations: [{ id: "filterByRefId", options: { exclude: "/.*/" } }] })),
      ],
      [
        "are hidden by their fields",
        overview({}, () => ({ fieldConfig: { defaults: { custom: { hideFrom: { viz: true } } } } })),
      ],
      [
        "are hidden by an override",
        overview({}, () => ({
          fieldConfig: {
            overrides: [
              {
                matcher: { id: "byRegexp", options: ".*" },
                properties: [{ id: "custom.hideFrom", value: { viz: true } }],
              },
            ],
          },
        })),
      ],
      ["are in panels of text", overview({}, () => ({ type: "text" }))],
      ["have no room", overview({}, () => ({ gridPos: { x: 0, y: 0, w: 24, h: 0 } }))],
      ["are in a panel of a library elsewhere", overview({}, () => ({ libraryPanel: { uid: "elsewhere" } }))],
    ] as const
  ).map(([what, edit]): Case => ["dashboard-golden-signals", `the queries of a dashboard ${what}`, edit]),
  [
    "monitoring-values",
    "a second dashboard replaces the overview",
    second(grafana.dashboard, { configJson: JSON.stringify({ uid: "optropic-service", panels: [] }) }),
  ],
  [
    "monitoring-values",
    "one of the newer API replaces the overview",
    second("grafana:apps/v1beta1/dashboard:Dashboard", {
      metadata: { uid: "optropic-service" },
      spec: { json: JSON.stringify({ panels: [] }) },
    }),
  ],
  ["critical-alerts-page", "routes are below another folder's", byFolder("Elsewhere")],
  ["providers-arrive", "a provider takes any certificate", provider({ insecureSkipVerify: true })],
  [
    "providers-arrive",
    "errors are declared at this machine",
    set("errors-sentry", () => ({ baseUrl: "http://127.0.0.1:9000/api/" })),
  ],
  [
    "monitoring-values",
    "alerts are in another organization than their routes",
    set("observability-alerts-service", () => ({ orgId: "2" })),
  ],
  [
    "monitoring-values",
    "a second notification policy replaces the first",
    add(grafana.notificationPolicy, "later", { contactPoint: "Slack", groupBies: ["alertname"] }),
  ],
  [
    "monitoring-values",
    "the same tree is written in another way",
    add(grafana.routingTree, "later", { metadata: { uid: "default" }, spec: {} }),
  ],
  ["monitoring-values", "a second group replaces the alerts", group({})],
  [
    "pager-reaches-on-call",
    "warnings silence what is critical",
    inhibited(matcher("severity", "warning"), matcher("severity", "critical")),
  ],
  [
    "pager-reaches-on-call",
    "any alert silences warnings",
    inhibited(matcher("alertname", ".+", "=~"), matcher("severity", "warning")),
  ],
  [
    "pager-reaches-on-call",
    "one critical alert silences all others",
    inhibited(matcher("severity", "critical"), matcher("severity", "critical|warning", "=~")),
  ],
  [
    "pager-reaches-on-call",
    "events of low severity at such a service",
    all(bySeverity, pager({ severity: "info" })),
  ],
  ["pager-reaches-on-call", "whoever is on call gets mail", called("email_contact_method", 0)],
  ["pager-reaches-on-call", "the telephone rings after an hour", called("phone_contact_method", 60)],
  [
    "pager-reaches-on-call",
    "a rule suppresses what is minor, or anything",
    suppressed("or", isInfo, { operator: "exists", parameters: [{ path: "summary" }] }),
  ],
  [
    "pager-reaches-on-call",
    "errors page nobody's service",
    (stack) => ({
      ...stack,
      resources: stack.resources.map((one) =>
        one.name === "errors-pager" ? { ...one, dependencies: [], propertyDependencies: {} } : one,
      ),
    }),
  ],
  [
    "pager-reaches-on-call",
    "two windows of maintenance adjoin",
    all(
      window("upgrade", "2026-12-10T00:00:00Z", "2026-12-10T10:00:00Z"),
      window("again", "2026-12-10T10:00:00Z", "2026-12-10T20:00:00Z"),
    ),
  ],
  ["pager-reaches-on-call", "events resolve at once", orchestrated({ eventAction: "resolve" })],
  [
    "pager-reaches-on-call",
    "an older rule resolves every event",
    ruled({ eventActions: [{ value: "resolve" }] }),
  ],
  ["pager-reaches-on-call", "an older rule waits an hour", ruled({ suspends: [{ value: 3600 }] })],
  [
    "pager-reaches-on-call",
    "a second entry suppresses",
    ruled({ suppresses: [{ value: false }, { value: true }] }),
  ],
  [
    "pager-reaches-on-call",
    "an extraction makes every event a resolution",
    ruled({ extractions: [{ target: "event_action", template: "resolve" }] }),
  ],
  [
    "pager-reaches-on-call",
    "every event has one key",
    ruled({ extractions: [{ target: "dedup_key", template: "platform" }] }),
  ],
  [
    "pager-reaches-on-call",
    "every critical event has one key",
    orchestrated({ extractions: [{ target: "event.dedup_key", template: "{{event.severity}}" }] }),
  ],
  [
    "pager-reaches-on-call",
    "an extraction makes events minor at a service whose urgency follows them",
    all(bySeverity, orchestrated({ extractions: [{ target: "event.severity", template: "info" }] })),
  ],
  ["pager-reaches-on-call", "events go by nobody's policy", orchestrated({ escalationPolicy: "PABCDEF" })],
  [
    "pager-reaches-on-call",
    "events become minor at a service whose urgency follows them",
    all(bySeverity, orchestrated({ severity: "info" })),
  ],
  ["monitoring-values", "a query asks the metrics of staging", source("grafanacloud-optropicstaging-prom")],
  ["notification-channels", "Slack's messages go to an echo", chat("https://httpbin.org/post")],
  [
    "monitors-watch-platform",
    "a check fails whatever comes",
    set("observability-health-api", () => ({
      settings: { http: { method: "GET", failIfBodyMatchesRegexps: [".*"] } },
    })),
  ],
  ...(
    [
      ["it was encrypted", { failIfSsl: true }],
      ["it is not in HTTP of 1996", { validHttpVersions: ["HTTP/1.0"] }],
      ["it has a day", { failIfHeaderMatchesRegexps: [{ header: "Date", regexp: ".+" }] }],
      ["nothing follows its end", { failIfBodyNotMatchesRegexps: ["$ok"] }],
      [
        "its certificate is not a stranger's",
        { tlsConfig: { serverName: "internal.elsewhere.example.org" } },
      ],
    ] as const
  ).map(
    ([why, http]): Case => [
      "monitors-watch-platform",
      `a check refuses an answer because ${why}`,
      answered(http),
    ],
  ),
  ["alerts-routed", "two mute timings leave no time", timed({ muteTimings: ["Mornings", "Evenings"] })],
  [
    "alerts-routed",
    "a route is open when it is muted",
    timed({ activeTimings: ["Evenings"], muteTimings: ["Evenings"] }),
  ],
  [
    "alert-high-memory",
    "the mean of a week is compared",
    memory("avg_over_time(optropic_process_memory_bytes[7d])"),
  ],
  [
    "alert-high-memory",
    "the mean of a month of values is compared",
    memory("avg_over_time((max by (host) (optropic_process_memory_bytes))[30d:1h])"),
  ],
  ...[
    { level: { level: 50, match: "gte" } },
    { assignedTo: { targetType: "Member", targetId: "7" } },
    { ageComparison: { comparisonType: "older", time: "week", value: 1 } },
    { taggedEvent: { key: "browser", match: "eq", value: "Opera" } },
    { issueCategory: { value: 2 } },
    { taggedEvent: { key: "handled", match: "ne", value: "no" } },
    { issueType: { include: false, value: "error" } },
    { eventAttribute: { attribute: "environment", match: "eq", value: "staging" } },
    {
      eventFrequencyCount: {
        interval: "1h",
        value: 1,
        filters: [{ key: "browser", match: "eq", value: "Opera" }],
      },
    },
  ].map(
    (condition): Case => [
      "error-tracking-issue-alert",
      `issues are told where ${JSON.stringify(condition)}`,
      issues(condition),
    ],
  ),
  [
    "error-tracking-issue-alert",
    "issues are told that are no errors",
    set(
      "errors-issue-alert",
      each("actionFilters", { logicType: "none", conditions: [{ issueCategory: { value: 1 } }] }),
    ),
  ],
  [
    "error-tracking-issue-alert",
    "issues are told to their owners, or to nobody",
    set(
      "errors-issue-alert",
      each("actionFilters", {
        actions: [{ email: { targetType: "issue_owners", fallthroughType: "NoOne" } }],
      }),
    ),
  ],
  ...[
    { releases: ["3.*"] },
    { releases: ["*.*.*"] },
    { releases: ["optropic-app@3.*"] },
    { errorMessages: ["Error: *"] },
    { errorMessages: ["*error*"] },
    { blacklistedIps: ["0.0.0.0/1"] },
  ].map(
    (own): Case => ["error-tracking-project", `events are dropped by ${JSON.stringify(own)}`, filters(own)],
  ),
  [
    "error-tracking-project",
    "every error is the same issue",
    project({ fingerprintingRules: "type:* -> everything" }),
  ],
  ["error-tracking-project", "messages are kept for a day", project({ digestsMinDelay: 86_400 })],
  ["log-format-json", "the log is thrown away", start("node server.js > /dev/null 2>&1")],
  ["log-format-json", "the log is a file of the host", start("node server.js >> /var/log/app.log")],
  ["log-format-json", "a variable switches the log off", variables({ LOG_ENABLED: "false" })],
  ["protections-on", "one error of a thousand is sent", variables({ SENTRY_SAMPLE_RATE: "0.001" })],
  ["protections-on", "no request is traced", variables({ SENTRY_TRACES_SAMPLE_RATE: "0" })],
];

export const watchedPlatforms: readonly (readonly [what: string, edit: Edit])[] = [
  [
    "the second level has the same order, one turn later",
    sameOrder({ rotationVirtualStart: "2026-01-12T09:00:00+01:00" }),
  ],
  [
    "the second level calls everybody",
    set("on-call-escalation", ({ rules }) => ({ rules: [list(rules)[0], list(rules)[2]] })),
  ],
  ["a dashboard asks what Grafana has by default", overview({}, asked(null))],
  [
    "a dashboard asks a source that its reader chooses",
    withVariables([sourceVariable, ...ownVariables], asked(prometheus("$source"))),
  ],
  ["a dashboard is of today", overview({ time: { from: "now/d", to: "now/d" } })],
  [
    "a table has its columns renamed",
    overview({}, () => ({
      transformations: [{ id: "organize", options: { excludeByName: { Time: true } } }],
    })),
  ],
  [
    "panels are of the library",
    all(
      second("grafana:oss/libraryPanel:LibraryPanel", {
        uid: "requests",
        modelJson: JSON.stringify({
          type: "stat",
          targets: [{ expr: "sum(rate(optropic_http_requests_total[5m]))" }],
        }),
      }),
      overview({}, ({ id }) => (id === 5 ? { libraryPanel: { uid: "requests" } } : {})),
    ),
  ],
  [
    "a dashboard is of the newer API",
    second("grafana:apps/v2/dashboard:Dashboard", {
      metadata: { uid: "optropic-service-next" },
      spec: {
        json: JSON.stringify({
          elements: {
            requests: {
              kind: "Panel",
              spec: {
                data: {
                  spec: {
                    queries: [
                      {
                        spec: {
                          refId: "A",
                          query: {
                            kind: "DataQuery",
                            group: "prometheus",
                            datasource: { name: "grafanacloud-prom" },
                            spec: { expr: "sum(rate(optropic_http_requests_total[5m]))" },
                          },
                        },
                      },
                    ],
                  },
                },
              },
            },
          },
          layout: {
            spec: { items: [{ spec: { element: { kind: "ElementReference", name: "requests" } } }] },
          },
        }),
      },
    }),
  ],
  ["a rotation with one person below it", overlaid("all", "one")],
  ["a rotation with one person above it", overlaid("one", "all")],
  ["one person by day, over and under the rotation", overlaid("day", "all", "day")],
  [
    "metrics that take a password too",
    all(
      byPassword,
      variables({ METRICS_PASSWORD: unknownText }),
      encrypted("api-variables", "envVars"),
      encrypted("observability-scrape-api", "authenticationBasicPassword"),
    ),
  ],
  ["Grafana is the company's own", provider({ url: "https://grafana.optropic.example", stackId: undefined })],
  ["the routes are below one for the folder", byFolder("Optropic")],
  [
    "a query that is hidden beside another",
    hidden((target, index) => (index > 1 ? { ...target, hide: true } : target)),
  ],
  ["alerts name the one organization", set("observability-alerts-service", () => ({ orgId: "1" }))],
  ["a further group of alerts", group({ name: "further" })],
  [
    "critical alerts silence the warnings of the same host",
    inhibited(matcher("severity", "critical"), matcher("severity", "warning"), "host"),
  ],
  [
    "warnings silence what is information",
    inhibited(matcher("severity", "critical|warning", "=~"), matcher("severity", "info")),
  ],
  [
    "two evenings of maintenance",
    all(
      window("upgrade", "2026-12-10T20:00:00Z", "2026-12-10T22:00:00Z"),
      window("again", "2026-12-11T20:00:00Z", "2026-12-11T22:00:00Z"),
    ),
  ],
  ["events keep their severity", all(bySeverity, orchestrated({ severity: "critical" }))],
  ["a query names the instance that it asks", source("grafanacloud-optropicexample-prom")],
  ["messages go to a chat of the company", chat("https://chat.optropic.example/hooks/optropic")],
  ["severity decides on the urgency", bySeverity],
  [
    "the telephone rings, and mail tells of what is minor",
    all(called("phone_contact_method", 1), called("email_contact_method", 60, "low")),
  ],
  [
    "an older rule annotates",
    ruled({ annotates: [{ value: "See the runbook." }], eventActions: [{ value: "trigger" }] }),
  ],
  [
    "events of one alert have one key",
    orchestrated({
      extractions: [{ target: "event.dedup_key", template: "{{event.custom_details.alertname}}" }],
    }),
  ],
  ["a rule suppresses what is minor", suppressed("and", isInfo)],
  ["warnings wait for the evening", timed({ muteTimings: ["Mornings"] })],
  ["the highest of an hour is compared", memory("max_over_time(optropic_process_memory_bytes[1h])")],
  ["the mean of minutes is compared", memory("avg_over_time(optropic_process_memory_bytes[10m])")],
  [
    "the mean of minutes of values is compared",
    memory("avg_over_time((max by (host) (optropic_process_memory_bytes))[10m:1m])"),
  ],
  ...[
    { level: { level: 40, match: "gte" } },
    { issuePriorityGreaterOrEqual: { comparison: 75 } },
    { taggedEvent: { key: "environment", match: "eq", value: "production" } },
    { taggedEvent: { key: "environment", match: "eq", value: "prod-eu" } },
    { assignedTo: { targetType: "Unassigned" } },
    { latestRelease: {} },
    { taggedEvent: { key: "browser", match: "ne", value: "Googlebot" } },
    { issueType: { include: true, value: "error" } },
  ].map((condition) => [`issues are told where ${JSON.stringify(condition)}`, issues(condition)] as const),
  [
    "noise of browsers and of earlier releases is dropped",
    filters({
      errorMessages: ["*ResizeObserver loop*", "ChunkLoadError*", "TypeError: Failed to fetch*"],
      releases: ["1.*", "2.9.*"],
      blacklistedIps: ["10.0.0.0/8"],
    }),
  ],
  [
    "errors of one kind are one issue",
    project({
      fingerprintingRules:
        "error.type:DatabaseUnavailable -> database\ntype:* -> {{ default }} {{ transaction }}",
    }),
  ],
  ["a key has no limit of its own", unlimited],
  ["a step before the start writes a file", start("echo started > /tmp/started && node server.js 2>&1")],
  [
    "the company has a domain that ends with .dev",
    provider({ url: "https://grafana.optropic.dev", stackId: undefined }),
  ],
  [
    "a check fails where the answer is empty",
    set("observability-health-api", ({ settings }) => ({
      settings: { http: { ...Object(settings).http, failIfBodyMatchesRegexps: ["^$"] } },
    })),
  ],
  ["a check takes both versions of HTTP", answered({ validHttpVersions: ["HTTP/1.1", "HTTP/2.0"] })],
  [
    "a check reads the answer and its headers",
    answered({
      failIfBodyNotMatchesRegexps: ['"status":\\s*"ok"$'],
      failIfHeaderMatchesRegexps: [{ header: "X-Degraded", regexp: ".+", allowMissing: true }],
      failIfHeaderNotMatchesRegexps: [{ header: "Strict-Transport-Security", regexp: "max-age" }],
    }),
  ],
  [
    "an alert about a host silences the warnings that follow from it",
    inhibited(matcher("alertname", "HostDown"), matcher("severity", "warning"), "host"),
  ],
  [
    "two times at which a route is open are most of the day",
    timed({ activeTimings: ["Mornings", "Evenings"] }),
  ],
  [
    "a second organization has routes of its own",
    add(grafana.notificationPolicy, "second", {
      orgId: "2",
      contactPoint: "Slack",
      groupBies: ["alertname"],
    }),
  ],
  ["some requests are traced", variables({ SENTRY_TRACES_SAMPLE_RATE: "0.1", SENTRY_SAMPLE_RATE: "1.0" })],
];
