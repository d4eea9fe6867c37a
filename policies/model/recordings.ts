import type * as grafanaTypes from "@pulumi/grafana";
import { known, type ResourceOf, type Stack, type Value } from "../framework/index.ts";
import { parsePromql } from "../values/promql.ts";
import type { Expr } from "../values/promql-ast.ts";
import { withRecorded } from "../values/promql-recorded.ts";
import { isGiven } from "./given.ts";
import type { QueryModel } from "./grafana-documents.ts";
import { perStack } from "./per-stack.ts";
import { grafana } from "./tokens.ts";

/** A series that is recorded more seldom is old when an alert reads it. */
const longestIntervalSeconds = 300;

interface Recording {
  readonly metric: string;
  readonly expr: Expr;
  /** The data source that it writes to; undefined where Grafana's own configuration says it. */
  readonly target: string | undefined;
}

/**
 * Reads a query of PromQL, with what the recording rules of the stack record in place of the series that they write
 * to the same data source; undefined where it is not PromQL.
 */
export function readQuery(stack: Stack, query: string, source: string | undefined): Expr | undefined {
  const expr = parsePromql(query);
  const own = recordings(stack).filter(({ target }) => target === undefined || target === source);
  return expr && own.length > 0
    ? withRecorded(expr, new Map(own.map((one) => [one.metric, one.expr])))
    : expr;
}

/** Those that surely run, each under a name of its own. */
const recordings = perStack((stack): readonly Recording[] => {
  const all = stack.ofType(grafana.ruleGroup).flatMap(
    (group) =>
      known(() =>
        group
          .at("rules")
          .items()
          .flatMap((rule) => toRecording(group, rule)),
      ) ?? [],
  );
  return all.filter(({ metric }) => all.filter((other) => other.metric === metric).length === 1);
});

function toRecording(
  group: ResourceOf<grafanaTypes.alerting.RuleGroupArgs>,
  rule: Value<grafanaTypes.types.input.alerting.RuleGroupRule>,
): Recording[] {
  return (
    known(() => {
      const interval = group.at("intervalSeconds").number() ?? Number.POSITIVE_INFINITY;
      const metric = isGiven(rule.at("record")) ? rule.at("record", "metric").string() : undefined;
      if (
        metric === undefined ||
        interval > longestIntervalSeconds ||
        rule.at("isPaused").boolean() === true
      ) {
        return [];
      }
      const from = rule.at("record", "from").string();
      const data = rule
        .at("datas")
        .items()
        .find((one) => one.at("refId").string() === from);
      const model = data?.at("model").json<QueryModel>();
      const isNow = data?.at("relativeTimeRange", "to").number() === 0;
      const expr = isNow && model?.at("range").boolean() !== true ? model?.at("expr").string() : undefined;
      const read = expr === undefined ? undefined : parsePromql(expr);
      return read === undefined
        ? []
        : [{ metric, expr: read, target: rule.at("record", "targetDatasourceUid").string() }];
    }) ?? []
  );
}
