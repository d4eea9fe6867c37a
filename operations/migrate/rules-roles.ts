import type { Node } from "libpg-query";
import { commandsOf, isOn, optionsIn } from "./commands.ts";
import { constantOf, partsOf } from "./inside.ts";
import type { Rule } from "./rule.ts";

/** Rules about who may do what, whichever table it is about. */
export const roleRules: readonly Rule[] = [
  {
    name: "no-role-above-policies",
    danger: true,
    message:
      "The statement lets a role pass by every policy or make others that do: SUPERUSER, BYPASSRLS, CREATEROLE, REPLICATION, or membership in a role that has them.",
    help: "Write a policy for the role, and grant it what it needs by name.",
    ofTable: false,
    matches: (node) =>
      roleOptions(node).some(({ name, arg }) => passing.has(name) && isOn(arg)) ||
      rolesGiven(node).some((role) => powerful.test(role)),
  },
  {
    name: "no-secret-in-its-text",
    danger: true,
    message:
      "The migration has a password or another secret as text: everybody who reads the repository, the server's log or a backup has it.",
    help: "Create the role without a password here, and set it from the secret store; replace the one that was written down.",
    ofTable: false,
    matches: (node) =>
      roleOptions(node).some(({ name, arg }) => name === "password" && arg !== undefined) ||
      foreignOptions(node).some(({ name, arg }) => secretName.test(name) && arg !== undefined) ||
      textsIn(node).some((text) => secretText.test(text)),
  },
  {
    name: "owner-kept",
    danger: true,
    message:
      "The statement gives what is there to another owner, who passes by row-level security and may change and drop it.",
    help: "Keep the owner, and grant what the other role needs.",
    ofTable: true,
    matches: (node) =>
      "ReassignOwnedStmt" in node ||
      ("AlterOwnerStmt" in node && ofOwner.has(node.AlterOwnerStmt.objectType ?? "")) ||
      commandsOf(node).some(({ subtype }) => subtype === "AT_ChangeOwner"),
  },
];

const passing: ReadonlySet<string> = new Set(["bypassrls", "superuser", "createrole", "isreplication"]);

/** Roles that have more than one table: of PostgreSQL, and of those who host it. Those that only look are not here. */
const powerful =
  /^(?:pg_(?:read_all_data|write_all_data|(?:read|write)_server_files|execute_server_program|signal_backend|create_subscription|database_owner|maintain)|postgres|supabase_\w*admin|service_role|authenticator|rds_superuser|rds_replication|rdsadmin|cloudsqlsuperuser|alloydbsuperuser|azure_\w*admin|neon_superuser|doadmin|avnadmin)$/i;

const ofOwner: ReadonlySet<string> = new Set(["OBJECT_DATABASE", "OBJECT_SCHEMA", "OBJECT_FOREIGN_SERVER"]);

function roleOptions(node: Node): { name: string; arg: Node | undefined }[] {
  if ("AlterRoleStmt" in node) return optionsIn(node.AlterRoleStmt.options);
  return "CreateRoleStmt" in node ? optionsIn(node.CreateRoleStmt.options) : [];
}

/** Roles whose rights another one gets. */
function rolesGiven(node: Node): string[] {
  if ("GrantRoleStmt" in node && node.GrantRoleStmt.is_grant === true) {
    return (node.GrantRoleStmt.granted_roles ?? []).flatMap((each) =>
      "AccessPriv" in each ? [each.AccessPriv.priv_name ?? ""] : [],
    );
  }
  return roleOptions(node).flatMap(({ name, arg }) =>
    name === "addroleto" && arg !== undefined && "List" in arg
      ? (arg.List.items ?? []).flatMap((each) =>
          "RoleSpec" in each ? [each.RoleSpec.rolename ?? each.RoleSpec.roletype ?? ""] : [],
        )
      : [],
  );
}

function foreignOptions(node: Node): { name: string; arg: Node | undefined }[] {
  if ("CreateForeignServerStmt" in node) return optionsIn(node.CreateForeignServerStmt.options);
  if ("AlterForeignServerStmt" in node) return optionsIn(node.AlterForeignServerStmt.options);
  if ("CreateUserMappingStmt" in node) return optionsIn(node.CreateUserMappingStmt.options);
  if ("AlterUserMappingStmt" in node) return optionsIn(node.AlterUserMappingStmt.options);
  if ("CreateFdwStmt" in node) return optionsIn(node.CreateFdwStmt.options);
  return "AlterFdwStmt" in node ? optionsIn(node.AlterFdwStmt.options) : [];
}

const secretName = /passw|secret|token|api_?key|private_?key|credential/i;

/** Of a connection string, of a URL with a user, of code that sets a password, and of keys that vendors give out. */
const secretText =
  /\bpassword\s*=\s*[^\s$%{]|\bpassword\s+E?'[^'%]+'|:\/\/[^\s/:@]+:[^\s/@${<]+@|-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:sk|rk)_live_\w{10}|\bgh[pousr]_\w{20}|\bxox[abprs]-\w{8}|\bAKIA[0-9A-Z]{12}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./i;

/** Texts as values, in options, and code in quotes. */
function textsIn(node: Node): string[] {
  if ("CommentStmt" in node) return [];
  const conninfo =
    "CreateSubscriptionStmt" in node
      ? node.CreateSubscriptionStmt.conninfo
      : "AlterSubscriptionStmt" in node
        ? node.AlterSubscriptionStmt.conninfo
        : undefined;
  return [
    ...(conninfo === undefined ? [] : [conninfo]),
    ...partsOf(node).flatMap(({ kind, fields }) => {
      if (kind === "String") return typeof fields.sval === "string" ? [fields.sval] : [];
      const text = kind === "A_Const" ? constantOf({ A_Const: fields }) : undefined;
      return text === undefined ? [] : [text];
    }),
  ];
}
