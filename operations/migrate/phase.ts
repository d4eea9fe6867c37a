import type { AlterTableCmd, ColumnDef, Constraint, Node, RoleSpec } from "libpg-query";
import { changesOthers, createdBefore, isOfNew } from "./created.ts";
import { isNull, isSettled } from "./defaults.ts";
import { partsOf } from "./inside.ts";
import { nameOf, objectNameOf, targetsOf } from "./names.ts";
import type { Statement } from "./parse.ts";
import { keepsPublic, settingsOf } from "./settings.ts";

/**
 * What a migration does to code that knows only the schema before it.
 *
 * - `expand`: it only adds; such code works on.
 * - `contract`: it takes away, renames or tightens something, or lets a column be empty that was not.
 * - `unclear`: its text does not prove that it only adds, as that of a DO block does not; a rehearsal may.
 */
export type Phase = "expand" | "contract" | "unclear";

/** What a statement takes away or tightens. */
export interface Change {
  /** A table as `public.t`, a column as `public.t.c`, or another object with its kind before it. */
  object: string;
  how: "drops" | "renames" | "moves" | "tightens" | "loosens";
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
  const effects = statements.map(({ node, line }, index) => {
    const news = created[index] ?? new Set<string>();
    const isNew = (name: string): boolean => news.has(name);
    const changes = changesIn(node)
      .filter(({ object }) => !isNew(object) && !isNew(object.split(".").slice(0, 2).join(".")))
      .map((change) => ({ ...change, line }));
    const what = changes.length > 0 || isOfNew(node, news) ? undefined : unclearIn(node);
    return { changes, unclear: what === undefined ? [] : [{ line, what }] };
  });
  const changes = effects.flatMap((effect) => effect.changes);
  const unclear = effects.flatMap((effect) => effect.unclear);
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
    if (renameType === "OBJECT_ATTRIBUTE") return [{ object: `type ${table}`, how: "renames" }];
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
  if ("DropOwnedStmt" in node) {
    return rolesIn(node.DropOwnedStmt.roles).map((role) => ({
      object: `whatever ${role} owns`,
      how: "drops",
    }));
  }
  if ("DropRoleStmt" in node) {
    return rolesIn(node.DropRoleStmt.roles).map((role) => ({ object: `role ${role}`, how: "drops" }));
  }
  if ("DropdbStmt" in node) return [{ object: `database ${node.DropdbStmt.dbname ?? ""}`, how: "drops" }];
  if ("DropSubscriptionStmt" in node) {
    return [{ object: `subscription ${node.DropSubscriptionStmt.subname ?? ""}`, how: "drops" }];
  }
  if ("GrantRoleStmt" in node && node.GrantRoleStmt.is_grant !== true) {
    return rolesIn(node.GrantRoleStmt.grantee_roles).map((role) => ({
      object: `role ${role}`,
      how: "tightens",
    }));
  }
  // Roles and settings are in no copy of the database, so that no rehearsal shows what becomes of them.
  if ("AlterRoleStmt" in node)
    return [{ object: `role ${roleOf(node.AlterRoleStmt.role)}`, how: "tightens" }];
  if ("AlterRoleSetStmt" in node) {
    return [{ object: `settings of ${roleOf(node.AlterRoleSetStmt.role)}`, how: "tightens" }];
  }
  if ("AlterDatabaseSetStmt" in node || "AlterSystemStmt" in node) {
    return [{ object: "settings of the database", how: "tightens" }];
  }
  if (!("AlterTableStmt" in node)) return [];
  const [name = ""] = targetsOf(node);
  // Which columns have a composite type, a Prisma schema does not say.
  const table = node.AlterTableStmt.objtype === "OBJECT_TYPE" ? `type ${name}` : name;
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
    case "AT_DropNotNull":
      return [{ object: `${table}.${name}`, how: "loosens" }];
    // Code that does not know the column leaves it out.
    case "AT_DropIdentity":
      return [{ object: table, how: "tightens" }];
    case "AT_ColumnDefault":
      return def === undefined || isNull(def) ? [{ object: table, how: "tightens" }] : [];
    case "AT_AddConstraint":
    case "AT_AttachPartition":
    case "AT_DetachPartition":
      return [{ object: table, how: "tightens" }];
    case "AT_AddColumn": {
      if (def === undefined || !("ColumnDef" in def)) return [];
      return refusesRows(def.ColumnDef) ? [{ object: table, how: "tightens" }] : [];
    }
    default:
      return [];
  }
}

/** Whether a new column keeps code that does not know it from adding rows: by what it requires, or by one value for all. */
function refusesRows({ constraints = [], identity }: ColumnDef): boolean {
  const all = constraints.flatMap((each) => ("Constraint" in each ? [each.Constraint] : []));
  const has = (kind: string): boolean => all.some(({ contype }) => contype === kind);
  const byDefault = all.find(({ contype }) => contype === "CONSTR_DEFAULT")?.raw_expr;
  const isFilled =
    identity !== undefined ||
    (byDefault !== undefined && !isNull(byDefault)) ||
    ["CONSTR_IDENTITY", "CONSTR_GENERATED"].some(has);
  const isRequired = ["CONSTR_NOTNULL", "CONSTR_PRIMARY"].some(has) || all.some(asksForValue);
  const isSame = byDefault !== undefined && isFilled && isSettled(byDefault);
  return (isRequired && !isFilled) || (isSame && ["CONSTR_UNIQUE", "CONSTR_PRIMARY"].some(has));
}

