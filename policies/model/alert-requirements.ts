import {
  type AnyValue,
  type Fault,
  type Finding,
  fault,
  judge,
  known,
  type Stack,
  UnknownRead,
  undecided,
  unproved,
  violation,
} from "../framework/index.ts";
import type { Measure } from "../values/alert-measures.ts";
import { allOf } from "../values/promql-labels.ts";
import { alertFacts } from "./alert-facts.ts";
import { limitsOf, selectorsOf, silence } from "./alert-proof.ts";
import { type AlertRule, alertRules } from "./alert-rules.ts";
import { applicationHosts } from "./variables.ts";

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
 * Judges that the rules of the stack meet the requirement: one for all hosts, or several that leave none out.
 * Otherwise the violation is that of the rule that comes near, or that no rule does.
 */
export function judgeAlert(stack: Stack, requirement: AlertRequirement): Finding[] {
  const { rules, near, unknown } = meetingRules(stack, requirement);
  const left = leftOut(stack, rules);
  const [first] = rules;
  if (first !== undefined && left === undefined) {
    return [];
  }
  if (unknown !== undefined) {
    const { value } = unknown;
    return [judge(value.resource, () => (value.isUnknown ? undecided(value) : unreadable(value)))];
  }
  if (first !== undefined) {
    const found = `The alert ${first.name()} leaves out ${left}, and no other alert watches it.`;
    const fix = `Let ${first.name()} watch ${left} as well, or declare another alert that does.`;
    return [violation(fault(first.entry, found, fix), first.resource)];
  }
  return near.length === 0
    ? [violation(requirement.absent)]
    : near.slice(0, 1).map(({ rule, wrong }) => violation(wrong, rule.resource));
}

/** Whether at least so many rules meet a requirement, each by a query that surely asks for all hosts. */
export const areMet = (stack: Stack, requirement: AlertRequirement, least: number): boolean =>
  meetingRules(stack, requirement).rules.filter(
    (rule) => rule.grafana !== undefined && leftOut(stack, [rule]) === undefined,
  ).length >= least;

/** A query in another language, or a formula that the pack does not read. */
function unreadable(value: AnyValue): Fault {
  return unproved(
    value,
    `${value.resource.name} has a query at ${value.path.join(".")} that the pack does not read.`,
    "Write it in PromQL, with Grafana's reductions, thresholds and formulas; or waive the policy for this resource.",
  );
}

interface Meeting {
  /** Rules that meet a requirement, for all hosts or some. */
  readonly rules: readonly AlertRule[];
  /** Rules that watch the same, and what is wrong with them. */
  readonly near: readonly { readonly rule: AlertRule; readonly wrong: Fault }[];
  readonly unknown: UnknownRead | undefined;
}

/** The rules of the stack that are proved to fire when what the requirement is about happens. */
export function meetingRules(stack: Stack, requirement: AlertRequirement): Meeting {
  const rules: AlertRule[] = [];
  const near: { rule: AlertRule; wrong: Fault }[] = [];
  let unknown: UnknownRead | undefined;
  for (const rule of alertRules(stack)) {
    try {
      const verdict = meets(rule, requirement);
      const silent = verdict === true || isOfDilution(verdict) ? silence(stack, rule) : undefined;
      if (silent !== undefined) {
        const found = `The alert ${rule.name()} ${silent.reason}.`;
        near.push({ rule, wrong: unproved(rule.entry, found, silent.fix) });
      } else if (verdict === true) {
        rules.push(rule);
      } else if (verdict !== undefined) {
        near.push({ rule, wrong: verdict });
      }
    } catch (error) {
      if (!(error instanceof UnknownRead)) {
        throw error;
      }
      unknown ??= error;
    }
  }
  return { rules, near, unknown };
}

/** A value of a label that the rules together leave out, as a text. */
function leftOut(stack: Stack, rules: readonly AlertRule[]): string | undefined {
  const limits = rules.map((rule) => limitsOf(stack, rule));
  const isFull = (taken: ReadonlyMap<string, readonly string[]>) =>
    [...taken].every(([label, values]) => values.length >= valuesOf(stack, rules, label).length);
  if (limits.some(isFull)) {
    return undefined;
  }
  for (const label of new Set(limits.flatMap((taken) => [...taken.keys()]))) {
    const watched = new Set(limits.flatMap((taken) => taken.get(label) ?? valuesOf(stack, rules, label)));
    const missing = valuesOf(stack, rules, label).find((value) => !watched.has(value));
    if (missing !== undefined) {
      return `${label} ${missing}`;
    }
  }
  return undefined;
}

