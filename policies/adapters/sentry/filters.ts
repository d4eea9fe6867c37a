import type { ActionFilter, AlertCondition } from "@pulumi/sentry";
import type { Plain, Value } from "../../framework/index.ts";

/** What an alert is to tell of: an ordinary error that is new or back, or an incident that a monitor opened. */
export type Issue = "error" | "incident";

/**
 * Whether a filter of an alert lets such an issue through as soon as it is there, as far as its conditions show. One
 * that the pack does not read may keep it back, so that another filter has to let it through. Throws UnknownRead.
 *
 * Source: Sentry, Alerts, "if" filters.
 */
export function letsThrough(filter: Value<ActionFilter>, issue: Issue): boolean {
  const conditions = filter.at("conditions").items();
  const logic = filter.at("logicType").string() ?? "all";
  if (conditions.length === 0) {
    return true;
  }
  switch (logic) {
    case "any":
    case "any-short":
      return conditions.some((condition) => isMet(condition, issue) === true);
    case "none":
      return conditions.every((condition) => isMet(condition, issue) === false);
    default:
      return conditions.every((condition) => isMet(condition, issue) === true);
  }
}

/** Undefined where the pack cannot tell. */
function isMet(condition: Value<AlertCondition>, issue: Issue): boolean | undefined {
  const answers = tests.flatMap(([kind, test]) => {
    const own = condition.at(kind);
    return own.exists ? [test(own.as<Condition>(), issue)] : [];
  });
  const [first] = answers;
  return answers.length === 1 ? first : undefined;
}

/** What one of the conditions says, of whichever kind. */
type Condition = Plain<AlertCondition[Exclude<keyof AlertCondition, "latestRelease">]>;

type Test = (condition: Value<Condition>, issue: Issue) => boolean | undefined;

/** Numbers by which Sentry knows what an exception is, and how bad. */
const categoryOfErrors = 1;
const levelOfErrors = 40;
const levels: Readonly<Record<string, number>> = { debug: 10, info: 20, warning: 30, error: 40, fatal: 50 };

/** An issue that has to happen so often before anybody is told has gone on for long. */
const mostOccurrences = 100;

const isSoon = (condition: Value<Condition>): boolean =>
  (condition.at("value").number() ?? 0) <= mostOccurrences;
const isSoonOfAny: Test = (condition) => condition.at("filters").items().length === 0 && isSoon(condition);

const always: Test = () => true;

/** It is nobody's, new, of the newest release and of production; that is what each of these conditions asks of it. */
const tests: readonly (readonly [keyof AlertCondition, Test])[] = [
  ["level", isOfLevel],
  [
    "issueCategory",
    (condition, issue) => isOfKind(condition, issue, condition.at("value").number() === categoryOfErrors),
  ],
  // New errors have a high priority, and what a monitor finds has the one that it says.
  ["issuePriorityGreaterOrEqual", (condition) => (condition.at("comparison").number() ?? 0) <= 75],
  ["issueOccurrences", isSoon],
  ["eventFrequencyCount", isSoonOfAny],
  ["eventUniqueUserFrequencyCount", isSoonOfAny],
  ["ageComparison", (condition) => condition.at("comparisonType").string() === "newer"],
  ["assignedTo", (condition) => (condition.at("targetType").string() ?? "Unassigned") === "Unassigned"],
  ["issueType", (condition, issue) => isOfKind(condition, issue, condition.at("value").string() === "error")],
  ["latestRelease", always],
  [
    "latestAdoptedRelease",
    (condition) =>
      condition.at("ageComparison").string() === "newer" &&
      isProduction(condition.at("environment").string()),
  ],
  ["taggedEvent", (condition) => isOfProduction(condition, condition.at("key").string())],
  ["eventAttribute", (condition) => isOfProduction(condition, condition.at("attribute").string())],
];

/** At least, at most, or exactly. */
function isOfLevel(condition: Value<Condition>): boolean | undefined {
  const at = condition.at("level");
  const level = at.number() ?? levels[at.string()?.toLowerCase() ?? ""] ?? Number.NaN;
  switch (condition.at("match").string()) {
    case "gte":
      return level <= levelOfErrors;
    case "lte":
      return level >= levelOfErrors;
    case "eq":
      return level === levelOfErrors;
    default:
      return undefined;
  }
}

/** Of a category or a type, or of any other. */
function isOfKind(condition: Value<Condition>, issue: Issue, isOfErrors: boolean): boolean | undefined {
  const isIncluded = condition.at("include").boolean() !== false;
  if (issue === "error") return isOfErrors === isIncluded;
  return isOfErrors ? !isIncluded : undefined;
}

/**
 * A tag or an attribute may say which environment an event is of, and how bad it is; what else is asked for, an ordinary
 * error need not have, and what else is left out, it has not.
 */
function isOfProduction(condition: Value<Condition>, key = ""): boolean | undefined {
  const match = condition.at("match").string() ?? "";
  const text = (condition.at("value").string() ?? "").trim();
  const isKnown = /^(?:environment|level)$/i.test(key);
  const isThere = /^level$/i.test(key) ? /^error$/i.test(text) : isProduction(text);
  switch (match) {
    case "eq":
    case "co":
    case "sw":
      return isKnown ? isThere : undefined;
    case "ne":
    case "nc":
    case "nsw":
    case "new":
      return isKnown ? !isThere : !ofEveryError.test(key) || undefined;
    case "is":
      return isKnown || undefined;
    default:
      return undefined;
  }
}

/** Tags that an ordinary error has, with a value that may be the one that is left out. */
const ofEveryError =
  /^(?:handled|mechanism|release|dist|server_name|runtime|sdk|platform|type|message|error)/i;

const isProduction = (text = ""): boolean =>
  /^(?:prod|prd|production|live|main)(?:[-_.]|$)/i.test(text.trim());
