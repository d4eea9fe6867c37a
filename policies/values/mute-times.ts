import { remembered } from "./remembered.ts";

/** An interval of a mute timing, as Alertmanager and Grafana have it: each field a list of values and ranges. */
export interface MuteInterval {
  readonly weekdays: readonly string[];
  readonly daysOfMonths: readonly string[];
  readonly months: readonly string[];
  readonly years: readonly string[];
  readonly times: readonly { readonly start: string; readonly end: string }[];
}

/** How much of a year is muted. */
export interface Muted {
  /** Part of the year, 0 to 1. */
  readonly share: number;
  /** The longest time without a break, in minutes. */
  readonly longestMinutes: number;
}

const dayMinutes = 1440;
const dayMs = 86_400_000;

/**
 * How much of the year after an instant the intervals mute together, in the time zone that they are written in. A
 * part that is not understood mutes: it may be any time.
 *
 * Source: Prometheus, Alerting, Configuration, time_interval: fields are joined by and, what is in one by or.
 */
export function mutedFrom(now: number, intervals: readonly MuteInterval[]): Muted {
  const question: Question = { first: Math.floor(now / dayMs), intervals };
  return mutedIn(JSON.stringify(question));
}

interface Question {
  /** The first day, counted from 1970. */
  readonly first: number;
  readonly intervals: readonly MuteInterval[];
}

/** To go through the days of a year takes long, and most alerts are muted alike. */
const mutedIn = remembered((question) => {
  const { first, intervals }: Question = JSON.parse(question);
  let muted = 0;
  let run = 0;
  let longestMinutes = 0;
  for (let day = first; day < first + 366; day++) {
    const date = new Date(day * dayMs);
    const spans = intervals
      .filter((interval) => isOnDay(interval, date))
      .flatMap((interval) => spansOf(interval))
      .sort(([one], [other]) => one - other);
    let reached = 0;
    for (const [from, to] of spans) {
      if (from > reached) {
        run = 0;
      }
      const added = Math.max(0, to - Math.max(from, reached));
      muted += added;
      run += added;
      longestMinutes = Math.max(longestMinutes, run);
      reached = Math.max(reached, to);
    }
    if (reached < dayMinutes) {
      run = 0;
    }
  }
  return { share: muted / (366 * dayMinutes), longestMinutes };
});

const weekdayNames = "sunday monday tuesday wednesday thursday friday saturday".split(" ");
const monthNames =
  "january february march april may june july august september october november december".split(" ");

function isOnDay({ weekdays, daysOfMonths, months, years }: MuteInterval, date: Date): boolean {
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const weekday = (text: string) => place(weekdayNames, text, 0);
  const month = (text: string) => place(monthNames, text, 1);
  const dayOfMonth = (text: string) => {
    const value = integer(text);
    return value !== undefined && value < 0 ? last + 1 + value : value;
  };
  return (
    isIn(weekdays, date.getUTCDay(), weekday) &&
    isIn(daysOfMonths, date.getUTCDate(), dayOfMonth) &&
    isIn(months, date.getUTCMonth() + 1, month) &&
    isIn(years, date.getUTCFullYear(), integer)
  );
}

/** Without any range every value is in. */
function isIn(ranges: readonly string[], value: number, read: (text: string) => number | undefined): boolean {
  return (
    ranges.length === 0 ||
    ranges.some((range) => {
      const [from = "", to = from] = range.split(":");
      const low = read(from.trim().toLowerCase());
      const high = read(to.trim().toLowerCase());
      return low === undefined || high === undefined || (low <= value && value <= high);
    })
  );
}

function place(names: readonly string[], text: string, first: number): number | undefined {
  const index = names.indexOf(text);
  return index < 0 ? integer(text) : index + first;
}

const integer = (text: string): number | undefined => (/^-?\d{1,4}$/.test(text) ? Number(text) : undefined);

function spansOf({ times }: MuteInterval): [number, number][] {
  return times.length === 0
    ? [[0, dayMinutes]]
    : times.map(({ start, end }) => [minutesOf(start) ?? 0, minutesOf(end) ?? dayMinutes]);
}

function minutesOf(text: string): number | undefined {
  const [, hours, minutes] = /^(\d{1,2}):(\d\d)$/.exec(text.trim()) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}
