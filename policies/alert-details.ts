import { type Finding, fault, judgeEach, policy, type Stack, type Verdict } from "./framework/index.ts";
import { type AlertRule, alertRules } from "./model/alert-rules.ts";
import { judgeSeverities, seenAlerts } from "./model/named-alerts.ts";
import { isPlaceholderUrl } from "./values/placeholder.ts";

// What every alert needs beside its expression.

export const pendingPeriod = policy({
  name: "alert-pending-period",
  items: ["5.6", "S6.2"],
  title: "Every alert must wait before it fires, so that a short spike wakes nobody.",
  severity: "low",
  fix: "Set for on the rule, such as 5m; at Datadog a window such as last_5m, or monitorThresholds.critical of a service check to 2 or more.",
  url: "https://grafana.com/docs/grafana/latest/alerting/fundamentals/alert-rule-evaluation/",
  check: (stack) =>
    judgeAlerts(stack, (rule) => {
      const { value, at } = rule.pending();
      return value > 0 || fault(at, `The alert ${rule.name()} fires immediately.`);
    }),
});

export const severity = policy({
  name: "alert-severity",
  items: ["5.6", "S6.2"],
  title:
    "Every alert must have a severity, by which it is routed; those that the checklist names must be a warning or more.",
  severity: "medium",
  fix: "Set the label severity of the rule to critical, warning or info.",
  check: (stack) => [
    ...judgeSeverities(stack, seenAlerts, "warning"),
    ...judgeAlerts(stack, (rule) => {
      const { value: level, at: label } = rule.severity();
      if (level === undefined) {
        return fault(label, `The alert ${rule.name()} has no severity.`);
      }
      return (
        severities.has(level) ||
        fault(label, `The alert ${rule.name()} has the severity ${JSON.stringify(level)}.`)
      );
    }),
  ],
});

export const runbookLink = policy({
  name: "alert-runbook",
  items: ["5.6", "S6.2"],
  title: "Every alert must link to its runbook.",
  severity: "medium",
  fix: "Set the annotation runbook_url of the rule to the https URL of a page that says what to do.",
  check: (stack) =>
    judgeAlerts(stack, (rule) => {
      const { value: url, at: annotation } = rule.runbook();
      if (url === undefined) {
        return fault(annotation, `The alert ${rule.name()} links to no runbook.`);
      }
      return (
        !isPlaceholderUrl(url) ||
        fault(
          annotation,
          `The alert ${rule.name()} links to no runbook: its URL is a placeholder or not https.`,
        )
      );
    }),
});

const severities: ReadonlySet<string> = new Set(["critical", "error", "high", "warning", "low", "info"]);

function judgeAlerts(stack: Stack, test: (rule: AlertRule) => Verdict): Finding[] {
  return judgeEach(alertRules(stack), "No alert rule is declared.", test);
}
