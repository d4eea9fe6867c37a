import { policy } from "./framework/index.ts";
import { judgeAlert } from "./model/alert-requirements.ts";
import type { Measure } from "./values/alert-measures.ts";

// Alerts for what the five that the checklist names leave out.

const hour = 3600;
const day = 24 * hour;

/**
 * Rates at which the error budget of 30 days burns, by the window that shows it: The Site Reliability
 * Workbook, chapter 5, table 5-8. An objective of 1 % gives the shares of failed requests.
 */
const burns = [
  { what: "within an hour", from: hour / 2, to: 2 * hour, rate: 14.4 },
  { what: "within hours", from: 2 * hour, to: 12 * hour, rate: 6 },
  { what: "over days", from: day, to: 30 * day, rate: 1 },
] as const;

export const errorBudget = policy({
  name: "alert-error-budget",
  items: ["A.1"],
  title: "Alerts must fire when the error budget burns within an hour, within hours, and over days.",
  severity: "medium",
  fix: "Declare multi-window burn-rate rules over 1 h and 5 min above 14.4 %, 6 h and 30 min above 6 %, 3 d and 6 h above 1 %.",
  url: "https://sre.google/workbook/alerting-on-slos/",
  check: (stack) =>
    burns.flatMap(({ what, from, to, rate }) =>
      judgeAlert(stack, {
        absent: `No alert fires when the error budget burns ${what}.`,
        measures: (measure, all) => {
          const isLong = measure.kind === "error ratio" && measure.window >= from && measure.window < to;
          if (!isLong || !all.some((other) => isShorter(other, measure.window))) {
            return undefined;
          }
          const isTight = measure.above <= (rate / 100) * (1 + 1e-9);
          const percent = Number((measure.above * 100).toPrecision(6));
          return isTight || `fires only when more than ${percent} % of requests fail ${what}.`;
        },
        allows: ({ kind }) => kind === "error ratio",
        pendingMinutes: 60,
      }),
    ),
});

export const backupOverdue = policy({
  name: "alert-backup-overdue",
  items: ["8.2"],
  title: "An alert must fire when the newest backup is more than 26 hours old.",
  severity: "high",
  fix: "Declare a rule such as time() - max(…_backup_last_success_timestamp_seconds) > 86400.",
  productionOnly: true,
  thresholds: {
    maximumHours: {
      description: "Age of the newest backup, in hours, above which the alert fires.",
      default: 26,
      minimum: 1,
      maximum: 26,
    },
  },
  check: (stack, threshold) =>
    judgeAlert(stack, {
      absent: "No alert watches the age of the newest backup.",
      measures: (measure) => {
        if (measure.kind !== "backup" || Number.isNaN(measure.aboveSeconds)) {
          return undefined;
        }
        const hours = measure.aboveSeconds / hour;
        if (hours <= 0) {
          return "fires at any age of the newest backup, which is always.";
        }
        return (
          hours <= threshold("maximumHours") || `fires only when the newest backup is ${hours} hours old.`
        );
      },
      pendingMinutes: 120,
    }),
});

export const metricsMissing = policy({
  name: "alert-metrics-missing",
  items: ["5.4"],
  title: "An alert must fire when metrics are missing, because a rule without series never fires.",
  severity: "medium",
  fix: "Declare a rule on absent(…) of the series that the other rules read.",
  url: "https://prometheus.io/docs/prometheus/latest/querying/functions/#absent",
  check: (stack) =>
    judgeAlert(stack, {
      absent: "No alert fires when metrics are missing.",
      measures: ({ kind }) => kind === "absence" || undefined,
      pendingMinutes: 30,
    }),
});

/** The short window shows that the burn goes on: it is at most a fourth of the long one. */
function isShorter(measure: Measure, window: number): boolean {
  return measure.kind === "error ratio" && measure.window * 4 <= window;
}