/** Whether a check is NOT NULL in other words. */
function asksForValue({ contype, raw_expr }: Constraint): boolean {
  if (contype !== "CONSTR_CHECK" || raw_expr === undefined) return false;
  return partsOf(raw_expr).some(
    ({ kind, fields }) => kind === "NullTest" && fields.nulltesttype === "IS_NOT_NULL",
  );
}

/** Kinds of objects by which queries do not name anything. */
const harmlessRenames: ReadonlySet<string> = new Set([
  ...["OBJECT_INDEX", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"],
]);

/** What earlier code may need without naming it, as ON CONFLICT needs a unique index. */
const unclearDrops: ReadonlySet<string> = new Set([
  ...["OBJECT_INDEX", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"],
]);

function dropped({
  removeType,
  objects = [],
}: Extract<Node, { DropStmt: unknown }>["DropStmt"]): Omit<Change, "line">[] {
  if (removeType === "OBJECT_STATISTIC_EXT" || unclearDrops.has(removeType ?? "")) return [];
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

function rolesIn(roles: readonly Node[] = []): string[] {
  return roles.flatMap((each) => ("RoleSpec" in each ? [roleOf(each.RoleSpec)] : []));
}

function roleOf(role: RoleSpec | undefined): string {
  return role === undefined ? "every role" : (role.rolename ?? role.roletype ?? "");
}

/** Why the text of a statement does not prove that earlier code works on; undefined where it does. */
function unclearIn(node: Node): string | undefined {
  if ("DoStmt" in node) return "a DO block runs code that nobody parsed";
  if ("CallStmt" in node) return "CALL runs a procedure";
  if ("ExecuteStmt" in node) return "EXECUTE runs a prepared statement";
  if ("SelectStmt" in node) return "SELECT may call a function that changes something";
  const [kind = "statement"] = Object.keys(node);
  return onlyAdds(node) ? undefined : `its ${kind.replace(/Stmt$/, "")} may change what is there`;
}

/** Whether a statement adds something beside what earlier code knows, and changes nothing of that. */
function onlyAdds(node: Node): boolean {
  if ("AlterTableStmt" in node) {
    const isTable = node.AlterTableStmt.objtype === "OBJECT_TABLE";
    return (node.AlterTableStmt.cmds ?? []).every(
      (each) => "AlterTableCmd" in each && isTable && adding.has(each.AlterTableCmd.subtype ?? ""),
    );
  }
  if ("IndexStmt" in node) return node.IndexStmt.unique !== true;
  if ("CreateTableAsStmt" in node) return !changesOthers(node, new Set());
  if ("AlterEnumStmt" in node) return node.AlterEnumStmt.oldVal === undefined;
  if ("ViewStmt" in node) return node.ViewStmt.replace !== true;
  if ("CreateFunctionStmt" in node) return node.CreateFunctionStmt.replace !== true;
  if ("DefineStmt" in node) return node.DefineStmt.replace !== true;
  if ("GrantStmt" in node) return node.GrantStmt.is_grant === true;
  if ("AlterDefaultPrivilegesStmt" in node) return true;
  if ("DropStmt" in node) return node.DropStmt.removeType === "OBJECT_STATISTIC_EXT";
  // Those that are no harmless ones are changes.
  if ("RenameStmt" in node) return true;
  if ("VariableSetStmt" in node) {
    return settingsOf(node).every((setting) => setting.name !== "search_path" || keepsPublic(setting));
  }
  return Object.keys(node).some((kind) => harmless.has(kind));
}

const adding: ReadonlySet<string> = new Set([
  ...["AT_AddColumn", "AT_ColumnDefault", "AT_SetStatistics", "AT_SetStorage", "AT_SetCompression"],
  ...["AT_SetOptions", "AT_ResetOptions", "AT_SetRelOptions", "AT_ResetRelOptions", "AT_ClusterOn"],
  ...["AT_DropCluster", "AT_ValidateConstraint", "AT_SetLogged", "AT_SetUnLogged", "AT_SetAccessMethod"],
  ...["AT_SetTableSpace"],
]);

const harmless: ReadonlySet<string> = new Set([
  ...["CreateStmt", "CreateSeqStmt", "CreateEnumStmt", "CreateRangeStmt"],
  ...["CreateDomainStmt", "CompositeTypeStmt", "CreateSchemaStmt", "CreateStatsStmt", "AlterStatsStmt"],
  ...["CreateExtensionStmt", "CreateForeignServerStmt", "CreateFdwStmt", "CreateForeignTableStmt"],
  ...["CreateUserMappingStmt", "ImportForeignSchemaStmt", "CreateRoleStmt", "GrantRoleStmt"],
  ...["CreateOpClassStmt", "CreateOpFamilyStmt", "CommentStmt", "TransactionStmt", "VariableShowStmt"],
  ...["VacuumStmt", "ReindexStmt", "ClusterStmt", "RefreshMatViewStmt", "LockStmt", "CheckPointStmt"],
  ...["ConstraintsSetStmt", "NotifyStmt", "ListenStmt", "UnlistenStmt", "DiscardStmt"],
]);
