import type { Node } from "libpg-query";
import { lastName, optionsIn } from "./commands.ts";
import { callsOf, partsOf } from "./inside.ts";
import type { Rule } from "./rule.ts";
import { keepsPublic, settingsOf } from "./settings.ts";

/** Rules about what reaches beyond the tables of the database: no rehearsal shows it, and no rollback takes it back. */
export const serverRules: readonly Rule[] = [
  {
    name: "no-files-or-programs",
    danger: true,
    message:
      "The statement reads or writes files of the server, runs programs there, or speaks with other servers.",
    help: "Do it outside the migration, with a program that has no more rights than it needs.",
    ofTable: false,
    matches: (node) =>
      ("CopyStmt" in node && node.CopyStmt.filename !== undefined) ||
      "LoadStmt" in node ||
      languageOf(node).some((language) => untrusted.test(language)) ||
      ("CreateExtensionStmt" in node && reaching.test(node.CreateExtensionStmt.extname ?? "")) ||
      callsOf(node).some(({ name }) => outside.test(name)),
  },
  {
    name: "no-copy-from-a-client",
    danger: true,
    message: "COPY FROM STDIN waits for rows that a migration does not send.",
    help: "Write INSERT, or load the rows outside the migration.",
    ofTable: false,
    matches: (node) => "CopyStmt" in node && node.CopyStmt.filename === undefined,
  },
  {
    name: "server-kept",
    danger: true,
    message:
      "The statement changes the server, another session or the settings of later ones. A rehearsal does not show what that does, and a rollback does not take it back.",
    help: "Declare settings where the server is declared, and let a person act on sessions.",
    ofTable: false,
    matches: (node) =>
      Object.keys(node).some((kind) => ofServer.has(kind)) ||
      callsOf(node).some(({ name }) => acting.test(name)),
  },
  {
    name: "role-kept",
    danger: true,
    message:
      "The rest of the migration runs as another role, with rights that were neither rehearsed nor chosen for it.",
    help: "Let the role that migrates own what it changes, or be a member of the owner.",
    ofTable: false,
    matches: (node) =>
      settingsOf(node).some(({ name }) => name === "role" || name === "session_authorization"),
  },
  {
    name: "search-path-kept",
    danger: true,
    message:
      "Names without a schema mean other tables after this, and nobody can tell which the migration changes.",
    help: "Leave search_path as it is, and write the schema before each name.",
    ofTable: false,
    matches: (node) =>
      settingsOf(node).some((setting) => setting.name === "search_path" && !keepsPublic(setting)),
  },
  {
    name: "catalogs-kept",
    danger: true,
    message: "The statement changes the catalogs of the server, or what Prisma knows of its migrations.",
    help: "Use the statement that is made for it, or optropic migrate resolve.",
    ofTable: false,
    matches: (node) =>
      partsOf(node).some(({ kind, fields: { relation, relations } }) => {
        if (!changing.has(kind)) return false;
        return [relation, ...(Array.isArray(relations) ? relations : [])].some(isOfCatalogs);
      }) ||
      ("DropStmt" in node &&
        (node.DropStmt.objects ?? []).some(
          (each) => "List" in each && lastName(each.List.items) === prismaTable,
        )),
  },
];

const prismaTable = "_prisma_migrations";

const changing: ReadonlySet<string> = new Set([
  ...["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt", "AlterTableStmt", "RenameStmt"],
]);

function isOfCatalogs(relation: unknown): boolean {
  if (typeof relation !== "object" || relation === null) return false;
  const range: unknown = "RangeVar" in relation ? relation.RangeVar : relation;
  if (typeof range !== "object" || range === null || !("relname" in range)) return false;
  const schema = "schemaname" in range ? range.schemaname : undefined;
  if (range.relname === prismaTable) return true;
  return (
    schema === "pg_catalog" ||
    schema === "information_schema" ||
    (schema === undefined && /^pg_/.test(String(range.relname)))
  );
}

/** Languages in which code has the rights of the server's operating-system user. */
const untrusted = /^(?:c|internal|.*u)$/i;

/** Extensions that reach files, programs or other servers, or bring such a language. */
const reaching =
  /^(?:file_fdw|adminpack|dblink|.*_fdw|pl.*u|pg_net|http|pg_background|lo|aws_s3|pg_execute.*)$/i;

const outside =
  /^(?:lo_(?:import|export)|pg_(?:read|stat)_(?:binary_)?file|pg_ls_\w*dir|pg_file_\w+|dblink\w*|http(?:_\w+)?|aws_\w+|query_to_xml)$/i;

const acting =
  /^(?:pg_(?:terminate|cancel)_backend|pg_reload_conf|pg_rotate_logfile|pg_promote|pg_switch_wal|pg_wal_replay_\w+|pg_(?:try_)?advisory_\w+|pg_sleep\w*|pg_(?:create|drop)_\w*(?:slot|restore_point)|pg_replication_\w+|pg_stat_reset\w*|pg_stat_statements_reset)$/i;

const ofServer: ReadonlySet<string> = new Set([
  ...["AlterSystemStmt", "AlterDatabaseStmt", "AlterDatabaseSetStmt", "AlterRoleSetStmt", "CreatedbStmt"],
  ...["CreateTableSpaceStmt", "DropTableSpaceStmt", "AlterTableSpaceOptionsStmt", "CheckPointStmt"],
  ...["CreateSubscriptionStmt", "AlterSubscriptionStmt", "DropSubscriptionStmt"],
]);

function languageOf(node: Node): string[] {
  if ("CreatePLangStmt" in node) return [node.CreatePLangStmt.plname ?? ""];
  const options =
    "CreateFunctionStmt" in node ? node.CreateFunctionStmt.options : "DoStmt" in node ? node.DoStmt.args : [];
  return optionsIn(options).flatMap(({ name, arg }) =>
    name === "language" && arg !== undefined && "String" in arg ? [arg.String.sval ?? ""] : [],
  );
}
