import { counted } from "./text.ts";

/** Bytes for a person, such as `12.3 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  // What would be rounded to 1024.0 belongs to the next unit.
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return bytes < 1024 ? counted(bytes, "byte") : `${value.toFixed(1)} ${units[unit]}`;
}

/** A limit in bytes, in the largest unit that divides it: 1048576 gives `1 MiB`. */
export function formatLimit(bytes: number): string {
  const [unit, size] = limitUnits.find(([, each]) => bytes % each === 0) ?? ["bytes", 1];
  return `${bytes / size} ${unit}`;
}

const limitUnits: readonly (readonly [unit: string, bytes: number])[] = [
  ["GiB", 1024 ** 3],
  ["MiB", 1024 ** 2],
  ["KiB", 1024],
];

/** Milliseconds for a person, such as `3.4 s` or `12 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Whole minutes for a person, such as `45 min`, `3 h 20 min` or `12 d 4 h`. */
export function formatMinutes(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

/** Seconds as PromQL and Grafana write them, in the largest unit that divides them: 300 gives `5m`. */
export function promDuration(seconds: number): string {
  const milliseconds = Math.max(1, Math.round(seconds * 1000));
  const [unit, length] = promUnits.find(([, size]) => milliseconds % size === 0) ?? ["ms", 1];
  return `${milliseconds / length}${unit}`;
}

/**
 * The seconds of a length of time as `promDuration` writes it.
 *
 * @throws {RangeError} for any other text
 */
export function secondsOf(duration: string): number {
  const [, count = "", unit = ""] = /^(\d+)(d|h|m|s|ms)$/.exec(duration) ?? [];
  const size = promUnits.find(([name]) => name === unit)?.[1];
  if (size === undefined) throw new RangeError(`${duration} is not a length of time such as 5m`);
  return (Number(count) * size) / 1000;
}

/** Seconds in words: 300 gives `5 minutes`. */
export function spokenDuration(seconds: number): string {
  const [, count = "", unit = ""] = promDuration(seconds).match(/^(\d+)(\w+)$/) ?? [];
  return `${count} ${unitWords[unit]}${count === "1" ? "" : "s"}`;
}

const promUnits: readonly (readonly [unit: string, milliseconds: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

const unitWords: Readonly<Record<string, string>> = {
  d: "day",
  h: "hour",
  m: "minute",
  s: "second",
  ms: "millisecond",
};

/** A moment in UTC for a person, to the minute: `2026-11-28 12:00 UTC`. It must be in the form of ISO 8601. */
export function formatMoment(moment: string): string {
  return `${moment.slice(0, 16).replace("T", " ")} UTC`;
}
