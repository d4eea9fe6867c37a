import type { AlertRule } from "./alerts.ts";

/** A rule file of Prometheus. It is plain data: JSON of it is YAML too. */
export interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly for: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

/**
 * The alert rules as Prometheus reads them, for a Prometheus of one's own and for `promtool`. Labels and
 * annotations are those that Grafana's rules have.
 * https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules
 */
export function ruleFile(rules: readonly AlertRule[]): RuleFile {
  return {
    groups: [...Map.groupBy(rules, ({ group }) => group)].map(([name, members]) => ({
      name,
      rules: members.map((rule) => ({
        alert: rule.name,
        expr: rule.expr,
        for: rule.for,
        ...describedBy(rule),
      })),
    })),
  };
}

/** What an alert says of itself, wherever its rule is evaluated. */
export function describedBy({ severity, owner, summary, description, dashboardUrl, runbookUrl }: AlertRule) {
  return {
    labels: { severity, owner },
    annotations: { summary, description, dashboard_url: dashboardUrl, runbook_url: runbookUrl },
  };
}
