import type * as grafanaTypes from "@pulumi/grafana";
import { type Resource, type Stack, undecided, type Value } from "../framework/index.ts";
import { type Measure, measureOf } from "../values/alert-measures.ts";
import { durationSeconds } from "../values/duration.ts";
import { isGiven } from "./given.ts";
import { firingConditions } from "./grafana-conditions.ts";
import { perStack } from "./per-stack.ts";
import { grafana } from "./tokens.ts";

/** An alert rule of Grafana; its reads throw UnknownRead. */
export interface AlertRule {
  /** The rule group, on which a violation is reported. */
  readonly resource: Resource;
  /** The rule as the provider has it. */
  readonly entry: Value<grafanaTypes.types.input.alerting.RuleGroupRule>;
  readonly name: () => string;
  /** Ways in which the rule fires: each with all of the bounds that are met at once. */
  readonly conditions: () => readonly (readonly Measure[])[];
}

/**
 * Every alert rule of the stack. A rule that records a series alerts nobody; a list of rules that is unknown
 * is one unknown rule.
 */
export const alertRules: (stack: Stack) => readonly AlertRule[] = perStack((stack) =>
  stack.ofType(grafana.ruleGroup).flatMap((resource) => {
    const rules = resource.at("rules");
    return rules.isUnknown
      ? [toRule(resource.at("rules", "0"))]
      : rules
          .items()
          .filter((entry) => entry.isUnknown || !isGiven(entry.at("record")))
          .map(toRule);
  }),
);

function toRule(entry: AlertRule["entry"]): AlertRule {
  let conditions: readonly (readonly Measure[])[] | undefined;
  return {
    resource: entry.resource,
    entry,
    name: () => entry.at("name").string() ?? "without a name",
    conditions: () => {
      conditions ??= firingConditions(entry).map(({ atoms }) => atoms.map(measureOf));
      return conditions;
    },
  };
}

/** Seconds for which a rule must hold before it fires; 0 where it does not say. Throws UnknownRead. */
export function pendingSeconds({ entry }: AlertRule): number {
  const value = entry.at("for");
  return durationSeconds(value.string() ?? "0") ?? undecided(value);
}
