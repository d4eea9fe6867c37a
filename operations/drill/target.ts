import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import { type Connection, describeConnection } from "../../postgres/connection.ts";
import type { Session } from "../../postgres/session.ts";
import type { Manifest } from "../archive/manifest.ts";
import { readSystemIdentifier } from "../archive/surroundings.ts";

/**
 * Refuses a database in which a drill could do harm: one that is not empty, and any database on the server
 * that the backup came from.
 *
 * @throws {Failure} `refused`
 */
export async function checkTarget(
  session: Session,
  connection: Connection,
  manifest: Manifest,
): Promise<void> {
  const where = describeConnection(connection);
  const identifier = await readSystemIdentifier(session);
  if (identifier === null || manifest.systemIdentifier === null) {
    throw new Failure(
      "refused",
      `Cannot tell whether ${where} is the server this backup came from: ${identifier === null ? "the role" : "the role of the backup"} may not call pg_control_system(). Drill without --target`,
    );
  }
  if (identifier === manifest.systemIdentifier) {
    throw new Failure(
      "refused",
      `${where} is on the server this backup came from, which a drill never touches: name another server, or drill without --target`,
    );
  }
  const [row] = await session.rows(
    `select (${ownCount("pg_class", "relnamespace")} + ${ownCount("pg_proc", "pronamespace")}
        + ${ownCount("pg_type", "typnamespace")} + (select count(*) from pg_largeobject_metadata))::int as count`,
  );
  const { count } = z.object({ count: z.int() }).parse(row);
  if (count === 0) return;
  throw new Failure(
    "refused",
    `${where} is not empty: it has ${counted(count, "object")} (tables, types, functions and the like). Create an empty database for the drill`,
  );
}

/** Query that counts the objects in a catalog that belong neither to the server nor to an extension. */
function ownCount(catalog: string, schema: string): string {
  return `(select count(*) from ${catalog} o join pg_namespace n on n.oid = o.${schema}
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend d
                       where d.classid = '${catalog}'::regclass and d.objid = o.oid and d.deptype = 'e'))`;
}
