import { promDuration, spokenDuration } from "../../lib/units.ts";
import { errorRatio } from "../indicators.ts";
import { above, all } from "../queries.ts";
import {
  type AlertContext,
  type AlertDraft,
  type AlertName,
  day,
  hour,
  minute,
  type Severity,
} from "./rule.ts";

/**
 * Multi-window, multi-burn-rate alerts on the error objective, as in chapter 5 of The Site Reliability Workbook
 * (https://sre.google/workbook/alerting-on-slos), table 5-8. The budget is the errors that the objective allows in
 * 30 days; a burn rate of 1 spends it in just that time. The long window shows that a burn matters, the short one
 * (a twelfth) that it still goes on.
 *
 * An objective of more than 6.9 % leaves the fast rule no rate at which it could fire; the policies refuse more
 * than 1 %.
 */
export function budgetAlerts({ objectives, span }: AlertContext): AlertDraft[] {
  const budget = objectives.errorRatePercent / 100;
  return burns.map((burn): AlertDraft => {
    const [long, short] = [span(burn.long), span(burn.short)];
    const spending = (range: number) => above(errorRatio({ range, by: ["host"] }), burn.rate * budget);
    return {
      name: burn.name,
      group: "objectives",
      items: ["A.1"],
      expr: all(spending(long), spending(short)),
      for: promDuration(span(burn.held)),
      severity: burn.severity,
      owner: "technicalLead",
      summary: `{{ $labels.host }} spends its error budget ${burn.pace}`,
      description: `In the last ${spokenDuration(long)} and in the last ${spokenDuration(short)}, more than ${percent(burn.rate * budget)} of requests failed. ${burn.meaning}`,
      dashboard: "optropic-service",
    };
  });
}

interface Burn {
  readonly name: AlertName;
  readonly rate: number;
  readonly pace: string;
  /** Windows and `for`, in seconds. */
  readonly long: number;
  readonly short: number;
  readonly held: number;
  readonly severity: Severity;
  readonly meaning: string;
}

const burns: readonly Burn[] = [
  {
    name: "error-budget-burn-fast",
    rate: 14.4,
    pace: "14.4 times as fast as it may",
    long: hour,
    short: 5 * minute,
    held: 2 * minute,
    severity: "critical",
    meaning: "In an hour, 2 % of the budget of 30 days are gone.",
  },
  {
    name: "error-budget-burn-slow",
    rate: 6,
    pace: "6 times as fast as it may",
    long: 6 * hour,
    short: 30 * minute,
    held: 15 * minute,
    severity: "critical",
    meaning: "In six hours, 5 % of the budget of 30 days are gone.",
  },
  {
    name: "error-budget-burn-steady",
    rate: 1,
    pace: "faster than it may",
    long: 3 * day,
    short: 6 * hour,
    held: hour,
    severity: "warning",
    meaning: "In three days, 10 % of the budget of 30 days are gone.",
  },
];

function percent(part: number): string {
  return `${Number((part * 100).toPrecision(12))} %`;
}
