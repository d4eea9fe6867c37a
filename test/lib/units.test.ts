import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatDuration,
  formatLimit,
  formatMinutes,
  promDuration,
  spokenDuration,
} from "../../lib/units.ts";

describe("bytes", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [1023, "1023 bytes"],
    [1024, "1.0 KiB"],
    [1024 ** 2 - 1, "1.0 MiB"],
    [1.5 * 1024 ** 3, "1.5 GiB"],
    [5000 * 1024 ** 4, "5000.0 TiB"],
  ])("%d are %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("are right within a twentieth of the unit, which is the largest that fits", () => {
    const sizes = new Map([
      ["bytes", 1],
      ["byte", 1],
      ["KiB", 1024],
      ["MiB", 1024 ** 2],
      ["GiB", 1024 ** 3],
      ["TiB", 1024 ** 4],
    ]);
    fc.assert(
      fc.property(fc.nat({ max: 1024 ** 5 }), (bytes) => {
        const [figure = "", unit = ""] = formatBytes(bytes).split(" ");
        const size = sizes.get(unit) ?? Number.NaN;
        expect(Math.abs(Number(figure) * size - bytes)).toBeLessThanOrEqual(size / 20 + 1);
        if (unit !== "TiB") expect(Number(figure)).toBeLessThan(1024);
      }),
    );
  });
});

describe("milliseconds", () => {
  it.each([
    [0, "0.0 s"],
    [59_949, "59.9 s"],
    [59_960, "1 min 0 s"],
    [61_000, "1 min 1 s"],
    [3_600_000, "60 min 0 s"],
  ])("%d are %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe("minutes", () => {
  it.each([
    [0, "0 min"],
    [59, "59 min"],
    [60, "1 h 0 min"],
    [1439, "23 h 59 min"],
    [1440, "1 d 0 h"],
    [43_260, "30 d 1 h"],
  ])("%d are %s", (minutes, text) => {
    expect(formatMinutes(minutes)).toBe(text);
  });
});

describe("seconds", () => {
  it.each([
    [0.0001, "1ms", "1 millisecond"],
    [0.001, "1ms", "1 millisecond"],
    [0.4, "400ms", "400 milliseconds"],
    [1, "1s", "1 second"],
    [90, "90s", "90 seconds"],
    [300, "5m", "5 minutes"],
    [3600, "1h", "1 hour"],
    [172_800, "2d", "2 days"],
  ])("%d are %s and %s", (seconds, written, spoken) => {
    expect([promDuration(seconds), spokenDuration(seconds)]).toEqual([written, spoken]);
  });

  it("are exact as PromQL writes them, in one unit", () => {
    const sizes = new Map([
      ["ms", 1],
      ["s", 1000],
      ["m", 60_000],
      ["h", 3_600_000],
      ["d", 86_400_000],
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (milliseconds) => {
        const [, count, unit = ""] = /^(\d+)([a-z]+)$/.exec(promDuration(milliseconds / 1000)) ?? [];
        expect(Number(count) * (sizes.get(unit) ?? 0)).toBe(milliseconds);
      }),
    );
  });
});

it.each([
  [1024 ** 3, "1 GiB"],
  [4 * 1024 ** 2, "4 MiB"],
  [64 * 1024, "64 KiB"],
  [1000, "1000 bytes"],
])("a limit of %i bytes is said as it is set", (bytes, text) => {
  expect(formatLimit(bytes)).toBe(text);
});
