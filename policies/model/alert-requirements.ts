import {
  type Finding,
  fault,
  judge,
  type Stack,
  UnknownRead,
  undecided,
  violation,
} from "../framework/index.ts";
import type { Measure } from "../values/alert-measures.ts";
import { type AlertRule, alertRules, pendingSeconds } from "./alert-rules.ts";

/** What an alert has to watch. */
export interface AlertRequirement {
  /** What was found where no rule watches it, as a sentence. */
  readonly absent: string;
  /**
   * True of a bound that is tight enough, what is wrong with one that is not, undefined of anything else.
   * `all` are the bounds that have to be met together.
   */
  readonly measures: (measure: Measure, all: readonly Measure[]) => true | string | undefined;
  /** Bounds that may have to be met as well; a guard against few requests always may. */
  readonly allows?: (measure: Measure) => boolean;
  /** Most minutes that the condition may hold before the alert fires. */
  readonly pendingMinutes?: number;
}

/** An alert may wait a quarter of an hour; the five that the checklist names wait 2 to 5 minutes here. */
const standardPendingMinutes = 15;

/**
 * Judges that at least one rule of the stack meets the requirement. Otherwise the violation is that of the rule
 * that comes near, or that no rule does.
 */
export function judgeAlert(stack: Stack, requirement: AlertRequirement): Finding[] {
  const near: { rule: AlertRule; message: string }[] = [];
  let unknown: UnknownRead | undefined;
  for (const rule of alertRules(stack)) {
    try {
      const verdict = meets(rule, requirement);
      if (verdict === true) {
        return [];
      }
      if (verdict !== undefined) {
        near.push({ rule, message: verdict });
      }
    } catch (error) {
      if (!(error instanceof UnknownRead)) {
        throw error;
      }
      unknown ??= error;
    }
  }
  if (unknown !== undefined) {
    const { value } = unknown;
    return [judge(value.resource, () => undecided(value))];
  }
  return near.length === 0
    ? [violation(requirement.absent)]
    : near.slice(0, 1).map(({ rule, message }) => violation(fault(rule.entry, message), rule.resource));
}

/** True, what is wrong with a rule that watches the right thing, or undefined for a rule on another thing. */
function meets(rule: AlertRule, requirement: AlertRequirement): true | string | undefined {
  const verdicts = rule.conditions().map((measures) => meetsBy(rule, measures, requirement));
  if (!verdicts.includes(true)) {
    return verdicts.find((verdict) => verdict !== undefined);
  }
  if (rule.entry.at("isPaused").boolean() === true) {
    return `The alert ${rule.name()} is paused.`;
  }
  const seconds = pendingSeconds(rule);
  const most = requirement.pendingMinutes ?? standardPendingMinutes;
  return seconds <= most * 60 || `The alert ${rule.name()} fires only after ${seconds / 60} minutes.`;
}

function meetsBy(
  rule: AlertRule,
  measures: readonly Measure[],
  { measures: measure, allows }: AlertRequirement,
): true | string | undefined {
  if (measures.some(({ kind }) => kind === "recorded")) {
    return undecided(rule.entry.at("datas"));
  }
  const verdicts = measures.map((one) => measure(one, measures));
  const isOther = (one: Measure, index: number) =>
    verdicts[index] === undefined && one.kind !== "traffic" && allows?.(one) !== true;
  const reason = verdicts.find((verdict) => typeof verdict === "string");
  if (measures.some(isOther)) {
    return verdicts.includes(true)
      ? `The alert ${rule.name()} fires only when something else is wrong as well.`
      : undefined;
  }
  return reason === undefined ? verdicts.includes(true) || undefined : `The alert ${rule.name()} ${reason}`;
}
