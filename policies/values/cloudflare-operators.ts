import type { SampleRequest } from "./sample-request.ts";

/**
 * A value in an expression; undefined is one that is not known. A list holds the members of a set, and of a text
 * may be known only how it begins.
 */
export type Operand = string | number | boolean | undefined | readonly Operand[] | Beginning;

interface Beginning {
  readonly prefix: string;
}

const isBeginning = (value: Operand): value is Beginning =>
  typeof value === "object" && !Array.isArray(value) && "prefix" in value;

/** What a field says of the request; undefined for a field that the sample does not have. */
export function field(name: string, request: SampleRequest): Operand {
  const { host, path, isOpenEnded, method, scheme, zone } = request;
  switch (name) {
    case "true":
      return true;
    case "false":
      return false;
    case "ssl":
      return scheme === "https";
    case "http.host":
      return host === "" ? undefined : host;
    case "http.request.method":
      return method;
    case "http.request.uri.path":
    case "raw.http.request.uri.path":
      return isOpenEnded ? { prefix: path } : path;
    case "http.request.uri.path.extension":
      return isOpenEnded ? undefined : (/\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "");
    // A client chooses the query.
    case "http.request.uri":
    case "raw.http.request.uri":
      return { prefix: path };
    case "http.request.full_uri":
    case "raw.http.request.full_uri":
      return { prefix: `${scheme}://${host}${path}` };
    case "http.response.code":
      return request.responseCode;
    case "http.response.content_type.media_type":
      return request.contentType;
    case "cf.zone.name":
      return zone;
    // Account rulesets act on the zones of the Enterprise plan only, and say so.
    case "cf.zone.plan":
      return "ENT";
    default:
      return undefined;
  }
}

/** What an element of a map of headers says, by the header's name in lower case. */
export function headerField(name: string, key: string, request: SampleRequest): Operand {
  if (name === "http.request.headers" && key === "origin") {
    return request.origin;
  }
  return name === "http.response.headers" && key === "content-type" && request.contentType !== undefined
    ? `${request.contentType}; charset=utf-8`
    : undefined;
}

/** What a function says of its arguments; undefined for one that is not known here. */
export function call(name: string, [first, second]: readonly Operand[]): Operand {
  if ((name === "any" || name === "all") && typeof first === "boolean") {
    // Each list that is known here has one element.
    return first;
  }
  if (isBeginning(first)) {
    return callOnBeginning(name, first, second);
  }
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

function callOnBeginning(name: string, { prefix }: Beginning, second: Operand): Operand {
  switch (name) {
    case "lower":
      return { prefix: prefix.toLowerCase() };
    case "upper":
      return { prefix: prefix.toUpperCase() };
    case "url_decode":
      return { prefix };
    case "starts_with":
      return typeof second === "string" ? beginsWith(prefix, second) : undefined;
    default:
      return undefined;
  }
}

/** Whether a text of which the beginning is known begins with another. */
function beginsWith(prefix: string, other: string): boolean | undefined {
  return prefix.startsWith(other) ? true : other.startsWith(prefix) ? undefined : false;
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
  if (isBeginning(left)) {
    return typeof right === "string" ? compareBeginning(operator, left.prefix, right) : undefined;
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

/** What is known of a text by how it begins: `contains` and `matches` hold for it once they hold for that. */
function compareBeginning(operator: string, prefix: string, right: string): Operand {
  switch (operator) {
    case "eq":
      return right.startsWith(prefix) ? undefined : false;
    case "ne":
      return right.startsWith(prefix) ? undefined : true;
    case "contains":
      return prefix.includes(right) || undefined;
    case "matches":
      return (!/[$\\]|\(\?/.test(right) && matchesPattern(prefix, right, "")) || undefined;
    case "wildcard":
      return wildcardOnBeginning(prefix.toLowerCase(), right.toLowerCase());
    case "strict wildcard":
      return wildcardOnBeginning(prefix, right);
    default:
      return undefined;
  }
}

function wildcardOnBeginning(prefix: string, pattern: string): boolean | undefined {
  const [head = ""] = pattern.split("*");
  if (pattern.endsWith("*") && matchesPattern(prefix, wildcard(pattern), "") === true) {
    return true;
  }
  return beginsWith(prefix, head) === false ? false : undefined;
}

function isIn(left: Operand, right: Operand): Operand {
  if (!Array.isArray(right)) {
    return undefined;
  }
  if (isBeginning(left)) {
    const possible = right.some((it) => typeof it !== "string" || it.startsWith(left.prefix));
    return possible ? undefined : false;
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
