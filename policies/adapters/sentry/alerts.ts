import type { MetricCondition } from "@pulumi/sentry";
import {
  type AnyValue,
  fault,
  type PropertiesOf,
  type ResourceOf,
  type Stack,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import type { ErrorAlert, ErrorFigure, Monitor } from "../../model/error-tracking.ts";
import { isOn } from "../../model/given.ts";
import { sentry } from "../../model/tokens.ts";
import { alertsOf, pages, sentryMonitors, tellsOfIssues, tellsOfIssuesBefore } from "./issue-alerts.ts";

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

/** Alerts, also those from before there were monitors. */
export const errorAlerts = (stack: Stack): ErrorAlert[] => [
  ...stack.ofType(sentry.alert).map((alert) => ({ tellsOfIssues: () => tellsOfIssues(alert) })),
  ...stack.ofType(...sentry.issueAlert).map((alert) => ({ tellsOfIssues: () => tellsOfIssuesBefore(alert) })),
];

/** Monitors of a figure, and the alerts that did both before. */
export const errorFigures = (stack: Stack): ErrorFigure[] =>
  stack.ofType(sentry.metricMonitor, ...sentry.metricAlert).map((rate) => ({
    resource: rate,
    isErrorRate: () => isErrorRate(rate),
    isBelow: (ratio) => judgeRate(rate, ratio),
    ...(!rate.is(sentry.metricMonitor) && { isAlert: true as const }),
  }));

/** Monitors of a figure, of a URL and of a job. */
export const monitors = (stack: Stack): Monitor[] =>
  sentryMonitors(stack).map((monitor) => ({
    resource: monitor,
    isOn: () => isOn(monitor.at("enabled")),
    switch: monitor.at("enabled"),
    isUrgent: !monitor.is<unknown>(sentry.cronMonitor),
    alerts: () => alertsOf(stack, monitor).map((alert) => ({ pages: () => pages(alert) })),
  }));
