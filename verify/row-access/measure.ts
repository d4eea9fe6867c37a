import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { exposedSchemas, listOf } from "../database/exposed.ts";
import { quotedIdentifier } from "../database/identifier.ts";
import { Unknown } from "../unknown.ts";
import { attempt } from "./attempt.ts";
import { type Action, type Actor, actions, actors, type Cell, type Matrix } from "./matrix.ts";
import { type Table, tableSchema, type User, type Users } from "./table.ts";

/** Rows of a table that are tried, for each actor and for those whom no actor sees. */
const sampled = 20;

/** Tables that are tried. */
const mostTables = 2000;

/**
 * Tries every action on every exposed table as a stranger and as two users, on a copy of the database. Everything
 * happens in one transaction that is rolled back, and triggers stay silent where the role may silence them.
 *
 * @param users whose rows to look for. Default: the first two of `auth.users`, else two that have no rows
 * @throws {Unknown} where the roles are missing, or there is no table
 */
export async function measureMatrix(session: Session, users?: Users): Promise<Matrix> {
  await session.run("begin");
  try {
    await session.run("set local statement_timeout = '60s'; set local lock_timeout = '5s'");
    await session.attempt("select set_config('session_replication_role', 'replica', true)");
    await requireRoles(session);
    const exposed = await exposedSchemas({ rows: (query, shape) => rowsOf(session, query, shape) });
    const tables = await rowsOf(session, tablesQuery(listOf(exposed)), tableSchema);
    if (tables.length === 0) {
      throw new Unknown("no-data", `The schemas ${exposed.schemas.join(", ")} have no table`);
    }
    const ids = users ?? (await firstUsers(session));
    const measured: Matrix["tables"] = {};
    for (const table of tables)
      measured[`${table.schema}.${table.name}`] = await rowsFor(session, table, ids);
    return { version: 1, tables: measured };
  } finally {
    await session.run("rollback").catch(() => undefined);
  }
}

const tablesQuery = (schemas: string): string => `
  select c.oid::text as oid, n.nspname::text as schema, c.relname::text as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any(${schemas})
    and c.relname <> '_prisma_migrations'
    and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e')
  order by 1, 2 limit ${mostTables}`;

async function requireRoles(session: Session): Promise<void> {
  const found = await rowsOf(
    session,
    "select rolname::text as name from pg_catalog.pg_roles where rolname in ('anon', 'authenticated')",
    z.object({ name: z.string() }),
  );
  const missing = ["anon", "authenticated"].filter((role) => !found.some(({ name }) => name === role));
  if (missing.length > 0) throw new Unknown("no-data", `The database has no role ${missing.join(" and ")}`);
}

/** Ids that nobody has (RFC 9562, section 5.9, leaves their form to us). */
const nobody = ["00000000-0000-8000-8000-000000000001", "00000000-0000-8000-8000-000000000002"] as const;

const foundUser = z.object({
  id: z.string().max(100),
  email: z.string().max(1000).nullish(),
  app: z.json(),
  own: z.json(),
});

/** The first two users who signed up for good; whatever columns the table has beside their ids. */
const usersQuery = `
  select id::text as id, u ->> 'email' as email, u -> 'raw_app_meta_data' as app, u -> 'raw_user_meta_data' as own
  from (select id, to_jsonb(users) as u from auth.users) every
  order by coalesce(u ->> 'is_anonymous', 'false'), 1 limit 2`;

async function firstUsers(session: Session): Promise<Users> {
  const rows = await session.attempt(usersQuery);
  const found = z.array(foundUser).safeParse(rows ?? []);
  const [one, other] = found.success ? found.data : [];
  if (one === undefined || other === undefined)
    return [withClaims({ id: nobody[0] }), withClaims({ id: nobody[1] })];
  return [withClaims(one), withClaims(other)];
}

/**
 * A user with what a token of Supabase's says (supabase.com/docs/guides/auth/jwt-fields): signed in for good and with a
 * second factor, since whoever has that reaches the most.
 */
