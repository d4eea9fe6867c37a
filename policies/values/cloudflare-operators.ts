import type { Browser, SampleRequest } from "./sample-request.ts";

/**
 * A value in an expression; undefined is one that is not known. A list holds the members of a set, and of a text
 * may be known only how it begins.
 */
export type Operand = string | number | boolean | undefined | readonly Operand[] | Beginning | Unlisted;

export interface Beginning {
  readonly prefix: string;
  /** What follows where anything does; any text where it is undefined. */
  readonly next?: "?";
}

export const isBeginning = (value: Operand): value is Beginning =>
  typeof value === "object" && !Array.isArray(value) && "prefix" in value;

/** What a stranger has: another value than any that an expression names. */
interface Unlisted {
  readonly isUnlisted: true;
}

const unlisted: Unlisted = { isUnlisted: true };
const isUnlisted = (value: Operand): value is Unlisted => value === unlisted;

/** Fields by which rules know clients; what they say of a stranger. */
const ofClients = new Map<string, Operand>([
  ["ip.src", unlisted],
  ["ip.src.asnum", unlisted],
  ["ip.geoip.asnum", unlisted],
  ["cf.tls_client_auth.cert_verified", false],
  ["cf.tls_client_auth.cert_presented", false],
]);

const chosenByClients = new Set(["http.user_agent", "http.cookie", "http.referer"]);

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
      return isOpenEnded ? { prefix: path } : path;
    case "http.request.uri.path.extension":
      return isOpenEnded ? undefined : (/\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "");
    // A client chooses the query, and nothing else of a path that is known to its end.
    case "http.request.uri":
      return { prefix: path, ...(!isOpenEnded && { next: "?" }) };
    case "http.request.full_uri":
      return host === ""
        ? undefined
        : { prefix: `${scheme}://${host}${path}`, ...(!isOpenEnded && { next: "?" }) };
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
      if (name.startsWith("raw.")) return field(name.slice(4), asSent(request));
      if (request.browser !== undefined) return ofBrowser(name, request.browser, host);
      if (request.stranger === undefined) return undefined;
      return request.stranger === "any" && chosenByClients.has(name) ? unlisted : ofClients.get(name);
  }
}

/** What a field says of a browser at a visitor's, whom no rule knows. */
function ofBrowser(name: string, { agent, cookie }: Browser, host: string): Operand {
  const texts: Readonly<Record<string, Operand>> = {
    "http.user_agent": agent,
    "http.cookie": cookie,
    "http.referer": `https://${host}/`,
    "http.request.version": "HTTP/2",
    "cf.client.bot": false,
    "cf.bot_management.verified_bot": false,
    "cf.verified_bot_category": "",
  };
  return texts[name] ?? ofClients.get(name);
}

/** The request before any rule changed its path, which fields that begin with `raw.` are about. */
function asSent({ rawPath, ...request }: SampleRequest): SampleRequest {
  return rawPath === undefined ? request : { ...request, path: rawPath, isOpenEnded: false };
}

/** What an element of a map of headers says, by the header's name in lower case. */
export function headerField(name: string, key: string, request: SampleRequest): Operand {
  if (name === "http.request.headers" && key === "origin") {
    return request.origin;
  }
  if (/^http\.request\.(?:headers|cookies)$/.test(name) && request.stranger === "any") {
    return unlisted;
  }
  if (name === "http.request.headers" && request.browser !== undefined) {
    return headerOfBrowser(key, request.browser, request.host);
  }
  return name === "http.response.headers" && key === "content-type" && request.contentType !== undefined
    ? `${request.contentType}; charset=utf-8`
    : undefined;
}

/** What every browser sends with a script's request; undefined of any other header, also of one that is not sent. */
function headerOfBrowser(key: string, { agent, cookie }: Browser, host: string): Operand {
  const sent: Readonly<Record<string, string | undefined>> = {
    accept: "*/*",
    "accept-encoding": "gzip, deflate, br, zstd",
    "accept-language": "en-US,en;q=0.9",
    cookie: cookie === "" ? undefined : cookie,
    host,
    referer: `https://${host}/`,
    "sec-fetch-dest": "script",
    "sec-fetch-mode": "no-cors",
    "sec-fetch-site": "same-origin",
    "user-agent": agent,
  };
  return sent[key];
}

/** What a function says of its arguments; undefined for one that is not known here. */
export function call(name: string, values: readonly Operand[]): Operand {
  const [first, second, third] = values;
  if ((name === "any" || name === "all") && typeof first === "boolean") {
    // Each list that is known here has one element.
    return first;
  }
  if (name === "concat") {
    return joined(values);
  }
  if (isUnlisted(first)) {
    return name === "lower" || name === "upper"
      ? first
      : /^(?:starts|ends)_with$/.test(name)
        ? false
        : undefined;
  }
  if (isBeginning(first)) {
    return name === "substring" ? part(first, second, third) : callOnBeginning(name, first, second);
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
    case "starts_with":
      return typeof second === "string" ? first.startsWith(second) : undefined;
    case "len":
      // A path stands for others, of any length.
      return first.startsWith("/") ? undefined : first.length;
    case "ends_with":
      return typeof second === "string" ? first.endsWith(second) : undefined;
    case "substring":
      return part({ prefix: first }, second, third ?? first.length);
    case "regex_replace":
    case "wildcard_replace":
      return typeof second === "string" && typeof third === "string"
        ? replaced(first, name === "regex_replace" ? patternOf(second) : wildcardOf(second, "i"), third)
        : undefined;
    default:
      return undefined;
  }
}

