import type * as z from "zod";
import { listed, shortened } from "./text.ts";

type Issue = z.core.$ZodIssue;

/** Problems shown of one document; the rest is counted. */
const mostProblems = 20;
/** Characters shown of one of them. */
const longestProblem = 300;

/** What does not fit a schema, in words: a line for each place, with what is expected there and what was found. */
export function schemaProblems({ issues }: z.ZodError): string {
  const lines = issues.map((issue) => `  ${shortened(problemOf(issue), longestProblem)}`);
  const left = lines.length - mostProblems;
  return [...lines.slice(0, mostProblems), ...(left > 0 ? [`  and ${left} more`] : [])].join("\n");
}

function problemOf(issue: Issue, path = issue.path): string {
  if (issue.code === "invalid_union") {
    // The alternative that is of the right type is the one that was meant.
    const meant = issue.errors.find((branch) => !branch.some(isOfAnotherType));
    const [first] = meant ?? [];
    if (first !== undefined) return problemOf(first, [...path, ...first.path]);
  }
  const place = path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");
  return place === "" ? wordsOf(issue) : `${place}: ${wordsOf(issue)}`;
}

function wordsOf(issue: Issue): string {
  if (issue.code === "unrecognized_keys") return `${issue.keys.join(", ")}: unknown here`;
  const expected = [...new Set(expectationsOf(issue))];
  if (expected.length === 0) return issue.message.replace(/^Invalid input: /, "");
  const found = foundIn(issue);
  const wanted = `expected ${listed(expected, "or")}`;
  if (found === undefined) return wanted;
  return found === "undefined" ? `missing; ${wanted}` : `${wanted}, found ${nameOf(found)}`;
}

/** What may stand in a place; empty where the schema's own message says it. */
function expectationsOf(issue: Issue): string[] {
  switch (issue.code) {
    case "invalid_type":
      return [nameOf(issue.expected)];
    case "invalid_value":
      return issue.values.map((value) => (typeof value === "bigint" ? String(value) : JSON.stringify(value)));
    case "invalid_union":
      return issue.errors.flatMap((branch) => branch.flatMap(expectationsOf));
    default:
      return [];
  }
}

/** The type of what was found, which zod tells in its message alone. */
function foundIn(issue: Issue): string | undefined {
  if (issue.code === "invalid_union") {
    // A text may be one of those that are expected, and is only another one.
    const isText = issue.errors.flat().some(({ code }) => code === "invalid_value");
    return issue.errors
      .flat()
      .map(foundIn)
      .find((type) => type !== undefined && !(isText && type === "string"));
  }
  return / received (\w+)$/.exec(issue.message)?.[1];
}

function isOfAnotherType({ code, path }: Issue): boolean {
  return path.length === 0 && ["invalid_type", "invalid_union", "invalid_value"].includes(code);
}

const names: Readonly<Record<string, string>> = {
  string: "text",
  bigint: "a number",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
  map: "a mapping",
  null: "nothing",
  undefined: "nothing",
};

function nameOf(type: string): string {
  return names[type] ?? type;
}
