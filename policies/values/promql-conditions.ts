import { holds, type Interval, intersect, interval, isEmpty, mirrored, opposite } from "./intervals.ts";
import { constantOf, linear } from "./promql-arithmetic.ts";
import { comparisonOperators, type Expr } from "./promql-ast.ts";

/** A bound on a measured value: what an alert waits for. */
export interface Atom {
  /** The expression without constant factors and summands. */
  readonly subject: Expr;
  readonly interval: Interval;
}

/** One way in which an expression gives a series: all atoms hold, and the series has the value. */
export interface Alternative {
  readonly value: Expr;
  readonly atoms: readonly Atom[];
}

/** The ways in which an expression gives series; empty where it never does. */
export function alternativesOf(expr: Expr): Alternative[] {
  switch (expr.kind) {
    case "binary":
      return binary(expr);
    case "call":
      return call(expr);
    case "aggregate":
      return wrap(expr, expr.args.at(-1));
    case "negation":
      return alternativesOf(expr.operand).map(({ value, atoms }) => ({
        value: { kind: "negation", operand: value },
        atoms,
      }));
    case "subquery":
      return alternativesOf(expr.operand);
    default:
      return [{ value: expr, atoms: [] }];
  }
}

/** The alternatives whose value stands in a relation to a number. */
export function compared(
  alternatives: readonly Alternative[],
  operator: string,
  bound: number,
): Alternative[] {
  return alternatives.flatMap((alternative) => constrain(alternative, operator, bound));
}

/** The alternatives whose value is not 0: when Grafana fires. */
export function truthy(alternatives: readonly Alternative[]): Alternative[] {
  return compared(alternatives, "!=", 0);
}

/** Both at once. */
export function both(one: readonly Alternative[], other: readonly Alternative[]): Alternative[] {
  return one.flatMap(({ value, atoms }) =>
    other.flatMap((second) => meet(value, [...atoms, ...second.atoms])),
  );
}

type Binary = Extract<Expr, { kind: "binary" }>;

function binary(expr: Binary): Alternative[] {
  const { operator, left, right } = expr;
  if (operator === "or") {
    return [...alternativesOf(left), ...alternativesOf(right)];
  }
  if (operator === "and") {
    const present = atom({ kind: "call", name: "present", args: [right] }, "==", 1);
    // A side without a bound of its own is one too: that there is a series.
    const there = alternativesOf(right).map((one) =>
      one.atoms.length > 0 ? one : { ...one, atoms: [present] },
    );
    return both(alternativesOf(left), there);
  }
  if (operator === "unless") {
    const opaque = atom({ kind: "call", name: "unless", args: [right] }, "==", 1);
    return alternativesOf(left).flatMap(({ value, atoms }) => meet(value, [...atoms, opaque]));
  }
  if (comparisonOperators.has(operator)) {
    // With `bool` the comparison is a value, 0 or 1, which `constrain` reads.
    return expr.bool ? [{ value: expr, atoms: [] }] : filtered(expr);
  }
  return alternativesOf(left).flatMap((one) =>
    alternativesOf(right).flatMap((other) =>
      meet({ ...expr, left: one.value, right: other.value }, [...one.atoms, ...other.atoms]),
    ),
  );
}

/** A comparison that leaves out series: of a measured value to a number, or of two measured values. */
function filtered({ operator, left, right }: Binary): Alternative[] {
  const bound = constantOf(right);
  if (bound !== undefined) {
    return compared(alternativesOf(left), operator, bound);
  }
  const reversed = constantOf(left);
  if (reversed !== undefined) {
    return compared(alternativesOf(right), mirrored(operator), reversed);
  }
  // errors > 0.01 * total is errors / total > 0.01, since what is counted is never negative.
  const { base, scale, offset } = linear(right);
  const [subject, limit]: [Expr, number] =
    offset === 0 && scale > 0
      ? [{ kind: "binary", operator: "/", bool: false, left, right: base }, scale]
      : [{ kind: "binary", operator: "-", bool: false, left, right }, 0];
  return meet(left, [atom(subject, operator, limit)]);
}

function call(expr: Extract<Expr, { kind: "call" }>): Alternative[] {
  if (expr.name === "absent" || expr.name === "absent_over_time") {
    return [{ value: { kind: "number", value: 1 }, atoms: [atom(expr, "==", 1)] }];
  }
  const series = expr.args.findLast(({ kind }) => kind !== "number" && kind !== "string");
  return wrap(expr, series);
}

/** What a function or aggregation makes of the series that its argument leaves over. */
function wrap(expr: Expr, argument: Expr | undefined): Alternative[] {
  const inner = argument === undefined ? [] : alternativesOf(argument);
  const [only, ...others] = inner;
  if (
    expr.kind === "aggregate" &&
    filtering.has(expr.operator) &&
    only !== undefined &&
    others.length === 0
  ) {
    return [{ value: { ...expr, args: [...expr.args.slice(0, -1), only.value] }, atoms: only.atoms }];
  }
  return inner.some(({ atoms }) => atoms.length > 0)
    ? inner.map(({ atoms }) => ({ value: expr, atoms }))
    : [{ value: expr, atoms: [] }];
}

