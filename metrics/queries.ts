import { promDuration } from "../lib/units.ts";
import { type LabelOf, type SeriesName, type SeriesOfType, series } from "./contract.ts";

/** Seconds, or an interval that Grafana fills in. */
export type Range = number | "$__rate_interval" | "$__interval" | "$__range";

/** A label's value, or what it must not be, or a regular expression (RE2, anchored) that it does or does not match. */
export type Matcher =
  | string
  | { readonly not: string }
  | { readonly matches: string }
  | { readonly notMatches: string };

export type Where<Name extends SeriesName> = { readonly [L in LabelOf<Name>]?: Matcher };

export interface Grouping<Name extends SeriesName> {
  /** Labels that the result keeps; none where left out. */
  readonly by?: readonly LabelOf<Name>[];
  readonly where?: Where<Name>;
}

export interface Window<Name extends SeriesName> extends Grouping<Name> {
  readonly range: Range;
}

type Counter = SeriesOfType<"counter">;
type Gauge = SeriesOfType<"gauge">;
type Histogram = SeriesOfType<"histogram">;

/** Increase of a counter by the second, summed over the labels that are not kept. */
export function rate<Name extends Counter>(name: Name, { range, by, where }: Window<Name>): string {
  return aggregate("sum", by, `rate(${selector(name, where)}${window(range)})`);
}

/** Increase of a counter over the range, summed over the labels that are not kept. */
export function increase<Name extends Counter>(name: Name, { range, by, where }: Window<Name>): string {
  return aggregate("sum", by, `increase(${selector(name, where)}${window(range)})`);
}

/** A gauge, aggregated over the labels that are not kept. */
export function gauge<Name extends Gauge>(
  name: Name,
  operator: "sum" | "min" | "max" | "avg",
  { by, where }: Grouping<Name> = {},
): string {
  return aggregate(operator, by, selector(name, where));
}

/** How many series of a gauge have the value. */
export function countOf<Name extends Gauge>(
  name: Name,
  value: number,
  { by, where }: Grouping<Name> = {},
): string {
  return aggregate("count", by, `${selector(name, where)} == ${figure(value)}`);
}

/** Change of a gauge by the second, by linear regression over the range; the greatest of the series not kept. */
export function slope<Name extends Gauge>(name: Name, { range, by, where }: Window<Name>): string {
  return aggregate("max", by, `deriv(${selector(name, where)}${window(range)})`);
}

/** A quantile (0 to 1) of a histogram over the range, in its unit. */
export function quantile<Name extends Histogram>(
  q: number,
  name: Name,
  { range, by = [], where }: Window<Name>,
): string {
  const buckets = `rate(${selector(name, where, "_bucket")}${window(range)})`;
  return `histogram_quantile(${figure(q)}, ${aggregate("sum", [...by, "le"], buckets)})`;
}

/** Observations of a histogram by the second. */
export function observations<Name extends Histogram>(name: Name, options: Window<Name>): string {
  return part(name, "_count", options);
}

/** Mean of a histogram over the range, in its unit. */
export function mean<Name extends Histogram>(name: Name, options: Window<Name>): string {
  return ratio(part(name, "_sum", options), part(name, "_count", options));
}

/** Part of a histogram's observations that were above a bound; the bound must be that of a bucket. */
export function partAbove<Name extends Histogram>(bound: number, name: Name, options: Window<Name>): string {
  const { buckets } = series[name];
  if (!buckets.some((bucket) => bucket === bound))
    throw new RangeError(`${name} has no bucket with the bound ${bound}: use one of ${buckets.join(", ")}`);
  const { range, by, where } = options;
  const below = aggregate("sum", by, `rate(${selector(name, where, "_bucket", bound)}${window(range)})`);
  return `1 - ${ratio(below, part(name, "_count", options))}`;
}

/** One value by another, label by label. Nothing where there is no denominator, NaN where it is 0. */
export function ratio(numerator: string, denominator: string): string {
  return `${numerator} / ${denominator}`;
}

/** A query, and 0 where it returns nothing for what another returns. */
export function orZero(query: string, present: string): string {
  return `${query} or ${present} * 0`;
}

/** Seconds since the time that a gauge holds. */
export function age<Name extends Gauge>(name: Name): string {
  return `time() - ${gauge(name, "max")}`;
}

/** Returns one series, labelled `series`, where none is found. */
export function missing<Name extends SeriesName>(name: Name, where?: Where<Name>): string {
  const suffix = series[name].type === "histogram" ? "_count" : "";
  return `label_replace(absent(${selector(name, where, suffix)}), "series", "${name}", "", "")`;
}

/** What is above a bound: an alert's condition. */
export function above(query: string, bound: number): string {
  return `${query} > ${figure(bound)}`;
}

/** What is at a value or above it. */
export function atLeast(query: string, bound: number): string {
  return `${query} >= ${figure(bound)}`;
}

/** What is below a bound. */
export function below(query: string, bound: number): string {
  return `${query} < ${figure(bound)}`;
}

/** What every condition returns, label by label. */
export function all(...conditions: readonly string[]): string {
  return conditions.map((condition) => `(${condition})`).join(" and ");
}

/** What any condition returns. */
export function any(...conditions: readonly string[]): string {
  return conditions.join(" or ");
}

/** The series of the contract that a query reads. */
export function seriesOf(query: string): SeriesName[] {
  const words = new Set(
    query
      .replaceAll(/"(?:[^"\\]|\\.)*"/g, "")
      .match(/[a-zA-Z_:][\w:]*/g)
      ?.map((word) => word.replace(/_(bucket|count|sum)$/, "")),
  );
  return Object.keys(series).filter((name): name is SeriesName => words.has(name));
}

function part<Name extends Histogram>(
  name: Name,
  suffix: "_count" | "_sum",
  { range, by, where }: Window<Name>,
): string {
  return aggregate("sum", by, `rate(${selector(name, where, suffix)}${window(range)})`);
}

function aggregate(operator: string, by: readonly string[] | undefined, inner: string): string {
  return by && by.length > 0 ? `${operator} by (${by.join(", ")}) (${inner})` : `${operator}(${inner})`;
}

function window(range: Range): string {
  return `[${typeof range === "number" ? promDuration(range) : range}]`;
}

function selector(
  name: string,
  where: Readonly<Record<string, Matcher | undefined>> = {},
  suffix = "",
  le?: number,
) {
  const conditions = Object.entries(where).flatMap(([label, matcher]) =>
    matcher === undefined ? [] : [`${label}${condition(matcher)}`],
  );
  if (le !== undefined) conditions.push(`le="${le}"`);
  return `${name}${suffix}${conditions.length > 0 ? `{${conditions.join(", ")}}` : ""}`;
}

function condition(matcher: Matcher): string {
  if (typeof matcher === "string") return `=${text(matcher)}`;
  if ("not" in matcher) return `!=${text(matcher.not)}`;
  if ("matches" in matcher) return `=~${text(matcher.matches)}`;
  return `!~${text(matcher.notMatches)}`;
}

/** PromQL takes the escapes of JSON, but for halves of surrogate pairs, which no label can hold. */
function text(value: string): string {
  return JSON.stringify(value.toWellFormed());
}

/** A number without the tail of binary fractions: 14.4 × 0.01 is 0.144. */
function figure(value: number): string {
  return String(Number(value.toPrecision(12)));
}
