import type { Node } from "libpg-query";

/** A part of a parsed statement by its kind, such as `DeleteStmt`. */
export interface Part {
  kind: string;
  fields: Readonly<Record<string, unknown>>;
}

/** The statement and every part inside it, such as the DELETE in a WITH or a call in an expression. */
export function partsOf(node: Node): Part[] {
  const found: Part[] = [];
  const open: unknown[] = [node];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) open.push(...value);
    if (!isRecord(value) || Array.isArray(value)) continue;
    for (const [key, child] of Object.entries(value)) {
      if (/^[A-Z]/.test(key) && isRecord(child)) found.push({ kind: key, fields: child });
      open.push(child);
    }
  }
  return found;
}

/** Whether a condition is there and reads a column: `WHERE true` holds for every row. */
export function selects(condition: unknown): boolean {
  const open: unknown[] = [condition];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (!isRecord(value)) continue;
    if ("ColumnRef" in value || "CurrentOfExpr" in value) return true;
    open.push(...Object.values(value));
  }
  return false;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
