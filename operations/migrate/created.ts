import type { Node } from "libpg-query";
import { nameOf, targetsOf } from "./names.ts";
import type { Statement } from "./parse.ts";
import { settingsOf } from "./settings.ts";

/**
 * Tables and views that are new at each statement: those that an earlier one made and none has dropped since. A name
 * that is made anew later is still the old table here, and so is one that IF NOT EXISTS leaves as it is.
 *
 * @param before what earlier scripts made
 * @returns one set for each statement, and the one behind the last
 */
export function createdBefore(
  statements: readonly Pick<Statement, "node">[],
  before: ReadonlySet<string> = new Set(),
): ReadonlySet<string>[] {
  const all = [before];
  for (const { node } of statements) {
    const now = all.at(-1) ?? before;
    const { added, gone } = changeOf(node, now);
    all.push(
      added.length + gone.length === 0
        ? now
        : new Set([...[...now].filter((name) => !gone.includes(name)), ...added]),
    );
  }
  return all;
}

function changeOf(node: Node, now: ReadonlySet<string>): { added: string[]; gone: string[] } {
  // Names without a schema may mean other tables from here on.
  if (settingsOf(node).some(({ name }) => name === "search_path" || name === "" || name === "role")) {
    return { added: [], gone: [...now] };
  }
  if (isCertainlyNew(node)) return { added: targetsOf(node), gone: [] };
  if ("DropStmt" in node) return { added: [], gone: targetsOf(node).filter((name) => now.has(name)) };
  if (!("RenameStmt" in node) || node.RenameStmt.relation === undefined) return { added: [], gone: [] };
  const { relation, renameType, newname } = node.RenameStmt;
  const name = nameOf(relation);
  const isTable = renameType === "OBJECT_TABLE" || renameType === "OBJECT_VIEW";
  if (!isTable || newname === undefined || !now.has(name)) return { added: [], gone: [] };
  return { added: [nameOf({ ...relation, relname: newname })], gone: [name] };
}

/** Whether a statement makes a table or a view that was not there. */
export function isCertainlyNew(node: Node): boolean {
  if ("CreateStmt" in node) return node.CreateStmt.if_not_exists !== true;
  return "CreateTableAsStmt" in node && node.CreateTableAsStmt.if_not_exists !== true;
}
