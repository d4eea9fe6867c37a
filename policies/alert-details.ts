import { type Finding, judge, policy, type Stack, type Verdict, violation } from "./framework/index.ts";
import { type AlertRule, alertRules, pendingSeconds } from "./model/alert-rules.ts";
import { isPlaceholderUrl } from "./values/placeholder.ts";

// What every alert says beside its expression.

export const pendingPeriod = policy({
  name: "alert-pending-period",
  items: ["5.6", "S6.2"],
  title: "Every alert waits for some time before it fires, so that a moment wakes nobody.",
  severity: "low",
  fix: "Set for on the rule, such as 5m.",
  url: "https://grafana.com/docs/grafana/latest/alerting/fundamentals/alert-rule-evaluation/",
  check: (stack) =>
    judgeAlerts(stack, (rule) => pendingSeconds(rule) > 0 || `The alert ${rule.name()} fires at once.`),
});

export const severity = policy({
  name: "alert-severity",
  items: ["5.6", "S6.2"],
  title: "Every alert has a severity, by which it is routed.",
  severity: "medium",
  fix: "Set the label severity of the rule to critical, warning or info.",
  check: (stack) =>
    judgeAlerts(stack, (rule) => {
      const level = rule.entry.at("labels", "severity").string();
      return (
        (level !== undefined && severities.has(level)) ||
        `The alert ${rule.name()} has ${level === undefined ? "no severity" : `the severity ${JSON.stringify(level)}`}.`
      );
    }),
});

export const runbookLink = policy({
  name: "alert-runbook",
  items: ["5.6", "S6.2"],
  title: "Every alert links its runbook.",
  severity: "medium",
  fix: "Set the annotation runbook_url of the rule to the https URL of a page that says what to do.",
  check: (stack) =>
    judgeAlerts(stack, (rule) => {
      const url = rule.entry.at("annotations", "runbook_url").string();
      return (
        (url !== undefined && !isPlaceholderUrl(url)) ||
        `The alert ${rule.name()} links no runbook${url === undefined ? "" : ": its URL is a placeholder or no https"}.`
      );
    }),
});

const severities: ReadonlySet<string> = new Set(["critical", "error", "high", "warning", "low", "info"]);

function judgeAlerts(stack: Stack, test: (rule: AlertRule) => Verdict): Finding[] {
  const rules = alertRules(stack);
  return rules.length === 0
    ? [violation("No alert rule is declared.")]
    : rules.map((rule) => judge(rule.resource, () => test(rule)));
}
