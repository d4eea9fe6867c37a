import * as z from "zod";
import { listedSome } from "../../lib/text.ts";
import type { Session } from "../../postgres/session.ts";
import { namesOf } from "./names.ts";

/**
 * Reads what a database added to the server's own objects and pg_dump leaves out, as statements: functions in
 * `pg_catalog` and comments on what the server brings.
 */
export async function readServerObjects(session: Session): Promise<z.infer<typeof foundRows>> {
  return [
    ...foundRows.parse(await session.rows(functionsQuery)),
    ...foundRows.parse(await session.rows(commentsQuery)),
  ];
}

/** Says what a database has beside its schemas that is neither dumped nor carried, one sentence for each kind. */
export async function notesOnServerObjects(session: Session): Promise<string[]> {
  const notes: string[] = [];
  for (const { query, note } of uncarried) {
    const names = [...(await namesOf(session, query))];
    if (names.length > 0) notes.push(note(listedSome(names, named)));
  }
  return notes;
}

/** Most names in a note. */
const named = 5;

const foundRows = z.array(
  z.object({ name: z.string(), phase: z.enum(["first", "last"]), statements: z.array(z.string()) }),
);

/** Numbers of the objects that initdb made are below this. Source: FirstNormalObjectId in PostgreSQL's transam.h. */
const firstNormal = 16_384;

/** Number of the schema `public` that initdb made, whose comment a dump contains. Source: pg_namespace.dat. */
const publicSchema = 2200;

const inServerSchema = "in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)";

function ofNobody(catalog: string, oid: string): string {
  return `${oid} >= ${firstNormal} and not exists (select from pg_depend x
    where x.classid = '${catalog}'::regclass and x.objid = ${oid} and x.deptype in ('e', 'i'))`;
}

const functionsQuery = `
  select format('function %s', i.identity) as name, 'first' as phase,
         array[pg_get_functiondef(p.oid), format('alter %s %s owner to %I', i.type, i.identity, pg_get_userbyid(p.proowner))] as statements
    from pg_proc p cross join lateral pg_identify_object(p.tableoid, p.oid, 0) i
   where p.pronamespace ${inServerSchema} and p.prokind <> 'a' and ${ofNobody("pg_proc", "p.oid")}
   order by p.oid`;

/**
 * Comments that initdb did not write. It makes the views of `information_schema` after all of its comments, and
 * nothing changes the rules of these views, so whatever a later transaction wrote is somebody's own.
 */
const commentsQuery = `
  select format('comment on %s %s', w.kind, i.identity) as name, 'last' as phase,
         array[format('comment on %s %s is %L', w.kind, i.identity, d.description)] as statements
    from pg_description d
   cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i
   cross join lateral (select case when i.type like '% column' then 'column' else i.type end as kind) w
   where d.objoid < ${firstNormal} and d.objoid <> ${publicSchema}
     and d.xmin::text::bigint > (select max(r.xmin::text::bigint) from pg_rewrite r where r.oid < ${firstNormal})
     and not exists (select from pg_depend x where x.classid = d.classoid and x.objid = d.objoid and x.deptype = 'e')
     and d.classoid <> 'pg_extension'::regclass
  union all
  select format('comment on extension %I', e.extname), 'last',
         array[format('comment on extension %I is %L', e.extname, coalesce(d.description, ''))]
    from pg_extension e
    left join pg_description d on d.classoid = e.tableoid and d.objoid = e.oid
    left join pg_available_extensions a on a.name = e.extname
   where e.extname = 'plpgsql' and coalesce(d.description, '') <> coalesce(a.comment, '')
   order by 1`;

const uncarried: readonly { query: string; note: (names: string) => string }[] = [
  {
    // Collations are left out: the server makes those of its operating system there.
    query: [
      "pg_class rel",
      "pg_type typ",
      "pg_operator opr",
      "pg_opclass opc",
      "pg_opfamily opf",
      "pg_proc pro",
    ]
      .map((words) => {
        const [catalog = "", prefix = ""] = words.split(" ");
        const aggregates = catalog === "pg_proc" ? "and o.prokind = 'a'" : "";
        return `select format('%s %s', i.type, i.identity) as name
          from ${catalog} o cross join lateral pg_identify_object(o.tableoid, o.oid, 0) i
         where o.${prefix}namespace ${inServerSchema} ${aggregates} and ${ofNobody(catalog, "o.oid")}`;
      })
      .join(" union all "),
    note: (names) =>
      `These objects are in a schema of the server, which no dump contains, and are not in the backup: ${names}.`,
  },
  {
    query: `select quote_ident(gid) as name from pg_prepared_xacts where database = current_database() order by 1`,
    note: (names) =>
      `Changes of transactions that are prepared and not yet committed are not in the backup: ${names}.`,
  },
  {
    query: `select quote_ident(slot_name) as name from pg_replication_slots
             where database = current_database() and not temporary order by 1`,
    note: (names) =>
      `Replication slots are not in the backup, and their subscribers need new ones: ${names}.`,
  },
  {
    // A subscription makes its own, which is named by its number.
    query: String.raw`select quote_ident(roname) as name from pg_replication_origin
             where roname !~ '^pg_\d+(_\d+)?$' order by 1`,
    note: (names) =>
      `Replication origins belong to the server and are not in the backup: ${names}. A subscriber that continues from one needs its position again.`,
  },
  {
    query: `select format('%s on %s to %s', string_agg(x.privilege_type, ', ' order by x.privilege_type), p.parname,
               case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end) as name
              from pg_parameter_acl p cross join lateral aclexplode(p.paracl) x
             where x.grantee <> 10
             group by p.parname, x.grantee order by 1`,
    note: (names) =>
      `Privileges on settings belong to the server and are not in the backup, so a new server needs them again: ${names}.`,
  },
  {
    query: `select format('comment on %I', r.rolname) as name
              from pg_shdescription d join pg_roles r on r.oid = d.objoid
             where d.classoid = 'pg_authid'::regclass and exists (
               select from pg_shdepend s join pg_database b on b.datname = current_database()
                where s.refclassid = 'pg_authid'::regclass and s.refobjid = r.oid
                  and (s.dbid = b.oid or s.dbid = 0 and s.classid = 'pg_database'::regclass and s.objid = b.oid))
             union all
            select format('%s label of %s', l.provider, case l.classoid when 'pg_database'::regclass
                then 'the database' else quote_ident(pg_get_userbyid(l.objoid)) end)
              from pg_shseclabel l
             where l.classoid = 'pg_authid'::regclass
                or l.classoid = 'pg_database'::regclass and l.objoid = (select oid from pg_database where datname = current_database())
             order by 1`,
    note: (names) =>
      `Comments on roles, and security labels of roles and of the database, are not in the backup: ${names}.`,
  },
];
