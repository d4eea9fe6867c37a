import type { Session } from "../../postgres/session.ts";
import { objectDifferences } from "../archive/compare.ts";
import { findSchemas, prepareSession, readObjects } from "../archive/describe.ts";
import type { Description, Manifest } from "../archive/manifest.ts";
import { namesOf } from "../archive/surroundings.ts";

/**
 * Remembers the objects of the schemas that are not restored, and the event triggers. Dropping a schema also
 * drops what depends on it, such as a trigger, a view or a foreign key in another schema, which a dump of the
 * schema does not contain.
 *
 * @returns a function that describes what has changed since, one sentence per difference
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
