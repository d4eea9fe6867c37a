import type { Node } from "libpg-query";
import { lastName } from "./commands.ts";
import { partsOf } from "./inside.ts";
import type { Statement } from "./parse.ts";
import type { Wrapping } from "./transaction.ts";

/** What is found in how the statements of one script go together. */
export interface ScriptFinding {
  rule: string;
  message: string;
  help: string;
  statement: Statement;
}

/** A value that is added to an enum of before. */
export interface NewValue {
  value: string;
  /** `'value' of type`. */
  name: string;
  statement: Statement;
}

/** @param types names of enums that are new themselves, which those of the statements are added to */
export function newValuesIn(statements: readonly Statement[], types = new Set<string>()): NewValue[] {
  return statements.flatMap((statement) => {
    const { node } = statement;
    if ("CreateEnumStmt" in node) types.add(lastName(node.CreateEnumStmt.typeName));
    if (!("AlterEnumStmt" in node)) return [];
    const { typeName, newVal, oldVal } = node.AlterEnumStmt;
    const type = lastName(typeName);
    if (newVal === undefined || oldVal !== undefined || types.has(type)) return [];
    return [{ value: newVal, name: `'${newVal}' of ${type}`, statement }];
  });
}

/** A new value that rows may get before every client knows it (prisma/orm#24288). */
export function newValueRead(statements: readonly Statement[]): ScriptFinding[] {
  return newValuesIn(statements).map(({ name, statement }) => ({
    rule: "new-value-is-read",
    message: `A Prisma client that was generated before fails at each row that has ${name}, also after a rollback.`,
    help: "Add the value one release before the first row gets it.",
    statement,
  }));
}

/** A value that ALTER TYPE adds cannot be used before its transaction has ended (SQLSTATE 55P04). */
export function newValueUsed(statements: readonly Statement[], wrapping: Wrapping): ScriptFinding[] {
  if (wrapping !== "one") return [];
  const types = new Set<string>();
  const values = new Set<string>();
  return statements.flatMap((statement) => {
    const { node } = statement;
    // A type of the same transaction may have its new values used.
    for (const { value } of newValuesIn([statement], types)) values.add(value);
    if ("AlterEnumStmt" in node) return [];
    const used = [...values].find((value) => says(node, value));
    if (used === undefined) return [];
    return [
      {
        rule: "new-value-in-its-own-migration",
        message: `The statement uses '${used}', which ALTER TYPE adds in the same migration: PostgreSQL refuses that until the transaction has ended.`,
        help: "Add the value in a migration of its own, before this one.",
        statement,
      },
    ];
  });
}

/** Whether a statement has a text as a constant, or code in quotes that may have it. */
function says(node: Node, text: string): boolean {
  return partsOf(node).some(({ kind, fields }) => {
    if (kind !== "A_Const" && kind !== "String") return false;
    const value = kind === "String" ? fields.sval : constantOf(fields);
    return value === text || (kind === "String" && typeof value === "string" && value.includes(`'${text}'`));
  });
}

function constantOf({ sval }: Readonly<Record<string, unknown>>): unknown {
  return typeof sval === "object" && sval !== null && "sval" in sval ? sval.sval : undefined;
}
