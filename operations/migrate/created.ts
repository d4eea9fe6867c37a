import type { Node } from "libpg-query";
import { partsOf } from "./inside.ts";
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

/** Whether a statement is about tables that the migrations create themselves, and changes the rows of no other. */
export function isOfNew(node: Node, created: ReadonlySet<string>): boolean {
  const targets = targetsOf(node);
  const isAbout = isCertainlyNew(node) || (targets.length > 0 && targets.every((name) => created.has(name)));
  return isAbout && !changesOthers(node, created);
}

/** Whether it changes or locks rows of another table by the way, as `WITH d AS (DELETE …) INSERT` does. */
export function changesOthers(node: Node, created: ReadonlySet<string>): boolean {
  // A rule runs nothing when it is made.
  if ("RuleStmt" in node) return false;
  return partsOf(node).some(({ kind, fields }) => {
    if (kind === "ExecuteStmt") return true;
    if (kind === "SelectStmt") return Array.isArray(fields.lockingClause);
    const isChange = ["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"].includes(kind);
    return isChange && !created.has(nameOf(fields.relation ?? {}));
  });
}
