import { contract, external, hosts, type Metric, scrapeJobs } from "../../metrics/contract.ts";
import { isStatusLabel, patternFault, takes } from "./metric-names.ts";
import type { Expr, Matcher, Matching, Selector } from "./promql-ast.ts";

/** What the stack says of the series that its alerts read. */
export interface AlertFacts {
  /** Seconds between two samples of a series. */
  readonly scrapeSeconds: number;
  /** All values of a label, of those that the stack decides: `scrape_job`, and of a check `job` and `instance`. */
  readonly scrapeJobs: readonly string[];
  readonly checkJobs: readonly string[];
  readonly checkTargets: readonly string[];
  /** Those of the checks that ask a host of the application whether it can serve: an alert has to watch them. */
  readonly healthJobs: readonly string[];
  readonly healthTargets: readonly string[];
}

/**
 * Labels that keep series apart: all of them by name, or those that an exporter gives its series, less some that an
 * aggregation takes away.
 */
export type Labels =
  | { readonly names: ReadonlySet<string> }
  | { readonly exporter: string; readonly less: ReadonlySet<string> };

/** Labels that the scraper adds to each series of a target. */
const targetLabels = ["instance", "job", "scrape_job"] as const;

/** Labels of a selector's series. */
export function labelsOf({ metric }: Selector): Labels {
  const names = declaredLabels(metric);
  return names === undefined ? { exporter: exporterOf(metric), less: new Set() } : { names: new Set(names) };
}

/** The views of a database's statistics each have labels of their own. */
const exporterOf = (metric: string): string =>
  metric.startsWith("pg_stat_") ? metric : (metric.split("_")[0] ?? metric);

/** What a series of the platform or the scraper is; undefined of another exporter's. */
export function declaredSeries(metric: string): { type: string; labels: readonly string[] } | undefined {
  const all: Readonly<Record<string, { type: string; labels: readonly string[] }>> = {
    ...contract,
    ...external,
  };
  const base = metric.replace(/_(?:bucket|count|sum)$/, "");
  const own = all[metric];
  if (own !== undefined) {
    return own.type === "histogram" ? undefined : own;
  }
  return all[base]?.type === "histogram" ? all[base] : undefined;
}

/** Whether a series counts from the start, so that its values alone say nothing. */
export function isCounter(metric: string): boolean {
  const type = declaredSeries(metric)?.type;
  return type === undefined
    ? /_(?:total|bucket|count|sum)$/.test(metric) && !isGaugeCount.test(metric)
    : type !== "gauge";
}

/** Gauges of common exporters whose names end like those of counters. */
const isGaugeCount =
  /^(?:pg_stat_activity_count|(?:connection_stats|max_connections)_connection_count|node_processes_\w+|kube_\w+)$/;

function declaredLabels(metric: string): readonly string[] | undefined {
  const series = declaredSeries(metric);
  if (series === undefined) {
    return undefined;
  }
  const own = metric in external ? [] : targetLabels;
  return [...series.labels, ...own, ...(metric.endsWith("_bucket") ? ["le"] : [])];
}

/** Values that a label can have; undefined where the stack does not decide them. */
function domainOf(metric: string, label: string, facts: AlertFacts): readonly string[] | undefined {
  const isCheck = metric.startsWith("probe_");
  switch (label) {
    case "host":
      return declaredSeries(metric)?.labels.includes("host") ? hosts : undefined;
    case "scrape_job":
      return facts.scrapeJobs;
    case "job":
      return isCheck ? facts.checkJobs : metric === "up" ? facts.scrapeJobs : undefined;
    case "instance":
      return isCheck ? facts.checkTargets : undefined;
    case "le":
      return bucketsOf(metric);
    default:
      return undefined;
  }
}

/** Of the values that a label can have, those that an alert must not leave out. */
function neededOf(metric: string, label: string, facts: AlertFacts): readonly string[] | undefined {
  const { healthJobs: checkJobs, healthTargets: checkTargets } = facts;
  return domainOf(metric, label, { ...facts, checkJobs, checkTargets });
}

