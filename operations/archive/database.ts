import { escapeIdentifier, escapeLiteral } from "pg";
import * as z from "zod";
import { counted } from "../../lib/text.ts";
import type { Session } from "../../postgres/session.ts";
import type { Manifest } from "./manifest.ts";

/** A statement that creates a database with the encoding and locale of a backup. */
export function databaseStatement({
  database,
  encoding,
  server: { provider, collate, ctype, locale },
}: Pick<Manifest, "database" | "encoding" | "server">): string {
  const options = [
    "template template0",
    `encoding ${escapeLiteral(encoding)}`,
    `lc_collate ${escapeLiteral(collate)}`,
    `lc_ctype ${escapeLiteral(ctype)}`,
    ...(provider === "i" && locale !== null
      ? ["locale_provider icu", `icu_locale ${escapeLiteral(locale)}`]
      : []),
    ...(provider === "b" && locale !== null
      ? ["locale_provider builtin", `builtin_locale ${escapeLiteral(locale)}`]
      : []),
  ];
  return `create database ${escapeIdentifier(database)} ${options.join(" ")}`;
}

/** What a database has of its own; undefined when it is empty. */
export async function emptiness(session: Session): Promise<string | undefined> {
  const [row] = await session.rows(
    `select (${ownCount("pg_class", "relnamespace")} + ${ownCount("pg_proc", "pronamespace")}
        + ${ownCount("pg_type", "typnamespace")} + (select count(*) from pg_largeobject_metadata))::int as count`,
  );
  const { count } = z.object({ count: z.int() }).parse(row);
  return count === 0 ? undefined : `${counted(count, "object")} (tables, types, functions and the like)`;
}

/** Query that counts the objects in a catalog that belong neither to the server nor to an extension nor to another one. */
function ownCount(catalog: string, schema: string): string {
  return `(select count(*) from ${catalog} o join pg_namespace n on n.oid = o.${schema}
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend d
                       where d.classid = '${catalog}'::regclass and d.objid = o.oid and d.deptype in ('e', 'i')))`;
}
