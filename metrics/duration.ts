/** A duration as PromQL and Grafana write it, in the largest unit that holds it whole: 300 gives `5m`. */
export function duration(seconds: number): string {
  const milliseconds = Math.max(1, Math.round(seconds * 1000));
  const [unit, length] = units.find(([, length]) => milliseconds % length === 0) ?? ["ms", 1];
  return `${milliseconds / length}${unit}`;
}

/** A duration in words: 300 gives `5 minutes`. */
export function spoken(seconds: number): string {
  const [, count = "", unit = ""] = duration(seconds).match(/^(\d+)(\w+)$/) ?? [];
  return `${count} ${words[unit]}${count === "1" ? "" : "s"}`;
}

const words: Readonly<Record<string, string>> = {
  d: "day",
  h: "hour",
  m: "minute",
  s: "second",
  ms: "millisecond",
};

const units: readonly (readonly [unit: string, milliseconds: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];
