import { mostGuardedRequests } from "./promql-amounts.ts";
import { constantOf } from "./promql-arithmetic.ts";
import { type Aggregate, type Binary, comparisonOperators, type Expr, type Selector } from "./promql-ast.ts";
import { unclamped } from "./promql-conditions.ts";
import {
  type AlertFacts,
  declaredSeries,
  emptyFault,
  isCounter,
  keyOf,
  type Labels,
  labelsOf,
  matcherFault,
  matchingFault,
} from "./promql-labels.ts";
import { nativeIn, ofNative } from "./promql-native.ts";
import { selectorsIn } from "./promql-reads.ts";
import { typeFault } from "./promql-types.ts";

/**
 * Why an expression may give no series although its condition holds; undefined where it is proved that it does: by
 * the labels of its series through aggregation and matching, by the samples in its ranges, and by the time that it
 * reads. What it does not know is a reason.
 */
export function obstacle(expr: Expr, facts: AlertFacts): string | undefined {
  const wrong = typeFault(expr);
  if (wrong !== undefined) {
    return wrong;
  }
  const labels = labelsGiven(expr, facts);
  return typeof labels === "string" ? labels : undefined;
}

/** The labels of the series that an expression gives, undefined of a number, or why it may give none. */
export function labelsGiven(expr: Expr, facts: AlertFacts): Labels | undefined | string {
  try {
    return new Prover(facts, expr).labels(expr);
  } catch (error) {
    if (error instanceof Blocked) {
      return error.message;
    }
    throw error;
  }
}

class Blocked extends Error {}

/** Labels of a result; undefined of a number. */
type Result = Labels | undefined;

const none: Labels = { names: new Set() };

class Prover {
  readonly #facts: AlertFacts;

  /** Series that are read by functions of native histograms, so that whoever wrote it knows that they are some. */
  readonly #native: ReadonlySet<string>;

  constructor(facts: AlertFacts, expr: Expr) {
    this.#facts = facts;
    this.#native = new Set(nativeIn(expr));
  }

  labels(expr: Expr): Result {
    switch (expr.kind) {
      case "number":
      case "string":
        return undefined;
      case "selector":
        return this.#selector(expr);
      case "negation":
        return this.labels(expr.operand);
      case "aggregate":
        return this.#aggregate(expr);
      case "binary":
        return this.#binary(expr);
      case "call":
        return this.#call(expr.name, expr.args);
      case "subquery":
        if (expr.isMoved) {
          throw new Blocked("reads another time than now, by offset or @");
        }
        if (expr.step !== undefined && expr.step > expr.range) {
          throw new Blocked(`takes a value every ${expr.step} seconds of a range of ${expr.range}`);
        }
        return this.labels(expr.operand);
      case "reference":
        return block("refers to another query inside PromQL");
    }
  }

