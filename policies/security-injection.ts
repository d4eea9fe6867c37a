import { judge, known, policy } from "./framework/index.ts";
import { judgePrivileges, judgeUser } from "./model/database-roles.ts";
import { judgeSites, notProxied } from "./model/sites.ts";
import { declaredVariables } from "./model/variables.ts";
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
  fix: "Set superuser, createDatabase, createRole, replication and bypassRowLevelSecurity to false on the postgresql.Role, and grant what it needs. A role that only backup jobs connect with, and that may only read, may bypass row-level security. Make DATABASE_URL from the role of the application.",
  url: "https://www.postgresql.org/docs/current/role-attributes.html",
  check: (stack, _threshold, { now }) => [
    ...judgePrivileges(stack, now),
    ...declaredVariables(stack)
      .filter((variable) => known(() => variable.name()) === "DATABASE_URL")
      .map(({ resource, value }) => judge(resource, () => judgeUser(stack, resource, value))),
  ],
});
