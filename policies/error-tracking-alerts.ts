import type { MetricCondition } from "@pulumi/sentry";
import {
  type AnyValue,
  type Finding,
  fault,
  judge,
  judgeEach,
  judgeStack,
  type PropertiesOf,
  policy,
  type Resource,
  type ResourceOf,
  type Stack,
  some,
  type Value,
  type Verdict,
} from "./framework/index.ts";
import { isOn } from "./model/given.ts";
import { alertsOf, monitors, pages, tellsOfIssues, tellsOfIssuesBefore } from "./model/sentry-alerts.ts";
import { sentry } from "./model/tokens.ts";

// Item 5.1. The alerts on metrics of section A are at Grafana.

export const issueAlert = policy({
  name: "error-tracking-issue-alert",
  items: ["5.1"],
  title: "An alert at Sentry must notify somebody of new and of regressed issues.",
  severity: "high",
  fix: "Declare a sentry.Alert on the project's issue stream with the triggers firstSeenEvent and regressionEvent, and with an action.",
  url: "https://docs.sentry.io/product/monitors-and-alerts/alerts/",
  check: (stack) => {
    const tests = [
      ...stack.ofType(sentry.alert).map((alert) => () => tellsOfIssues(alert)),
      ...stack.ofType(...sentry.issueAlert).map((alert) => () => tellsOfIssuesBefore(alert)),
    ];
    const absent = "No alert at Sentry notifies anybody of new and of regressed issues.";
    return [judgeStack(() => some(tests, (tells) => tells()) || absent)];
  },
});

export const errorRate = policy({
  name: "error-tracking-error-rate",
  items: ["5.1"],
  title: "A monitor at Sentry must open an incident when the error rate is above 1 %.",
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
    const rates = stack.ofType(sentry.metricMonitor, ...sentry.metricAlert);
    const maximum = threshold("maximumPerThousand") / 1000;
    const absent = "No monitor at Sentry watches the error rate.";
    return [
      judgeStack(() => some(rates, isErrorRate) || absent),
      ...rates.map((rate) => judge(rate, () => !isErrorRate(rate) || judgeRate(rate, maximum))),
    ];
  },
});

export const monitorsRouted = policy({
  name: "error-tracking-monitors-routed",
  items: ["5.1"],
  title: "Every monitor at Sentry must be on, and an alert must notify somebody of what it finds.",
  severity: "high",
  fix: "Name the monitor in monitorIds of a sentry.Alert that is on and has an action, or remove it.",
  url: "https://docs.sentry.io/product/monitors-and-alerts/alerts/",
  check: (stack) =>
    judgeMonitors(stack, monitors(stack), "so no alert is about one", (monitor) => {
      if (!isOn(monitor.at("enabled"))) {
        return fault(monitor.at("enabled"), "The monitor is off.");
      }
      return alertsOf(stack, monitor).length > 0 || "No alert notifies anybody of what the monitor finds.";
    }),
});

export const incidentsPage = policy({
  name: "error-tracking-incidents-page",
  items: ["5.1"],
  title: "Sentry must page somebody when the error rate is too high or a health check fails.",
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

/** Alerts from before there were monitors do both by themselves: with one of those, a stack needs no monitor. */
function judgeMonitors<R extends Resource>(
  stack: Stack,
  found: readonly R[],
  absence: string,
  test: (monitor: R) => Verdict,
): Finding[] {
  return found.length === 0 && stack.ofType(...sentry.metricAlert).length > 0
    ? []
    : judgeEach(found, `No monitor at Sentry is declared, ${absence}.`, test);
}

/** A monitor without an alert is judged by the policy on that. */
function judgePaging(stack: Stack, monitor: Resource): Verdict {
  const alerts = alertsOf(stack, monitor);
  return alerts.length === 0 || some(alerts, pages) || "No alert pages anybody for what the monitor finds.";
}

type Rate = ResourceOf<PropertiesOf<typeof sentry.metricMonitor | (typeof sentry.metricAlert)[number]>>;

/** Of requests, by their spans or transactions. */
const isErrorRate = (rate: Rate): boolean =>
  /^failure_rate\(\)$/.test((rate.at("aggregate").string() ?? "").trim());

function judgeRate(rate: Rate, maximum: number): Verdict {
  const figures = limitsOf(rate).flatMap((limit) => limit.number() ?? []);
  if (figures.length === 0) {
    return "The monitor has no fixed threshold for the error rate.";
  }
  const lowest = Math.min(...figures);
  const window = rate.is(sentry.metricMonitor) ? rate.at("timeWindowSeconds") : undefined;
  const seconds = window?.number() ?? 0;
  if (window !== undefined && seconds <= 0) {
    return fault(window, "The monitor has no window over which it counts.");
  }
  if (window !== undefined && seconds > longestWindowSeconds) {
    return fault(
      window,
      `The monitor averages the error rate over ${seconds / 60} minutes, which hides an incident.`,
    );
  }
  return (
    lowest <= maximum ||
    `The monitor opens an incident when the error rate is above ${percent(lowest)}, not ${percent(maximum)}.`
  );
}

/** A day's average moves too little for an incident of minutes. */
const longestWindowSeconds = 3600;

/** What the rate is compared with; in alerts from before monitors, which have triggers, above it (0). */
function limitsOf(rate: Rate): AnyValue[] {
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

type Condition = Value<MetricCondition>;

/** A result of 0 resolves the issue; any other is its priority. */
const makesIncident = (condition: Condition): boolean => (condition.at("conditionResult").number() ?? 0) > 0;

const percent = (ratio: number): string => `${Number((ratio * 100).toFixed(3))} %`;
