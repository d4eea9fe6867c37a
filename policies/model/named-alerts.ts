import { type Finding, fault, judge, type Stack, some } from "../framework/index.ts";
import type { Measure } from "../values/alert-measures.ts";
import { type AlertRequirement, meetingRules } from "./alert-requirements.ts";
import type { AlertRule } from "./alert-rules.ts";

type Needed = Omit<AlertRequirement, "absent">;

interface NamedAlert {
  readonly what: string;
  readonly needs: Needed;
  /** What is as good where no rule meets that. */
  readonly else?: Needed;
}

const quickSeconds = 900;
const slack = 1 + 1e-9;
const isOne: Needed["allows"] = (measure) => measure.kind === "several" && measure.least <= 1;

const outside: Needed = {
  measures: (measure) => (measure.kind === "down" && measure.from === "outside") || undefined,
  allows: (measure) => measure.kind === "several" && measure.least <= 2,
};

/** The alerts that the checklist names and that wake somebody: users cannot work (items A.1 and A.3). */
export const wakingAlerts: readonly NamedAlert[] = [
  {
    what: "a high error rate",
    needs: {
      measures: (measure) =>
        (measure.kind === "error ratio" && measure.window <= quickSeconds && measure.above <= 0.01 * slack) ||
        undefined,
    },
  },
  {
    what: "a host that is down",
    needs: {
      measures: (measure) => (measure.kind === "down" && measure.from === "scrape") || undefined,
      allows: isOne,
    },
    else: outside,
  },
];

/** The others that it names or leads to: somebody has to see them on the same day. */
export const seenAlerts: readonly NamedAlert[] = [
  ...wakingAlerts,
  ...[
    { what: "high latency at P95", from: 0.95, to: 0.99 },
    { what: "high latency at P99", from: 0.99, to: 1 },
  ].map(({ what, from, to }) => ({
    what,
    needs: {
      measures: (measure: Measure) =>
        (measure.kind === "latency" && measure.quantile >= from && measure.quantile < to) || undefined,
    },
  })),
  { what: "a health check that fails", needs: outside },
  {
    what: "an overdue backup",
    needs: { measures: ({ kind }) => kind === "backup" || undefined, pendingMinutes: 120 },
  },
  ...[
    { what: "an error budget that burns within an hour", from: 1800, to: 7200 },
    { what: "an error budget that burns within hours", from: 7200, to: 86_400 },
    { what: "an error budget that burns over days", from: 86_400, to: Number.POSITIVE_INFINITY },
  ].map(({ what, from, to }) => ({
    what,
    needs: {
      measures: (measure: Measure, all: readonly Measure[]) =>
        (measure.kind === "error ratio" && longest(all) >= from && longest(all) < to) || undefined,
      allows: ({ kind }: Measure) => kind === "error ratio",
      pendingMinutes: 60,
    },
  })),
  { what: "high memory use", needs: { measures: ({ kind }) => kind === "memory" || undefined } },
  {
    what: "database connections that run out",
    needs: { measures: ({ kind }) => kind === "connections" || undefined },
  },
  {
    what: "database connections that fail",
    needs: {
      measures: (measure) =>
        measure.kind === "failed connections" ||
        (measure.kind === "down" && measure.from === "database") ||
        undefined,
    },
  },
];

const longest = (all: readonly Measure[]): number =>
  Math.max(...all.map((measure) => (measure.kind === "error ratio" ? measure.window : 0)));

/** Severities, from what nobody has to see to what wakes somebody. */
const ranks: Readonly<Record<string, number>> = {
  info: 0,
  low: 0,
  warning: 1,
  high: 2,
  error: 2,
  critical: 3,
};

/**
 * Judges that of the rules for each alert one has the severity or a higher one. What no rule watches other policies
 * report.
 */
export function judgeSeverities(
  stack: Stack,
  alerts: readonly NamedAlert[],
  least: "warning" | "critical",
): Finding[] {
  return alerts.flatMap(({ what, needs, else: other }) => {
    const meeting = (needed: Needed) => meetingRules(stack, { absent: "", ...needed }).rules;
    const own = meeting(needs);
    const rules = own.length === 0 && other !== undefined ? meeting(other) : own;
    const [first] = rules;
    return first === undefined
      ? []
      : [
          judge(first.resource, () => {
            const isSevere = (rule: AlertRule) => (ranks[severityOf(rule) ?? ""] ?? 0) >= (ranks[least] ?? 0);
            const severity = JSON.stringify(severityOf(first) ?? "");
            return (
              some(rules, isSevere) ||
              fault(
                first.severity().at,
                `The alert ${first.name()} has the severity ${severity}, and no alert to ${what} is ${least}.`,
              )
            );
          }),
        ];
  });
}

function severityOf(rule: AlertRule): string | undefined {
  return rule.severity().value?.toLowerCase();
}
