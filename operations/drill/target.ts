import { Failure } from "../../lib/failure.ts";
import { type Connection, describeConnection } from "../../postgres/connection.ts";
import type { Session } from "../../postgres/session.ts";
import { emptiness } from "../archive/database.ts";
import type { Head } from "../archive/manifest.ts";
import { readSystemIdentifier } from "../archive/surroundings.ts";

/**
 * Refuses a database in which a drill could do harm: one that is not empty, and any database on the server
 * that the backup came from.
 *
 * @throws {Failure} `refused`
 */
export async function checkTarget(session: Session, connection: Connection, manifest: Head): Promise<void> {
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
  const problem = await emptiness(session);
  if (problem === undefined) return;
  throw new Failure(
    "refused",
    `${where} is not empty: it has ${problem}. Create an empty database for the drill`,
  );
}
