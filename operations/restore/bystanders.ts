import type { Session } from "../../postgres/session.ts";
import { objectDifferences } from "../archive/compare.ts";
import { findSchemas, prepareSession, readObjects } from "../archive/describe.ts";
import type { Description, Manifest } from "../archive/manifest.ts";
import { namesOf } from "../archive/surroundings.ts";

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
