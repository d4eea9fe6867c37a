import { policy } from "./framework/index.ts";
import { judgeGrants } from "./model/grant-scope.ts";
import { judgeConnecting } from "./model/role-use.ts";

// Items 3.1 and 3.2: what roles are given has to be of use to whoever connects with them. What they may do beyond
// that is in security-injection.ts.

export const grantsReach = policy({
  name: "database-grants-reach",
  items: ["3.1"],
  title: "Every grant must be of a schema and a database that the stack has, for a role of it.",
  severity: "high",
  fix: "Name the schema, the database that the provider connects to, a role that the stack declares, and the privileges; grant USAGE on each schema in which the role has tables.",
  url: "https://www.postgresql.org/docs/current/ddl-priv.html",
  check: (stack, _threshold, { isSupplied }) => judgeGrants(stack, isSupplied),
});

export const rolesConnect = policy({
  name: "database-roles-connect",
  items: ["3.1", "3.2"],
  title: "Every role must be at the stack's own database, and let in who connects with it.",
  severity: "high",
  fix: "Give the role login true, a password and time for its statements, the role of the backups pg_read_all_data, and the provider the host of the stack's own database.",
  url: "https://www.postgresql.org/docs/current/predefined-roles.html",
  check: (stack, _threshold, { isSupplied }) => judgeConnecting(stack, isSupplied),
});
