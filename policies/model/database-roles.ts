import type {
  DefaultPrivilegesArgs,
  FunctionArgs,
  GrantArgs,
  GrantRoleArgs,
  RoleArgs,
  SchemaArgs,
} from "@pulumi/postgresql";
import { adapters } from "../adapters/index.ts";
import {
  type AnyValue,
  type Finding,
  fault,
  judge,
  known,
  type Resource,
  type ResourceOf,
  type Stack,
  unproved,
  type Verdict,
} from "../framework/index.ts";
import { parseConnection } from "../values/connection-string.ts";
import { isDatabase } from "./database-tokens.ts";
import { databases } from "./databases.ts";
import { isJob } from "./jobs.ts";
import { ownerOf } from "./links.ts";
import { perStack } from "./per-stack.ts";
import { postgresql } from "./tokens.ts";
import { declaredVariables } from "./variables.ts";

export type Role = ResourceOf<RoleArgs>;

const privileges = ["superuser", "createDatabase", "createRole", "replication"] as const;

/** Judges what a role may do that an injected statement could use. Throws UnknownRead. */
export function judgeRole(stack: Stack, role: Role): Verdict {
  if (role.at("login").boolean() !== true && !isGroup(stack, role)) {
    return true;
  }
  const held = privileges.filter((it) => role.at(it).boolean() === true);
  const [first] = held;
  if (first !== undefined) {
    return fault(role.at(first), `The role has ${held.join(", ")}.`);
  }
  const group = role.at("roles").strings().find(isAdministrator);
  if (group !== undefined) {
    return fault(role.at("roles"), `The role is a member of ${group}.`);
  }
  const assumed = role.at("assumeRole").string() ?? "";
  if (isAdministrator(assumed)) {
    return fault(role.at("assumeRole"), `The role acts as ${assumed}.`);
  }
  if (role.at("bypassRowLevelSecurity").boolean() === true) {
    return judgeBypass(stack, role);
  }
  return applicationRoles(stack).has(role) ? judgeApplication(stack, role) : true;
}

/** The application's role has what it is granted itself, and what each group grants of which it is a member. */
function judgeApplication(stack: Stack, role: Role): Verdict {
  const held = new Set([role]);
  // A set is walked to what is added meanwhile: a group may be a member of others.
  for (const each of held) {
    const groups = groupsOf(stack, each);
    const powerful = groups.find(
      (name) =>
        isAdministrator(name) ||
        /^pg_(?:read_all_data|read_server_files|signal_backend|checkpoint)$/.test(name),
    );
    if (powerful !== undefined) {
      return fault(
        role.at("roles"),
        `The application's role is a member of ${powerful}${through(role, each)}.`,
      );
    }
    const verdict = judgeGrants(stack, each);
    if (verdict !== true) return verdict;
    for (const other of stack.ofType(postgresql.role)) {
      if (groups.includes(known(() => other.at("name").string()) ?? "")) held.add(other);
    }
  }
  return true;
}

const through = (role: Role, group: Role): string => (group === role ? "" : `, through ${group.name}`);

/** Names of the roles of which it is a member, by its own list and by grants. */
function groupsOf(stack: Stack, role: Role): string[] {
  return [
    ...role.at("roles").strings(),
    ...stack
      .ofType(postgresql.grantRole)
      .filter((grant) =>
        known(() => grant.refersTo(role, "role") || isNamed(grant.at("role").string(), role)),
      )
      .map((grant) => grant.at("grantRole").string() ?? ""),
  ];
}

/** A role whose password has expired connects no more. Throws UnknownRead. */
export function judgeExpiry(role: Role, now: number): Verdict {
  const until = role.at("validUntil");
  const moment = Date.parse(until.string() ?? "");
  return !(moment < now) || fault(until, `The password of the role expired at ${until.string()}.`);
}

