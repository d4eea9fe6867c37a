import type { ScalarTag } from "yaml";

/** What a plain text in YAML means to Pulumi; a whole number keeps every digit. */
export type Scalar = null | boolean | bigint | number | string;

const words = new Map<string, Scalar>([
  ...["", "~", "null", "Null", "NULL"].map((text): [string, Scalar] => [text, null]),
  ...["true", "True", "TRUE"].map((text): [string, Scalar] => [text, true]),
  ...["false", "False", "FALSE"].map((text): [string, Scalar] => [text, false]),
  ...[".nan", ".NaN", ".NAN"].map((text): [string, Scalar] => [text, Number.NaN]),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((text): [string, Scalar] => [text, Infinity]),
  ...["-.inf", "-.Inf", "-.INF"].map((text): [string, Scalar] => [text, -Infinity]),
]);

const minInt64 = -(2n ** 63n);
const maxUint64 = 2n ** 64n - 1n;

/**
 * Reads a plain scalar as yaml.v3, the library of Pulumi's engine, reads one: `yes`, `on` and `60:30` are text,
 * `0777` and `0o17` are octal, and a date is the text that Go prints for it.
 */
export function resolvePlain(text: string): Scalar {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (/^[-+\d]/.test(text)) {
    const digits = text.replaceAll("_", "");
    return timestamp(text) ?? integer(digits) ?? float(digits) ?? text;
  }
  return /^\.\d+([eE][-+]?\d+)?$/.test(text) ? (float(text) ?? text) : text;
}

function integer(text: string): bigint | undefined {
  const [, sign = "", digits = ""] = /^([-+]?)(\d[\da-zA-Z]*)$/.exec(text) ?? [];
  const [, octal] = /^0([0-7]+)$/.exec(digits) ?? [];
  const literal = octal === undefined ? digits : `0o${octal}`;
  if (!/^(0|[1-9]\d*|0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+)$/.test(literal)) return undefined;
  const value = BigInt(literal) * (sign === "-" ? -1n : 1n);
  return value < minInt64 || value > maxUint64 ? undefined : value;
}

function float(text: string): number | undefined {
  if (!/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

const datePattern =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:([Tt]| )(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[-+]\d{2}:\d{2})?)?$/;

/** The text that Go prints for a date; undefined for a text that is none. */
function timestamp(text: string): string | undefined {
  const [
    ,
    year = "",
    month = "",
    day = "",
    joint,
    hour = "0",
    minute = "0",
    second = "0",
    fraction = "",
    zone,
  ] = datePattern.exec(text) ?? [];
  if (year === "") return undefined;
  // With a T a zone must follow, and with a space none may.
  if (joint !== undefined && (joint === " ") !== (zone === undefined)) return undefined;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const valid =
    inRange(month, 1, 12) &&
    inRange(day, 1, days) &&
    inRange(hour, 0, 23) &&
    inRange(minute, 0, 59) &&
    inRange(second, 0, 59);
  if (!valid) return undefined;
  const two = (part: string): string => part.padStart(2, "0");
  const rest = fraction.slice(0, 10).replace(/\.?0*$/, "");
  const offset = zone === undefined || zone === "Z" ? "+0000" : zone.replace(":", "");
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}${rest} ${offset} ${offset === "+0000" ? "UTC" : offset}`;
}

function inRange(text: string, min: number, max: number): boolean {
  return Number(text) >= min && Number(text) <= max;
}

/** Tags by which the `yaml` package reads scalars as above; what is quoted is text. */
export const scalarTags: ScalarTag[] = [
  { tag: "tag:yaml.org,2002:plain", default: true, test: /^/, resolve: resolvePlain },
  ...(["null", "bool", "int", "float", "timestamp"] as const).map(
    (name): ScalarTag => ({ tag: `tag:yaml.org,2002:${name}`, resolve: explicit(name) }),
  ),
  // Go has no bytes here but text.
  { tag: "tag:yaml.org,2002:binary", resolve: (text) => Buffer.from(text, "base64").toString() },
];

const kinds = {
  null: (value: Scalar) => value === null,
  bool: (value: Scalar) => typeof value === "boolean",
  int: (value: Scalar) => typeof value === "bigint",
  float: (value: Scalar) => typeof value === "number" || typeof value === "bigint",
  timestamp: (value: Scalar) => typeof value === "string",
};

function explicit(name: keyof typeof kinds): ScalarTag["resolve"] {
  return (text, onError) => {
    const value = resolvePlain(text);
    if (!kinds[name](value)) onError(`${JSON.stringify(text)} is not a !!${name}`);
    return name === "float" && typeof value === "bigint" ? Number(value) : value;
  };
}
