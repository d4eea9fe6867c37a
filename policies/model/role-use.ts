import {
  type Finding,
  fault,
  judge,
  known,
  type Resource,
  type Stack,
  type Verdict,
  violation,
} from "../framework/index.ts";
import { backupJobs } from "./backups.ts";
import type { Role } from "./database-roles.ts";
import { databases } from "./databases.ts";
import { dataApis } from "./facts.ts";
import { isGivenRole } from "./grant-scope.ts";
import { isJob } from "./jobs.ts";
import { postgresql } from "./tokens.ts";
import { declaredVariables } from "./variables.ts";

/** Less than this no statement of an application takes that anybody waits for. */
const leastTimeoutMs = 1000;

/** Judges that who connects with a role can. Throws UnknownRead. */
export function judgeUse(stack: Stack, role: Role): Verdict {
  const user = declaredVariables(stack).find(({ resource, value }) =>
    resource.sourcesOf(value).includes(role),
  )?.resource;
  if (user === undefined) return true;
  const login = role.at("login");
  if (login.boolean() !== true) {
    return fault(
      login,
      `${user.name} connects as ${role.name}, which may not log in.`,
      "Set login of the role to true.",
    );
  }
  const password = role.at("password");
  if (!password.isUnknown && password.string() === "") {
    return fault(
      password,
      `${user.name} connects as ${role.name}, which has an empty password.`,
      "Give the role the password that the variable has, of a RandomPassword.",
    );
  }
  const timeout = role.at("statementTimeout");
  const time = timeout.number() ?? 0;
  if (time > 0 && time < leastTimeoutMs) {
    return fault(
      timeout,
      `A statement of ${role.name} may take ${time} ms, in which hardly any finishes.`,
      `Set statementTimeout of the role to ${leastTimeoutMs} or more; it is in milliseconds.`,
    );
  }
  const limit = role.at("connectionLimit");
  const most = limit.number() ?? -1;
  const pool = Math.max(0, ...databases(stack).map(({ poolSize }) => known(() => poolSize?.()) ?? 0));
  // A pooler opens as many for each user: https://supabase.com/docs/guides/database/connecting-to-postgres/pooling-and-limits
  if (most >= 0 && most < pool && !isJob(user) && applies(stack, role)) {
    return fault(
      limit,
      `The pooler opens up to ${pool} connections as ${role.name}, of which the server takes ${most}.`,
      `Set connectionLimit of ${role.name} to ${pool} or more, or the size of the pool, such as defaultPoolSize of the pooler, to ${most} or less.`,
    );
  }
  return judgeReading(stack, role, user);
}

/** Whether DATABASE_URL, which leads through the pooler, is made from the role alone. */
const applies = (stack: Stack, role: Role): boolean =>
  declaredVariables(stack).some((variable) => {
    const roles = variable.resource.sourcesOf(variable.value).filter((it) => it.is(postgresql.role));
    return roles.length === 1 && roles[0] === role && known(() => variable.name()) === "DATABASE_URL";
  });

/** Judges that whom a variable names as its user is a role of the stack. */
export function judgeUsers(stack: Stack, isSupplied: (text: string) => boolean): Finding[] {
  const roles = stack.ofType(postgresql.role);
  const names = roles.map((role) => known(() => role.at("name").string()));
  if (roles.length === 0 || names.includes(undefined)) return [];
  return declaredVariables(stack).flatMap((variable) => {
    const user = known(() => variable.name()) === "PGUSER" ? known(() => variable.value.string()) : undefined;
    const name = user?.split(".")[0] ?? "";
    return user === undefined || names.includes(name) || isSupplied(user) || isGivenRole(name)
      ? []
      : [
          violation(
            fault(
              variable.value,
              "PGUSER names a role that this stack does not declare, so the server lets nobody in.",
              "Let PGUSER name a role of this stack.",
            ),
            variable.resource,
          ),
        ];
  });
}

/** What backs up reads everything. Throws UnknownRead. */
function judgeReading(stack: Stack, role: Role, user: Resource): Verdict {
  const isBackup = (known(() => backupJobs(stack)) ?? []).some(({ variables }) =>
    variables.sources.includes(role),
  );
  if (!isBackup || role.at("superuser").boolean() === true) return true;
  const groups = [
    ...role.at("roles").strings(),
    ...stack
      .ofType(postgresql.grantRole)
      .filter((grant) => grant.refersTo(role, "role"))
      .map((grant) => grant.at("grantRole").string() ?? ""),
  ];
  const isGranted = stack.ofType(postgresql.grant, postgresql.defaultPrivileges).some(
    (grant) =>
      grant.refersTo(role, "role") &&
      grant
        .at("privileges")
        .strings()
        .some((privilege) => /^(?:SELECT|ALL)$/i.test(privilege)),
  );
  // A member of another role may be that of the tables' owner, whom no row is hidden from.
  const isMember = groups.some((group) =>
    stack.ofType(postgresql.role).some((one) => known(() => one.at("name").string()) === group),
  );
  // Where clients read tables by an API, policies hide rows from whoever may not. Elsewhere a vendor's first role often
  // cannot give the attribute, and pg_dump fails where it would need it.
  const bypass = role.at("bypassRowLevelSecurity");
  if (!isMember && dataApis(stack).length > 0 && bypass.boolean() !== true) {
    return fault(
      bypass,
      `${user.name} backs up as ${role.name}, from whom row-level security hides rows: pg_dump fails on the first such table.`,
      "Set bypassRowLevelSecurity of the role to true.",
    );
  }
  return (
    isGranted ||
    isMember ||
    groups.includes("pg_read_all_data") ||
    fault(
      role.at("roles"),
      `${user.name} backs up as ${role.name}, which may read no table: it is not in pg_read_all_data.`,
      "Add pg_read_all_data to roles of the role.",
    )
  );
}

const isHostName = /^[\w-]+(?:\.[\w-]+)+$/;

/** Roles and grants are for the stack's own server. Throws UnknownRead. */
export function judgeServer(stack: Stack, isSupplied: (text: string) => boolean) {
  return stack.ofType(postgresql.provider).map((provider) => ({
    provider,
    verdict: (): Verdict => {
      const host = provider.at("host");
      const text = host.isUnknown ? "" : (host.string() ?? "");
      const declared = databases(stack);
      const isMade = provider.dependencies.some((source) =>
        declared.some(({ resource }) => resource === source),
      );
      const isKnown = declared.some(
        ({ resource }) =>
          (resource.id !== undefined && text.includes(resource.id)) || resource.outputTexts().includes(text),
      );
      return (
        !isHostName.test(text) ||
        declared.length === 0 ||
        isKnown ||
        isSupplied(text) ||
        (isMade && /\.pooler\.supabase\.com$/i.test(text)) ||
        fault(
          host,
          `The provider makes roles and grants at ${text}, which is not a database of this stack.`,
          "Give the provider the host of the database that this stack declares.",
        )
      );
    },
  }));
}

/** Whether each role is at the stack's own database, and of use to whoever connects with it. */
export const judgeConnecting = (stack: Stack, isSupplied: (text: string) => boolean): Finding[] => [
  ...stack.ofType(postgresql.role).map((role) => judge(role, () => judgeUse(stack, role))),
  ...judgeUsers(stack, isSupplied),
  ...judgeServer(stack, isSupplied).map(({ provider, verdict }) => judge(provider, verdict)),
];
