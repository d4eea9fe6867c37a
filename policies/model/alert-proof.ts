import type { Stack, Value } from "../framework/index.ts";
import { parseMath } from "../values/promql.ts";
import type { Expr, Selector } from "../values/promql-ast.ts";
import { limitsIn, matchingFault, narrowed } from "../values/promql-labels.ts";
import { labelsGiven, obstacle } from "../values/promql-proof.ts";
import { referencesIn, selectorsIn } from "../values/promql-reads.ts";
import { alertFacts } from "./alert-facts.ts";
import type { AlertRule } from "./alert-rules.ts";
import type { QueryModel } from "./grafana-documents.ts";
import { readQuery } from "./recordings.ts";

/** A rule that is evaluated more seldom fires late, whatever it waits for. */
const longestIntervalSeconds = 300;
/** Grafana takes the last value, or one of these, of what a query gives over a time. */
const reducers: ReadonlySet<string> = new Set(["last", "mean", "median", "max", "min"]);
const classicReducers: ReadonlySet<string> = new Set(["last", "avg", "median", "max", "min"]);
const longestRangeSeconds = 900;

/** Why a rule may stay silent although what it waits for is there. */
export interface Silence {
  /** To follow the name of the rule. */
  readonly reason: string;
  /** How to write it so that it can be proved to fire. */
  readonly fix: string;
}

/** Undefined where it is proved that the rule fires. Throws UnknownRead. */
export function silence(stack: Stack, rule: AlertRule): Silence | undefined {
  const before = silences.get(rule);
  const { found } = before ?? { found: search(stack, rule) };
  silences.set(rule, { found });
  return found;
}

/** A rule is asked for each of the alerts that the checklist names. */
const silences = new WeakMap<AlertRule, { readonly found: Silence | undefined }>();

const writeSo =
  "Write the expression so that it can be proved to fire: of all hosts and routes, by labels that both sides have, over a range of several scrapes, at the time of the evaluation.";

function search(stack: Stack, rule: AlertRule): Silence | undefined {
  const { grafana: entry } = rule;
  const mode = entry?.at("execErrState");
  if (/^(?:OK|KeepLast)$/i.test(mode?.string() ?? "")) {
    return {
      reason: `stays silent when its query fails: execErrState is ${mode?.string()}`,
      fix: "Set execErrState to Error or Alerting.",
    };
  }
  const reason = entry === undefined ? rule.silence?.() : reasonOf(stack, rule, entry);
  return reason === undefined
    ? undefined
    : { reason, fix: fixes.find(([of]) => of.test(reason))?.[1] ?? writeSo };
}

/** What to write instead, where the reason is one of these. */
const fixes: readonly (readonly [RegExp, string])[] = [
  [
    /^asks for a quantile of .* no buckets/,
    "Read the series that ends in _bucket, by le. Where it is a native histogram, say so by a guard such as: and histogram_count(sum(rate(METRIC[5m]))) > 0.",
  ],
  [
    /a series that the platform does not have$/,
    "Read a series that the platform has, which docs/metrics.md lists; of a histogram, the one that ends in _bucket.",
  ],
  [
    /^(?:leaves out|watches only) what has /,
    "Leave the matcher out, so that the alert watches all hosts and routes.",
  ],
  [
    /without a range of its own$/,
    "Write the range out, such as [5m]: Grafana chooses the one of a variable.",
  ],
  [
    /^is evaluated only every /,
    `Set intervalSeconds of the rule group to ${longestIntervalSeconds} or less.`,
  ],
  [/^reads another time than now/, "Read up to now: without offset and @, and with relativeTimeRange.to 0."],
];

function reasonOf(
  stack: Stack,
  rule: AlertRule,
  entry: NonNullable<AlertRule["grafana"]>,
): string | undefined {
  const interval = intervalOf(rule);
  if (interval !== undefined && interval > longestIntervalSeconds) {
    return `is evaluated only every ${interval} seconds`;
  }
  const unreduced = unreducedRange(entry);
  if (unreduced !== undefined) {
    return unreduced;
  }
  for (const data of entry.at("datas").items()) {
    const to = data.at("relativeTimeRange", "to").number() ?? 0;
    if (to !== 0) {
      return `reads another time than now: relativeTimeRange.to is ${to}`;
    }
    const model = data.at("model").json<QueryModel>();
    const wrong = modelFault(model, data.at("relativeTimeRange", "from").number() ?? 0);
    if (wrong !== undefined) {
      return wrong;
    }
  }
  const apart = unjoined(stack, entry);
  if (apart !== undefined) {
    return apart;
  }
  for (const expr of expressionsOf(stack, rule)) {
    const reason = obstacle(expr, alertFacts(stack));
    if (reason !== undefined) {
      return reason;
    }
  }
  return undefined;
}

/**
 * A query that is not instant gives a number for each point in time, which neither a threshold nor a formula takes:
 * without a reduction the evaluation fails. A query that says nothing is of a range.
 */
