import { expect, test } from "vitest";
import { formatBytes, formatDuration, formatMinutes } from "../../../cli/operations/sizes.ts";

test.each([
  [0, "0 bytes"],
  [1023, "1023 bytes"],
  [1024, "1.0 KiB"],
  [1024 ** 2 - 1, "1.0 MiB"],
  [1.5 * 1024 ** 3, "1.5 GiB"],
  [5000 * 1024 ** 4, "5000.0 TiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, "0.0 s"],
  [59_949, "59.9 s"],
  [59_960, "1 min 0 s"],
  [61_000, "1 min 1 s"],
  [3_600_000, "60 min 0 s"],
])("%d ms are %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each([
  [0, "0 min"],
  [59, "59 min"],
  [60, "1 h 0 min"],
  [1439, "23 h 59 min"],
  [1440, "1 d 0 h"],
  [43_260, "30 d 1 h"],
])("%d minutes are %s", (minutes, text) => {
  expect(formatMinutes(minutes)).toBe(text);
});
