import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runsDaily } from "../../../policies/values/schedule.ts";

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