function valuesOf(stack: Stack, rules: readonly AlertRule[], label: string): readonly string[] {
  const values = rules
    .flatMap((rule) => selectorsOf(stack, rule))
    .map((selector) => allOf(selector, label, alertFacts(stack)));
  return values.find((all) => all.length > 0) ?? namedElsewhere(stack, label);
}

/**
 * Values of a label that the stack does not decide: those that its rules name, and one more where it has more
 * applications than they name.
 */
function namedElsewhere(stack: Stack, label: string): readonly string[] {
  const limits = alertRules(stack).flatMap((rule) => known(() => rule.limits?.().get(label)) ?? []);
  const named = new Set(limits.flatMap(({ values }) => values));
  const isMore =
    named.size > 0 && (limits.some(({ isPart }) => isPart) || named.size < applicationHosts(stack).length);
  return isMore ? [...named, `other than ${[...named].join(", ")}`] : [...named];
}

/** True, what is wrong with a rule that watches the right thing, or undefined for a rule on another thing. */
function meets(rule: AlertRule, requirement: AlertRequirement): true | Fault | undefined {
  const conditions = rule.conditions();
  if (conditions.some((measures) => measures.some(({ kind }) => kind === "recorded"))) {
    return unproved(
      rule.entry,
      `The alert ${rule.name()} reads the series of a recording rule that the pack does not follow.`,
      "Declare the recording rule in the stack, as a rule with record in a group of the same data source that runs every five minutes or more often, and read its series without labels; or write its expression into the alert.",
    );
  }
  const verdicts = conditions.map((measures) => meetsBy(rule, measures, requirement));
  const wrong = wrongIn(rule, verdicts, requirement);
  return typeof wrong === "string" ? fault(rule.entry, wrong) : wrong;
}

type Answer = true | string | undefined;

function wrongIn(rule: AlertRule, verdicts: readonly Answer[], requirement: AlertRequirement): Answer {
  if (!verdicts.includes(true)) {
    return verdicts.find((verdict) => verdict !== undefined);
  }
  if (rule.isPaused()) {
    return `The alert ${rule.name()} is paused.`;
  }
  const seconds = rule.pending().value;
  const most = requirement.pendingMinutes ?? standardPendingMinutes;
  return seconds <= most * 60 || `The alert ${rule.name()} fires only after ${seconds / 60} minutes.`;
}

function meetsBy(
  rule: AlertRule,
  measures: readonly Measure[],
  { measures: measure, allows }: AlertRequirement,
): Answer {
  const verdicts = measures.map((one) => {
    const verdict = measure(one, measures);
    return verdict === true && "isDiluted" in one && one.isDiluted === true ? diluted : verdict;
  });
  const isOther = (one: Measure, index: number) =>
    verdicts[index] === undefined && !isGuard(one) && allows?.(one) !== true;
  const reason = verdicts.find((verdict) => typeof verdict === "string");
  if (measures.some(isOther)) {
    return verdicts.includes(true)
      ? `The alert ${rule.name()} fires only when something else is wrong as well.`
      : undefined;
  }
  return reason === undefined ? verdicts.includes(true) || undefined : `The alert ${rule.name()} ${reason}`;
}

const diluted =
  "divides by a sum over several series what is not added up over them, so that the share stays low: add up both sides, or neither.";

/** Sides that find no partner are the first thing to mend. */
const isOfDilution = (verdict: Fault | undefined): boolean => verdict?.found.endsWith(diluted) === true;

/** Above more requests than this by the second, a guard keeps the alert silent on a quiet day. */
const mostGuardedRequests = 10;

/** A guard against few requests, which never holds back an alert on ordinary traffic. */
function isGuard(measure: Measure): boolean {
  return measure.kind === "traffic" && !measure.isBounded && measure.above <= mostGuardedRequests;
}
