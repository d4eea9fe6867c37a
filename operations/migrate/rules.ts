import type { AlterTableCmd, Node } from "libpg-query";
import { type Part, partsOf, selects } from "./inside.ts";
import { targetsOf } from "./names.ts";
import type { Rule } from "./rule.ts";
import { accessRules } from "./rules-access.ts";
import { boundaryOf, isAlone } from "./transaction.ts";

export const rules: readonly Rule[] = [
  {
    name: "no-rewrite-command",
    danger: true,
    message:
      "VACUUM FULL, CLUSTER and a new tablespace or access method write the table again and block reads and writes meanwhile.",
    help: "Use pg_repack, or do it in a maintenance window that a waiver names.",
    ofTable: true,
    matches: (node) =>
      "ClusterStmt" in node ||
      ("VacuumStmt" in node &&
        (node.VacuumStmt.options ?? []).some(
          (each) => "DefElem" in each && each.DefElem.defname === "full",
        )) ||
      commandsOf(node).some(({ subtype }) => rewriting.has(subtype ?? "")),
  },
  {
    name: "no-rewriting-column",
    danger: true,
    message: "A new column that counts or is computed for the rows that are there writes the table again.",
    help: "Add it without a value, fill it in batches, and set the default afterwards.",
    ofTable: true,
    matches: (node) =>
      commandsOf(node).some((command) => command.subtype === "AT_AddColumn" && isComputed(command)),
  },
  {
    name: "refresh-concurrently",
    danger: true,
    message: "REFRESH MATERIALIZED VIEW blocks reads of the view until it is done.",
    help: "Use CONCURRENTLY, which needs a unique index on the view.",
    ofTable: true,
    matches: (node) =>
      "RefreshMatViewStmt" in node &&
      node.RefreshMatViewStmt.concurrent !== true &&
      node.RefreshMatViewStmt.skipData !== true,
  },
  {
    name: "no-explicit-lock",
    danger: true,
    message: "LOCK TABLE keeps others out until the end of the migration.",
    help: "Let statements take the locks that they need.",
    ofTable: true,
    matches: (node) => "LockStmt" in node,
  },
  {
    name: "no-change-of-every-row",
    danger: true,
    message:
      "UPDATE, DELETE, MERGE or SELECT FOR UPDATE without a condition on a column locks every row until the end of the migration.",
    help: "Change the rows in batches, outside the migration.",
    ofTable: true,
    matches: (node) => partsOf(node).some(isOfEveryRow),
  },
  {
    name: "no-loss-of-rows",
    danger: true,
    message: "TRUNCATE removes every row of the table, and blocks reads and writes meanwhile.",
    help: "Remove rows in batches, outside the migration, once nothing reads them.",
    ofTable: true,
    matches: (node) => "TruncateStmt" in node,
  },
  {
    name: "no-drop-owned",
    danger: true,
    message:
      "DROP OWNED drops every object of the role and every right that it was given, of which the migration names nothing.",
    help: "Drop objects and revoke rights by name.",
    ofTable: false,
    matches: (node) => "DropOwnedStmt" in node,
  },
  {
    name: "integrity-kept",
    danger: true,
    message: "The statement switches triggers or rules off, those of foreign keys too where it says ALL.",
    help: "Leave them on: what they would refuse is what the next reader trips over.",
    ofTable: true,
    matches: (node) =>
      commandsOf(node).some(({ subtype }) => switchingOff.has(subtype ?? "")) ||
      settingOf(node)?.name === "session_replication_role",
  },
  {
    name: "limits-kept",
    danger: true,
    message:
      "The statement takes the limit away that keeps a migration from waiting for a lock while others queue behind it.",
    help: "Leave lock_timeout as it is, or set a shorter one.",
    ofTable: false,
    matches: (node) => {
      const setting = settingOf(node);
      return (
        ("DiscardStmt" in node && node.DiscardStmt.target === "DISCARD_ALL") ||
        setting?.name === "" ||
        (setting?.name === "lock_timeout" && setting.isLimit !== true)
      );
    },
  },
  {
    name: "attach-reads-the-table",
    danger: false,
    message:
      "ATTACH PARTITION reads the whole table, which nobody else can use meanwhile, unless a CHECK shows that every row fits.",
    help: "Add such a CHECK as NOT VALID before, validate it, and attach then.",
    ofTable: true,
    matches: (node) => commandsOf(node).some(({ subtype }) => subtype === "AT_AttachPartition"),
  },
  {
    name: "alone-in-its-file",
    danger: true,
    message:
      "The statement cannot run in a transaction, and Prisma sends a file with several statements as one.",
    help: "Put it into a migration of its own, without any other statement.",
    ofTable: false,
    matches: (node, { statements }) => statements > 1 && isAlone({ node }),
  },
  {
    name: "no-own-transaction",
    danger: true,
    message: "The migration ends a transaction by itself: a failure after that leaves it half done.",
    help: "Leave BEGIN and COMMIT out. Prisma sends the file as one transaction.",
    ofTable: false,
    matches: (node) => boundaryOf({ node }) === "end",
  },
  {
    name: "no-savepoint",
    danger: true,
    message:
      "SAVEPOINT works in a transaction that was begun by name, as in a rehearsal, and not in the one message that Prisma sends.",
    help: "Leave it out, or split the migration in two.",
    ofTable: false,
    matches: (node) =>
      "TransactionStmt" in node &&
      ["TRANS_STMT_SAVEPOINT", "TRANS_STMT_RELEASE", "TRANS_STMT_ROLLBACK_TO"].includes(
        node.TransactionStmt.kind ?? "",
      ),
  },
  {
    name: "no-drop-cascade",
    danger: true,
    message: "CASCADE drops everything that depends on it, of which the migration names nothing.",
    help: "Drop what depends on it by name first.",
    ofTable: true,
    matches: (node) =>
      ("DropStmt" in node && node.DropStmt.behavior === "DROP_CASCADE") ||
      commandsOf(node).some(
        ({ behavior, subtype }) => behavior === "DROP_CASCADE" && subtype !== "AT_AddColumn",
      ),
  },
  {
    name: "row-security-kept",
    danger: true,
    message: "The statement turns row-level security off, or no longer holds the owner to it.",
    help: "Keep it on, and write a policy for what must be reached.",
    ofTable: true,
    matches: (node) =>
      commandsOf(node).some(
        ({ subtype }) => subtype === "AT_DisableRowSecurity" || subtype === "AT_NoForceRowSecurity",
      ),
  },
  ...accessRules,
  {
    name: "no-role-above-policies",
    danger: true,
    message: "The statement lets a role pass by every policy: BYPASSRLS or SUPERUSER.",
    help: "Write a policy for the role.",
    ofTable: false,
    matches: (node) =>
      optionsOf(node).some(({ defname, arg }) => {
        const isOn = arg === undefined || ("Boolean" in arg && arg.Boolean.boolval === true);
        return (defname === "bypassrls" || defname === "superuser") && isOn;
      }),
  },
  {
    name: "trigger-blocks-writes",
    danger: false,
    message: "CREATE TRIGGER blocks writes to the table until the end of the migration.",
    help: "Make it the last statement, so that the lock is short.",
    ofTable: true,
    matches: (node) => "CreateTrigStmt" in node,
  },
  {
    name: "code-that-nobody-parsed",
    danger: false,
    message: "What the block of code or the function does, only the rehearsal tells.",
    help: "Write the statements out where possible.",
    ofTable: false,
    matches: (node) =>
      "DoStmt" in node ||
      "CallStmt" in node ||
      ("SelectStmt" in node && partsOf(node).some(({ kind }) => kind === "FuncCall")),
  },
];

