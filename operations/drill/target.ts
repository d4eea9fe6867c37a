import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { type Connection, describeConnection } from "../../postgres/connection.ts";
import type { Session } from "../../postgres/session.ts";
import type { Manifest } from "../archive/manifest.ts";
import { readSystemIdentifier } from "../archive/surroundings.ts";

/**
 * Refuses a database in which a drill would do harm: one that has tables or anything else of its own, and any
 * on the server that the backup is of, which is production's.
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
      `Whether ${where} is the server of the backup cannot be told, since the role of one of them may not read its identifier (pg_control_system): drill without --target`,
    );
  }
  if (identifier === manifest.systemIdentifier) {
    throw new Failure(
      "refused",
      `${where} is on the server that the backup is of, which a drill never touches: name another server, or none`,
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
    `${where} is not empty, but has ${count} tables, types, functions and other objects: create a database for the drill`,
  );
}

/** Query of how many objects of a catalogue are neither the server's nor an extension's. */
function ownCount(catalogue: string, schema: string): string {
  return `(select count(*) from ${catalogue} o join pg_namespace n on n.oid = o.${schema}
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend d
                       where d.classid = '${catalogue}'::regclass and d.objid = o.oid and d.deptype = 'e'))`;
}
