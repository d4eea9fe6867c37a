import type { Session } from "../../postgres/session.ts";
import { type Described, digestOf, prepareSession, readGlobals, readObjects } from "../archive/describe.ts";
import { globalsQuery } from "../archive/globals.ts";
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

/**
 * Names of the objects in no schema that need something in these schemas, at any distance, and nothing in others: who drops
 * the schemas drops them.
 */
export function belongingTo(session: Session, schemas: readonly string[]): Promise<ReadonlySet<string>> {
  return namesOf(session, belongingQuery, schemas);
}

const belongingQuery = `
  with recursive object as materialized (
    -- Publications get their tables back, and may name each of them.
    select object as name, entry from (${globalsQuery}) described where object not like '% in publication %'
  ), need as materialized (
    select o.name, o.entry, d.refclassid || ' ' || d.refobjid as needed, i.schema
      from object o
      join pg_depend d on d.classid || ' ' || d.objid = o.entry
     cross join lateral pg_identify_object(d.refclassid, d.refobjid, 0) i
     where d.deptype in ('n', 'a')
  ), belonging(name, entry) as (
    select n.name, n.entry from need n where n.schema in (select quote_ident(s) from unnest($1) s)
    union
    select n.name, n.entry from belonging b join need n on n.needed = b.entry
  ), own as (
    select b.name, b.entry from belonging b
     where not exists (select from need n where n.entry = b.entry and n.schema not in (
       select quote_ident(s) from unnest($1) s union all values ('pg_catalog'), ('information_schema')))
  )
  select name from own
  union all
  select format('user mapping of %I on %I', u.usename, u.srvname) from pg_user_mappings u
   where 'pg_foreign_server'::regclass::oid || ' ' || u.srvid in (select entry from own)`;

async function* digestsOf(
  objects: AsyncIterable<[name: string, described: Described]>,
  isReplaced: (name: string) => boolean,
): AsyncGenerator<[name: string, digest: string]> {
  for await (const [name, described] of objects) {
    if (!isReplaced(name)) yield [name, digestOf(described)];
  }
}
