import type { SampleRequest } from "./sample-request.ts";

/** A value in an expression; undefined is one that is not known. A list holds the members of a set. */
export type Operand = string | number | boolean | undefined | readonly Operand[];

/** What a field says of the request; undefined for a field that the sample does not have. */
export function field(name: string, { host, path, method, scheme, zone }: SampleRequest): Operand {
  switch (name) {
    case "true":
      return true;
    case "false":
      return false;
    case "ssl":
      return scheme === "https";
    case "http.host":
      return host;
    case "http.request.method":
      return method;
    case "http.request.uri":
    case "raw.http.request.uri":
    case "http.request.uri.path":
    case "raw.http.request.uri.path":
      return path;
    case "http.request.uri.query":
    case "raw.http.request.uri.query":
      return "";
    case "http.request.full_uri":
    case "raw.http.request.full_uri":
      return `${scheme}://${host}${path}`;
    case "http.response.code":
      return 200;
    case "http.response.content_type.media_type":
      return path.startsWith("/api/") ? "application/json" : "text/html";
    case "cf.zone.name":
      return zone;
    // Account rulesets act on the zones of the Enterprise plan only, and say so.
    case "cf.zone.plan":
      return "ENT";
    default:
      return undefined;
  }
}

/** What a function says of its arguments; undefined for one that is not known here. */
export function call(name: string, [first, second]: readonly Operand[]): Operand {
  if (typeof first !== "string") {
    return undefined;
  }
  switch (name) {
    case "lower":
      return first.toLowerCase();
    case "upper":
      return first.toUpperCase();
    case "url_decode":
      return first;
    case "len":
      return first.length;
    case "starts_with":
      return typeof second === "string" ? first.startsWith(second) : undefined;
    case "ends_with":
      return typeof second === "string" ? first.endsWith(second) : undefined;
    default:
      return undefined;
  }
}

/** Comparison operators, by their English names; `wildcard` may follow `strict`. */
export const comparisons = new Set([
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
  "contains",
  "matches",
  "wildcard",
  "in",
]);

/** What a comparison says; undefined where a side is not known or the operator does not take it. */
export function compare(operator: string, left: Operand, right: Operand): Operand {
  if (left === undefined || right === undefined) {
    return undefined;
  }
  if (operator === "in") {
    return isIn(left, right);
  }
  if (typeof left === "number" && typeof right === "number") {
    return compareNumbers(operator, left, right);
  }
  return typeof left === "string" && typeof right === "string"
    ? compareStrings(operator, left, right)
    : undefined;
}

function compareNumbers(operator: string, left: number, right: number): Operand {
  switch (operator) {
    case "eq":
      return left === right;
    case "ne":
      return left !== right;
    case "lt":
      return left < right;
    case "le":
      return left <= right;
    case "gt":
      return left > right;
    case "ge":
      return left >= right;
    default:
      return undefined;
  }
}

function compareStrings(operator: string, left: string, right: string): Operand {
  switch (operator) {
    case "eq":
      return left === right;
    case "ne":
      return left !== right;
    case "contains":
      return left.includes(right);
    case "matches":
      return matchesPattern(left, right, "");
    case "wildcard":
      return matchesPattern(left, wildcard(right), "i");
    case "strict wildcard":
      return matchesPattern(left, wildcard(right), "");
    default:
      return undefined;
  }
}

function isIn(left: Operand, right: Operand): Operand {
  if (typeof right !== "object") {
    return undefined;
  }
  return right.includes(left) ? true : right.includes(undefined) ? undefined : false;
}

function matchesPattern(text: string, pattern: string, flags: "" | "i"): boolean | undefined {
  try {
    return new RegExp(pattern, flags).test(text);
  } catch {
    return undefined;
  }
}

const wildcard = (pattern: string): string =>
  `^${pattern.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", "[^]*")}$`;

export const negate = (value: Operand): Operand => (typeof value === "boolean" ? !value : undefined);

/** True as soon as one side is, whatever the other is. */
export function either(left: Operand, right: Operand): Operand {
  if (left === true || right === true) {
    return true;
  }
  return left === false && right === false ? false : undefined;
}
