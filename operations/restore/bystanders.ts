import type { Session } from "../../postgres/session.ts";
import { digestOf, digestsOf, prepareSession, readGlobals, readObjects } from "../archive/describe.ts";
import type { Manifest } from "../archive/manifest.ts";
import { namesOf } from "../archive/names.ts";
import { schemasQuery } from "../archive/scope.ts";

/** Digests of objects by their names. */
export type Digests = Readonly<Record<string, string>>;

/** What a target has beside the schemas that are restored. */
export interface Bystanders {
  /** Objects of other schemas. */
  objects: Digests;
  /** Objects in no schema. */
  globals: Digests;
}

/**
 * Looks at the objects of the schemas that are not restored, and at those that are in no schema. Dropping a
 * schema also drops what depends on it, such as a trigger, a view or a foreign key in another schema.
 */
export async function readBystanders(session: Session, manifest: Manifest): Promise<Bystanders> {
  await prepareSession(session);
  const restored = new Set(manifest.schemas.map(({ name }) => name));
  const others = [...(await namesOf(session, schemasQuery))].filter((name) => !restored.has(name));
  const objects: [string, string][] = [];
  for await (const [name, described] of readObjects(session, others))
    objects.push([name, digestOf(described)]);
  return {
    objects: Object.fromEntries(objects),
    globals: digestsOf(await readGlobals(session)),
  };
}

/** Names of objects that are no longer there, or no longer the same. */
export function changed(before: Digests, after: Digests): string[] {
  return Object.entries(before).flatMap(([name, digest]) =>
    Object.hasOwn(after, name) && after[name] === digest ? [] : [name],
  );
}
