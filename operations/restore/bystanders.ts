import type { Session } from "../database/connection.ts";
import { findSchemas, prepareSession, readObjects } from "../database/describe.ts";
import { namesOf } from "../database/surroundings.ts";
import type { Description, Manifest } from "../manifest.ts";
import { objectDifferences } from "./compare.ts";

/**
 * What the schemas hold that are not restored, and event triggers, which are in none. A schema is replaced with
 * all that depends on it, and that may be a trigger, a view or a foreign key elsewhere, which no dump of the
 * schema brings back.
 *
 * @returns what finds out how it differs by then, a sentence each
 */
export async function watchBystanders(
  session: Session,
  manifest: Manifest,
): Promise<() => Promise<string[]>> {
  const restored = new Set(manifest.schemas.map(({ name }) => name));
  const others = (await findSchemas(session, []))
    .map(({ name }) => name)
    .filter((name) => !restored.has(name));
  const look = async (): Promise<Description["objects"]> => {
    await prepareSession(session);
    const triggers = await namesOf(
      session,
      "select format('event trigger %I', evtname) as name from pg_event_trigger",
    );
    return {
      ...Object.fromEntries([...triggers].map((name) => [name, ""])),
      ...(await readObjects(session, others)),
    };
  };
  const before = await look();
  return async () => objectDifferences(before, await look());
}
