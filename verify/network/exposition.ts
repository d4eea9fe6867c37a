import { Unknown } from "../unknown.ts";

export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** Metrics as a target exposes them to Prometheus. */
export interface Exposition {
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
}

/** Most lines that are read; a host of the platform has a few hundred. */
const mostLines = 50_000;

/**
 * Reads Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats).
 *
 * @throws {Unknown} `not-understood`, at the first line that is not of it
 */
export function parseExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  const lines = text.split("\n");
  if (lines.length > mostLines)
    throw new Unknown("too-large", `The metrics have more than ${mostLines} lines`);
  for (const [index, line] of lines.entries()) {
    const [, typed, type] = /^# TYPE ([\w:]+) (\w+)$/.exec(line) ?? [];
    if (typed !== undefined && type !== undefined) types.set(typed, type);
    else if (line.trim() !== "" && !line.startsWith("#")) samples.push(sampleOf(line, index + 1));
  }
  if (samples.length === 0) throw new Unknown("no-data", "There are no samples among the metrics");
  return { types, samples };
}

function sampleOf(line: string, number: number): Sample {
  const [, name, list = "", text = ""] =
    /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? +(\S+)(?: +-?\d+)?$/.exec(line) ?? [];
  const value = numberOf(text);
  if (name === undefined || value === undefined) {
    throw new Unknown("not-understood", `Line ${number} of the metrics is not in Prometheus' text format`);
  }
  const labels = new Map(
    [...list.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, label = "", escaped = ""]) => [
      label,
      escaped.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter)),
    ]),
  );
  return { name, labels, value };
}

function numberOf(text: string): number | undefined {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  if (text === "NaN") return Number.NaN;
  const value = Number(text);
  return text === "" || Number.isNaN(value) ? undefined : value;
}
