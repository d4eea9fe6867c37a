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

/**
 * A name, labels, a value and perhaps a moment, which OpenMetrics has in seconds with a fraction. What it has after a
 * `#` is an exemplar.
 */
const sample =
  /^([a-zA-Z_:][\w:]*)(?:[ \t]*\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]*(?<=[ \t}])(\S+)(?:[ \t]+-?\d+(?:\.\d+)?)?(?:[ \t]+#[ \t].*)?[ \t]*$/;

const labelList = /^[ \t]*(?:[a-zA-Z_]\w*[ \t]*=[ \t]*"(?:[^"\\]|\\.)*"[ \t]*(?:,[ \t]*|$))*$/;

/** Most lines that are read; a host of the platform has a few hundred. */
const mostLines = 50_000;

/**
 * Reads Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats).
 *
 * @throws {Unknown} `not-understood`, at the first line that is not of it
 */
export function parseExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const isOpen = /^# EOF\r?$/m.test(text);
  const samples: Sample[] = [];
  const lines = text.split("\n");
  if (lines.length > mostLines)
    throw new Unknown("too-large", `The metrics have more than ${mostLines} lines`);
  for (const [index, line] of lines.entries()) {
    const [, typed, type] = /^#[ \t]+TYPE[ \t]+([\w:]+)[ \t]+(\w+)[ \t]*$/.exec(line) ?? [];
    // OpenMetrics names the family of a counter, whose samples end in `_total` (its specification, section 4.4).
    if (typed !== undefined && type !== undefined)
      types.set(isOpen && type === "counter" && !typed.endsWith("_total") ? `${typed}_total` : typed, type);
    else if (line.trim() !== "" && !line.startsWith("#")) samples.push(sampleOf(line, index + 1));
  }
  if (samples.length === 0) throw new Unknown("no-data", "There are no samples among the metrics");
  return { types, samples };
}

function sampleOf(line: string, number: number): Sample {
  const [, name, list = "", text = ""] = sample.exec(line) ?? [];
  const value = numberOf(text);
  if (name === undefined || value === undefined) {
    throw new Unknown("not-understood", `Line ${number} of the metrics is not in Prometheus' text format`);
  }
  if (!labelList.test(list)) {
    throw new Unknown("not-understood", `Line ${number} of the metrics is not in Prometheus' text format`);
  }
  // A label with an empty value is no label.
  const labels = new Map(
    [...list.matchAll(/([a-zA-Z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)+)"/g)].map(
      ([, label = "", escaped = ""]) => [
        label,
        escaped.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter)),
      ],
    ),
  );
  return { name, labels, value };
}

function numberOf(text: string): number | undefined {
  if (/^\+?inf(?:inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-inf(?:inity)?$/i.test(text)) return Number.NEGATIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = Number(text);
  return text === "" || Number.isNaN(value) ? undefined : value;
}
