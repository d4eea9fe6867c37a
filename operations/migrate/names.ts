import type { Node, RangeVar } from "libpg-query";

/** A table as messages and comparisons name it, `public.account`; a name without a schema is one of `public`. */
export function nameOf({ schemaname = "public", relname = "" }: RangeVar): string {
  return `${schemaname}.${relname}`;
}

/** The same of a list of names, as DROP has it. */
export function nameOfList(node: Node): string | undefined {
  if (!("List" in node)) return undefined;
  const parts = (node.List.items ?? []).flatMap((each) => ("String" in each ? [each.String.sval ?? ""] : []));
  const name = parts.at(-1);
  return name === undefined ? undefined : `${parts.at(-2) ?? "public"}.${name}`;
}

/** Any object that DROP names: functions with their arguments, types and schemas too, as `public.total`. */
export function objectNameOf(node: Node): string | undefined {
  if ("String" in node) return node.String.sval;
  const items =
    "ObjectWithArgs" in node
      ? node.ObjectWithArgs.objname
      : "TypeName" in node
        ? node.TypeName.names
        : undefined;
  return nameOfList(items === undefined ? node : { List: { items } });
}

/** Tables, views or indexes that a statement is about. */
export function targetsOf(node: Node): string[] {
  if ("CreateStmt" in node) return named(node.CreateStmt.relation);
  if ("CreateTableAsStmt" in node) return named(node.CreateTableAsStmt.into?.rel);
  if ("ViewStmt" in node) return named(node.ViewStmt.view);
  if ("AlterTableStmt" in node) return named(node.AlterTableStmt.relation);
  if ("IndexStmt" in node) return named(node.IndexStmt.relation);
  if ("RenameStmt" in node) return named(node.RenameStmt.relation);
  if ("AlterObjectSchemaStmt" in node) return named(node.AlterObjectSchemaStmt.relation);
  if ("CreateTrigStmt" in node) return named(node.CreateTrigStmt.relation);
  if ("CreatePolicyStmt" in node) return named(node.CreatePolicyStmt.table);
  if ("AlterPolicyStmt" in node) return named(node.AlterPolicyStmt.table);
  if ("RefreshMatViewStmt" in node) return named(node.RefreshMatViewStmt.relation);
  if ("ClusterStmt" in node) return named(node.ClusterStmt.relation);
  if ("ReindexStmt" in node) return named(node.ReindexStmt.relation);
  if ("UpdateStmt" in node) return named(node.UpdateStmt.relation);
  if ("DeleteStmt" in node) return named(node.DeleteStmt.relation);
  if ("InsertStmt" in node) return named(node.InsertStmt.relation);
  if ("RuleStmt" in node) return named(node.RuleStmt.relation);
  if ("TruncateStmt" in node) return ranges(node.TruncateStmt.relations);
  if ("LockStmt" in node) return ranges(node.LockStmt.relations);
  if ("VacuumStmt" in node) {
    return (node.VacuumStmt.rels ?? []).flatMap((each) =>
      "VacuumRelation" in each ? named(each.VacuumRelation.relation) : [],
    );
  }
  if ("DropStmt" in node) {
    return (node.DropStmt.objects ?? []).flatMap((each) => nameOfList(each) ?? []);
  }
  return [];
}

function named(relation: RangeVar | undefined): string[] {
  return relation === undefined ? [] : [nameOf(relation)];
}

function ranges(nodes: readonly Node[] = []): string[] {
  return nodes.flatMap((each) => ("RangeVar" in each ? [nameOf(each.RangeVar)] : []));
}