const rewriting: ReadonlySet<string> = new Set([
  ...["AT_SetLogged", "AT_SetUnLogged", "AT_SetAccessMethod", "AT_SetTableSpace", "AT_SetExpression"],
]);

const switchingOff: ReadonlySet<string> = new Set([
  ...["AT_DisableTrig", "AT_DisableTrigAll", "AT_DisableTrigUser", "AT_DisableRule"],
]);

/** Whether a part changes or locks rows and no column decides which. */
function isOfEveryRow({ kind, fields }: Part): boolean {
  if (kind === "UpdateStmt" || kind === "DeleteStmt") return !selects(fields.whereClause);
  if (kind === "SelectStmt") {
    return (
      fields.lockingClause !== undefined && fields.limitCount === undefined && !selects(fields.whereClause)
    );
  }
  return kind === "MergeStmt" && !selects(fields.joinCondition);
}

/** The setting that a statement changes, all of them as an empty name, and whether it becomes a limit above 0. */
function settingOf(node: Node): { name: string; isLimit: boolean } | undefined {
  if (!("VariableSetStmt" in node)) return undefined;
  const { kind, name = "", args = [] } = node.VariableSetStmt;
  const [first] = args;
  const constant = first !== undefined && "A_Const" in first ? first.A_Const : undefined;
  const text = constant?.sval?.sval ?? String(constant?.ival?.ival ?? 0);
  return {
    name,
    isLimit: kind === "VAR_SET_VALUE" && /^\s*0*[1-9]\d*(?:\.\d+)?\s*(?:us|ms|s)?\s*$/.test(text),
  };
}

function commandsOf(node: Node): AlterTableCmd[] {
  if (!("AlterTableStmt" in node)) return [];
  return (node.AlterTableStmt.cmds ?? []).flatMap((each) =>
    "AlterTableCmd" in each ? [each.AlterTableCmd] : [],
  );
}

function isComputed({ def }: AlterTableCmd): boolean {
  if (def === undefined || !("ColumnDef" in def)) return false;
  const { typeName, constraints = [] } = def.ColumnDef;
  const type = typeName?.names?.at(-1);
  const isSerial = type !== undefined && "String" in type && /serial[248]?$/.test(type.String.sval ?? "");
  const kinds = constraints.map((each) => ("Constraint" in each ? each.Constraint.contype : undefined));
  return isSerial || kinds.includes("CONSTR_IDENTITY") || kinds.includes("CONSTR_GENERATED");
}

function optionsOf(node: Node): { defname?: string; arg?: Node }[] {
  const options =
    "AlterRoleStmt" in node
      ? node.AlterRoleStmt.options
      : "CreateRoleStmt" in node
        ? node.CreateRoleStmt.options
        : [];
  return (options ?? []).flatMap((each) => ("DefElem" in each ? [each.DefElem] : []));
}

/** Whether a statement is about tables that the migrations create themselves, and about no other. */
export function isOfNew(node: Node, created: ReadonlySet<string>): boolean {
  const targets = targetsOf(node);
  return targets.length > 0 && targets.every((target) => created.has(target));
}
