import type { alerting } from "@pulumi/grafana";
import {
  type Child,
  fault,
  type Item,
  type ResourceOf,
  type Stack,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import type { Silence } from "../../model/adapter.ts";
import { grafana } from "../../model/tokens.ts";
import { isOperator, takes } from "../../values/metric-names.ts";

/**
 * Rules by which an alert silences others: nobody is called about a critical one while whatever silences it fires.
 *
 * Source: Prometheus, Alertmanager, Configuration, inhibit_rule.
 */
export const inhibitions = (stack: Stack): Silence[] =>
  stack
    .ofType(grafana.inhibition)
    .map((resource) => ({ resource, verdict: () => judgeInhibition(resource) }));

const fix =
  "Let critical alerts silence warnings alone: sourceMatchers severity = critical, targetMatchers severity = warning, and in equals a label that both have, such as host.";

function judgeInhibition(rule: ResourceOf<alerting.v1beta1.NotificationsInhibitionRuleArgs>): Verdict {
  const spec = rule.at("spec");
  const sources = severitiesOf(spec.at("sourceMatchers").items());
  const targets = spec.at("targetMatchers");
  const silenced = severitiesOf(targets.items());
  const isCritical = sources.every((severity) => severity === "critical");
  if (!silenced.includes("critical")) {
    if (namesAlert(spec.at("sourceMatchers").items())) return true;
    const isAbove = sources.every((one) =>
      silenced.every((other) => levels.indexOf(one) < levels.indexOf(other)),
    );
    return (
      isAbove ||
      fault(
        spec.at("sourceMatchers"),
        `${rule.name} lets alerts silence others that are no less severe, for as long as they fire.`,
        fix,
      )
    );
  }
  return (
    (isCritical && spec.at("equals").strings().length > 0) ||
    fault(
      targets,
      `${rule.name} silences critical alerts while ${isCritical ? "any other" : "a lesser one"} fires.`,
      fix,
    )
  );
}

type Spec = alerting.v1beta1.NotificationsInhibitionRuleArgs["spec"];
type Matcher = Item<Child<Spec, "sourceMatchers">> | Item<Child<Spec, "targetMatchers">>;

/** One alert may be the cause of others, such as a host that is down, whatever severity it has. */
const namesAlert = (matchers: readonly Value<Matcher>[]): boolean =>
  matchers.some(
    (matcher) =>
      matcher.at("label").string() === "alertname" &&
      matcher.at("type").string() === "=" &&
      (matcher.at("value").string() ?? "") !== "",
  );

const levels = ["critical", "error", "high", "warning", "low", "info"];

/** Severities that the matchers take: all of them where none is about that. */
function severitiesOf(matchers: readonly Value<Matcher>[]): string[] {
  const own = matchers.filter((matcher) => matcher.at("label").string() === "severity");
  return levels.filter((level) =>
    own.every((matcher) => {
      const operator = matcher.at("type").string();
      const value = matcher.at("value").string();
      return (
        value === undefined || !isOperator(operator) || takes({ label: "severity", operator, value }, level)
      );
    }),
  );
}
