import { parseJson } from "../../lib/json.ts";
import type { Objects } from "../archive/describe.ts";

/**
 * What code that no parser reads, such as a DO block, changed of what was there before: by the definitions before and
 * after, whatever it looked like. New tables, columns that may be left out and privileges for more roles are no such
 * change, as they are none in a statement that is read.
 */
export function hiddenChanges(before: Objects, after: Objects): string[] {
  const changed = [...before].flatMap(([name, { definition, expression }]) => {
    // Of an index only whether it is unique matters, as ON CONFLICT needs one.
    if (freely.test(name) && !isUnique(definition, expression)) return [];
    const now = after.get(name);
    if (now === undefined) return [`${name} is gone`];
    const lines = new Set(now.definition.split("\n"));
    const isKept = definition.split("\n").every((line) => lines.has(line));
    return isKept && keepsExpressions(expression, now.expression) ? [] : [`${name} is another`];
  });
  const tightened = [...after].flatMap(([name, { definition, expression }]) => {
    const was = before.get(name);
    if (was === undefined) return isTighter(name, expression ?? "", before) ? [`${name} is new`] : [];
    const lines = new Set(was.definition.split("\n"));
    const added = definition.split("\n").filter((line) => !lines.has(line));
    return added.some((line) => required.test(line)) ? [`${name} requires a column that it did not`] : [];
  });
  return [...new Set([...changed, ...tightened])].toSorted();
}

/** What may come and go without a query noticing. */
const freely = /^(?:index|statistics|comment) /;

function isUnique(definition: string, expression: string | null): boolean {
  return /\bUNIQUE INDEX\b/.test(`${definition} ${expression ?? ""}`);
}

/** A column that is not null, and that nothing fills. */
const required = / not null(?!.*\bdefault\b)(?! [ad]\b)(?! s\b)/;

/** A constraint, or an index that is unique, on a table that was there. */
function isTighter(name: string, expression: string, before: Objects): boolean {
  const [, table] = /^constraint .* of (.*)$/s.exec(name) ?? [];
  if (table !== undefined) return before.has(`table ${table}`) || before.has(`type ${table}`);
  const [, on] = /\bUNIQUE INDEX .*? ON (?:ONLY )?(\S+)/s.exec(expression) ?? [];
  return on !== undefined && before.has(`table ${on}`);
}

/** Of a table, its columns' defaults by name: more of them take nothing away. Anything else must be the same. */
function keepsExpressions(before: string | null, after: string | null): boolean {
  if (before === after) return true;
  const [was, is] = [defaults(before), defaults(after)];
  if (was === undefined || is === undefined) return false;
  return Object.entries(was).every(([column, text]) => is[column] === text);
}

function defaults(text: string | null): Record<string, unknown> | undefined {
  if (text === null) return {};
  const found = parseJson(text);
  return typeof found === "object" && found !== null && !Array.isArray(found) ? { ...found } : undefined;
}
