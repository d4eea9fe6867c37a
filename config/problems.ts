import * as z from "zod";
import { parseJson } from "../lib/json.ts";
import { privateKeyForm } from "./age.ts";
import { alternatives } from "./catalogue.ts";
import type { SettingsProblem } from "./refusal.ts";

/** What a stack's settings came to: the values that the schema judges, and what was wrong before it. */
export interface ReadSettings {
  readonly values: Record<string, unknown>;
  readonly problems: SettingsProblem[];
}

/** Characters that the value of one key may have. */
const longestValue = 65_536;
/** Levels that a value may be nested; the settings themselves need five. */
const deepestValue = 12;

/** Reads the values of a namespace's keys, as Pulumi hands them over, into what they stand for. */
export function readSettings({ shape }: z.ZodObject, config: ReadonlyMap<string, string>): ReadSettings {
  const values: Record<string, unknown> = {};
  const problems: SettingsProblem[] = [];
  for (const [key, text] of config) {
    if (!Object.hasOwn(shape, key)) problems.push({ path: [key] });
    else if (text.length > longestValue) {
      problems.push({ path: [key], expected: `at most ${longestValue} characters`, found: text });
    } else if (isText(shape[key])) values[key] = text;
    // The policies judge waivers, whatever they are.
    else if (key === "waivers") values[key] = parsedJson(text);
    else values[key] = plainCopy(parsedJson(text), [key], problems);
  }
  return { values, problems };
}

/** Whether the value of a top-level key is text as it stands; that of every other key is JSON. */
function isText(schema: z.core.$ZodType | undefined): boolean {
  const inner = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  return inner instanceof z.ZodString || inner instanceof z.ZodEnum;
}

/** What each issue of the schema means to the person who wrote the settings. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  values: Record<string, unknown>,
): SettingsProblem[] {
  const seen = new Set<string>();
  return issues.flatMap((issue): SettingsProblem[] => {
    const path = stepsOf(issue);
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: [...path, key] }));
    if (issue.code === "invalid_key") return [{ path }];
    const found = valueAt(values, path);
    const same = JSON.stringify([path, issue.message]);
    if (seen.has(same)) return [];
    seen.add(same);
    return [{ path, expected: issue.message, found, hint: hintOn(issue, found) }];
  });
}

function hintOn(issue: z.core.$ZodIssue, found: unknown): string | undefined {
  if (typeof found === "string" && privateKeyForm.test(found)) {
    return "this is a private key: remove it and create a new pair, because it has been exposed";
  }
  const isBare = typeof found === "number" || typeof found === "boolean";
  return isBare && wants(issue, "string") && mayBeWritten(issue, found) ? "write it in quotes" : undefined;
}

/** Whether a number, true or false may stand for what is accepted: without quotes, YAML reads 1.0 as 1 and off as false. */
function mayBeWritten(issue: z.core.$ZodIssue, found: number | boolean): boolean {
  if (issue.code !== "invalid_value") return true;
  const words: readonly unknown[] = found === true ? ["on", "yes", "true"] : ["off", "no", "false"];
  return issue.values.some((value) =>
    typeof found === "boolean" ? words.includes(value) : Number(value) === found,
  );
}

/** Says what was expected where the schema has no words of its own for it; only lists have sizes then. */
export function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return typeNames[issue.expected] ?? `a value of type ${issue.expected}`;
    case "invalid_value":
      return alternatives(issue.values);
    case "too_small":
      return `a list of at least ${issue.minimum}`;
    case "too_big":
      return `a list of at most ${issue.maximum}`;
    default:
      return "a valid value";
  }
}

const typeNames: Record<string, string> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
};

/**
 * Turns text into the number, true or false that the schema wanted in its place, and says whether it did:
 * `pulumi config set --path` stores fractions as text, and quotes are easily typed.
 */
export function adoptWanted(issues: readonly z.core.$ZodIssue[], values: Record<string, unknown>): boolean {
  let adopted = false;
  for (const issue of issues) {
    const path = stepsOf(issue);
    const found = valueAt(values, path);
    if (typeof found !== "string") continue;
    const isNumber = wants(issue, "number") && /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/.test(found);
    const isBoolean = wants(issue, "boolean") && (found === "true" || found === "false");
    if (!isNumber && !isBoolean) continue;
    const parent = valueAt(values, path.slice(0, -1));
    const last = path.at(-1) ?? "";
    if (isMapping(parent)) parent[last] = isNumber ? Number(found) : found === "true";
    adopted ||= isMapping(parent);
  }
  return adopted;
}

function wants(issue: z.core.$ZodIssue, type: "string" | "number" | "boolean"): boolean {
  if (issue.code === "invalid_value") return issue.values.every((value) => typeof value === type);
  return issue.code === "invalid_type" && issue.expected === type;
}

function stepsOf(issue: z.core.$ZodIssue): (string | number)[] {
  return issue.path.map((step) => (typeof step === "number" ? step : String(step)));
}

function valueAt(values: unknown, path: readonly (string | number)[]): unknown {
  let value = values;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** A mapping in JSON's sense; no setting that takes text is the item of a list of numbers. */
function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of JSON text, or the text itself where it is not JSON. */
function parsedJson(text: string): unknown {
  const value = parseJson(text);
  return value === undefined ? text : value;
}

/** A copy without `__proto__` and without what is nested too deep, each of which is a problem. */
function plainCopy(value: unknown, path: readonly (string | number)[], problems: SettingsProblem[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (path.length > deepestValue) {
    problems.push({ path, expected: `at most ${deepestValue} levels`, found: value });
    return undefined;
  }
  if (Array.isArray(value)) return value.map((item, index) => plainCopy(item, [...path, index], problems));
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    if (name === "__proto__") problems.push({ path: [...path, name] });
    else copy[name] = plainCopy(item, [...path, name], problems);
  }
  return copy;
}
