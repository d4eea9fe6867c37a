import { grafana } from "../../policies/model/tokens.ts";
import type { Fixture } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

type Rule = Readonly<Record<string, unknown>>;

/** The alert rules of the stack, by name. */
export const alerts: ReadonlyMap<string, Rule> = new Map(
  passingStack()
    .filter(({ type }) => type === grafana.ruleGroup)
    .flatMap(rulesOf)
    .map((rule) => [String(rule.name), rule]),
);

/** The expression of a rule's query of Prometheus. */
export function exprOf(rule: Rule | undefined): string {
  const [query]: unknown[] = Object(rule).datas ?? [];
  const { expr } = JSON.parse(Object(query).model);
  return String(expr);
}

/** The stack with an alert's rule replaced, or taken out where there is nothing in its place. */
export function withRuleAs(stack: Fixture[], name: string, edit: (rule: Rule) => readonly Rule[]): Fixture[] {
  if (!alerts.has(name)) throw new RangeError(`The stack has no alert ${name}.`);
  return stack.map((fixture) => {
    if (fixture.type !== grafana.ruleGroup) return fixture;
    const rules = rulesOf(fixture).flatMap((rule) => (rule.name === name ? edit(rule) : [rule]));
    return { ...fixture, props: { ...fixture.props, rules } };
  });
}

/** The stack without an alert. */
export function withoutRule(stack: Fixture[], name: string): Fixture[] {
  return withRuleAs(stack, name, () => []);
}

/** The stack with properties of an alert's rule replaced; one set to undefined is left out. */
export function withRule(stack: Fixture[], name: string, props: Record<string, unknown>): Fixture[] {
  return withRuleAs(stack, name, (rule) => [
    Object.fromEntries(Object.entries({ ...rule, ...props }).filter(([, value]) => value !== undefined)),
  ]);
}

/** The stack with an alert that waits for something else. */
export function withExpr(stack: Fixture[], name: string, expr: string): Fixture[] {
  return withRule(stack, name, { datas: datasOf(expr) });
}

/** The query of a rule and what Grafana makes of it: every series that there is fires. */
export function datasOf(expr: string) {
  return [
    query(expr),
    expression("found", {
      type: "math",
      expression: "is_number($query) || is_nan($query) || is_inf($query)",
    }),
    expression("threshold", {
      type: "threshold",
      expression: "found",
      conditions: [{ evaluator: { type: "gt", params: [0] } }],
    }),
  ];
}

/** A query of Prometheus. */
export function query(expr: string, refId = "query") {
  return {
    refId,
    datasourceUid: "grafanacloud-prom",
    relativeTimeRange: { from: 600, to: 0 },
    model: JSON.stringify({ refId, expr, instant: true }),
  };
}

/** An expression of Grafana over other queries. */
export function expression(refId: string, model: Record<string, unknown>) {
  return {
    refId,
    datasourceUid: "__expr__",
    relativeTimeRange: { from: 0, to: 0 },
    model: JSON.stringify({ refId, ...model }),
  };
}

function rulesOf({ props }: Fixture): Rule[] {
  return Array.isArray(props.rules) ? props.rules : [];
}
