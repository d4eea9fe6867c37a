import fc from "fast-check";
import { expect, test } from "vitest";
import { type CoverageLayer, type CoverageRestriction, gaps } from "../../../policies/values/coverage.ts";

const hour = 3_600_000;
const day = 24 * hour;
const from = Date.parse("2026-01-05T00:00:00Z");
const year = { from, to: from + 365 * day };
const always: CoverageLayer = { start: "2025-01-01T00:00:00Z", users: 2 };

test("a layer without end or restriction leaves no gap", () => {
  expect(gaps([always], "Etc/UTC", year)).toEqual([]);
});

test.each<[string, CoverageLayer[]]>([
  ["no layer", []],
  ["a layer without people", [{ ...always, users: 0 }]],
  ["a start that is no time", [{ ...always, start: "soon" }]],
  ["an end that is no time", [{ ...always, end: "later" }]],
  ["a restriction that is no time", [{ ...always, restrictions: [daily("9 am", 24)] }]],
  ["a layer of the year before", [{ ...always, end: "2026-01-01T00:00:00Z" }]],
])("%s leaves the whole year", (_, layers) => {
  expect(gaps(layers, "Etc/UTC", year)).toEqual([year]);
});

test("a layer that starts late or ends early leaves the rest", () => {
  const layer = { start: "2026-02-01T00:00:00Z", end: "2026-03-01T00:00:00Z", users: 1 };
  expect(gaps([layer], "Etc/UTC", year)).toEqual([
    { from, to: Date.parse("2026-02-01T00:00:00Z") },
    { from: Date.parse("2026-03-01T00:00:00Z"), to: year.to },
  ]);
});

test("office hours leave each night", () => {
  const nights = gaps([{ ...always, restrictions: [daily("08:00:00", 10)] }], "Etc/UTC", {
    from,
    to: from + 2 * day,
  });
  expect(nights).toEqual([
    { from, to: from + 8 * hour },
    { from: from + 18 * hour, to: from + 32 * hour },
    { from: from + 42 * hour, to: from + 48 * hour },
  ]);
});

test.each(["Asia/Kathmandu", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])(
  "two layers that hand over to each other leave none in %s, whether or not its clocks change",
  (zone) => {
    const layers = [
      { ...always, restrictions: [daily("08:00:00", 12)] },
      { ...always, restrictions: [daily("20:00:00", 12)] },
    ];
    expect(gaps(layers, zone, year)).toEqual([]);
  },
);

test("a weekly restriction opens on its own day only, and may last over midnight", () => {
  const weekend: CoverageRestriction = {
    type: "weekly_restriction",
    startTimeOfDay: "18:00:00",
    startDayOfWeek: 5,
    durationSeconds: (62 * hour) / 1000,
  };
  expect(gaps([{ ...always, restrictions: [weekend] }], "Etc/UTC", { from, to: from + 7 * day })).toEqual([
    // The weekend before lasts until Monday, 8 o'clock.
    { from: from + 8 * hour, to: Date.parse("2026-01-09T18:00:00Z") },
  ]);
});

test("an instant is in a gap exactly when no layer covers it", () => {
  const span = fc.tuple(fc.nat(1000), fc.nat(1000)).map(([one, other]) => ({
    start: new Date(from + Math.min(one, other) * hour).toISOString(),
    end: new Date(from + Math.max(one, other) * hour).toISOString(),
    users: 1,
  }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 8 }), fc.nat(999), (layers, hours) => {
      const instant = from + hours * hour;
      const covered = layers.some(
        ({ start, end }) => Date.parse(start) <= instant && instant < Date.parse(end),
      );
      const found = gaps(layers, "Etc/UTC", { from, to: from + 1000 * hour });
      expect(found.some((gap) => gap.from <= instant && instant < gap.to)).toBe(!covered);
    }),
  );
});

function daily(startTimeOfDay: string, hours: number): CoverageRestriction {
  return { type: "daily_restriction", startTimeOfDay, durationSeconds: hours * 3600 };
}
