import type { AlterTableCmd, Node } from "libpg-query";
import { addedConstraints, commandsOf, constraintsOfColumn, isOn, optionsIn } from "./commands.ts";
import { callsOf, type Part, partsOf, selects } from "./inside.ts";
import { nameOf } from "./names.ts";
import type { Rule } from "./rule.ts";
import { accessRules } from "./rules-access.ts";
import { roleRules } from "./rules-roles.ts";
import { serverRules } from "./rules-server.ts";
import { isShortLimit, settingsOf } from "./settings.ts";
import { boundaryOf, isAlone } from "./transaction.ts";
import { kindOfType, type Types } from "./types.ts";

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
        optionsIn(node.VacuumStmt.options).some(({ name, arg }) => name === "full" && isOn(arg))) ||
      commandsOf(node).some(({ subtype }) => rewriting.has(subtype ?? "")),
  },
  {
    name: "no-rewriting-column",
    danger: true,
    message:
      "A new column that counts, is computed for the rows that are there, or has a domain with a constraint writes the table again.",
    help: "Add it without a value and with the type below the domain, fill it in batches, and set the default or a constraint afterwards.",
    ofTable: true,
    matches: (node, { types }) =>
      commandsOf(node).some(
        (command) => isComputed(command) || (typeOfColumn(command, types) === "checked" && !isArray(command)),
      ),
  },
  {
    name: "type-of-column-is-known",
    danger: false,
    message:
      "No migration says what the type of the new column is. If it is a domain with a constraint, PostgreSQL writes the table again; the rehearsal tells.",
    help: "Look it up with \\dD in psql.",
    ofTable: true,
    matches: (node, { types }) =>
      commandsOf(node).some(
        (command) =>
          command.subtype === "AT_AddColumn" &&
          typeOfColumn(command, types) === undefined &&
          !isArray(command),
      ),
  },
  {
    name: "no-check-at-a-new-column",
    danger: true,
    message: "A CHECK at a new column reads the whole table, which nobody else can use meanwhile.",
    help: "Add the column without it, then the CHECK as NOT VALID, and validate it in a migration of its own.",
    ofTable: true,
    matches: (node) =>
      commandsOf(node).some((command) =>
        constraintsOfColumn(command).some(({ contype }) => contype === "CONSTR_CHECK"),
      ),
  },
  {
    name: "no-exclusion-of-rows-that-are-there",
    danger: true,
    message:
      "EXCLUDE builds its index while nobody else can read or write the table. PostgreSQL has neither NOT VALID nor CONCURRENTLY for it.",
    help: "Add it in a maintenance window that a waiver names, or fill a new table that has it and change over to that.",
    ofTable: true,
    matches: (node) => addedConstraints(node).some(({ contype }) => contype === "CONSTR_EXCLUSION"),
  },
  {
    name: "domain-reads-its-tables",
    danger: true,
    message:
      "The statement reads every table with a column of the domain, and blocks writes to them meanwhile.",
    help: "Put the constraint on the columns, as NOT VALID, and validate it in a migration of its own.",
    ofTable: false,
    matches: (node) => {
      if (!("AlterDomainStmt" in node)) return false;
      const { subtype, def } = node.AlterDomainStmt;
      const isChecked = !(
        def !== undefined &&
        "Constraint" in def &&
        def.Constraint.skip_validation === true
      );
      return subtype === "O" || subtype === "V" || (subtype === "C" && isChecked);
    },
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
      ("AlterEventTrigStmt" in node && /^[DR]$/.test(node.AlterEventTrigStmt.tgenabled ?? "")) ||
      settingsOf(node).some(({ name }) => name === "session_replication_role"),
  },
  {
    name: "limits-kept",
    danger: true,
    message:
      "The statement takes the limit away that keeps a migration from waiting for a lock while others queue behind it.",
    help: "Leave lock_timeout as it is, or set a shorter one.",
    ofTable: false,
    matches: (node) =>
      settingsOf(node).some(
        (setting) => setting.name === "" || (setting.name === "lock_timeout" && !isShortLimit(setting)),
      ),
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
    name: "partition-locks-its-table",
    danger: false,
    message:
      "CREATE TABLE ... PARTITION OF keeps everybody from the partitioned table until the end of the migration, and reads its default partition.",
    help: "Create the table by itself, LIKE the partitioned one, and attach it.",
    ofTable: false,
    matches: (node, { isNew }) =>
      "CreateStmt" in node &&
      node.CreateStmt.partbound !== undefined &&
      (node.CreateStmt.inhRelations ?? []).some(
        (each) => "RangeVar" in each && !isNew(nameOf(each.RangeVar)),
      ),
  },
  {
    name: "no-rewrite-of-statements",
    danger: true,
    message:
      "CREATE RULE has the server run something else than what a statement says, such as nothing in place of an INSERT.",
    help: "Use a trigger, or a view with triggers.",
    ofTable: true,
    matches: (node) => "RuleStmt" in node,
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
    // Behind a COMMIT that ends the file nothing can fail.
    matches: (node, { isLast }) => boundaryOf({ node }) === "end" && !(isLast && isCommit(node)),
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
    message:
      "The statement turns row-level security off, no longer holds the owner to it, or lets a view pass by it.",
    help: "Keep it on, and write a policy for what must be reached.",
    ofTable: true,
    matches: (node) =>
      commandsOf(node).some(
        ({ subtype, def }) =>
          subtype === "AT_DisableRowSecurity" ||
          subtype === "AT_NoForceRowSecurity" ||
          (/^AT_(?:Reset|Set|Replace)RelOptions$/.test(subtype ?? "") && isInvoker(def, subtype) === false),
      ),
  },
  {
    name: "view-asks-as-its-reader",
    danger: false,
    message: "The view reads with the rights of its owner, who may pass by row-level security.",
    help: "Create it WITH (security_invoker = true), which PostgreSQL 15 and newer have.",
    ofTable: false,
    matches: (node) =>
      "ViewStmt" in node &&
      !optionsIn(node.ViewStmt.options).some(({ name, arg }) => name === "security_invoker" && isOn(arg)),
  },
  ...accessRules,
  ...roleRules,
  ...serverRules,
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
      "AlterExtensionStmt" in node ||
      ("SelectStmt" in node && callsOf(node).length > 0),
  },
];