/** The texts one after the other; of what follows one that is not known only the beginning is. */
function joined(values: readonly Operand[]): Operand {
  const place = values.findIndex((value) => typeof value !== "string");
  const stop = place < 0 ? undefined : values[place];
  const prefix = values.slice(0, place < 0 ? values.length : place).join("");
  if (place < 0) {
    return prefix;
  }
  const text = prefix + (isBeginning(stop) ? stop.prefix : "");
  return text === "" ? undefined : { prefix: text };
}

/** The part of a text from one place, and to another where there is one: counted from the end where they are negative. */
function part(text: Beginning, from: Operand, to: Operand): Operand {
  const { prefix } = text;
  if (typeof from !== "number" || from < 0 || from > prefix.length) return undefined;
  if (to === undefined) return { ...text, prefix: prefix.slice(from) };
  return typeof to === "number" && to >= from && to <= prefix.length ? prefix.slice(from, to) : undefined;
}

/** The text with the first match replaced, in whose replacement `${1}` is what the first group took. */
function replaced(text: string, pattern: RegExp | undefined, replacement: string): string | undefined {
  return (
    pattern &&
    text.replace(pattern, (...groups) =>
      replacement.replace(/\$\{(\d)\}/g, (_, place) => groups[place] ?? ""),
    )
  );
}

function callOnBeginning(name: string, text: Beginning, second: Operand): Operand {
  switch (name) {
    case "lower":
      return { ...text, prefix: text.prefix.toLowerCase() };
    case "upper":
      return { ...text, prefix: text.prefix.toUpperCase() };
    case "url_decode":
      return text;
    case "starts_with":
      return typeof second === "string" ? beginsWith(text, second) : undefined;
    default:
      return undefined;
  }
}

/** Whether a text of which the beginning is known begins with another. */
function beginsWith(text: Beginning, other: string): boolean | undefined {
  return text.prefix.startsWith(other) ? true : mayGoOnAs(text, other) ? undefined : false;
}

/** Whether it may be that other, longer text, or begin so. */
function mayGoOnAs({ prefix, next }: Beginning, other: string): boolean {
  return other.startsWith(prefix) && (next === undefined || other.charAt(prefix.length) === next);
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
  if (isUnlisted(left)) {
    return operator === "ne" ? true : /^[lg][te]$/.test(operator) ? undefined : false;
  }
  if (left === undefined || right === undefined) {
    return undefined;
  }
  if (operator === "in") {
    return isIn(left, right);
  }
  if (isBeginning(left)) {
    return typeof right === "string" ? compareBeginning(operator, left, right) : undefined;
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
      return matchesPattern(left, right);
    case "wildcard":
      return matchesWildcard(left.toLowerCase(), right.toLowerCase());
    case "strict wildcard":
      return matchesWildcard(left, right);
    default:
      return undefined;
  }
}

/** What is known of a text by how it begins: `contains` and `matches` hold for it once they hold for that. */
function compareBeginning(operator: string, left: Beginning, right: string): Operand {
  const { prefix } = left;
  switch (operator) {
    case "eq":
      return isPossible(left, right) ? undefined : false;
    case "ne":
      return isPossible(left, right) ? undefined : true;
    case "contains":
      return prefix.includes(right) || undefined;
    case "matches":
      return (!/[$\\]|\(\?/.test(right) && matchesPattern(prefix, right)) || undefined;
    case "wildcard":
      return wildcardOnBeginning({ ...left, prefix: prefix.toLowerCase() }, right.toLowerCase());
    case "strict wildcard":
      return wildcardOnBeginning(left, right);
    default:
      return undefined;
  }
}

const isPossible = (left: Beginning, text: string): boolean => text === left.prefix || mayGoOnAs(left, text);

function wildcardOnBeginning(left: Beginning, pattern: string): boolean | undefined {
  const [head = "", ...rest] = pattern.split("*");
  if (pattern.endsWith("*") && matchesWildcard(left.prefix, pattern)) {
    return true;
  }
  // Without a star the pattern is one text.
  const isPossibly = rest.length === 0 ? isPossible(left, head) : beginsWith(left, head) !== false;
  return isPossibly ? undefined : false;
}

function isIn(left: Operand, right: Operand): Operand {
  if (!Array.isArray(right)) {
    return undefined;
  }
  if (isBeginning(left)) {
    const possible = right.some((it) => typeof it !== "string" || isPossible(left, it));
    return possible ? undefined : false;
  }
  return right.includes(left) ? true : right.includes(undefined) ? undefined : false;
}

/**
 * Whether a text matches a regular expression of Rust's syntax, which Cloudflare uses; undefined for one that
 * JavaScript does not read in the same way. In its mode `u` it refuses what it would take for plain letters, such as
 * `\\A` and `[[:alpha:]]`. Flags may stand at the beginning alone.
 */
function matchesPattern(text: string, pattern: string): boolean | undefined {
  return patternOf(pattern)?.test(text);
}

function patternOf(pattern: string): RegExp | undefined {
  const [, flags = "", body = ""] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(pattern) ?? [];
  try {
    return new RegExp(body, `u${[...new Set(flags)].join("")}`);
  } catch {
    return undefined;
  }
}

function matchesWildcard(text: string, pattern: string): boolean {
  return wildcardOf(pattern).test(text);
}

/** Each star is a group of its own. */
function wildcardOf(pattern: string, flags = ""): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", "([^]*)");
  return new RegExp(`^${escaped}$`, flags);
}

export const negate = (value: Operand): Operand => (typeof value === "boolean" ? !value : undefined);

/** True as soon as one side is, whatever the other is. */
export function either(left: Operand, right: Operand): Operand {
  if (left === true || right === true) {
    return true;
  }
  return left === false && right === false ? false : undefined;
}
