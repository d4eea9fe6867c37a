import { remembered } from "./remembered.ts";

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Field {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const minute: Field = { least: 0, most: 59 };
const hour: Field = { least: 0, most: 23 };
const dayOfMonth: Field = { least: 1, most: 31 };
const month: Field = { least: 1, most: 12, names: ["", ...months] };
const dayOfWeek: Field = { least: 0, most: 7, names: weekdays };

const macros = new Map([
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
]);

/**
 * A schedule taken apart: when on a day it runs, in minutes from midnight, and on which days. Not by croner, which
 * the settings use: it takes a step of days beside a weekday for every day, so that a weekly backup would count as daily,
 * and can find the longest gap only by going through each run.
 */
interface Schedule {
  readonly minutes: readonly number[];
  readonly runsOn: (day: Day) => boolean;
}

interface Day {
  readonly date: number;
  /** From 1. */
  readonly month: number;
  /** From 0, a Sunday. */
  readonly weekday: number;
}

/**
 * Whether a cron schedule runs on every day (item 8.2 and, for a backup to exist at all, 3.2); undefined when
 * it is not a cron schedule: five fields as in crontab(5), with names, lists, ranges and steps, or a macro such
 * as `@daily`.
 */
export const runsDaily: (schedule: string) => boolean | undefined = remembered((schedule) => {
  const parsed = parseSchedule(schedule);
  return parsed && longestDays(parsed) === 1;
});

/**
 * The longest time between two runs of a cron schedule, in minutes: what it leaves unsaved at worst (item
 * 8.7). Infinity when it never runs; undefined when it is not a cron schedule.
 */
export const longestGap: (schedule: string) => number | undefined = remembered((schedule) => {
  const parsed = parseSchedule(schedule);
  if (parsed === undefined) return undefined;
  const { minutes } = parsed;
  const within = minutes.slice(1).map((minute, index) => minute - (minutes[index] ?? 0));
  const overnight = longestDays(parsed) * 1440 - (minutes.at(-1) ?? 0) + (minutes[0] ?? 0);
  return Math.max(overnight, ...within);
});

/** Dates and weekdays come round every 28 years, as long as no century leaves its leap day out. */
const cycle: readonly Day[] = Array.from({ length: 28 * 365 + 7 }, (_, index) => {
  const day = new Date(Date.UTC(2001, 0, 1 + index));
  return { date: day.getUTCDate(), month: day.getUTCMonth() + 1, weekday: day.getUTCDay() };
});

function longestDays({ runsOn }: Schedule): number {
  let first: number | undefined;
  let last = 0;
  let longest = 0;
  cycle.forEach((day, index) => {
    if (!runsOn(day)) return;
    if (first === undefined) first = index;
    else longest = Math.max(longest, index - last);
    last = index;
  });
  return first === undefined ? Number.POSITIVE_INFINITY : Math.max(longest, first + cycle.length - last);
}

function parseSchedule(schedule: string): Schedule | undefined {
  const text = schedule.trim().toLowerCase();
  const fields = (macros.get(text) ?? text).split(/\s+/);
  const [minuteText = "", hourText = "", dayText = "", monthText = "", weekdayText = ""] = fields;
  const minutes = parseField(minuteText, minute);
  const hours = parseField(hourText, hour);
  const days = parseField(dayText, dayOfMonth);
  const inMonths = parseField(monthText, month);
  const onWeekdays = parseField(weekdayText, dayOfWeek);
  if (fields.length !== 5 || minutes === undefined || hours === undefined) return undefined;
  if (days === undefined || inMonths === undefined || onWeekdays === undefined) return undefined;
  if (onWeekdays.has(7)) onWeekdays.add(0);

  // crontab(5): with both day fields restricted either is enough, with one of them `*` both must match.
  const eitherDay = !dayText.startsWith("*") && !weekdayText.startsWith("*");
  return {
    minutes: [...hours]
      .flatMap((hour) => [...minutes].map((minute) => hour * 60 + minute))
      .sort((one, other) => one - other),
    runsOn: ({ date, month, weekday }) => {
      const onDate = days.has(date);
      const onWeekday = onWeekdays.has(weekday);
      const onDay = eitherDay ? onDate || onWeekday : onDate && onWeekday;
      return onDay && inMonths.has(month);
    },
  };
}

function parseField(text: string, field: Field): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const range = parseRange(part, field);
    if (range === undefined) return undefined;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
  }
  return values;
}

function parseRange(part: string, field: Field): { from: number; to: number; step: number } | undefined {
  const match = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d{1,3}))?$/.exec(part);
  if (match === null) return undefined;
  const [, , first, last, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  const from = first === undefined ? field.least : parseValue(first, field);
  let to = last === undefined ? from : parseValue(last, field);
  // `*`, and `5/10` (from 5 on), run to the end of the field.
  if (first === undefined || (last === undefined && stepText !== undefined)) to = field.most;
  if (step === 0 || from === undefined || to === undefined || from > to) return undefined;
  return { from, to, step };
}

function parseValue(text: string, { least, most, names }: Field): number | undefined {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : (names?.indexOf(text) ?? -1);
  return value >= least && value <= most ? value : undefined;
}
