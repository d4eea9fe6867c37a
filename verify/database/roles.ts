import * as z from "zod";
import { listedSome } from "../../lib/text.ts";
import type { DeclaredResource } from "../declared.ts";
import { type Check, compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { exposedSchemas, listOf } from "./exposed.ts";
import { reading } from "./session.ts";

const declaredRole = z.looseObject({
  name: z.string(),
  login: z.boolean().default(false),
  superuser: z.boolean().default(false),
  bypassRowLevelSecurity: z.boolean().default(false),
  createDatabase: z.boolean().default(false),
  createRole: z.boolean().default(false),
  replication: z.boolean().default(false),
  connectionLimit: z.number().default(-1),
  roles: z.array(z.string()).default([]),
});

type DeclaredRole = z.infer<typeof declaredRole>;

const foundRole = z.object({
  name: z.string().max(200),
  login: z.boolean(),
  superuser: z.boolean(),
  bypassRowLevelSecurity: z.boolean(),
  createDatabase: z.boolean(),
  createRole: z.boolean(),
  replication: z.boolean(),
  connectionLimit: z.int(),
  roles: z.array(z.string().max(200)),
  reaching: z.boolean(),
  owned: z.array(z.string().max(500)),
});

type FoundRole = z.infer<typeof foundRole>;

/** Roles whose members are as good as superusers: they run programs or write files, or are a host's own. */
const powerful = [
  ...["pg_execute_server_program", "pg_write_server_files", "pg_read_server_files"],
  ...["rds_superuser", "cloudsqlsuperuser", "azure_pg_admin"],
];

/** What roles have, whether they may become one with power, and the exposed tables that each owns whose rows it reads past every policy. */
const roles = (schemas: string): string => `
  select rolname::text as name, rolcanlogin as login, rolsuper as superuser, rolbypassrls as "bypassRowLevelSecurity",
    rolcreatedb as "createDatabase", rolcreaterole as "createRole", rolreplication as replication,
    rolconnlimit as "connectionLimit",
    array(select g.rolname::text from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid
      where m.member = r.oid order by 1) as roles,
    coalesce(r.rolvaliduntil > now(), true) and exists (select from pg_catalog.pg_roles p where p.oid <> r.oid and pg_has_role(r.oid, p.oid, 'member')
      and (p.rolsuper or p.rolbypassrls or p.rolcreaterole or p.rolreplication
        or p.rolname in (${powerful.map((name) => `'${name}'`).join(", ")}))) as reaching,
    array(select n.nspname || '.' || c.relname from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relforcerowsecurity and pg_has_role(r.oid, c.relowner, 'usage')
        and c.relname <> '_prisma_migrations' and n.nspname = any(${schemas}) order by 1 limit 20) as owned
  from pg_catalog.pg_roles r`;

/** Items 3.7 and 4.7: nobody has more power than is declared. */
export const databaseRoles = probe({
  name: "database-roles",
  items: ["3.7", "4.7"],
  title:
    "Each declared role must have the declared attributes and memberships, and the application must own no table whose policies would not bind it.",
  needs: ["database"],
  settings: ["database.pool.size"],
  measure: async (context) => {
    context.credential("VERIFY_DATABASE_URL");
    const wanted = declaredIn(await context.declared());
    if (wanted.length === 0) throw new Unknown("no-data", "The program declares no role of the database");
    const { found, own } = await reading(context, async (database) => {
      const exposed = await exposedSchemas(database);
      const [session] = await database.rows(
        "select session_user::text as name",
        z.object({ name: z.string().max(200) }),
      );
      return { found: await database.rows(roles(listOf(exposed)), foundRole), own: session?.name };
    });
    const declared = wanted.flatMap(({ role }) => role?.name ?? []);
    return [
      ...wanted.flatMap(({ resource, role, source }) => {
        const checks =
          role === undefined
            ? [
                unknownCheck(
                  `role ${resource}`,
                  new Unknown("no-data", "Its inputs are not known before it is deployed"),
                ),
              ]
            : checksOf(
                role,
                found.find(({ name }) => name === role.name),
              );
        return checks.map((check) => ({ ...check, at: source }));
      }),
      strangers(found, [...declared, ...(own === undefined ? [] : [own])]),
    ];
  },
});

function declaredIn(resources: readonly DeclaredResource[]) {
  return resources
    .filter(({ type }) => type === "postgresql:index/role:Role")
    .map(({ name, inputs, source }) => ({
      ...{ resource: name, source },
      role: declaredRole.safeParse(inputs).data,
    }));
}

/**
 * Roles of servers and their hosts that log in with power: those of PostgreSQL, Supabase
 * (supabase.com/docs/guides/database/postgres/roles), Amazon RDS, Google Cloud SQL and Azure.
 */
const ofHosts = new Set([
  ...["postgres", "supabase_admin", "supabase_auth_admin", "supabase_storage_admin", "supabase_etl_admin"],
  ...["supabase_replication_admin", "supabase_read_only_user", "supabase_realtime_admin", "pgbouncer"],
  ...[
    "dashboard_user",
    "authenticator",
    "rdsadmin",
    "cloudsqladmin",
    "cloudsqlsuperuser",
    "azuresu",
    "azure_pg_admin",
  ],
]);

/** Nobody else may log in and read past every policy, or make roles that do. */
function strangers(found: readonly FoundRole[], known: readonly string[]): Check {
  const names = found
    .filter(({ name, login }) => login && !known.includes(name) && !ofHosts.has(name))
    .filter(
      (role) =>
        role.superuser || role.bypassRowLevelSecurity || role.createRole || role.replication || role.reaching,
    )
    .map(({ name }) => name)
    .sort();
  return compare("undeclared roles that log in with power over policies or roles", {
    expected: "none",
    measured: listedSome(names, 5) || "none",
    holds: names.length === 0,
  });
}

const attributes = [
  ...(["login", "superuser", "bypassRowLevelSecurity", "createDatabase", "createRole"] as const),
  "replication",
] as const;

function checksOf(role: DeclaredRole, found: FoundRole | undefined): Check[] {
  const { name } = role;
  if (found === undefined) {
    return [compare(`role ${name}`, { expected: "there", measured: "missing", holds: false })];
  }
  const powers = (of: Pick<DeclaredRole, (typeof attributes)[number]>) =>
    attributes.filter((attribute) => of[attribute]).join(", ") || "none";
  const members = (of: readonly string[]) => of.toSorted().join(", ") || "no role";
  const owned = found.owned.join(", ") || "no table";
  const isApplication = name.endsWith("_application");
  return [
    compare(`attributes of ${name}`, {
      expected: powers(role),
      measured: powers(found),
      holds: powers(role) === powers(found),
    }),
    compare(`memberships of ${name}`, {
      expected: members(role.roles),
      measured: members(found.roles),
      holds: members(role.roles) === members(found.roles),
    }),
    compare(`connections of ${name}`, {
      expected: role.connectionLimit,
      measured: found.connectionLimit,
      holds: role.connectionLimit === found.connectionLimit,
    }),
    ...(isApplication
      ? [
          compare(`tables that ${name} owns without forced row-level security`, {
            expected: "no table",
            measured: owned,
            holds: found.owned.length === 0,
          }),
        ]
      : []),
  ];
}
