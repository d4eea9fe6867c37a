import type { Node } from "libpg-query";
import { lastName } from "./commands.ts";
import { nameOfList } from "./names.ts";

/** Functions that give one value in a statement. */
const settled: ReadonlySet<string> = new Set([
  "now",
  "timezone",
  "transaction_timestamp",
  "statement_timestamp",
]);

/**
 * Whether a default has one value for all rows that are there, which PostgreSQL keeps beside the table: a constant
 * with a sign or a type, and the time of the transaction.
 */
export function isSettled(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if ("A_Const" in node || "SQLValueFunction" in node) return true;
  if ("TypeCast" in node) return isSettled(node.TypeCast.arg);
  if ("A_Expr" in node) {
    const { kind, lexpr, rexpr, name = [] } = node.A_Expr;
    const isSign = kind === "AEXPR_OP" && lexpr === undefined && /^[-+]$/.test(lastName(name));
    return isSign && name.length === 1 && isSettled(rexpr);
  }
  if (!("FuncCall" in node)) return false;
  const { funcname = [], args = [] } = node.FuncCall;
  const isOwn = funcname.length === 1 || nameOfList({ List: { items: funcname } })?.startsWith("pg_catalog.");
  return isOwn === true && settled.has(lastName(funcname)) && args.every(isSettled);
}

/** Whether a default is none: NULL, with a type or without. */
export function isNull(node: Node): boolean {
  if ("TypeCast" in node) return node.TypeCast.arg !== undefined && isNull(node.TypeCast.arg);
  return "A_Const" in node && node.A_Const.isnull === true;
}
