import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { type Manifest, manifestSchema } from "./manifest.ts";

/** What a dump depends on and does not contain. */
export type Surroundings = Pick<
  Manifest,
  | "takenAt"
  | "serverVersion"
  | "systemIdentifier"
  | "database"
  | "encoding"
  | "extensions"
  | "roles"
  | "migrations"
>;

/** Reads what a restored database needs besides the dump, and the state of its migrations. */
export async function readSurroundings(session: Session, schemas: readonly string[]): Promise<Surroundings> {
  const [server] = await session.rows(serverQuery);
  return {
    ...surroundingsShape.parse(server),
    systemIdentifier: await readSystemIdentifier(session),
    extensions: manifestSchema.shape.extensions.parse(await session.rows(extensionsQuery)),
    roles: manifestSchema.shape.roles.parse(await session.rows(rolesQuery)),
    migrations: await readMigrations(session, schemas),
  };
}

/** Size of the complete database in bytes. A dump is nearly always smaller. */
export async function databaseBytes(session: Session): Promise<number> {
  const [row] = await session.rows("select pg_database_size(current_database())::text as bytes");
  return z.object({ bytes: z.coerce.number().int().min(0) }).parse(row).bytes;
}

/** Whether the database has large objects. */
export async function hasLargeObjects(session: Session): Promise<boolean> {
  const [row] = await session.rows("select exists (select from pg_largeobject_metadata) as found");
  return z.object({ found: z.boolean() }).parse(row).found;
}

/** Reads the column `name` of a query. */
export async function namesOf(session: Session, query: string): Promise<ReadonlySet<string>> {
  const rows = await session.rows(query);
  return new Set(
    z
      .array(z.object({ name: z.string() }))
      .parse(rows)
      .map(({ name }) => name),
  );
}

/** System identifier of the server; null when the role may not read it. */
export async function readSystemIdentifier(session: Session): Promise<string | null> {
  const [allowed] = await session.rows(
    "select has_function_privilege('pg_catalog.pg_control_system()', 'execute') as may",
  );
  if (!z.object({ may: z.boolean() }).parse(allowed).may) return null;
  const [row] = await session.rows("select system_identifier::text as id from pg_control_system()");
  return z.object({ id: z.string() }).parse(row).id;
}

const serverQuery = `
  select to_char(transaction_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "takenAt",
         current_setting('server_version') as "serverVersion",
         current_database()::text as database,
         pg_encoding_to_char(encoding) as encoding
    from pg_database where datname = current_database()`;

const surroundingsShape = manifestSchema.pick({
  takenAt: true,
  serverVersion: true,
  database: true,
  encoding: true,
});

const extensionsQuery = `
  select e.extname as name, n.nspname as schema, e.extversion as version
    from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace
   where e.extname <> 'plpgsql'
   order by e.extname collate "C"`;

const rolesQuery = `
  select r.rolname as name, r.rolsuper as superuser, r.rolinherit as inherit, r.rolcreaterole as "createRole",
         r.rolcreatedb as "createDatabase", r.rolcanlogin as login, r.rolreplication as replication,
         r.rolbypassrls as "bypassRls",
         coalesce((select array_agg(g.rolname::text order by g.rolname collate "C")
            from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid), '{}') as "memberOf"
    from pg_roles r
   where r.rolname !~ '^pg_'
   order by r.rolname collate "C"`;

/** Table in which Prisma records its migrations: https://www.prisma.io/docs/orm/prisma-migrate/workflows */
const migrationsTable = "_prisma_migrations";

async function readMigrations(session: Session, schemas: readonly string[]): Promise<Manifest["migrations"]> {
  const [found] = await session.rows(
    `select c.oid::regclass::text as name
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
      where c.relname = '${migrationsTable}' and c.relkind = 'r' and n.nspname = any($1)
      order by n.nspname = 'public' desc, n.nspname limit 1`,
    schemas,
  );
  if (found === undefined) return null;
  const { name } = z.object({ name: z.string() }).parse(found);
  const [row] = await session.rows(
    `select count(*) filter (where finished_at is not null and rolled_back_at is null)::int as applied,
            count(*) filter (where finished_at is null and rolled_back_at is null)::int as unfinished,
            (array_agg(migration_name::text order by finished_at desc)
              filter (where finished_at is not null and rolled_back_at is null))[1] as last
       from ${name}`,
  );
  return manifestSchema.shape.migrations.parse(row);
}