/** Membership by a grant counts as much as membership in the role's own list. Throws UnknownRead. */
export function judgeMembership(stack: Stack, grant: ResourceOf<GrantRoleArgs>): Verdict {
  const group = grant.at("grantRole").string() ?? "";
  if (!isAdministrator(group)) {
    const passedOn = grant.at("withAdminOption");
    const isApplications = [...applicationRoles(stack)].some((role) =>
      known(
        () =>
          grant.refersTo(role, "role") ||
          (role.is(postgresql.role) && isNamed(grant.at("role").string(), role)),
      ),
    );
    return (
      !isApplications ||
      passedOn.boolean() !== true ||
      fault(passedOn, `${grant.name} lets the application's role make others members of ${group}.`)
    );
  }
  const member = known(() => ownerOf(stack, grant, "role", postgresql.role)?.name);
  return fault(grant.at("grantRole"), `${member ?? "A role"} becomes a member of ${group}.`);
}

/** What PUBLIC is granted every role has, also those of other applications. Throws UnknownRead. */
export function judgePublic(grant: ResourceOf<GrantArgs | DefaultPrivilegesArgs>): Verdict {
  if (grant.at("role").isUnknown || grant.at("role").string()?.toLowerCase() !== "public") {
    return true;
  }
  const held = grant
    .at("privileges")
    .strings()
    .find((privilege) => !/^(?:USAGE|CONNECT|EXECUTE)$/i.test(privilege));
  return (
    held === undefined ||
    fault(grant.at("privileges"), `Every role of the database has ${held.toUpperCase()}.`)
  );
}

/** Whoever may make objects in a schema that is searched first is run in place of what others meant. Throws UnknownRead. */
export function judgeSchema(schema: ResourceOf<SchemaArgs>): Verdict {
  const open = schema
    .at("policies")
    .items()
    .find(
      (policy) =>
        ["", "public"].includes((policy.at("role").string() ?? "").toLowerCase()) &&
        (policy.at("create").boolean() === true || policy.at("createWithGrant").boolean() === true),
    );
  return open === undefined || fault(open, `Every role of the database may make objects in ${schema.name}.`);
}

/** Judges whom DATABASE_URL names: never the owner of the database. Throws UnknownRead. */
export function judgeUser(stack: Stack, resource: Resource, value: AnyValue): Verdict {
  const text = known(() => value.string());
  if (text !== undefined) {
    const user = parseConnection(text)?.user?.split(".")[0];
    return user === undefined || !isAdministrator(user)
      ? true
      : fault(value, `DATABASE_URL connects as ${user}, which may do anything.`);
  }
  const sources = resource.sourcesOf(value);
  const user = sources
    .flatMap((source) => adapters.flatMap((adapter) => adapter.userOf?.(source) ?? []))
    .find((candidate) => isAdministrator(known(() => candidate.string()) ?? ""));
  if (user !== undefined) {
    return fault(
      user,
      `DATABASE_URL is made from ${user.resource.name}, which connects as ${user.string()}, who may do anything.`,
    );
  }
  const isOwner =
    stack.ofType(postgresql.role).length > 0 &&
    sources.some(isDatabase) &&
    !sources.some((source) => source.is(postgresql.role));
  return isOwner
    ? fault(value, "DATABASE_URL is made from no role of this stack, so it connects as the database's owner.")
    : true;
}

/** pg_dump fails on rows that row-level security hides, so that a role for backups alone must bypass it. */
function judgeBypass(stack: Stack, role: Role): Verdict {
  const bypass = role.at("bypassRowLevelSecurity");
  const user = usersOf(stack, role).find((resource) => !isJob(resource));
  if (user !== undefined) {
    return fault(bypass, `The role bypasses row-level security, and ${user.name} connects with it.`);
  }
  const writing = grantsTo(stack, role).find((grant) =>
    grant
      .at("privileges")
      .strings()
      .some((privilege) => !/^(?:SELECT|USAGE|CONNECT)$/i.test(privilege)),
  );
  if (writing !== undefined) {
    return fault(bypass, `The role bypasses row-level security, and ${writing.name} lets it write.`);
  }
  const isForBackups = /back-?_?up|dump/i.test(`${role.name} ${role.at("name").string()}`);
  return (
    isForBackups ||
    usersOf(stack, role).length > 0 ||
    fault(bypass, "The role has bypassRowLevelSecurity, and is not one for backups.")
  );
}