/** Bounds of the platform's own histograms, as a scraper writes them. */
function bucketsOf(metric: string): readonly string[] | undefined {
  const all: Readonly<Record<string, Metric>> = contract;
  const buckets = all[metric.replace(/_bucket$/, "")]?.buckets;
  return buckets && [...buckets.map(String), "+Inf"];
}

/** The values that a selector takes of each label that the stack decides; those that it does not limit are left out. */
function partsOf(selector: Selector, facts: AlertFacts): Map<string, readonly string[]> {
  const parts = new Map<string, readonly string[]>();
  for (const matcher of selector.matchers) {
    const domain =
      matcher.label === "le"
        ? undefined
        : (parts.get(matcher.label) ?? neededOf(selector.metric, matcher.label, facts));
    const taken = domain?.filter((value) => takes(matcher, value));
    if (taken !== undefined && domain !== undefined) {
      parts.set(matcher.label, taken);
    }
  }
  return parts;
}

/**
 * The values that an expression is limited to, of each label that the stack decides: what either side of `or` takes,
 * and what both sides of anything else do.
 */
export function limitsIn(expr: Expr, facts: AlertFacts): ReadonlyMap<string, readonly string[]> {
  switch (expr.kind) {
    case "selector":
      return partsOf(expr, facts);
    case "negation":
    case "subquery":
      return limitsIn(expr.operand, facts);
    case "call":
    case "aggregate":
      return expr.args.map((argument) => limitsIn(argument, facts)).reduce(narrowed, new Map());
    case "binary": {
      const left = limitsIn(expr.left, facts);
      const right = limitsIn(expr.right, facts);
      return expr.operator === "or" ? widened(left, right) : narrowed(left, right);
    }
    default:
      return new Map();
  }
}

type Limits = ReadonlyMap<string, readonly string[]>;

/** What both take. */
export function narrowed(one: Limits, other: Limits): Limits {
  const both = new Map(one);
  for (const [label, taken] of other) {
    both.set(label, both.get(label)?.filter((value) => taken.includes(value)) ?? taken);
  }
  return both;
}

function widened(one: Limits, other: Limits): Limits {
  return new Map(
    [...one].flatMap(([label, taken]) => {
      const more = other.get(label);
      return more === undefined ? [] : [[label, [...new Set([...taken, ...more])]] as const];
    }),
  );
}

/** All values of a label that the stack decides, and that alerts have to watch. */
export function allOf(selector: Selector, label: string, facts: AlertFacts): readonly string[] {
  return neededOf(selector.metric, label, facts) ?? [];
}

/** No value that anybody gives a label: a matcher that does not take it takes only some values. */
const anyOther = ["\u{E000}other", "\u{E000}".repeat(40)];

/** Labels by which series are told apart that a condition is about, which other files judge. */
export const isJudgedElsewhere = (label: string): boolean =>
  label === "le" || label === "quantile" || isStatusLabel(label);

/** What an alert may leave out without harm: calls that only machines make. */
const harmless =
  /^(?:[\s()|/.*+?^$\\:a-z_-]*(?:health|ready|readiness|live|liveness|metrics|ping|probe|static|favicon|options|head|assets|robots)[\w()|/.*+?^$\\:-]*|POD|)$/i;

/** Why a selector may take no series of what it is meant to watch; undefined where it takes all. */
export function matcherFault(selector: Selector, facts: AlertFacts): string | undefined {
  for (const matcher of selector.matchers) {
    const wrong = faultOf(selector, matcher, facts);
    if (wrong !== undefined) {
      return wrong;
    }
  }
  return undefined;
}

