import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { longestGap, runsDaily } from "../../../policies/values/schedule.ts";

describe("runsDaily", () => {
  test.each([
    "15 2 * * *",
    "*/10 * * * *",
    "0 */6 * * *",
    "0 3 1-31 * *",
    "0 3 * 1-12 *",
    "0 3 * * 0-6",
    "0 3 * * 1-7",
    "0 3 * * MON-SAT,SUN",
    "0 3 */1 * *",
    "0 3 1-31 * 1-5",
    "0 3 1 * 0-6",
    "  5   4 * * *  ",
    "@daily",
    "@hourly",
  ])("%s runs every day", (schedule) => {
    expect(runsDaily(schedule)).toBe(true);
  });

  test.each([
    "0 3 * * 1-5",
    "0 3 * * 0",
    "0 3 */2 * *",
    "0 3 1-30 * *",
    "0 3 1,15 * *",
    "0 3 1-15 * 1-5",
    "0 3 * 1-11 *",
    "0 3 * jan,feb *",
    "0 3 */1 * mon",
    "@weekly",
    "@yearly",
  ])("%s leaves days out", (schedule) => {
    expect(runsDaily(schedule)).toBe(false);
  });

  test.each([
    "",
    "daily",
    "@reboot",
    "* * * *",
    "* * * * * *",
    "60 3 * * *",
    "0 24 * * *",
    "0 3 0 * *",
    "0 3 32 * *",
    "0 3 * 13 *",
    "0 3 * * 8",
    "0 3 10-5 * *",
    "0 3 */0 * *",
    "0 3 * foo *",
    "0 3 -1 * *",
    "0 3 , * *",
  ])("%j is no schedule", (schedule) => {
    expect(runsDaily(schedule)).toBeUndefined();
  });

  test("agrees with a walk through the calendar", () => {
    const daysField = fc.oneof(
      fc.constantFrom("*", "*/2", "1-31", "1-28"),
      fc
        .uniqueArray(fc.integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 31 })
        .map((days) => days.join(",")),
    );
    const weekdaysField = fc.oneof(
      fc.constantFrom("*", "0-6", "1-7", "1-5"),
      fc
        .uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 })
        .map((days) => days.join(",")),
    );
    const monthsField = fc.constantFrom("*", "1-12", "1-11", "2");
    fc.assert(
      fc.property(daysField, monthsField, weekdaysField, (days, months, weekdays) => {
        expect(runsDaily(`0 3 ${days} ${months} ${weekdays}`)).toBe(onEveryDate(days, months, weekdays));
      }),
    );
  });
});

/** What crontab(5) says of one date, asked for each of four years' dates. */
function onEveryDate(days: string, months: string, weekdays: string): boolean {
  const start = Date.UTC(2024, 0, 1);
  for (let day = 0; day < 1461; day++) {
    const date = new Date(start + day * 86_400_000);
    const onDay = has(days, date.getUTCDate(), 1);
    const onWeekday = has(weekdays, date.getUTCDay(), 0) || (date.getUTCDay() === 0 && has(weekdays, 7, 0));
    const either = !days.startsWith("*") && !weekdays.startsWith("*");
    if (!has(months, date.getUTCMonth() + 1, 1) || !(either ? onDay || onWeekday : onDay && onWeekday)) {
      return false;
    }
  }
  return true;
}

function has(field: string, value: number, least: number): boolean {
  if (field === "*") {
    return true;
  }
  if (field === "*/2") {
    return (value - least) % 2 === 0;
  }
  const [from, to] = field.split("-").map(Number);
  return to === undefined || from === undefined
    ? field.split(",").map(Number).includes(value)
    : value >= from && value <= to;
}

describe("longestGap", () => {
  const day = 1440;

  test.each([
    ["* * * * *", 1],
    ["*/15 * * * *", 15],
    ["*/7 * * * *", 7],
    ["0 */5 * * *", 300],
    ["0 9,17 * * *", 16 * 60],
    ["5-10 3 * * *", day - 5],
    ["15 2 * * *", day],
    ["@hourly", 60],
    ["0 3 * * 1-5", 3 * day],
    ["0 9,17 * * 1-5", 3 * day - 8 * 60],
    ["@weekly", 7 * day],
    ["0 0 1 * *", 31 * day],
    ["0 0 31 * *", 61 * day],
    ["0 0 1 * 1", 7 * day],
    ["@yearly", 366 * day],
    ["0 0 29 2 *", 1461 * day],
    ["0 0 29 feb */7", 10_227 * day],
    ["0 0 31 2 *", Number.POSITIVE_INFINITY],
  ])("of %s is %d minutes", (schedule, minutes) => {
    expect(longestGap(schedule)).toBe(minutes);
  });

  test.each(["", "daily", "60 3 * * *", "0 3 * * * *"])("of %j is not known", (schedule) => {
    expect(longestGap(schedule)).toBeUndefined();
  });

  test("is no longer than a day exactly where it runs daily at one time", () => {
    const field = (bound: number, low = 0) =>
      fc.oneof(
        fc.constant("*"),
        fc.integer({ min: low, max: bound }).map(String),
        fc.integer({ min: 1, max: 9 }).map((step) => `*/${step}`),
      );
    fc.assert(
      fc.property(field(31, 1), field(12, 1), field(7), (date, inMonth, weekday) => {
        const schedule = `30 4 ${date} ${inMonth} ${weekday}`;
        expect(longestGap(schedule) === day).toBe(runsDaily(schedule));
      }),
      { numRuns: 60 },
    );
  });
});