  #selector(selector: Selector): Labels {
    this.#check(selector);
    if (selector.range === undefined && isCounter(selector.metric)) {
      return block(`compares ${selector.metric} itself, which counts from the start: use rate or increase`);
    }
    return labelsOf(selector);
  }

  #check(selector: Selector): void {
    if (selector.metric === "") {
      block("names no metric");
    }
    if (selector.isMoved) {
      block("reads another time than now, by offset or @");
    }
    if (selector.metric.startsWith("optropic_") && declaredSeries(selector.metric) === undefined) {
      block(`reads ${selector.metric}, a series that the platform does not have`);
    }
    const wrong = matcherFault(selector, this.#facts);
    if (wrong !== undefined) {
      block(wrong);
    }
  }

  #aggregate({ operator, args, grouping }: Aggregate): Labels {
    const inner = args.at(-1);
    const labels = (inner && this.labels(inner)) ?? none;
    const [parameter] = args.length > 1 ? args : [];
    const figure = parameter && constantOf(parameter);
    if (keeping.has(operator)) {
      return (figure ?? 0) >= 1 ? labels : block(`keeps the first ${figure ?? "unread"} series`);
    }
    if (operator === "quantile" && !((figure ?? 0) > 0 && (figure ?? 1) < 1)) {
      return block(`asks for the quantile ${figure ?? "unread"}, which is not between 0 and 1`);
    }
    if (!joining.has(operator)) {
      return block(`aggregates by ${operator}, which the pack does not read`);
    }
    if (grouping === undefined) {
      return none;
    }
    const listed = new Set(grouping.labels);
    if ("names" in labels) {
      return { names: new Set([...labels.names].filter((name) => listed.has(name) === grouping.by)) };
    }
    // Those that an exporter does not have are empty in each of its series, so that they keep nothing apart.
    return grouping.by ? { names: listed } : { ...labels, less: new Set([...labels.less, ...listed]) };
  }

  #binary({ operator, left, right, matching }: Binary): Result {
    const one = this.labels(comparisonOperators.has(operator) ? compared(left, operator, right) : left);
    const other = this.labels(right);
    if (one === undefined || other === undefined) {
      return one ?? other;
    }
    if (operator === "or") {
      return one;
    }
    const isSet = operator === "and" || operator === "unless";
    const wrong = matchingFault(one, other, matching, isSet);
    if (wrong !== undefined) {
      return block(wrong);
    }
    if (isSet || (comparisonOperators.has(operator) && matching === undefined)) {
      return one;
    }
    if (matching?.many !== undefined || !("names" in one)) {
      return matching?.many === "right" ? other : one;
    }
    return { names: keyOf(one.names, matching) };
  }

  #call(name: string, args: readonly Expr[]): Result {
    const [first, second] = args;
    if (name === "time") {
      return undefined;
    }
    if (first === undefined) {
      return block(`calls ${name}(), which depends on the time of the day`);
    }
    if (name === "absent" || name === "absent_over_time") {
      return this.#absent(first);
    }
    if (name === "vector" || name === "scalar") {
      const labels = this.labels(first);
      return labels === undefined || ("names" in labels && labels.names.size === 0)
        ? name === "vector"
          ? none
          : undefined
        : block("takes the scalar of several series");
    }
    if (name === "histogram_quantile") {
      return this.#quantile(first, second);
    }
    if (ofNative.has(name)) {
      return this.labels(args.at(-1) ?? first);
    }
    const least = samples.get(name);
    if (least !== undefined) {
      const over = name.startsWith("quantile") ? second : first;
      return this.#ranged(name, over ?? first, least);
    }
    if (name === "label_replace" || name === "label_join") {
      return withLabel(this.labels(first), second);
    }
    if (name === "clamp_min" && (constantOf(second ?? first) ?? Infinity) <= mostGuardedRequests) {
      return this.labels(first);
    }
    if (name.startsWith("clamp")) {
      return block(`limits what it measures by ${name}`);
    }
    return transparent.has(name) ? this.labels(first) : block(`calls ${name}, which the pack does not read`);
  }

  #absent(expr: Expr): Labels {
    if (expr.kind !== "selector") {
      return block("waits for the absence of something other than a series");
    }
    // It fires as soon as no series has what it asks for: asking for too much does not keep it silent, but what can
    // never be there fires always, which tells nobody anything.
    this.#check({ ...expr, matchers: [] });
    const never = emptyFault(expr, this.#facts);
    if (never !== undefined) {
      return block(`fires always: it ${never}`);
    }
    return none;
  }

  #ranged(name: string, over: Expr, least: number): Result {
    const range = over.kind === "selector" || over.kind === "subquery" ? over.range : undefined;
    if (range === undefined || Number.isNaN(range)) {
      return block(`calls ${name} without a range of its own`);
    }
    if (over.kind === "selector" && range < least * this.#facts.scrapeSeconds) {
      return block(
        `looks back over ${range} seconds, in which a scrape every ${this.#facts.scrapeSeconds} seconds gives too few samples for ${name}`,
      );
    }
    if (over.kind === "selector" && ["rate", "irate", "increase"].includes(name)) {
      const type = declaredSeries(over.metric)?.type;
      if (type === "gauge") {
        return block(`takes the ${name} of ${over.metric}, which is not a counter`);
      }
    }
    return this.labels(over);
  }

  #quantile(quantile: Expr, series: Expr | undefined): Result {
    const q = constantOf(quantile) ?? Number.NaN;
    if (!(q > 0 && q < 1)) {
      return block(`asks for the quantile ${q}, which is not between 0 and 1`);
    }
    const labels = series && this.labels(series);
    if (series === undefined || labels === undefined) {
      return block("asks for a quantile of nothing");
    }
    const cut = selectorsIn(series).find(({ matchers }) => matchers.some(({ label }) => label === "le"));
    if (cut !== undefined) {
      return block(`asks for a quantile of some buckets of ${cut.metric} alone`);
    }
    const plain = selectorsIn(series).filter(({ metric }) => !metric.endsWith("_bucket"));
    const classic = plain.find(({ metric }) => !this.#native.has(metric));
    if (classic !== undefined) {
      return block(`asks for a quantile of ${classic.metric}, which has no buckets as far as its name shows`);
    }
    if (plain.length > 0) {
      return labels;
    }
    if ("names" in labels) {
      return labels.names.has("le")
        ? { names: new Set([...labels.names].filter((name) => name !== "le")) }
        : block("aggregates the label le away, without which a histogram has no quantiles");
    }
    return labels.less.has("le")
      ? block("aggregates the label le away, without which a histogram has no quantiles")
      : labels;
  }
}

/** What a comparison compares, without the limits that do not keep it from being true. */
function compared(left: Expr, operator: string, right: Expr): Expr {
  const bound = constantOf(right);
  const inner = bound === undefined ? undefined : unclamped(left, operator, bound);
  return inner?.[0] ?? left;
}

function block(reason: string): never {
  throw new Blocked(reason);
}

function withLabel(labels: Result, label: Expr | undefined): Result {
  return labels !== undefined && "names" in labels && label?.kind === "string"
    ? { names: new Set([...labels.names, label.text]) }
    : labels;
}

const keeping: ReadonlySet<string> = new Set(["topk", "bottomk"]);
const joining: ReadonlySet<string> = new Set(["sum", "min", "max", "avg", "count", "group", "quantile"]);

/** Functions of ranges, and how many samples each needs. */
const samples = new Map([
  ...["rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear", "changes"].map(
    (name): [string, number] => [name, 2],
  ),
  ...["avg", "max", "min", "sum", "last", "quantile", "count", "present"].map((name): [string, number] => [
    `${name}_over_time`,
    1,
  ]),
]);

const transparent: ReadonlySet<string> = new Set(["abs", "ceil", "sort", "sort_desc"]);
