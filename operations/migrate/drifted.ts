import { parseJson } from "../../lib/json.ts";
import { shortened } from "../../lib/text.ts";
import { type Described, digestOf, type Objects } from "../archive/describe.ts";

/** The most differences that are said of one object. */
const most = 20;

/** How a database differs from what its migrations make: a sentence for each object, column or other part of one. */
export function driftBetween(made: Objects, found: Objects): string[] {
  const names = [...new Set([...made.keys(), ...found.keys()])].sort();
  return names.flatMap((name) => {
    const [expected, actual] = [made.get(name), found.get(name)];
    if (actual === undefined) return [`${name} ${missing}`];
    if (expected === undefined) return [`${name} ${extra}`];
    if (digestOf(expected) === digestOf(actual)) return [];
    const parts = [...partsBetween(expected, actual), ...expressionsBetween(expected, actual)];
    if (parts.length === 0) return [`${name} has its parts in another order than the migrations make them.`];
    const more = parts.length - most;
    return [
      ...parts.slice(0, most).map((part) => `${name}: ${part}`),
      ...(more > 0 ? [`${name}: and ${more} more differences.`] : []),
    ];
  });
}

const missing = "is created by a migration, but missing from the database.";
const extra = "is in the database, but no migration creates it.";

/** Lines of a definition: of a table, one is a column with its type and what else it has. */
function partsBetween(expected: Described, actual: Described): string[] {
  const [made, found] = [linesOf(expected), linesOf(actual)];
  const gone = made.filter((line) => !found.includes(line));
  const added = found.filter((line) => !made.includes(line));
  const changed = gone.flatMap((before) => {
    const after = added.find((line) => nameIn(line) === nameIn(before));
    return after === undefined ? [] : [{ before, after }];
  });
  const isChanged = new Set(changed.flatMap(({ before, after }) => [before, after]));
  return [
    ...changed.map(({ before, after }) => `${quoted(after)} is ${quoted(before)} by the migrations.`),
    ...added.filter((line) => !isChanged.has(line)).map((line) => `${quoted(line)} ${extra}`),
    ...gone.filter((line) => !isChanged.has(line)).map((line) => `${quoted(line)} ${missing}`),
  ];
}

function linesOf({ definition }: Described): string[] {
  return definition.split("\n").filter((line) => line !== "");
}

/** What a line begins with: the name of a column, which may be in quotes. */
function nameIn(line: string): string {
  return /^(?:"(?:[^"]|"")*"|\S+)/.exec(line)?.[0] ?? line;
}

/** Defaults by their columns, or one expression, such as the query of a view. */
function expressionsBetween(expected: Described, actual: Described): string[] {
  if (expected.expression === actual.expression) return [];
  const [made, found] = [byColumn(expected.expression), byColumn(actual.expression)];
  if (made === undefined || found === undefined) {
    return [`${quoted(actual.expression ?? "")} is ${quoted(expected.expression ?? "")} by the migrations.`];
  }
  const columns = [...new Set([...made.keys(), ...found.keys()])].sort();
  return columns.flatMap((column) => {
    const [before, after] = [made.get(column), found.get(column)];
    if (before === after) return [];
    const what = column === "" ? "the key of its partitions" : `the default of ${column}`;
    if (after === undefined) return [`${what} ${missing}`];
    if (before === undefined) return [`${what} ${extra}`];
    return [`${what} is ${quoted(after)}, and ${quoted(before)} by the migrations.`];
  });
}

function byColumn(expression: string | null): Map<string, string> | undefined {
  if (expression === null) return new Map();
  const value = parseJson(expression);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value).map(([column, text]) => [column, String(text)]));
}

function quoted(text: string): string {
  return `\`${shortened(text.replaceAll(/\s+/g, " ").trim(), 200)}\``;
}