/** What the application may do with tables: TRUNCATE and triggers go around row-level security. */
function judgeGrants(stack: Stack, role: Role): Verdict {
  for (const grant of grantsTo(stack, role)) {
    const excess = grant
      .at("privileges")
      .strings()
      .find((privilege) => /^(?:ALL|TRUNCATE|TRIGGER|REFERENCES|CREATE|MAINTAIN)/i.test(privilege));
    if (excess !== undefined) {
      return `${grant.name} lets the application's role ${excess.toUpperCase()}.`;
    }
    const passedOn = grant.at("withGrantOption");
    if (passedOn.boolean() === true) {
      return fault(passedOn, `${grant.name} lets the application's role grant to others what it has.`);
    }
    const verdict = judgeObjects(grant);
    if (verdict !== true) return verdict;
  }
  return true;
}

/** Functions that read files or run programs, and schemas whose tables are not the application's. */
function judgeObjects(grant: ReturnType<typeof grantsTo>[number]): Verdict {
  const schema = known(() => grant.at("schema").string())?.toLowerCase() ?? "";
  const isTable = known(() => grant.at("objectType").string()) === "table";
  if (isTable && /^(?:auth|vault|pgsodium|storage|supabase_\w+)$/.test(schema)) {
    return fault(grant.at("schema"), `${grant.name} gives the application's role tables of ${schema}.`);
  }
  const risky = grant.is(postgresql.grant)
    ? grant
        .at("objects")
        .items()
        .find((object) => riskyFunction.test(known(() => object.string()) ?? ""))
    : undefined;
  return (
    risky === undefined ||
    fault(
      risky,
      `${grant.name} lets the application's role call ${risky.string()}, which leaves the database.`,
    )
  );
}

const riskyFunction =
  /^"?(?:pg_read_|pg_write_|pg_ls_|pg_stat_file|pg_reload_conf|pg_terminate_|lo_import|lo_export|dblink)/i;

/** Who owns a schema or a database may drop and change all that is in it. Throws UnknownRead. */
export function judgeOwner(
  stack: Stack,
  schema: ResourceOf<Pick<SchemaArgs, "owner">>,
  kind = "schema",
): Verdict {
  const owner = schema.at("owner");
  const role = [...applicationRoles(stack)].find(
    (candidate) =>
      known(() => schema.refersTo(candidate, "owner")) === true ||
      (candidate.is(postgresql.role) &&
        isNamed(
          known(() => owner.string()),
          candidate,
        )),
  );
  return role === undefined || fault(owner, `The application's role owns the ${kind} ${schema.name}.`);
}

