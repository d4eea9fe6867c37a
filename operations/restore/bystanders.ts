import type { Session } from "../../postgres/session.ts";
import { type Described, digestOf, prepareSession, readGlobals, readObjects } from "../archive/describe.ts";
import type { Manifest } from "../archive/manifest.ts";
import { namesOf } from "../archive/names.ts";
import { unfilledViewsQuery } from "../archive/refresh.ts";
import { schemasQuery } from "../archive/scope.ts";
import { digestsInFile, type NamedDigests } from "./named-digests.ts";

/** What a target has beside the schemas that are restored. */
export interface Bystanders {
  /** Objects of other schemas. */
  objects: NamedDigests;
  /** Objects in no schema. */
  globals: NamedDigests;
  /** Materialized views that are not filled. */
  unfilled: ReadonlySet<string>;
}

/**
 * Looks at the objects of the schemas that are not restored, and at those that are in no schema. Dropping a
 * schema also drops what depends on it, such as a trigger, a view or a foreign key in another schema.
 *
 * @param manifest with the schemas that are restored; its server's terms are those of what is read
 * @param file to create, for the names of the objects, and one beside it
 * @param isReplaced whether an object of another schema is restored too, by its name
 */
export async function readBystanders(
  session: Session,
  manifest: Pick<Manifest, "schemas" | "serverVersion">,
  file: string,
  isReplaced: (name: string) => boolean = () => false,
): Promise<Bystanders> {
  await prepareSession(session, manifest.serverVersion);
  const restored = new Set(manifest.schemas.map(({ name }) => name));
  const others = [...(await namesOf(session, schemasQuery))].filter((name) => !restored.has(name));
  return {
    objects: await digestsInFile(file, digestsOf(readObjects(session, others), isReplaced)),
    globals: await digestsInFile(`${file}-globals`, digestsOf(readGlobals(session), isReplaced)),
    unfilled: await namesOf(session, unfilledViewsQuery),
  };
}

async function* digestsOf(
  objects: AsyncIterable<[name: string, described: Described]>,
  isReplaced: (name: string) => boolean,
): AsyncGenerator<[name: string, digest: string]> {
  for await (const [name, described] of objects) {
    if (!isReplaced(name)) yield [name, digestOf(described)];
  }
}