function withClaims({ id, email, app, own }: Partial<z.infer<typeof foundUser>> & { id: string }): User {
  const now = Math.floor(Date.now() / 1000);
  return {
    id,
    claims: {
      ...{ aud: "authenticated", iat: now, exp: now + 3600, phone: "", is_anonymous: false, aal: "aal2" },
      amr: ["password", "totp"].map((method) => ({ method, timestamp: now })),
      ...(typeof email === "string" && { email }),
      ...{ app_metadata: app ?? {}, user_metadata: own ?? {} },
    },
  };
}

/** What each actor reaches of one table. */
async function rowsFor(session: Session, table: Table, users: Users): Promise<Matrix["tables"][string]> {
  await session.run("savepoint of_table");
  try {
    const sample = await sampleOf(session, table, users);
    const reached = new Map<string, readonly string[] | "denied" | "failed">();
    for (const actor of actors) {
      for (const action of actions) {
        reached.set(`${actor} ${action}`, await attempt(session, { table, actor, action, users, sample }));
      }
    }
    const rowOf = (actor: Actor) => ({
      select: cellOf(reached, actor, "select", sample),
      insert: cellOf(reached, actor, "insert", sample),
      update: cellOf(reached, actor, "update", sample),
      delete: cellOf(reached, actor, "delete", sample),
    });
    return { anon: rowOf("anon"), user: rowOf("user"), "other user": rowOf("other user") };
  } finally {
    await session.run("rollback to savepoint of_table");
  }
}

/** Some rows that each actor sees and some of all, by their place in the table, kept in a temporary table. */
async function sampleOf(session: Session, table: Table, users: Users): Promise<readonly string[]> {
  const seen = new Set<string>();
  for (const actor of actors) {
    const found = await attempt(session, { table, actor, action: "select", users, sample: sampled });
    if (typeof found !== "string") for (const row of found) seen.add(row);
  }
  const name = `${quotedIdentifier(table.schema)}.${quotedIdentifier(table.name)}`;
  const place = z.object({ place: z.string() });
  const some = await session.attempt(`select tableoid || ' ' || ctid as place from ${name} limit ${sampled}`);
  for (const each of z.array(place).parse(some ?? [])) seen.add(each.place);
  const rows = [...seen];
  const listed = (values: readonly string[]) => `array[${values.map((value) => `'${value}'`).join(", ")}]`;
  // By the place in a table alone, rows are found without reading all of them.
  const places = `${listed(rows.map((row) => row.split(" ")[1] ?? ""))}::tid[]`;
  await session.run(
    `create temporary table optropic_sample on commit drop as
       select t.tableoid || ' ' || t.ctid as place, t as kept from ${name} t
       where t.ctid = any(${places}) and t.tableoid || ' ' || t.ctid = any(${listed(rows)}::text[]);
     grant select on optropic_sample to public`,
  );
  return rows;
}

function cellOf(
  reached: ReadonlyMap<string, readonly string[] | "denied" | "failed">,
  actor: Actor,
  action: Action,
  sample: readonly string[],
): Cell {
  const own = reached.get(`${actor} ${action}`) ?? "failed";
  if (own === "denied") return "denied";
  if (own === "failed" || sample.length === 0) return "untold";
  if (own.length === 0) return "none";
  const others = actors
    .filter((other) => other !== actor)
    .map((other) => reached.get(`${other} ${action}`) ?? "failed")
    .flatMap((rows) => (typeof rows === "string" ? [] : rows));
  const isShared = own.some((row) => others.includes(row));
  if (!isShared) return "own";
  return own.length === sample.length ? "all" : "shared";
}

async function rowsOf<Row>(session: Session, query: string, shape: z.ZodType<Row>): Promise<Row[]> {
  const parsed = z.array(shape).safeParse(await session.rows(query));
  if (parsed.success) return parsed.data;
  throw new Unknown("not-understood", "The database answered in another shape");
}
