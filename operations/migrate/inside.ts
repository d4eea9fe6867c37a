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

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Functions that a statement calls, by their names without a schema. */
export function callsOf(node: Node): { name: string; args: Node[] }[] {
  return partsOf(node).flatMap(({ kind, fields: { funcname, args } }) => {
    if (kind !== "FuncCall" || !Array.isArray(funcname)) return [];
    const last: unknown = isRecord(funcname.at(-1)) ? funcname.at(-1).String : undefined;
    const name = isRecord(last) ? last.sval : undefined;
    return typeof name === "string" ? [{ name, args: Array.isArray(args) ? args : [] }] : [];
  });
}

/** Texts and numbers that are written out, in a statement or in an argument. */
export function constantOf(node: Node | undefined): string | undefined {
  if (node === undefined || !("A_Const" in node)) return undefined;
  const { sval, ival, fval, boolval, isnull } = node.A_Const;
  if (isnull === true) return undefined;
  if (boolval !== undefined) return String(boolval.boolval === true);
  return (
    sval?.sval ??
    fval?.fval ??
    (ival === undefined ? (sval === undefined ? undefined : "") : String(ival.ival ?? 0))
  );
}
