import type { TypeMath, TypeThreshold } from "@grafana/grafana-foundation-sdk/expr";
import type { types } from "@pulumi/grafana";
import { RuleGroup } from "@pulumi/grafana/alerting/ruleGroup.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AlertRule } from "../../metrics/alerts.ts";
import { describedBy } from "../../metrics/prometheus.ts";
import type { ObservabilityScope } from "./args.ts";
import type { Json, Query } from "./dashboards/grafana.ts";
import { type Dashboards, panelOf } from "./dashboards.ts";

export interface AlertRulesArgs {
  readonly rules: readonly AlertRule[];
  /** UID of the Prometheus data source. */
  readonly dataSource: string;
  readonly folderUid: pulumi.Input<string>;
  /** The dashboards whose panels show the signals of the alerts. */
  readonly dashboards: Dashboards;
  /** Where a rule's alerts go. Default: wherever the notification policy sends them. */
  readonly notify?: ((rule: AlertRule) => Rule["notificationSettings"]) | undefined;
}

type Rule = types.input.alerting.RuleGroupRule;
type Stage = pulumi.Unwrap<Rule["datas"]>[number];

const evaluationSeconds = 60;
/** Seconds of samples that an instant query reads at most; longer ranges are in the expression. */
const lookBackSeconds = 600;
/** Where Grafana evaluates expressions over other queries. */
const expressions = { uid: "__expr__", type: "__expr__" };

/** The alert rules (items A.1 to A.5 and those that the objectives need), grouped by concern. */
export function createAlertRules(scope: ObservabilityScope, args: AlertRulesArgs): RuleGroup[] {
  return [...Map.groupBy(args.rules, ({ group }) => group)].map(
    ([group, rules]) =>
      new RuleGroup(
        ...scope.named("alerts", `alerts-${group}`, {
          name: group,
          folderUid: args.folderUid,
          intervalSeconds: evaluationSeconds,
          rules: rules.map((rule) => grafanaRule(rule, args)),
        }),
      ),
  );
}

/**
 * A rule in the form in which Grafana imports rules of Prometheus: every series that the expression returns is
 * an alert, whatever its value. No series means no alert, since a separate rule reports missing metrics. A
 * query that fails is an error, which is an alert with the rule's labels.
 * https://github.com/grafana/grafana/blob/main/pkg/services/ngalert/prom/query.go
 */
function grafanaRule(rule: AlertRule, args: AlertRulesArgs): Rule {
  const { labels, annotations } = describedBy(rule);
  return {
    name: rule.name,
    for: rule.for,
    condition: "threshold",
    datas: conditionOf(rule.expr, args.dataSource),
    noDataState: "OK",
    execErrState: "Error",
    missingSeriesEvalsToResolve: 1,
    labels,
    ...(args.notify !== undefined && { notificationSettings: args.notify(rule) }),
    annotations: {
      ...annotations,
      // Grafana's own annotations for the panel that an alert links. It needs both.
      __dashboardUid__: rule.dashboard,
      __panelId__: String(panelOf(args.dashboards, rule)),
    },
  };
}

function conditionOf(expr: string, dataSource: string): Stage[] {
  const query: Query = {
    expr,
    refId: "query",
    datasource: { type: "prometheus", uid: dataSource },
    instant: true,
    range: false,
  };
  const found: Json<TypeMath> = {
    expression: "is_number($query) || is_nan($query) || is_inf($query)",
    type: "math",
    refId: "found",
    datasource: expressions,
  };
  const threshold: Json<TypeThreshold> = {
    conditions: [{ evaluator: { type: "gt", params: [0] } }],
    expression: "found",
    type: "threshold",
    refId: "threshold",
    datasource: expressions,
  };
  return [
    stage("query", "", dataSource, lookBackSeconds, query),
    stage("found", "math", expressions.uid, 0, found),
    stage("threshold", "threshold", expressions.uid, 0, threshold),
  ];
}

function stage(
  refId: string,
  queryType: string,
  datasourceUid: string,
  seconds: number,
  query: Query | Json<TypeMath> | Json<TypeThreshold>,
): Stage {
  return {
    refId,
    queryType,
    datasourceUid,
    relativeTimeRange: { from: seconds, to: 0 },
    model: JSON.stringify(query),
  };
}
