import { type Aggregate, type Binary, comparisonOperators, type Expr } from "./promql-ast.ts";

type Type = "scalar" | "vector" | "range" | "string";

/** Why Prometheus refuses an expression, to follow the name of its alert; undefined where it takes it. */
export function typeFault(expr: Expr): string | undefined {
  try {
    const type = typeOf(expr);
    return type === "vector" || type === "scalar" ? undefined : `gives a ${type}, not a number`;
  } catch (error) {
    if (error instanceof Mistyped) {
      return error.message;
    }
    throw error;
  }
}

class Mistyped extends Error {}

function typeOf(expr: Expr): Type {
  switch (expr.kind) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "selector":
      return expr.range === undefined ? "vector" : "range";
    case "subquery":
      expect(expr.operand, "vector", "takes a range of something other than a vector");
      return "range";
    case "negation":
      return numeric(expr.operand);
    case "aggregate":
      return aggregate(expr);
    case "binary":
      return binary(expr);
    case "call":
      return call(expr.name, expr.args);
    case "reference":
      throw new Mistyped("refers to another query inside PromQL");
  }
}

function aggregate({ operator, args }: Aggregate): Type {
  const [first, second] = args;
  const parameter = parameters.get(operator);
  const series = parameter === undefined ? first : second;
  if (series === undefined || args.length !== (parameter === undefined ? 1 : 2)) {
    throw new Mistyped(`aggregates by ${operator} with ${args.length} arguments, which Prometheus refuses`);
  }
  if (parameter !== undefined && first !== undefined) {
    expect(first, parameter, `aggregates by ${operator} without its figure`);
  }
  return expect(series, "vector", `aggregates a range by ${operator}, which Prometheus refuses`);
}

const parameters = new Map<string, Type>([
  ...["topk", "bottomk", "quantile", "limitk", "limit_ratio"].map((name): [string, Type] => [name, "scalar"]),
  ["count_values", "string"],
]);

function binary({ operator, bool, matching, left, right }: Binary): Type {
  const sides = [numeric(left), numeric(right)];
  const areVectors = sides.every((side) => side === "vector");
  const isSet = ["and", "or", "unless"].includes(operator);
  if (isSet && (!areVectors || matching?.many !== undefined || bool)) {
    throw new Mistyped(`joins by ${operator} what Prometheus does not join so`);
  }
  if (matching !== undefined && !areVectors) {
    throw new Mistyped("matches labels of a number, which has none");
  }
  if (bool && !comparisonOperators.has(operator)) {
    throw new Mistyped(`has bool after ${operator}, which is not a comparison`);
  }
  if (comparisonOperators.has(operator) && !bool && !sides.includes("vector")) {
    throw new Mistyped("compares two numbers without bool, which Prometheus refuses");
  }
  return sides.includes("vector") ? "vector" : "scalar";
}

function call(name: string, args: readonly Expr[]): Type {
  const signature = signatures.get(name);
  if (signature === undefined) {
    throw new Mistyped(`calls ${name}, which Prometheus does not have`);
  }
  const { takes, least, gives } = signature;
  if (args.length < least || (args.length > takes.length && name !== "label_join")) {
    throw new Mistyped(`calls ${name} with ${args.length} arguments, which Prometheus refuses`);
  }
  args.forEach((argument, index) => {
    const wanted = takes[index] ?? "string";
    expect(argument, wanted, `calls ${name} with something other than a ${wanted}`);
  });
  return gives;
}

interface Signature {
  readonly takes: readonly Type[];
  readonly least: number;
  readonly gives: Type;
}

const letters: Readonly<Record<string, Type>> = { s: "scalar", v: "vector", r: "range", t: "string" };

/** Each function with the types of its arguments; those after `?` may be left out. Source: Prometheus, functions.go. */
const signatures: ReadonlyMap<string, Signature> = new Map(
  Object.entries({
    v: "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad scalar sgn sin sinh sort sort_desc sqrt tan tanh timestamp histogram_avg histogram_count histogram_sum",
    "?v": "day_of_month day_of_week day_of_year days_in_month hour minute month year",
    vss: "clamp",
    vs: "clamp_max clamp_min",
    "v?s": "round",
    sv: "histogram_quantile",
    ssv: "histogram_fraction",
    r: "absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time",
    rs: "predict_linear",
    sr: "quantile_over_time",
    rss: "double_exponential_smoothing holt_winters",
    vttt: "label_join",
    vtttt: "label_replace",
    "": "pi time",
    s: "vector",
  }).flatMap(([form, names]) => {
    const required = form.split("?")[0] ?? "";
    const takes = [...form.replace("?", "")].map((letter) => letters[letter] ?? "string");
    return names.split(" ").map((name): [string, Signature] => {
      const gives = ["scalar", "time", "pi"].includes(name) ? "scalar" : "vector";
      return [name, { takes, least: required.length, gives }];
    });
  }),
);

function numeric(expr: Expr): Type {
  const type = typeOf(expr);
  if (type !== "scalar" && type !== "vector") {
    throw new Mistyped(`reckons with a ${type}, which Prometheus refuses`);
  }
  return type;
}

function expect(expr: Expr, wanted: Type, wrong: string): Type {
  const type = typeOf(expr);
  if (type !== wanted) {
    throw new Mistyped(wrong);
  }
  return type;
}
