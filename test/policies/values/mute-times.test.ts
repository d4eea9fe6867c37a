import fc from "fast-check";
import { expect, test } from "vitest";
import { type MuteInterval, mutedFrom } from "../../../policies/values/mute-times.ts";

const now = Date.parse("2026-11-28T12:00:00Z");
const always: MuteInterval = { weekdays: [], daysOfMonths: [], months: [], years: [], times: [] };
const share = (...intervals: MuteInterval[]) => mutedFrom(now, intervals).share;

test("an hour on Sunday mutes an hour of a week", () => {
  const maintenance = { ...always, weekdays: ["sunday"], times: [{ start: "03:00", end: "04:00" }] };
  expect(share(maintenance)).toBeCloseTo(1 / 168, 3);
  expect(mutedFrom(now, [maintenance]).longestMinutes).toBe(60);
});

test.each<[string, MuteInterval, number]>([
  ["nothing but the field", always, 1],
  ["all weekdays", { ...always, weekdays: ["sunday:saturday"] }, 1],
  ["all weekdays by number", { ...always, weekdays: ["0:6"] }, 1],
  ["all months", { ...always, months: ["january:december"] }, 1],
  ["all days", { ...always, daysOfMonths: ["1:31"] }, 1],
  ["all days from the end", { ...always, daysOfMonths: ["1:-1"] }, 1],
  ["years to come", { ...always, years: ["2020:2099"] }, 1],
  [
    "a day by two halves",
    {
      ...always,
      times: [
        { start: "00:00", end: "12:00" },
        { start: "12:00", end: "24:00" },
      ],
    },
    1,
  ],
  ["what cannot be read", { ...always, weekdays: ["someday"] }, 1],
  ["a year that is over", { ...always, years: ["2020"] }, 0],
  ["working days", { ...always, weekdays: ["monday:friday"] }, 5 / 7],
])("%s: its part of the year", (_, interval, part) => {
  expect(share(interval)).toBeCloseTo(part, 2);
});

test("no list of intervals mutes more than all of the time", () => {
  const time = fc
    .nat(1440)
    .map((minutes) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`);
  const interval = fc.record({
    weekdays: fc.subarray(["monday", "tuesday:friday", "0"]),
    daysOfMonths: fc.subarray(["1", "5:9", "-3:-1"]),
    months: fc.subarray(["may", "7:9"]),
    years: fc.subarray(["2026:2027"]),
    times: fc.array(fc.record({ start: time, end: time }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 4 }), (intervals) => {
      const { share: part, longestMinutes } = mutedFrom(now, intervals);
      expect(part).toBeGreaterThanOrEqual(0);
      expect(part).toBeLessThanOrEqual(1);
      expect(longestMinutes).toBeLessThanOrEqual(part * 366 * 1440 + 1e-6);
    }),
  );
});
