import { durationSeconds } from "./duration.ts";
import { type Groups, scan } from "./scan.ts";

export type PromqlToken =
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "number"; readonly value: number }
  /** In seconds; not a number for a variable of a dashboard, which Grafana fills in. */
  | { readonly kind: "duration"; readonly value: number }
  | { readonly kind: "word"; readonly text: string }
  /** `$A`, a query that an expression of Grafana refers to, or a variable of a dashboard. */
  | { readonly kind: "variable"; readonly text: string }
  | { readonly kind: "sign"; readonly text: string };

/** Tokens of a PromQL expression, or of a Grafana math expression; undefined when it holds something else. */
export function promqlTokens(expression: string): PromqlToken[] | undefined {
  return scan(expression, pattern, toToken);
}

const pattern = new RegExp(
  [
    String.raw`(?<space>\s+|#[^\n]*)`,
    String.raw`"(?<double>(?:[^"\\]|\\[\s\S])*)"`,
    String.raw`'(?<single>(?:[^'\\]|\\[\s\S])*)'`,
    "`(?<raw>[^`]*)`",
    String.raw`\$\{(?<braced>\w+)(?::\w+)?\}`,
    String.raw`\$(?<variable>\w+)`,
    String.raw`(?<duration>(?:\d+(?:ms|[smhdwy]))+)(?![\w.])`,
    String.raw`(?<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])`,
    String.raw`(?<word>[A-Za-z_][\w:]*)`,
    String.raw`(?<sign>&&|\|\||=~|!~|==|!=|<=|>=|[-+*/%^<>=!(){}\[\],:@])`,
  ].join("|"),
  "y",
);

function toToken(groups: Groups): PromqlToken | undefined {
  const { double, single, raw, braced, variable, duration, number, word, sign } = groups;
  const quoted = double ?? single;
  if (quoted !== undefined) {
    return { kind: "string", text: quoted.replace(/\\([\s\S])/g, unescaped) };
  }
  if (raw !== undefined) {
    return { kind: "string", text: raw };
  }
  if (duration !== undefined) {
    return { kind: "duration", value: durationSeconds(duration) ?? Number.NaN };
  }
  if (number !== undefined) {
    return { kind: "number", value: Number(number) };
  }
  if (word !== undefined) {
    return /^(?:inf|nan)$/i.test(word)
      ? { kind: "number", value: /^inf$/i.test(word) ? Number.POSITIVE_INFINITY : Number.NaN }
      : { kind: "word", text: word };
  }
  if (sign !== undefined) {
    return { kind: "sign", text: sign };
  }
  const name = braced ?? variable;
  return name === undefined ? undefined : { kind: "variable", text: name };
}

const unescaped = (_: string, character: string): string =>
  ({ n: "\n", t: "\t", r: "\r" })[character] ?? character;
