import { type Finding, fault, judge, type Stack, some } from "../framework/index.ts";
import { type AlertRequirement, meetingRules } from "./alert-requirements.ts";
import type { AlertRule } from "./alert-rules.ts";

type Needed = Omit<AlertRequirement, "absent">;

interface NamedAlert {
  readonly what: string;
  readonly needs: Needed;
}

const quickSeconds = 900;
const slack = 1 + 1e-9;
const isSeveral: Needed["allows"] = ({ kind }) => kind === "several";

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
      allows: isSeveral,
    },
  },
];

/** The others that it names: somebody has to see them on the same day (items A.2, A.4 and A.5). */
export const seenAlerts: readonly NamedAlert[] = [
  ...wakingAlerts,
  { what: "high latency", needs: { measures: ({ kind }) => kind === "latency" || undefined } },
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
  return alerts.flatMap(({ what, needs }) => {
    const { rules } = meetingRules(stack, { absent: "", ...needs });
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
