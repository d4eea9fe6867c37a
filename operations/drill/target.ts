import * as z from "zod";
import { type Connection, describeConnection, type Session } from "../database/connection.ts";
import { readSystemIdentifier } from "../database/surroundings.ts";
import { OperationFailure } from "../failure.ts";
import type { Manifest } from "../manifest.ts";

/**
 * Refuses a database in which a drill would do harm: one that has tables or anything else of its own, and any
 * on the server that the backup is of, which is production's.
 *
 * @throws {OperationFailure} `refused`
 */
export async function checkTarget(
  session: Session,
  connection: Connection,
  manifest: Manifest,
): Promise<void> {
  const where = describeConnection(connection);
  const identifier = await readSystemIdentifier(session);
  if (identifier === null || manifest.systemIdentifier === null) {
    throw new OperationFailure(
      "refused",
      `Whether ${where} is the server of the backup cannot be told, since a role may not read its identifier: drill without --target`,
    );
  }
  if (identifier === manifest.systemIdentifier) {
    throw new OperationFailure(
      "refused",
      `${where} is on the server that the backup is of: a drill never touches it`,
    );
  }
  const [row] = await session.rows(
    `select count(*)::int as count
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`,
  );
  const { count } = z.object({ count: z.int() }).parse(row);
  if (count === 0) return;
  throw new OperationFailure(
    "refused",
    `${where} is not empty: it has ${count} tables, views, sequences or indexes`,
  );
}
