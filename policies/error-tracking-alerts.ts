import {
  type Finding,
  judge,
  judgeEach,
  policy,
  type Resource,
  type Stack,
  some,
  type Value,
  type Verdict,
} from "./framework/index.ts";
import { alertsOf, isOn, monitors, pages, tellsOfIssues } from "./model/sentry-alerts.ts";
import { sentry } from "./model/tokens.ts";

// Item 5.1. The alerts on metrics of section A are Grafana's.

export const issueAlert = policy({
  name: "error-tracking-issue-alert",
  items: ["5.1"],
  title: "An alert at Sentry tells somebody of new and of regressed issues.",
  severity: "high",
  fix: "Declare a sentry.Alert on the project's issue stream with the triggers firstSeenEvent and regressionEvent, and with an action.",
  url: "https://docs.sentry.io/product/monitors-and-alerts/alerts/",
  check: (stack) => {
    const alerts = stack.ofType(sentry.alert, ...sentry.issueAlert);
    const absent = "No alert at Sentry tells anybody of new and of regressed issues.";
    return [judge(undefined, () => some(alerts, tellsOfIssues) || absent)];
  },
});

export const errorRate = policy({
  name: "error-tracking-error-rate",
  items: ["5.1"],
  title: "A monitor at Sentry makes an incident of an error rate above 1 %.",
  severity: "high",
  fix: "Declare a sentry.MetricMonitor with aggregate failure_rate() and a condition gt of 0.01 or less.",
  url: "https://docs.sentry.io/product/monitors-and-alerts/monitors/",
  thresholds: {
    maximumPerThousand: {
      description: "Failed requests in a thousand above which there is an incident.",
      default: 10,
      minimum: 1,
      maximum: 10,
    },
  },
  check: (stack, threshold) => {
    const rates = [...stack.ofType(sentry.metricMonitor, ...sentry.metricAlert)];
    const maximum = threshold("maximumPerThousand") / 1000;
    const absent = "No monitor at Sentry watches the error rate.";
    return [
      judge(undefined, () => some(rates, isErrorRate) || absent),
      ...rates.map((rate) => judge(rate, () => !isErrorRate(rate) || judgeRate(rate, maximum))),
    ];
  },
});

export const monitorsRouted = policy({
  name: "error-tracking-monitors-routed",
  items: ["5.1"],
  title: "Every monitor at Sentry is on, and an alert tells somebody of what it finds.",
  severity: "high",
  fix: "Name the monitor in monitorIds of a sentry.Alert that is on and has an action, or remove it.",
  url: "https://docs.sentry.io/product/monitors-and-alerts/alerts/",
  check: (stack) =>
    judgeMonitors(stack, monitors(stack), "so no alert is about one", (monitor) => {
      if (!isOn(monitor)) {
        return "The monitor is off.";
      }
      return alertsOf(stack, monitor).length > 0 || "No alert tells anybody of what the monitor finds.";
    }),
});

export const incidentsPage = policy({
  name: "error-tracking-incidents-page",
  items: ["5.1"],
  title: "Sentry pages somebody when the error rate is too high or a health check fails.",
  severity: "high",
  productionOnly: true,
  fix: "Add an action pagerduty or opsgenie to the sentry.Alert of the monitor.",
  url: "https://docs.sentry.io/organization/integrations/notification-incidents/pagerduty/",
  check: (stack) =>
    judgeMonitors(
      stack,
      stack.ofType(sentry.metricMonitor, sentry.uptimeMonitor),
      "so nobody is paged by one",
      (monitor) => judgePaging(stack, monitor),
    ),
});

/** Alerts from before there were monitors do both by themselves: with one of those, none has to be there. */
function judgeMonitors(
  stack: Stack,
  found: readonly Resource[],
  absence: string,
  test: (monitor: Resource) => Verdict,
): Finding[] {
  return found.length === 0 && stack.ofType(...sentry.metricAlert).length > 0
    ? []
    : judgeEach(found, `No monitor at Sentry is declared, ${absence}.`, test);
}

/** Where no alert is about the monitor, that is what is wrong. */
function judgePaging(stack: Stack, monitor: Resource): true | string {
  const alerts = alertsOf(stack, monitor);
  return alerts.length === 0 || some(alerts, pages) || "Nobody is paged for what the monitor finds.";
}

/** Of requests, by their spans or transactions. */
const isErrorRate = (rate: Resource): boolean =>
  /\bfailure_rate\(\)/.test(rate.at("aggregate").string() ?? "");

function judgeRate(rate: Resource, maximum: number): true | string {
  const figures = limitsOf(rate).flatMap((limit) => limit.number() ?? []);
  if (figures.length === 0) {
    return "The monitor has no fixed figure above which the error rate is too high.";
  }
  const lowest = Math.min(...figures);
  return (
    lowest <= maximum || `The error rate is an incident above ${percent(lowest)}, not ${percent(maximum)}.`
  );
}

/** What the rate is compared with; in alerts from before monitors, which have triggers, above it (0). */
function limitsOf(rate: Resource): Value[] {
  if (rate.type !== sentry.metricMonitor) {
    return rate.at("thresholdType").number() === 1
      ? []
      : rate
          .at("triggers")
          .items()
          .map((trigger) => trigger.at("alertThreshold"));
  }
  if (rate.at("issueDetection", "type").string() !== "static") {
    return [];
  }
  return rate
    .at("conditionGroup", "conditions")
    .items()
    .filter((it) => ["gt", "gte"].includes(it.at("type").string() ?? "") && makesIncident(it))
    .map((it) => it.at("comparison"));
}

/** A result of 0 resolves the issue; any other is its priority. */
const makesIncident = (condition: Value): boolean => (condition.at("conditionResult").number() ?? 0) > 0;

const percent = (ratio: number): string => `${Number((ratio * 100).toFixed(3))} %`;
