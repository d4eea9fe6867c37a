import type * as grafanaTypes from "@pulumi/grafana";
import type { Input } from "@pulumi/pulumi";
import { type Stack, undecided, type Value } from "../framework/index.ts";
import type { Adapter } from "../model/adapter.ts";
import type { AlertRule } from "../model/alert-rule.ts";
import { isGiven } from "../model/given.ts";
import { firingConditions } from "../model/grafana-conditions.ts";
import { grafana } from "../model/tokens.ts";
import { type Measure, measureOf } from "../values/alert-measures.ts";
import { durationSeconds } from "../values/duration.ts";
import { healthChecks, watches } from "./grafana/checks.ts";
import { connections } from "./grafana/connections.ts";
import { dashboards } from "./grafana/dashboards.ts";
import { inhibitions } from "./grafana/inhibitions.ts";
import { placed } from "./grafana/instances.ts";
import { judgeMonitoringValues } from "./grafana/monitoring-values.ts";
import { routing } from "./grafana/routing.ts";
import { scrapes } from "./grafana/scrapes.ts";
import { resourceTypes } from "./grafana/types.ts";
import { judgeAlertValues, judgeCheckMethods } from "./grafana/values.ts";
import { apiTokens } from "./grafana-tokens.ts";

export const grafanaAdapter: Adapter = {
  packages: ["grafana"],
  types: resourceTypes,
  hasOwnTexts: true,
  alerts,
  apiTokens,
  connections,
  dashboards,
  healthChecks,
  watches,
  routing,
  rejects: {
    alerts: judgeAlertValues,
    healthChecks: judgeCheckMethods,
    monitoring: judgeMonitoringValues,
  },
  scrapes,
  silences: inhibitions,
  placed,
};

/** Labels and annotations by which this platform's alerts say what they are. */
interface Labels {
  severity?: Input<string>;
}

interface Annotations {
  runbook_url?: Input<string>;
}

/** A rule that records a series alerts nobody; a list of rules that is unknown is one unknown rule. */
function alerts(stack: Stack): AlertRule[] {
  return stack.ofType(grafana.ruleGroup).flatMap((resource) => {
    const rules = resource.at("rules");
    return rules.isUnknown
      ? [toRule(stack, resource.at("rules", "0"))]
      : rules
          .items()
          .filter((entry) => entry.isUnknown || !isGiven(entry.at("record")))
          .map((entry) => toRule(stack, entry));
  });
}

function toRule(stack: Stack, entry: Value<grafanaTypes.types.input.alerting.RuleGroupRule>): AlertRule {
  let conditions: readonly (readonly Measure[])[] | undefined;
  return {
    resource: entry.resource,
    entry,
    grafana: entry,
    isRouted: true,
    sendsTo: entry.at("notificationSettings", "contactPoint"),
    hasOwnRoute: () => isGiven(entry.at("notificationSettings")),
    name: () => entry.at("name").string() ?? "without a name",
    conditions: () => {
      conditions ??= firingConditions(stack, entry).map(({ atoms }) => atoms.map(measureOf));
      return conditions;
    },
    isPaused: () => entry.at("isPaused").boolean() === true,
    pending: () => {
      const at = entry.at("for");
      return { at, value: durationSeconds(at.string() ?? "0") ?? undecided(at) };
    },
    severity: () => {
      const at = entry.at("labels").as<Labels>().at("severity");
      return { at, value: at.string() };
    },
    runbook: () => {
      const at = entry.at("annotations").as<Annotations>().at("runbook_url");
      return { at, value: at.string() };
    },
  };
}