const rewriting: ReadonlySet<string> = new Set([
  ...["AT_SetLogged", "AT_SetUnLogged", "AT_SetAccessMethod", "AT_SetTableSpace", "AT_SetExpression"],
]);

const switchingOff: ReadonlySet<string> = new Set([
  ...["AT_DisableTrig", "AT_DisableTrigAll", "AT_DisableTrigUser", "AT_DisableRule"],
  ...["AT_EnableReplicaTrig", "AT_EnableReplicaRule"],
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

/** Whether the options of a view make it ask as its reader; undefined where they say nothing of it. */
function isInvoker(def: Node | undefined, subtype: string | undefined): boolean | undefined {
  const options = def !== undefined && "List" in def ? optionsIn(def.List.items) : [];
  const option = options.find(({ name }) => name === "security_invoker");
  return option === undefined ? undefined : subtype === "AT_SetRelOptions" && isOn(option.arg);
}

function typeOfColumn({ subtype, def }: AlterTableCmd, types: Types): "checked" | "plain" | undefined {
  if (subtype !== "AT_AddColumn" || def === undefined || !("ColumnDef" in def)) return "plain";
  return kindOfType(def.ColumnDef.typeName?.names, types);
}

function isArray({ def }: AlterTableCmd): boolean {
  return def !== undefined && "ColumnDef" in def && (def.ColumnDef.typeName?.arrayBounds ?? []).length > 0;
}

function isComputed(command: AlterTableCmd): boolean {
  const { subtype, def } = command;
  if (subtype !== "AT_AddColumn" || def === undefined || !("ColumnDef" in def)) return false;
  const type = def.ColumnDef.typeName?.names?.at(-1);
  const isSerial = type !== undefined && "String" in type && /serial[248]?$/.test(type.String.sval ?? "");
  return (
    isSerial ||
    constraintsOfColumn(command).some(
      ({ contype, generated_kind }) =>
        contype === "CONSTR_IDENTITY" || (contype === "CONSTR_GENERATED" && generated_kind !== "v"),
    )
  );
}

/** Whether a statement commits, and begins no further transaction as COMMIT AND CHAIN does. */
function isCommit(node: Node): boolean {
  return (
    "TransactionStmt" in node &&
    node.TransactionStmt.kind === "TRANS_STMT_COMMIT" &&
    node.TransactionStmt.chain !== true
  );
}
