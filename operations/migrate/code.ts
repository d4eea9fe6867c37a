import { type Node, parse, parsePlPgSQL } from "libpg-query";
import { constantOf, isRecord, partsOf } from "./inside.ts";
import { parseScript, type Statement } from "./parse.ts";

/** The most statements that are read of one block. */
const mostInside = 1000;

/** How deep blocks that execute blocks are read. */
const deepest = 3;

/**
 * Statements that a DO block may run: those written in it, and those that it executes as text, with `x` in place of
 * what only the server knows. Each has the line where the block says it. Nothing of a block in another language, or of
 * one that cannot be read: what it does, only a rehearsal tells.
 */
export async function statementsInside(statement: Statement, depth = 0): Promise<Statement[]> {
  const { node, line, text } = statement;
  const body = bodyOf(node);
  if (body === undefined) return [];
  const at = text.indexOf(body);
  const first = line + (at < 0 ? 0 : text.slice(0, at).split("\n").length - 1);
  const found: Statement[] = [];
  const expressions = await expressionsIn(text);
  const executes = expressions.some(({ how }) => how === "text");
  for (const { query, how, lineno } of expressions) {
    const from = first + lineno - 1;
    for (const sql of await textsOf(query, how, executes)) {
      for (const each of await parseScript("block", sql).catch(() => [])) {
        const placed = { ...each, line: from, lastLine: from + each.lastLine - each.line };
        found.push(placed, ...(depth < deepest ? await statementsInside(placed, depth + 1) : []));
        if (found.length > mostInside) return found.slice(0, mostInside);
      }
    }
  }
  return found;
}

/** What an expression may run: itself, and where the block executes texts at all, the statements that it has as texts. */
async function textsOf(query: string, how: Expression["how"], executes: boolean): Promise<string[]> {
  if (how === "statement") return [query];
  const written = how === "text" ? await executed(query) : `select ${query}`;
  const own = written === undefined ? [] : [written];
  if (!executes || how === "text") return own;
  const [parsed] = await parseScript("block", `select ${query}`).catch(() => []);
  const texts = parsed === undefined ? [] : partsOf(parsed.node);
  return [
    ...own,
    ...texts.flatMap(({ kind, fields }) => {
      const text = kind === "A_Const" ? constantOf({ A_Const: fields }) : undefined;
      return text === undefined || !/^\s*(?!select\b)[a-z]+\s/i.test(text) ? [] : [text];
    }),
  ];
}

/** The code of a DO block in PL/pgSQL. */
function bodyOf(node: Node): string | undefined {
  if (!("DoStmt" in node)) return undefined;
  const options = (node.DoStmt.args ?? []).flatMap((each) => ("DefElem" in each ? [each.DefElem] : []));
  const text = (name: string): string | undefined => {
    const arg = options.find(({ defname }) => defname === name)?.arg;
    return arg !== undefined && "String" in arg ? arg.String.sval : undefined;
  };
  return (text("language") ?? "plpgsql").toLowerCase() === "plpgsql" ? text("as") : undefined;
}

interface Expression {
  query: string;
  how: "statement" | "expression" | "text";
  lineno: number;
}

async function expressionsIn(block: string): Promise<Expression[]> {
  const parsed: unknown = await parsePlPgSQL(block).catch(() => undefined);
  const found: Expression[] = [];
  const look = (value: unknown, key: string, isDynamic: boolean, lineno: number): void => {
    if (Array.isArray(value)) for (const each of value) look(each, key, isDynamic, lineno);
    if (!isRecord(value) || Array.isArray(value)) return;
    const here = typeof value.lineno === "number" ? value.lineno : lineno;
    for (const [name, child] of Object.entries(value)) {
      if (name === "PLpgSQL_expr" && isRecord(child) && typeof child.query === "string") {
        const isText = isDynamic && (key === "query" || key === "dynquery");
        const how = isText ? "text" : (child.parseMode ?? 0) === 0 ? "statement" : "expression";
        found.push({ query: child.query, how, lineno: here });
      }
      const dynamic = name.startsWith("PLpgSQL_") ? /dyn|open|query/.test(name) : isDynamic;
      look(child, name.startsWith("PLpgSQL_") ? key : name, dynamic, here);
    }
  };
  look(parsed, "", false, 1);
  return found;
}

/** The text that EXECUTE is given, as far as it is written out. */
async function executed(expression: string): Promise<string | undefined> {
  try {
    const { stmts: [first] = [] } = await parse(`select ${expression}`);
    const select =
      first?.stmt !== undefined && "SelectStmt" in first.stmt ? first.stmt.SelectStmt : undefined;
    const [target] = select?.targetList ?? [];
    return target !== undefined && "ResTarget" in target ? rendered(target.ResTarget.val) : undefined;
  } catch {
    return undefined;
  }
}

/** In place of a name or a value that is not written out. */
const unknown = "x";

function rendered(node: Node | undefined): string {
  if (node === undefined) return unknown;
  if ("A_Const" in node) return node.A_Const.sval?.sval ?? unknown;
  if ("TypeCast" in node) return rendered(node.TypeCast.arg);
  if ("A_Expr" in node) {
    const { name: [operator] = [], lexpr, rexpr } = node.A_Expr;
    const isJoin = operator !== undefined && "String" in operator && operator.String.sval === "||";
    return isJoin ? rendered(lexpr) + rendered(rexpr) : unknown;
  }
  if (!("FuncCall" in node)) return unknown;
  const { funcname = [], args: [format, ...more] = [] } = node.FuncCall;
  const last = funcname.at(-1);
  const called = last !== undefined && "String" in last ? last.String.sval : undefined;
  if (called === "quote_literal" || called === "quote_nullable") return `'${unknown}'`;
  if (called === "concat") return [format, ...more].map(rendered).join("");
  if (called !== "format") return unknown;
  let next = 0;
  return rendered(format).replaceAll(/%(?:(\d+)\$)?-?\d*([sIL%])/g, (_, place: string | undefined, kind) => {
    if (kind === "%") return "%";
    next = place === undefined ? next + 1 : Number(place);
    const value = more[next - 1];
    const text = value !== undefined && "A_Const" in value ? rendered(value) : unknown;
    return kind === "s"
      ? text
      : kind === "I"
        ? `"${text.replaceAll('"', '""')}"`
        : `'${text.replaceAll("'", "''")}'`;
  });
}
