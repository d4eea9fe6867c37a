import type { AlterTableCmd, Node } from "libpg-query";
import { createdBefore } from "./created.ts";
import { nameOf, objectNameOf, targetsOf } from "./names.ts";
import type { Statement } from "./parse.ts";

/**
 * What a migration does to code that knows only the schema before it.
 *
 * - `expand`: it only adds; such code works on.
 * - `contract`: it takes away, renames or tightens something.
 * - `unclear`: its text does not say what it does, as a DO block does not; a rehearsal does.
 */
export type Phase = "expand" | "contract" | "unclear";

/** What a statement takes away or tightens. */
export interface Change {
  /** A table as `public.t`, a column as `public.t.c`, or another object with its kind before it. */
  object: string;
  how: "drops" | "renames" | "moves" | "tightens";
  line: number;
}

export interface Labelled {
  phase: Phase;
  changes: Change[];
  /** Statements whose effect their text does not tell. */
  unclear: { line: number; what: string }[];
}

/**
 * Labels the statements of a script; what it created itself it may also take away.
 *
 * @param created what is new at each statement
 */
export function labelOf(
  statements: readonly Statement[],
  created: readonly ReadonlySet<string>[] = createdBefore(statements),
): Labelled {
  const changes = statements.flatMap(({ node, line }, index) => {
    const isNew = (name: string): boolean => created[index]?.has(name) === true;
    return changesIn(node)
      .filter(({ object }) => !isNew(object) && !isNew(object.split(".").slice(0, 2).join(".")))
      .map((change) => ({ ...change, line }));
  });
  const unclear = statements.flatMap(({ node, line }) => {
    const what = unclearIn(node);
    return what === undefined ? [] : [{ line, what }];
  });
  const phase = changes.length > 0 ? "contract" : unclear.length > 0 ? "unclear" : "expand";
  return { phase, changes, unclear };
}

function changesIn(node: Node): Omit<Change, "line">[] {
  if ("DropStmt" in node) return dropped(node.DropStmt);
  if ("TruncateStmt" in node) return targetsOf(node).map((object) => ({ object, how: "drops" }));
  if ("RenameStmt" in node) {
    const { renameType, relation, subname } = node.RenameStmt;
    if (harmlessRenames.has(renameType ?? "OBJECT_AGGREGATE")) return [];
    if (relation === undefined) return [{ object: `${kindOf(renameType)} of the database`, how: "renames" }];
    const table = nameOf(relation);
    return [{ object: renameType === "OBJECT_COLUMN" ? `${table}.${subname ?? ""}` : table, how: "renames" }];
  }
  if ("AlterObjectSchemaStmt" in node) {
    const [object = `${kindOf(node.AlterObjectSchemaStmt.objectType)} of the database`] = targetsOf(node);
    return [{ object, how: "moves" }];
  }
  if ("AlterEnumStmt" in node) {
    const isRename = node.AlterEnumStmt.oldVal !== undefined;
    return isRename ? [{ object: `value ${node.AlterEnumStmt.oldVal ?? ""}`, how: "renames" }] : [];
  }
  if ("IndexStmt" in node) {
    return node.IndexStmt.unique === true
      ? targetsOf(node).map((object) => ({ object, how: "tightens" }))
      : [];
  }
  if (!("AlterTableStmt" in node)) return [];
  const [table = ""] = targetsOf(node);
  return (node.AlterTableStmt.cmds ?? []).flatMap((each) =>
    "AlterTableCmd" in each ? changesOfTable(table, each.AlterTableCmd) : [],
  );
}

function changesOfTable(table: string, { subtype, name = "", def }: AlterTableCmd): Omit<Change, "line">[] {
  switch (subtype) {
    case "AT_DropColumn":
      return [{ object: `${table}.${name}`, how: "drops" }];
    case "AT_AlterColumnType":
    case "AT_SetNotNull":
      return [{ object: `${table}.${name}`, how: "tightens" }];
    // Code that does not know the column leaves it out.
    case "AT_DropIdentity":
      return [{ object: table, how: "tightens" }];
    case "AT_ColumnDefault":
      return def === undefined ? [{ object: table, how: "tightens" }] : [];
    case "AT_AddConstraint":
    case "AT_AttachPartition":
    case "AT_DetachPartition":
      return [{ object: table, how: "tightens" }];
    case "AT_AddColumn": {
      if (def === undefined || !("ColumnDef" in def)) return [];
      const { constraints = [], raw_default, identity } = def.ColumnDef;
      const kinds = constraints.map((each) => ("Constraint" in each ? each.Constraint.contype : undefined));
      const isRequired = kinds.includes("CONSTR_NOTNULL") || kinds.includes("CONSTR_PRIMARY");
      const filled =
        raw_default !== undefined ||
        identity !== undefined ||
        kinds.some(
          (kind) => kind === "CONSTR_DEFAULT" || kind === "CONSTR_IDENTITY" || kind === "CONSTR_GENERATED",
        );
      return isRequired && !filled ? [{ object: table, how: "tightens" }] : [];
    }
    default:
      return [];
  }
}

/** Kinds of objects by which queries do not name anything. */
const harmlessRenames: ReadonlySet<string> = new Set([
  ...["OBJECT_INDEX", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"],
]);

const harmlessDrops: ReadonlySet<string> = new Set([...harmlessRenames, "OBJECT_STATISTIC_EXT"]);

function dropped({
  removeType,
  objects = [],
}: Extract<Node, { DropStmt: unknown }>["DropStmt"]): Omit<Change, "line">[] {
  if (harmlessDrops.has(removeType ?? "")) return [];
  const isRelation = relations.has(removeType ?? "");
  return objects.map((each) => {
    const name = objectNameOf(each) ?? "";
    return { object: isRelation ? name : `${kindOf(removeType)} ${name}`.trim(), how: "drops" };
  });
}

const relations: ReadonlySet<string> = new Set([
  ...["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE"],
]);

function kindOf(type: string | undefined): string {
  return (type ?? "object")
    .replace(/^OBJECT_/, "")
    .toLowerCase()
    .replaceAll("_", " ");
}

function unclearIn(node: Node): string | undefined {
  if ("DoStmt" in node) return "a DO block runs code that nobody parsed";
  if ("CallStmt" in node) return "CALL runs a procedure";
  if ("ExecuteStmt" in node) return "EXECUTE runs a prepared statement";
  if ("SelectStmt" in node) return "SELECT may call a function that changes something";
  return undefined;
}
