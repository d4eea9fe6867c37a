import type { AlertName } from "../../../metrics/alerts.ts";
import { type LabelOf, type SeriesName, type SeriesOfType, series } from "../../../metrics/contract.ts";

/** Series over time, and which alerts must fire at which moments. */
export interface Scenario {
  readonly alert: AlertName;
  readonly title: string;
  /** Seconds between samples, and between evaluations; 60 where left out. */
  readonly stepSeconds?: number;
  readonly input: readonly InputSeries[];
  readonly moments: readonly Moment[];
}

export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

export interface Moment {
  /** Minutes from the start. */
  readonly at: number;
  /** The labels of each alert that fires then; none where empty. */
  readonly firing: readonly Readonly<Record<string, string>>[];
}

/** How many steps, and what is so in each of them. */
export type Phases = readonly (readonly [steps: number, value: number | "absent"])[];

type Labels<Name extends SeriesName> = { readonly [L in LabelOf<Name>]: string };

/** A gauge that has each value for so many steps, the first at the start; `absent` is a series that is gone. */
export function gauge<Name extends SeriesOfType<"gauge">>(
  name: Name,
  labels: Labels<Name>,
  phases: Phases,
): InputSeries {
  const values = phases.flatMap(([steps, value]) =>
    new Array(steps).fill(value === "absent" ? "stale" : value),
  );
  return { series: identity(name, labels), values: values.join(" ") };
}

/** A counter that starts at 0 and grows by each value in so many steps; `absent` is a counter that is not yet there. */
export function counter<Name extends SeriesOfType<"counter">>(
  name: Name,
  labels: Labels<Name>,
  phases: Phases,
): InputSeries {
  return { series: identity(name, labels), values: running(phases) };
}

/** A histogram whose observations, so many in each step, are all of the same size. */
export function histogram<Name extends SeriesOfType<"histogram">>(
  name: Name,
  labels: Labels<Name>,
  phases: readonly (readonly [steps: number, sizes: Readonly<Record<number, number>>])[],
): InputSeries[] {
  const upTo = (bound: number) =>
    running(
      phases.map(([steps, sizes]) => [
        steps,
        Object.entries(sizes).reduce((sum, [size, count]) => (Number(size) <= bound ? sum + count : sum), 0),
      ]),
    );
  const buckets = [...series[name].buckets, Number.POSITIVE_INFINITY].map((bound) => ({
    series: identity(`${name}_bucket`, {
      ...labels,
      le: bound === Number.POSITIVE_INFINITY ? "+Inf" : `${bound}`,
    }),
    values: upTo(bound),
  }));
  return [...buckets, { series: identity(`${name}_count`, labels), values: upTo(Number.POSITIVE_INFINITY) }];
}

function running(phases: Phases): string {
  let total = 0;
  const values = phases.flatMap(([steps, growth]) =>
    Array.from({ length: steps }, () => {
      if (growth === "absent") return "_";
      total += growth;
      return `${total}`;
    }),
  );
  return [phases[0]?.[1] === "absent" ? "_" : "0", ...values].join(" ");
}

function identity(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${pairs.join(",")}}`;
}
