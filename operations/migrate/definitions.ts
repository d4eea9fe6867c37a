import * as z from "zod";
import type { ServerSession } from "../../postgres/session.ts";
import { digestsOf, type Objects, prepareSession, readNamed } from "../archive/describe.ts";

/** Digests of the definitions of everything in the schemas that are not the system's, besides Prisma's own table. */
export async function definitions(session: ServerSession): Promise<Record<string, string>> {
  return digestsOf(await objectsIn(session));
}

/**
 * The definitions themselves.
 *
 * @param only the schemas that are read
 */
export async function objectsIn(session: ServerSession, only?: ReadonlySet<string>): Promise<Objects> {
  const schemas = z
    .array(z.object({ name: z.string() }))
    .parse(
      await session.rows(
        "select nspname::text as name from pg_catalog.pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1",
      ),
    )
    .map(({ name }) => name)
    .filter((name) => only === undefined || only.has(name));
  await session.run("begin");
  try {
    await prepareSession(session);
    const isWanted = (name: string): boolean => !/\b_prisma_migrations(?:_pkey)?\b/.test(name);
    return await readNamed(session, schemas, { has: isWanted });
  } finally {
    await session.run("rollback");
  }
}
