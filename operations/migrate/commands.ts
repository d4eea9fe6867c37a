import type { AlterTableCmd, Constraint, Node } from "libpg-query";

/** What ALTER TABLE is told to do. */
export function commandsOf(node: Node): AlterTableCmd[] {
  if (!("AlterTableStmt" in node)) return [];
  return (node.AlterTableStmt.cmds ?? []).flatMap((each) =>
    "AlterTableCmd" in each ? [each.AlterTableCmd] : [],
  );
}

/** Constraints that stand at a new column. */
export function constraintsOfColumn({ subtype, def }: AlterTableCmd): Constraint[] {
  if (subtype !== "AT_AddColumn" || def === undefined || !("ColumnDef" in def)) return [];
  return constraintsIn(def.ColumnDef.constraints);
}

/** Constraints that ALTER TABLE adds by themselves. */
export function addedConstraints(node: Node): Constraint[] {
  return commandsOf(node).flatMap(({ subtype, def }) =>
    subtype === "AT_AddConstraint" && def !== undefined && "Constraint" in def ? [def.Constraint] : [],
  );
}

export function constraintsIn(nodes: readonly Node[] = []): Constraint[] {
  return nodes.flatMap((each) => ("Constraint" in each ? [each.Constraint] : []));
}

/** Options by name, of roles, servers, functions and the like. */
export function optionsIn(nodes: readonly Node[] = []): { name: string; arg: Node | undefined }[] {
  return nodes.flatMap((each) =>
    "DefElem" in each ? [{ name: (each.DefElem.defname ?? "").toLowerCase(), arg: each.DefElem.arg }] : [],
  );
}

export function isOn(arg: Node | undefined): boolean {
  if (arg === undefined) return true;
  if ("Boolean" in arg) return arg.Boolean.boolval === true;
  if ("Integer" in arg) return (arg.Integer.ival ?? 0) !== 0;
  return "String" in arg && /^(?:true|on|1|yes)$/i.test(arg.String.sval ?? "");
}

/** The last part of a name, as CREATE FUNCTION and types have it. */
export function lastName(names: readonly Node[] = []): string {
  const last = names.at(-1);
  return last !== undefined && "String" in last ? (last.String.sval ?? "") : "";
}