function constrain({ value, atoms }: Alternative, operator: string, bound: number): Alternative[] {
  const constant = constantOf(value);
  if (constant !== undefined) {
    return holds(constant, operator, bound) ? [{ value, atoms }] : [];
  }
  const clamped = unclamped(value, operator, bound);
  if (clamped !== undefined) {
    return clamped.flatMap((inner) => constrain({ value: inner, atoms }, operator, bound));
  }
  if (value.kind === "binary" && value.bool && comparisonOperators.has(value.operator)) {
    return indicator(value, operator, bound).flatMap((met) => meet(value, [...atoms, ...met.atoms]));
  }
  const counted =
    value.kind === "aggregate" && ["sum", "max"].includes(value.operator) ? value.args.at(-1) : undefined;
  if (counted?.kind === "binary" && counted.bool && !holds(0, operator, bound) && holds(1, operator, bound)) {
    return indicator(counted, ">", 0).flatMap((met) => meet(value, [...atoms, ...met.atoms]));
  }
  // A count of what a filter leaves over is at least 1, so `> 0` adds nothing.
  if (value.kind === "aggregate" && ["count", "group"].includes(value.operator) && atoms.length > 0) {
    if (holds(0, operator, bound)) {
      return [];
    }
    const needsMore = holds(1, operator, bound) ? [] : [atom(value, operator, bound)];
    return meet(value, [...atoms, ...needsMore]);
  }
  return meet(value, [...atoms, atom(value, operator, bound)]);
}

/**
 * What a function that limits values limits, where the comparison is about that; empty where the limits keep it from
 * ever being true; undefined where they make it true by themselves, and of anything else.
 */
export function unclamped(value: Expr, operator: string, bound: number): Expr[] | undefined {
  const [inner, first, second] = value.kind === "call" && value.name.startsWith("clamp") ? value.args : [];
  const isUpwards = operator === ">" || operator === ">=";
  if (
    value.kind !== "call" ||
    inner === undefined ||
    first === undefined ||
    (!isUpwards && !operator.startsWith("<"))
  ) {
    return undefined;
  }
  const low = value.name === "clamp_max" ? undefined : constantOf(first);
  const high =
    value.name === "clamp_min" ? undefined : constantOf(value.name === "clamp" ? (second ?? first) : first);
  const [needed, other] = isUpwards ? [high, low] : [low, high];
  if (other !== undefined && holds(other, operator, bound)) {
    return undefined;
  }
  return needed === undefined || holds(needed, operator, bound) ? [inner] : [];
}

/** When a comparison that gives 0 or 1 stands in a relation to a number. */
function indicator(value: Binary, operator: string, bound: number): Alternative[] {
  const whenTrue = holds(1, operator, bound);
  const whenFalse = holds(0, operator, bound);
  if (whenTrue && whenFalse) {
    return [{ value, atoms: [] }];
  }
  if (whenTrue) {
    return filtered({ ...value, bool: false });
  }
  return whenFalse ? filtered({ ...value, bool: false, operator: opposite(value.operator) }) : [];
}

/** Nothing where two atoms on one subject leave no value over. */
function meet(value: Expr, atoms: readonly Atom[]): Alternative[] {
  const [only, ...others] = atoms;
  if (only !== undefined && others.length === 0) {
    return isEmpty(only.interval) ? [] : [{ value, atoms }];
  }
  const bySubject = new Map<string, Atom>();
  for (const one of atoms) {
    const key = JSON.stringify(one.subject);
    const before = bySubject.get(key);
    const interval = before === undefined ? one.interval : intersect(before.interval, one.interval);
    if (isEmpty(interval)) {
      return [];
    }
    bySubject.set(key, { subject: one.subject, interval });
  }
  const met = [...bySubject.values()];
  return [{ value, atoms: met.filter((atom) => !met.some((other) => implies(other, atom))) }];
}

/** Aggregations whose value is of the series that a filter inside leaves over, and nothing else. */
const filtering: ReadonlySet<string> = new Set(["sum", "avg", "min", "max"]);

/**
 * Where a share is above 0 or more, so is what is divided, and so is what it is divided by: of a limit of 0 there is
 * no share, be it that of one series or the highest of several. One that is low may be of nothing.
 */
function implies({ subject, interval }: Atom, other: Atom): boolean {
  const share = withinAggregates(subject);
  if (share.kind !== "binary" || share.operator !== "/" || !isAboveZero(other.interval)) {
    return false;
  }
  const sides = interval.low >= 0 ? [share.left, share.right] : [share.right];
  return sides.some((side) => isOf(side, other.subject));
}

/** What an aggregation is of that keeps what a filter inside leaves over; undefined of anything else. */
function aggregated(expr: Expr): Expr | undefined {
  return expr.kind === "aggregate" && filtering.has(expr.operator) ? expr.args.at(-1) : undefined;
}

/** What the highest, the lowest or the mean of several series is of. */
function withinAggregates(expr: Expr): Expr {
  const inner = aggregated(expr);
  return inner === undefined ? expr : withinAggregates(inner);
}

/** `> 0` and `!= 0` leave the same over of what is never negative. */
function isAboveZero({ low, high, except }: Interval): boolean {
  return low <= 0 && high === Number.POSITIVE_INFINITY && (except === undefined || except === 0);
}

/** Whether an expression is that other, or an aggregation of it. */
function isOf(expr: Expr, other: Expr): boolean {
  if (JSON.stringify(expr) === JSON.stringify(other)) {
    return true;
  }
  const inner = aggregated(expr);
  return inner !== undefined && isOf(inner, other);
}

function atom(subject: Expr, operator: string, bound: number): Atom {
  const { base, scale, offset } = linear(subject);
  const limit = (bound - offset) / scale;
  return { subject: base, interval: interval(scale < 0 ? mirrored(operator) : operator, limit) };
}