/** A function with its owner's rights, for whom no row is hidden: every role may call it. Throws UnknownRead. */
function judgeFunction(stack: Stack, own: ResourceOf<FunctionArgs>): Verdict {
  const definer = own.at("securityDefiner");
  if (definer.boolean() !== true) return true;
  const body = own.at("body").string() ?? "";
  if (/\bexecute\s+(?!format\s*\(|''|procedure\b|function\b|on\b)/i.test(body.replace(/'[^']*'/g, "''"))) {
    return fault(
      definer,
      `${own.name} runs as its owner whatever text it is given, and every role may call it.`,
    );
  }
  return (
    !givesRows.test(own.at("returns").string() ?? "") ||
    asksWhoCalls.test(body) ||
    isClosed(stack, own) ||
    unproved(
      definer,
      `${own.name} runs as its owner, for whom no row is hidden, and every role may call it.`,
      "Take EXECUTE from PUBLIC by a Grant of the function to the role public without privileges, let the function ask who calls it, as by auth.uid() or session_user, or set securityDefiner to false.",
    )
  );
}

/** Results that can hold what is in tables; a word or a number says little of them. */
const givesRows = /^\s*(?:setof|table|record|jsonb?|xml)\b|\[\]\s*$/i;

/** What tells the caller from the owner: Supabase's and PostgREST's claims, and the role of the session. */
const asksWhoCalls = /\bauth\.(?:uid|jwt|role|email)\(\)|\bcurrent_setting\(\s*'|\bsession_user\b/i;

/** Whether a grant takes from PUBLIC what every function has. */
const isClosed = (stack: Stack, own: ResourceOf<FunctionArgs>): boolean =>
  stack.ofType(postgresql.grant).some(
    (grant) =>
      known(
        () =>
          grant.at("role").string()?.toLowerCase() === "public" &&
          /^(?:function|routine)$/.test(grant.at("objectType").string() ?? "") &&
          grant.at("schema").string() === (own.at("schema").string() ?? "public") &&
          grant.at("privileges").items().length === 0 &&
          (grant.at("objects").items().length === 0 ||
            grant
              .at("objects")
              .strings()
              .some((object) => object.replace(/\(.*$/s, "") === own.at("name").string())),
      ) === true,
  );

/** Roles as which anybody on the Internet is let in to a database that serves an API. */
const visitor = /^(?:anon|anonymous|web_anon|authenticated)$/i;

/** Whatever row-level security leaves of all tables, also of those to come, visitors have. Throws UnknownRead. */
function judgeVisitors(grant: ResourceOf<GrantArgs | DefaultPrivilegesArgs>): Verdict {
  const role = grant.at("role");
  if (role.isUnknown || !visitor.test(role.string() ?? "") || grant.at("objectType").string() !== "table") {
    return true;
  }
  const privileges = grant.at("privileges");
  const held = privileges.strings();
  const isNamed = grant.is(postgresql.grant) && grant.at("objects").items().length > 0;
  const isAnonymous = !/^authenticated$/i.test(role.string() ?? "");
  const writes = held.find((privilege) => !/^(?:SELECT)$/i.test(privilege));
  if (held.length === 0 || (isNamed && !(isAnonymous && writes !== undefined))) return true;
  return unproved(
    privileges,
    `${grant.name} gives ${role.string()} ${(writes ?? held[0] ?? "").toUpperCase()} of ${isNamed ? "tables" : "every table"}, and the policy cannot read what row-level security leaves of it.`,
    "Name in objects the tables that visitors may read, and grant nothing else to them.",
  );
}

/** A role that is there to look, by its groups or its name, and may write. Throws UnknownRead. */
function judgeLooking(stack: Stack, role: Role): Verdict {
  const groups = groupsOf(stack, role);
  const name = known(() => role.at("name").string()) ?? role.name;
  const looks =
    groups.some((group) => /^pg_(?:monitor|read_all_data|read_all_stats)$/.test(group)) ||
    /(?:^|[_-])(?:probe|monitor(?:ing)?|metrics|exporter|read_?only|reader|ro|reports?|reporting|analytics)$/i.test(
      name,
    );
  if (!looks) return true;
  const writing = grantsTo(stack, role).find((grant) =>
    grant
      .at("privileges")
      .strings()
      .some((privilege) => /^(?:ALL|INSERT|UPDATE|DELETE|TRUNCATE|TRIGGER|CREATE)\b/i.test(privilege)),
  );
  return (
    writing === undefined ||
    fault(
      writing.at("privileges"),
      `The role ${name} is only there to read, and ${writing.name} lets it write.`,
    )
  );
}

function grantsTo(stack: Stack, role: Role) {
  return stack
    .ofType(postgresql.grant, postgresql.defaultPrivileges)
    .filter((grant) => known(() => grant.refersTo(role, "role") || isNamed(grant.at("role").string(), role)));
}

const isNamed = (text: string | undefined, role: Role): boolean =>
  text !== undefined && known(() => role.at("name").string()) === text;

/** Resources whose variables are made from the role. */
function usersOf(stack: Stack, role: Role): Resource[] {
  return [...new Set(declaredVariables(stack).map(({ resource }) => resource))].filter((resource) =>
    resource.dependencies.includes(role),
  );
}

/** Roles that a variable DATABASE_URL of its own is made from. */
const applicationRoles = perStack(
  (stack) =>
    new Set<Resource>(
      declaredVariables(stack)
        .filter((variable) => known(() => variable.name()) === "DATABASE_URL")
        .map(({ resource, value }) =>
          resource.sourcesOf(value).filter((source) => source.is(postgresql.role)),
        )
        // Of several, as in one map of all variables, it is not known which is the application's.
        .filter((roles) => roles.length === 1)
        .flat(),
    ),
);

/** What has a password: roles, and databases, which are made from nothing else that is generated. */
export const passwordHolders = (stack: Stack): Resource[] => [
  ...stack.ofType(postgresql.role),
  ...databases(stack).map(({ resource }) => resource),
];

/** Whether another role is a member of it, and can become it. */
function isGroup(stack: Stack, role: Role): boolean {
  const name = role.at("name").string();
  return (
    stack.ofType(postgresql.role).some((other) =>
      known(() =>
        other
          .at("roles")
          .strings()
          .includes(name ?? ""),
      ),
    ) ||
    stack.ofType(postgresql.grantRole).some((grant) => known(() => grant.at("grantRole").string() === name))
  );
}

/** Roles whose members control the server or read its files: PostgreSQL's own, then those of vendors. */
const administrators: ReadonlySet<string> = new Set([
  "postgres",
  "pg_execute_server_program",
  "pg_read_server_files",
  "pg_write_server_files",
  "pg_write_all_data",
  "pg_create_subscription",
  "pg_maintain",
  "supabase_admin",
  "supabase_auth_admin",
  "supabase_storage_admin",
  "dashboard_user",
  "service_role",
  "rds_superuser",
  "rds_replication",
  "cloudsqlsuperuser",
  "azure_pg_admin",
  "neon_superuser",
  "doadmin",
]);

const isAdministrator = (group: string): boolean => administrators.has(group);

/** Whether roles, memberships, grants and schemas leave nobody a privilege that an injected statement could use. */
export const judgePrivileges = (stack: Stack, now: number): Finding[] => [
  ...stack.ofType(postgresql.role).map((role) => judge(role, () => judgeRole(stack, role))),
  ...stack.ofType(postgresql.role).map((role) => judge(role, () => judgeExpiry(role, now))),
  ...stack.ofType(postgresql.grantRole).map((grant) => judge(grant, () => judgeMembership(stack, grant))),
  ...stack
    .ofType(postgresql.grant, postgresql.defaultPrivileges)
    .map((grant) => judge(grant, () => judgePublic(grant))),
  ...stack.ofType(postgresql.schema).map((schema) => judge(schema, () => judgeSchema(schema))),
  ...stack.ofType(postgresql.schema).map((schema) => judge(schema, () => judgeOwner(stack, schema))),
  ...stack.ofType(postgresql.database).map((database) =>
    judge(database, () => {
      const open = database.at("allowConnections");
      return open.boolean() === false
        ? fault(open, `Nobody may connect to the database ${database.name}.`)
        : judgeOwner(stack, database, "database");
    }),
  ),
  ...stack.ofType(postgresql.function).map((it) => judge(it, () => judgeFunction(stack, it))),
  ...stack
    .ofType(postgresql.grant, postgresql.defaultPrivileges)
    .map((grant) => judge(grant, () => judgeVisitors(grant))),
  ...stack.ofType(postgresql.role).map((role) => judge(role, () => judgeLooking(stack, role))),
];
