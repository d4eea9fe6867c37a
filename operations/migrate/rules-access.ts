import type { Node } from "libpg-query";
import { partsOf } from "./inside.ts";
import type { Rule } from "./rule.ts";

/** Roles by which whoever knows the address of a Supabase project comes in, without a login. */
const anonymous: ReadonlySet<string> = new Set(["anon"]);

/** Roles that people have whom nobody chose. */
const open: ReadonlySet<string> = new Set([...anonymous, "authenticated"]);

/** Rules about who is let in: for new tables as well, which nothing else guards yet. */
export const accessRules: readonly Rule[] = [
  {
    name: "no-rights-to-everyone",
    danger: true,
    message: "The statement gives rights to everyone: PUBLIC.",
    help: "Name the role that needs the right.",
    ofTable: false,
    matches: (node) => grantees(node).some((role) => role === everyone),
  },
  {
    name: "no-rights-to-anonymous",
    danger: true,
    message: "The statement gives rights to anon: to whoever knows the address, without a login.",
    help: "Give the right to authenticated or to a role of the service, or let a waiver say why everybody may have it.",
    ofTable: false,
    matches: (node) => grantees(node).some((role) => role !== everyone && anonymous.has(role)),
  },
  {
    name: "policy-asks-something",
    danger: true,
    message: "The policy lets everybody reach every row: its condition holds for each, as USING (true) does.",
    help: "Compare a column with who asks, such as auth.uid(), or name the role of a service in TO.",
    ofTable: false,
    matches: (node) => {
      if ("CreatePolicyStmt" in node) {
        const { permissive, roles, qual, with_check: check } = node.CreatePolicyStmt;
        return permissive === true && names(roles).some(isOpen) && (always(qual) || always(check));
      }
      if (!("AlterPolicyStmt" in node)) return false;
      const { roles, qual, with_check: check } = node.AlterPolicyStmt;
      // Without TO the roles are those of before, which the script does not say.
      const mayBeOpen = roles === undefined || roles.length === 0 || names(roles).some(isOpen);
      return mayBeOpen && (always(qual) || always(check));
    },
  },
];

/** PUBLIC: no role has this name. */
const everyone = "";

function isOpen(role: string): boolean {
  return role === everyone || open.has(role);
}

/** Who is given rights or a role, also by ALTER DEFAULT PRIVILEGES. */
function grantees(node: Node): string[] {
  if ("GrantRoleStmt" in node) {
    return node.GrantRoleStmt.is_grant === true ? names(node.GrantRoleStmt.grantee_roles) : [];
  }
  const grant =
    "GrantStmt" in node
      ? node.GrantStmt
      : "AlterDefaultPrivilegesStmt" in node
        ? node.AlterDefaultPrivilegesStmt.action
        : undefined;
  return grant?.is_grant === true ? names(grant.grantees) : [];
}

function names(roles: readonly Node[] = []): string[] {
  return roles.flatMap((each) => {
    if (!("RoleSpec" in each)) return [];
    const { roletype, rolename } = each.RoleSpec;
    if (roletype === "ROLESPEC_PUBLIC") return [everyone];
    return rolename === undefined ? [] : [rolename];
  });
}

/** Whether a condition is there and asks neither a column, a function, a setting nor another table. */
function always(condition: Node | undefined): boolean {
  if (condition === undefined) return false;
  const asking = new Set(["ColumnRef", "FuncCall", "SubLink", "SQLValueFunction"]);
  const isAsking = partsOf(condition).some(({ kind }) => asking.has(kind));
  return !isAsking && !isFalse(condition);
}

function isFalse(condition: Node): boolean {
  return (
    "A_Const" in condition && condition.A_Const.boolval?.boolval !== true && "boolval" in condition.A_Const
  );
}
