import type { Client } from "pg";
import * as z from "zod";
import { type Manifest, manifestSchema } from "../manifest.ts";

/** What a dump stands on and does not carry itself. */
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

/** Reads what a restored database needs around it, and where its migrations stand. */
export async function readSurroundings(client: Client, schemas: readonly string[]): Promise<Surroundings> {
  const [server] = (await client.query(serverQuery)).rows;
  return {
    ...surroundingsShape.parse(server),
    systemIdentifier: await readSystemIdentifier(client),
    extensions: manifestSchema.shape.extensions.parse((await client.query(extensionsQuery)).rows),
    roles: manifestSchema.shape.roles.parse((await client.query(rolesQuery)).rows),
    migrations: await readMigrations(client, schemas),
  };
}

/** Bytes of the database, all schemas: what a dump has at most, but for the rarest of data. */
export async function databaseBytes(client: Client): Promise<number> {
  const { rows } = await client.query("select pg_database_size(current_database())::text as bytes");
  return z.object({ bytes: z.coerce.number().int().min(0) }).parse(rows[0]).bytes;
}

/** Identifier of the server's data; null where the role may not read it. */
export async function readSystemIdentifier(client: Client): Promise<string | null> {
  const { rows: allowed } = await client.query(
    "select has_function_privilege('pg_catalog.pg_control_system()', 'execute') as may",
  );
  if (!z.object({ may: z.boolean() }).parse(allowed[0]).may) return null;
  const { rows } = await client.query("select system_identifier::text as id from pg_control_system()");
  return z.object({ id: z.string() }).parse(rows[0]).id;
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

/** Where Prisma keeps its migrations: https://www.prisma.io/docs/orm/prisma-migrate/workflows */
const migrationsTable = "_prisma_migrations";

async function readMigrations(client: Client, schemas: readonly string[]): Promise<Manifest["migrations"]> {
  const { rows: found } = await client.query(
    `select c.oid::regclass::text as name
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
      where c.relname = $1 and c.relkind = 'r' and n.nspname = any($2)
      order by n.nspname = 'public' desc, n.nspname limit 1`,
    [migrationsTable, schemas],
  );
  if (found.length === 0) return null;
  const { name } = z.object({ name: z.string() }).parse(found[0]);
  const { rows } = await client.query(
    `select count(*) filter (where finished_at is not null and rolled_back_at is null)::int as applied,
            count(*) filter (where finished_at is null and rolled_back_at is null)::int as unfinished,
            (array_agg(migration_name::text order by finished_at desc)
              filter (where finished_at is not null and rolled_back_at is null))[1] as last
       from ${name}`,
  );
  return manifestSchema.shape.migrations.parse(rows[0]);
}