function unreducedRange(entry: NonNullable<AlertRule["grafana"]>): string | undefined {
  const models = entry
    .at("datas")
    .items()
    .map((data) => data.at("model").json<QueryModel>());
  const reduces = models.some((model) =>
    ["reduce", "classic_conditions"].includes(model.at("type").string() ?? ""),
  );
  const range = models.find(
    (model) =>
      model.at("expr").exists &&
      (model.at("instant").boolean() !== true || model.at("range").boolean() === true),
  );
  return range === undefined || reduces
    ? undefined
    : `asks ${range.at("refId").string() ?? "a query"} for a range of time, which nothing reduces to one number`;
}

/**
 * Grafana joins two queries of a formula where the labels of one are among those of the other; else it drops both.
 */
function unjoined(stack: Stack, entry: NonNullable<AlertRule["grafana"]>): string | undefined {
  const models = entry
    .at("datas")
    .items()
    .map((data) => ({
      id: data.at("refId").string() ?? "",
      model: data.at("model").json<QueryModel>(),
      source: data.at("datasourceUid").string(),
    }));
  const queryOf = (id: string, depth = 0): Expr | undefined => {
    const { model, source } = models.find((one) => one.id === id) ?? {};
    const query = model?.at("expr").string();
    const input = model?.at("expression").string()?.replace("$", "") ?? "";
    return query !== undefined
      ? readQuery(stack, query, source)
      : depth < 5
        ? queryOf(input, depth + 1)
        : undefined;
  };
  for (const { model } of models) {
    const formula =
      model.at("type").string() === "math" ? parseMath(model.at("expression").string() ?? "") : undefined;
    const sides = [...new Set(formula === undefined ? [] : referencesIn(formula))].flatMap((id) => {
      const query = queryOf(id);
      return query === undefined ? [] : [labelsGiven(query, alertFacts(stack))];
    });
    const wrong = sides.flatMap((one, index) => sides.slice(index + 1).map((other) => joinFault(one, other)));
    const reason = wrong.find((text) => text !== undefined);
    if (reason !== undefined) {
      return reason;
    }
  }
  return undefined;
}

type Given = ReturnType<typeof labelsGiven>;

function joinFault(one: Given, other: Given): string | undefined {
  // Numbers join with everything; why a query gives none is said of the query itself.
  if (one === undefined || other === undefined || typeof one === "string" || typeof other === "string") {
    return undefined;
  }
  if ("names" in one && "names" in other) {
    const isWithin = (inner: ReadonlySet<string>, outer: ReadonlySet<string>) =>
      [...inner].every((name) => outer.has(name));
    return isWithin(one.names, other.names) || isWithin(other.names, one.names)
      ? undefined
      : `joins queries with the labels {${[...one.names].join(", ")}} and {${[...other.names].join(", ")}}, which never match`;
  }
  return matchingFault(one, other, undefined, true);
}

/** The values that a rule is limited to, of each label that the stack decides; empty where it takes all. */
export function limitsOf(stack: Stack, rule: AlertRule): ReadonlyMap<string, readonly string[]> {
  const own = [...(rule.limits?.() ?? [])].map(([label, { values }]) => [label, values] as const);
  return expressionsOf(stack, rule)
    .map((expr) => limitsIn(expr, alertFacts(stack)))
    .reduce(narrowed, new Map(own));
}

export function selectorsOf(stack: Stack, rule: AlertRule): Selector[] {
  return expressionsOf(stack, rule).flatMap(selectorsIn);
}

/** The queries of a rule, as far as they are PromQL. */
function expressionsOf(stack: Stack, { grafana }: AlertRule): Expr[] {
  const queries = grafana?.at("datas").items() ?? [];
  return queries.flatMap((data) => {
    const expr = data.at("model").json<QueryModel>().at("expr").string();
    return expr === undefined ? [] : (readQuery(stack, expr, data.at("datasourceUid").string()) ?? []);
  });
}

function intervalOf({ resource }: AlertRule): number | undefined {
  return resource.is<{ intervalSeconds: number }>(resource.type)
    ? resource.at("intervalSeconds").number()
    : undefined;
}

function modelFault(model: Value<QueryModel>, from: number): string | undefined {
  if (model.at("type").string() === "reduce") {
    const reducer = model.at("reducer").string() ?? "last";
    return reducers.has(reducer)
      ? undefined
      : `reduces its series by ${reducer}, which the pack does not read`;
  }
  if (model.at("type").string() === "classic_conditions") {
    const other = model
      .at("conditions")
      .items()
      .map((condition) => condition.at("reducer", "type").string() ?? "last")
      .find((reducer) => !classicReducers.has(reducer));
    return other && `reduces its series by ${other}, which the pack does not read`;
  }
  const isRange = model.at("range").boolean() === true && model.at("instant").boolean() !== true;
  if (model.at("expr").exists && isRange && from > longestRangeSeconds) {
    return `reads the last ${from} seconds, of which one bad value is a small part`;
  }
  const source = model.at("datasource", "type").string();
  return source === undefined || /prometheus|__expr__|mimir|cortex/i.test(source)
    ? undefined
    : `asks a data source of type ${source}, which the pack does not read`;
}
