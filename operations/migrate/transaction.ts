import type { Statement } from "./parse.ts";

/** How the server runs a script that is sent in one message, as Prisma sends it. */
export type Wrapping =
  /** All of it in one transaction, which a failure takes back. */
  | "one"
  /** One statement by itself, which may not run in a transaction. */
  | "none"
  /** The script ends transactions by itself: a failure leaves what was committed before. */
  | "own";

export function wrappingOf(statements: readonly Statement[]): Wrapping {
  const [first] = statements;
  if (first !== undefined && statements.length === 1 && isAlone(first)) return "none";
  return statements.some((statement) => ["begin", "end"].includes(boundaryOf(statement) ?? ""))
    ? "own"
    : "one";
}

/** Whether a statement begins or ends a transaction. */
export function boundaryOf({ node }: Pick<Statement, "node">): "begin" | "end" | undefined {
  if (!("TransactionStmt" in node)) return undefined;
  switch (node.TransactionStmt.kind) {
    case "TRANS_STMT_BEGIN":
    case "TRANS_STMT_START":
      return "begin";
    case "TRANS_STMT_COMMIT":
    case "TRANS_STMT_ROLLBACK":
    case "TRANS_STMT_PREPARE":
    case "TRANS_STMT_COMMIT_PREPARED":
    case "TRANS_STMT_ROLLBACK_PREPARED":
      return "end";
    default:
      return undefined;
  }
}

/** Whether PostgreSQL refuses the statement within a transaction. */
export function isAlone({ node }: Pick<Statement, "node">): boolean {
  if ("IndexStmt" in node) return node.IndexStmt.concurrent === true;
  if ("DropStmt" in node) return node.DropStmt.concurrent === true;
  if ("ReindexStmt" in node) {
    const { kind, params = [] } = node.ReindexStmt;
    const isWide =
      kind === "REINDEX_OBJECT_SYSTEM" ||
      kind === "REINDEX_OBJECT_DATABASE" ||
      kind === "REINDEX_OBJECT_SCHEMA";
    return isWide || params.some((each) => "DefElem" in each && each.DefElem.defname === "concurrently");
  }
  if ("AlterTableStmt" in node) {
    return (node.AlterTableStmt.cmds ?? []).some(
      (each) =>
        "AlterTableCmd" in each &&
        each.AlterTableCmd.subtype === "AT_DetachPartition" &&
        each.AlterTableCmd.def !== undefined &&
        "PartitionCmd" in each.AlterTableCmd.def &&
        each.AlterTableCmd.def.PartitionCmd.concurrent === true,
    );
  }
  if ("VacuumStmt" in node) return node.VacuumStmt.is_vacuumcmd === true;
  if ("ClusterStmt" in node) return node.ClusterStmt.relation === undefined;
  if ("DiscardStmt" in node) return node.DiscardStmt.target === "DISCARD_ALL";
  return (
    "AlterSystemStmt" in node ||
    "CreateSubscriptionStmt" in node ||
    "DropSubscriptionStmt" in node ||
    "CreatedbStmt" in node ||
    "DropdbStmt" in node ||
    "CreateTableSpaceStmt" in node ||
    "DropTableSpaceStmt" in node
  );
}