/** Why a selector takes nothing at all, of the labels whose values the stack decides. */
export function emptyFault({ metric, matchers }: Selector, facts: AlertFacts): string | undefined {
  const empty = matchers.find((matcher) => {
    const domain = domainOf(metric, matcher.label, facts);
    // The alert on what is missing is right to name a host that nothing scrapes.
    const known = matcher.label === "scrape_job" ? [...(domain ?? []), ...Object.values(scrapeJobs)] : domain;
    return known !== undefined && known.length > 0 && !known.some((value) => takes(matcher, value));
  });
  return (
    empty && `takes only series with ${empty.label}${empty.operator}"${empty.value}", of which there are none`
  );
}

function faultOf({ metric }: Selector, matcher: Matcher, facts: AlertFacts): string | undefined {
  const { label } = matcher;
  const text = `${label}${matcher.operator}"${matcher.value}"`;
  const pattern = matcher.operator.endsWith("~") ? patternFault(matcher.value) : undefined;
  if (pattern !== undefined) {
    return `has the pattern ${text}, which ${pattern}`;
  }
  const domain = domainOf(metric, label, facts);
  if (domain !== undefined) {
    // Where nothing is scraped or checked, other policies say so.
    return domain.length === 0 || domain.some((value) => takes(matcher, value))
      ? undefined
      : `takes only series with ${text}, of which there are none`;
  }
  if (label === "state") {
    return takes(matcher, "active") ? undefined : `leaves out the active ones by ${text}`;
  }
  const names = declaredLabels(metric);
  if (names !== undefined && !names.includes(label)) {
    return takes(matcher, "") ? undefined : `asks for ${text}, but ${metric} has no label ${label}`;
  }
  if (isJudgedElsewhere(label) || label === "resource" || label === "mode") {
    return undefined;
  }
  if (anyOther.every((value) => takes(matcher, value))) {
    const leavesOut = matcher.operator === "!=" || matcher.operator === "!~" ? matcher.value : "";
    return harmless.test(leavesOut) ? undefined : `leaves out what has ${label} ${JSON.stringify(leavesOut)}`;
  }
  const isProduction = /^(?:env|environment|stage|deployment_environment|namespace|cluster|tier)$/.test(
    label,
  );
  return isProduction && /prod/i.test(matcher.value) && matcher.operator.startsWith("=")
    ? undefined
    : `watches only what has ${text}`;
}

/** Why the series of two sides find no partner, or more than one; undefined where each finds its own. */
export function matchingFault(
  left: Labels,
  right: Labels,
  matching: Matching | undefined,
  isSet: boolean,
): string | undefined {
  if (!("names" in left) || !("names" in right)) {
    return partnersByExporter(left, right, matching);
  }
  const key = (names: ReadonlySet<string>) => keyOf(names, matching);
  const one = key(left.names);
  const other = key(right.names);
  if (!isSame(one, other)) {
    return `matches series with the labels ${shown(one)} to series with the labels ${shown(other)}, which never match`;
  }
  const many = matching?.many;
  const isUnique = (side: "left" | "right", names: ReadonlySet<string>) =>
    isSet || many === side || names.size === key(names).size;
  return isUnique("left", left.names) && isUnique("right", right.names)
    ? undefined
    : "matches several series to one, which is an error without group_left or group_right";
}

function partnersByExporter(left: Labels, right: Labels, matching: Matching | undefined): string | undefined {
  if (matching !== undefined) {
    return undefined;
  }
  const isAlike =
    "exporter" in left &&
    "exporter" in right &&
    left.exporter === right.exporter &&
    isSame(left.less, right.less);
  return isAlike ? undefined : "matches series whose labels are not known to be alike";
}

/** The labels that count for a match. */
export function keyOf(names: ReadonlySet<string>, matching: Matching | undefined): ReadonlySet<string> {
  if (matching === undefined) {
    return names;
  }
  const listed = new Set(matching.labels);
  return new Set([...names].filter((name) => listed.has(name) === matching.on));
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name));
}

const shown = (names: ReadonlySet<string>): string => `{${[...names].sort().join(", ")}}`;
