import type { GrantRoleArgs, RoleArgs } from "@pulumi/postgresql";
import { fault, judge, known, policy, type ResourceOf, type Stack, type Verdict } from "./framework/index.ts";
import { ownerOf } from "./model/links.ts";
import { judgeSites, notProxied } from "./model/sites.ts";
import { postgresql } from "./model/tokens.ts";
import { wafFault } from "./model/waf.ts";

// Item 4.7.

export const managedRules = policy({
  name: "waf-managed-rules",
  items: ["4.7"],
  title: "Managed rules against injection must act on every request to every host.",
  severity: "critical",
  fix: "In the zone's cloudflare.Ruleset of phase http_request_firewall_managed execute the Cloudflare Managed Ruleset (efb7b8c949ac4650a09736fc376e9aee) and the OWASP Core Ruleset (4814384a9e5d4991b9815dcfc25d2f1f) with the expression true.",
  url: "https://developers.cloudflare.com/waf/managed-rules/",
  check: (stack) =>
    judgeSites(stack, "No public host is declared, so no managed rules act.", (site) => {
      const wrong = wafFault(stack, site);
      return wrong === undefined || { ...wrong, found: `${site.host}: ${wrong.found}${notProxied(site)}.` };
    }),
});

export const leastPrivilege = policy({
  name: "database-role-least-privilege",
  items: ["4.7"],
  title: "No role that can log in to the database may have a privilege that an injected statement could use.",
  severity: "critical",
  fix: "Set superuser, createDatabase, createRole, replication and bypassRowLevelSecurity to false on the postgresql.Role, and grant what it needs. A role for backups alone, with backup in its name, may bypass row-level security.",
  url: "https://www.postgresql.org/docs/current/role-attributes.html",
  check: (stack) => [
    ...stack.ofType(postgresql.role).map((role) => judge(role, () => judgeRole(role))),
    ...stack.ofType(postgresql.grantRole).map((grant) => judge(grant, () => judgeGrant(stack, grant))),
  ],
});

const privileges = [
  "superuser",
  "createDatabase",
  "createRole",
  "replication",
  "bypassRowLevelSecurity",
] as const;

function judgeRole(role: ResourceOf<RoleArgs>): Verdict {
  if (role.at("login").boolean() !== true) {
    return true;
  }
  const allowed: readonly string[] = isForBackups(role) ? ["bypassRowLevelSecurity"] : [];
  const held = privileges.filter((it) => !allowed.includes(it) && role.at(it).boolean() === true);
  const [first] = held;
  if (first !== undefined) {
    return fault(role.at(first), `The role has ${held.join(", ")}.`);
  }
  const group = role.at("roles").strings().find(isAdministrator);
  return group === undefined || fault(role.at("roles"), `The role is a member of ${group}.`);
}

/** Membership by a grant counts as much as membership in the role's own list. */
function judgeGrant(stack: Stack, grant: ResourceOf<GrantRoleArgs>): Verdict {
  const group = grant.at("grantRole").string() ?? "";
  if (!isAdministrator(group)) {
    return true;
  }
  const member = known(() => ownerOf(stack, grant, "role", postgresql.role)?.name);
  return fault(grant.at("grantRole"), `${member ?? "A role"} becomes a member of ${group}.`);
}

/** pg_dump fails on rows that row-level security hides, so a role for backups must bypass it. */
const isForBackups = (role: ResourceOf<RoleArgs>): boolean =>
  /back-?_?up|dump/i.test(`${role.name} ${role.at("name").string()}`);

/** Roles whose members control the server or read its files: PostgreSQL's own, then those of vendors. */
const administrators: ReadonlySet<string> = new Set([
  "postgres",
  "pg_execute_server_program",
  "pg_read_server_files",
  "pg_write_server_files",
  "supabase_admin",
  "service_role",
  "rds_superuser",
  "cloudsqlsuperuser",
  "azure_pg_admin",
]);

const isAdministrator = (group: string): boolean => administrators.has(group);
