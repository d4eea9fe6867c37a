/** One layer of an on-call schedule, in the shape of PagerDuty's. */
export interface CoverageLayer {
  /** RFC 3339. */
  readonly start: string;
  /** RFC 3339; without it the layer does not end. */
  readonly end?: string | undefined;
  /** People of the layer; one without people covers nothing. */
  readonly users: number;
  /** Times that the layer is limited to; without any, all times. */
  readonly restrictions?: readonly CoverageRestriction[] | undefined;
}

export interface CoverageRestriction {
  /** `daily_restriction` or `weekly_restriction`. */
  readonly type: string;
  /** Time of the day in the schedule's time zone, `HH:MM:SS`. */
  readonly startTimeOfDay: string;
  /** 1 is Monday, 7 is Sunday; of a weekly restriction only. */
  readonly startDayOfWeek?: number | undefined;
  readonly durationSeconds: number;
}

/** A span of time in milliseconds since 1970: from, and up to but not including, to. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The spans between `from` and `to` in which nobody is on call: those that no layer covers. They are in
 * order and do not touch. A layer whose times cannot be read covers nothing.
 *
 * @param timeZone IANA name, in which the restrictions' times of day are
 */
export function gaps(layers: readonly CoverageLayer[], timeZone: string, { from, to }: Span): Span[] {
  const covered = layers
    .flatMap((layer) => layerSpans(layer, timeZone, { from, to }))
    .toSorted((left, right) => left.from - right.from);
  const found: Span[] = [];
  let reached = from;
  for (const span of covered) {
    if (span.from > reached) found.push({ from: reached, to: span.from });
    reached = Math.max(reached, span.to);
  }
  if (reached < to) found.push({ from: reached, to });
  return found;
}

/** The spans of a time in which a layer has somebody on call. */
export function layerSpans(layer: CoverageLayer, timeZone: string, within: Span): Span[] {
  const start = Date.parse(layer.start);
  const end = layer.end === undefined ? within.to : Date.parse(layer.end);
  if (layer.users < 1 || Number.isNaN(start) || Number.isNaN(end)) return [];
  const whole = { from: Math.max(within.from, start), to: Math.min(within.to, end) };
  const { restrictions = [] } = layer;
  const spans =
    restrictions.length === 0
      ? [whole]
      : restrictions.flatMap((restriction) => occurrences(restriction, timeZone, whole));
  return spans
    .map(({ from, to }) => ({ from: Math.max(from, whole.from), to: Math.min(to, whole.to) }))
    .filter(({ from, to }) => from < to);
}

const dayMs = 86_400_000;

/** Each time that a restriction opens in a span, and once before it, since it may last into the span. */
function occurrences(restriction: CoverageRestriction, timeZone: string, within: Span): Span[] {
  const [, hours, minutes, seconds] = /^(\d\d):(\d\d):(\d\d)$/.exec(restriction.startTimeOfDay) ?? [];
  if (hours === undefined || minutes === undefined || seconds === undefined) return [];
  const sinceMidnight = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  const offset = offsetIn(timeZone);
  const spans: Span[] = [];
  const longest = restriction.durationSeconds * 1000 + 2 * dayMs;
  for (let day = Math.floor((within.from - longest) / dayMs); day * dayMs < within.to + dayMs; day++) {
    if (restriction.type === "weekly_restriction" && weekday(day) !== restriction.startDayOfWeek) continue;
    // A restriction ends by the clock on the wall, also in the night in which the clocks change.
    const opens = day * dayMs + sinceMidnight;
    const closes = opens + restriction.durationSeconds * 1000;
    spans.push({ from: instantOf(opens, offset), to: instantOf(closes, offset) });
  }
  return spans;
}

/** The instant of a local time, both in milliseconds. */
function instantOf(local: number, offset: (instant: number) => number): number {
  return local - offset(local - offset(local));
}

/** 1 is Monday, 7 is Sunday; 1 January 1970, day 0, was a Thursday. */
function weekday(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** How far a time zone is ahead of UTC at an instant, both in milliseconds. */
function offsetIn(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  return (instant) => {
    const name = format.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours = "0", minutes = "0"] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  };
}
