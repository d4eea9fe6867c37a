import {
  type Finding,
  fault,
  judge,
  judgeStack,
  policy,
  type Stack,
  some,
  type Verdict,
  violation,
} from "./framework/index.ts";
import type { Monitor } from "./model/error-tracking.ts";
import { errorAlerts, errorFigures, monitors } from "./model/facts.ts";

// Item 5.1. The alerts on metrics of section A are at Grafana.

export const issueAlert = policy({
  name: "error-tracking-issue-alert",
  items: ["5.1"],
  title: "An alert at Sentry must notify somebody of new and of regressed issues.",
  severity: "high",
  fix: "Declare a sentry.Alert on the project's issue stream with the triggers firstSeenEvent and regressionEvent, and with an action.",
  url: "https://docs.sentry.io/product/monitors-and-alerts/alerts/",
  check: (stack) => {
    const absent = "No alert at Sentry notifies anybody of new and of regressed issues.";
    return [judgeStack(() => some(errorAlerts(stack), ({ tellsOfIssues }) => tellsOfIssues()) || absent)];
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
    const rates = errorFigures(stack);
    const maximum = threshold("maximumPerThousand") / 1000;
    const absent = "No monitor at Sentry watches the error rate.";
    return [
      judgeStack(() => some(rates, ({ isErrorRate }) => isErrorRate()) || absent),
      ...rates.map(({ resource, isErrorRate, isBelow }) =>
        judge(resource, () => !isErrorRate() || isBelow(maximum)),
      ),
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
      if (!monitor.isOn()) {
        return fault(monitor.switch, "The monitor is off.");
      }
      return monitor.alerts().length > 0 || "No alert notifies anybody of what the monitor finds.";
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
      monitors(stack).filter(({ isUrgent }) => isUrgent),
      "so nobody is paged by one",
      judgePaging,
    ),
});

/** Alerts from before there were monitors do both by themselves: with one of those, a stack needs no monitor. */
function judgeMonitors(
  stack: Stack,
  found: readonly Monitor[],
  absence: string,
  test: (monitor: Monitor) => Verdict,
): Finding[] {
  if (found.length > 0) {
    return found.map((monitor) => judge(monitor.resource, () => test(monitor)));
  }
  return errorFigures(stack).some(({ isAlert }) => isAlert)
    ? []
    : [violation(`No monitor at Sentry is declared, ${absence}.`)];
}

/** A monitor without an alert is judged by the policy on that. */
function judgePaging(monitor: Monitor): Verdict {
  const alerts = monitor.alerts();
  return (
    alerts.length === 0 ||
    some(alerts, ({ pages }) => pages()) ||
    "No alert pages anybody for what the monitor finds."
  );
}
