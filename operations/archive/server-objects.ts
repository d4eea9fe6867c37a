import { types } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { commentedObject, droppedIn, grantee, granting, inServerSchema, ofNobody } from "./fragments.ts";
import { namesOf } from "./names.ts";
import { notesNaming } from "./notes.ts";
import { onPathOf } from "./path-operators.ts";
import { firstNormal, firstRole, type Pristine, publicSchema } from "./pristine.ts";

/**
 * Reads what a database added to the server's own objects and pg_dump leaves out, as statements: functions in
 * `pg_catalog` and comments on what the server brings.
 */
export async function readServerObjects(
  session: Session,
  { last }: Pristine,
): Promise<z.infer<typeof foundRows>> {
  return [
    ...foundRows.parse(await session.rows(functionsQuery)),
    ...foundRows.parse(await session.rows(commentsQuery(last))),
  ];
}

/** Says what a database has beside its schemas that is neither dumped nor carried, by name. */
export async function notesOnServerObjects(session: Session, { last }: Pristine): Promise<string[]> {
  const ofTables = {
    query: added(last),
    note: (names: string) =>
      `These are on tables of the server or changed there, which no dump contains, and are not in the backup: ${names}.`,
  };
  const replaced = {
    query: replacedQuery(last),
    note: (names: string) =>
      `These functions of the server were replaced. The backup carries them, but what reads and compares definitions may call them, and is then not certain: ${names}.`,
  };
  const moved = {
    query: movedQuery(last),
    note: (names: string) =>
      `These objects of the server have another name or schema, which no dump gives them: what uses them cannot be restored where they are not so, too: ${names}.`,
  };
  const rewritten = {
    query: rewrittenQuery(last),
    note: (names: string) =>
      `These objects of the server were replaced or changed in its catalogs, which no dump contains, and the changes are not in the backup: ${names}.`,
  };
  const notes = await Promise.all(
    [...uncarried, ofTables, replaced, rewritten, moved].map(async ({ query, note }) =>
      notesNaming([...(await namesOf(session, query))], note),
    ),
  );
  return notes.flat();
}

const foundRows = z.array(
  z.object({ name: z.string(), phase: z.enum(["first", "last"]), statements: z.array(z.string()) }),
);

const functionsQuery = `
  select format('function %s', i.identity) as name, 'first' as phase,
         array[${onPathOf("pg_proc", "p.oid", "pg_get_functiondef(p.oid)")}, format('alter %s %s owner to %I', i.type, i.identity, pg_get_userbyid(p.proowner))] as statements
    from pg_proc p cross join lateral pg_identify_object(p.tableoid, p.oid, 0) i
   where p.pronamespace ${inServerSchema} and p.prokind <> 'a' and ${ofNobody("pg_proc", "p.oid")}
   order by p.oid`;

/** Comments that initdb, whose last transaction is given, did not write. */
const commentsQuery = (last: number): string => `
  select format('comment on %s', w.object) as name, 'last' as phase,
         array[format('comment on %s is %L', w.object, d.description)] as statements
    from pg_description d
   cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i
   cross join lateral (select ${commentedObject("i", "d.objoid")} as object) w
   where d.objoid < ${firstNormal} and d.objoid <> ${publicSchema}
     and d.xmin::text::bigint > ${last}
     and not exists (select from pg_depend x where x.classid = d.classoid and x.objid = d.objoid and x.deptype = 'e'
                        -- That of initdb, plpgsql, is the server's own.
                        and x.refobjid >= ${firstNormal})
     and d.classoid <> 'pg_extension'::regclass
  union all
  select format('comment on extension %I', e.extname), 'last',
         array[format('comment on extension %I is %L', e.extname, coalesce(d.description, ''))]
    from pg_extension e
    left join pg_description d on d.classoid = e.tableoid and d.objoid = e.oid
    left join pg_available_extensions a on a.name = e.extname
   where e.extname = 'plpgsql' and coalesce(d.description, '') <> coalesce(a.comment, '')
   order by 1`;

/** What is in a schema of the server and is neither the server's nor an extension's. */
const strange = [
  "pg_class rel",
  "pg_type typ",
  "pg_operator opr",
  "pg_opclass opc",
  "pg_opfamily opf",
  "pg_proc pro",
  "pg_conversion con",
  "pg_ts_config cfg",
  "pg_ts_dict dict",
  "pg_ts_parser prs",
  "pg_ts_template tmpl",
  "pg_statistic_ext stx",
  "pg_collation coll",
].map((words) => {
  const [catalog = "", prefix = ""] = words.split(" ");
  const counts: Readonly<Record<string, string>> = {
    pg_proc: "and o.prokind = 'a'",
    // Indexes are of tables, and the server makes the collations of its operating system there.
    pg_class: "and o.relkind not in ('i', 'I', 't')",
    pg_collation: `and (o.collowner <> ${firstRole} or (o.collname !~ '-x-icu$' and coalesce(o.collcollate not like o.collname || '%', true))
      or exists (select from pg_depend d where d.refclassid = 'pg_collation'::regclass and d.refobjid = o.oid and d.deptype = 'n'))`,
  };
  return `select format('%s %s', i.type, i.identity) as name
    from ${catalog} o cross join lateral pg_identify_object(o.tableoid, o.oid, 0) i
   where o.${prefix}namespace ${inServerSchema} ${counts[catalog] ?? ""} and ${ofNobody(catalog, "o.oid")}`;
});

/** The server's own types that the client library knows, by their numbers, which no version changes. */
const knownTypes = Object.entries(types.builtins)
  .filter(([name]) => name !== "SMGR")
  .map(([name, oid]) => `(${oid}, '${name.toLowerCase()}')`)
  .join(", ");

/** Whether a type, table or dictionary has another name than initdb gives it, as far as this can be told. */
const isRenamed = {
  type: `exists (select from (values ${knownTypes}) known (oid, name) where known.oid = o.oid and known.name <> o.typname)
    or o.typtype = 'd' and o.typname not in ('cardinal_number', 'character_data', 'sql_identifier', 'time_stamp', 'yes_or_no')`,
  table:
    "o.relkind = 'r' and o.relname !~ '^pg_' and o.relname not in ('sql_features', 'sql_implementation_info', 'sql_parts', 'sql_sizing')",
  dictionary: String.raw`o.dictname <> coalesce(substring(o.dictinitoption from $$language = '(\w+)'$$) || '_stem', 'simple')`,
};

/**
 * Objects of the server that are no longer in one of its schemas, or that somebody named anew. Of others for which a
 * catalog records more than name, schema and owner, this cannot be told: functions and views are carried by their new
 * names then.
 */
const movedQuery = (last: number): string => `
  select * from (
    ${[
      ["pg_class", "relnamespace", "o.relkind in ('r', 'v')", isRenamed.table],
      ["pg_proc", "pronamespace", "true", "false"],
      ["pg_type", "typnamespace", "o.typrelid = 0 and o.typcategory <> 'A'", isRenamed.type],
      ["pg_operator", "oprnamespace", "true", "false"],
      ["pg_opclass", "opcnamespace", "true", "o.opcowner = FIRST"],
      ["pg_opfamily", "opfnamespace", "true", "o.opfowner = FIRST"],
      ["pg_conversion", "connamespace", "true", "o.conowner = FIRST"],
      ["pg_ts_config", "cfgnamespace", "true", "o.cfgowner = FIRST"],
      ["pg_ts_dict", "dictnamespace", "true", isRenamed.dictionary],
      ["pg_ts_parser", "prsnamespace", "true", "true"],
      ["pg_ts_template", "tmplnamespace", "true", "true"],
    ]
      .map(
        ([catalog = "", namespace = "", counts = "", renamed = ""]) => `
    select format('%s %s', i.type, i.identity) as name
      from ${catalog} o
     cross join lateral pg_identify_object(o.tableoid, o.oid, 0) i
     where o.oid < ${firstNormal} and ${counts}
       and (o.${namespace} not ${inServerSchema} and o.${namespace} <> 'pg_toast'::regnamespace
         or (${renamed.replace("FIRST", `${firstRole}`)}) and o.xmin::text::bigint > ${last})`,
      )
      .join(" union all ")}) moved
   order by 1`;

const ofServer = `c.oid < ${firstNormal} and not exists (select from pg_depend x
    where x.classid = c.tableoid and x.objid = c.oid and x.deptype = 'e')`;

/** What somebody added to tables and views of the server, or changed of their columns. */
const added = (last: number): string => `
  select format('column %I of %s', a.attname, c.oid::regclass) as name
    from pg_attribute a join pg_class c on c.oid = a.attrelid
   where ${ofServer} and c.relkind = 'r' and not a.attisdropped and a.attacl is null and a.xmin::text::bigint > ${last}
  union all
  select format('options of the table %s', c.oid::regclass) from pg_class c
   where ${ofServer} and c.relkind = 'r' and c.reloptions is not null
  union all
  select format('row-level security of %s', c.oid::regclass) from pg_class c
   where ${ofServer} and (c.relrowsecurity or c.relforcerowsecurity)
  union all
  select format('%s %s', i.type, i.identity)
    from (select k.tableoid as classid, k.oid, k.conrelid as relation from pg_constraint k where k.contype <> 'n'
          union all select t.tableoid, t.oid, t.tgrelid from pg_trigger t where not t.tgisinternal
          union all select p.tableoid, p.oid, p.polrelid from pg_policy p
          union all select r.tableoid, r.oid, r.ev_class from pg_rewrite r where r.rulename <> '_RETURN'
          union all select x.tableoid, x.oid, x.stxrelid from pg_statistic_ext x
          union all select 'pg_class'::regclass, y.indexrelid, y.indrelid from pg_index y
           where not exists (select from pg_constraint k where k.conindid = y.indexrelid)) part
    join pg_class c on c.oid = part.relation
   cross join lateral pg_identify_object(part.classid, part.oid, 0) i
   where part.oid >= ${firstNormal} and ${ofServer}
  union all
  select format('%s label of %s %s', l.provider, i.type, i.identity)
    from pg_seclabel l cross join lateral pg_identify_object(l.classoid, l.objoid, l.objsubid) i
   where l.objoid < ${firstNormal} and l.objoid <> ${publicSchema}
   order by 1`;

/** Functions whose body somebody changed, as far as this can be told from privileges and owners: not internal ones. */
const replacedQuery = (last: number): string => `
  select p.oid::regprocedure::text as name
    from pg_proc p
    join pg_language l on l.oid = p.prolang
    left join pg_init_privs b on b.classoid = p.tableoid and b.objoid = p.oid and b.objsubid = 0
   where p.oid < ${firstNormal} and p.xmin::text::bigint > ${last} and l.lanname not in ('internal', 'c')
     and p.proacl is not distinct from b.initprivs and p.proowner = ${firstRole}
   order by 1`;

/**
 * What initdb made and no statement beside a dump changes, as far as the rows tell it: a grant or a new owner writes that of
 * an aggregate, too.
 */
const rewrittenQuery = (last: number): string => `
  select format('%s %s', i.type, i.identity) as name
    from (select 'pg_proc'::regclass::oid as classid, a.aggfnoid::oid as objid
            from pg_aggregate a where a.xmin::text::bigint > ${last}
          union
          select p.tableoid, p.oid
            from pg_proc p
            left join pg_init_privs b on b.classoid = p.tableoid and b.objoid = p.oid and b.objsubid = 0
           where p.prokind = 'a' and p.xmin::text::bigint > ${last}
             and p.proacl is not distinct from b.initprivs and p.proowner = ${firstRole}
          ${["pg_cast", "pg_am", "pg_amop", "pg_amproc"]
            .map((catalog) => `union select tableoid, oid from ${catalog} where xmin::text::bigint > ${last}`)
            .join(" ")}) changed
   cross join lateral pg_identify_object(changed.classid, changed.objid, 0) i
   where changed.objid < ${firstNormal}
   order by 1`;

/** Languages with a text search configuration and a dictionary that initdb makes. Source: snowball_create.pl of PostgreSQL 15. */
const stemmed =
  "arabic armenian basque catalan danish dutch english finnish french german greek hindi hungarian indonesian irish italian lithuanian nepali norwegian portuguese romanian russian serbian spanish swedish tamil turkish yiddish";

/** What initdb makes and a database may drop, as far as its name is known: one that is renamed is not dropped. */
const droppedQuery = `
  select 'extension plpgsql' as name where not exists (select from pg_extension where extname = 'plpgsql')
  union all
  select 'schema information_schema' where not exists (select from pg_namespace where nspname = 'information_schema')
  ${(
    [
      ["configuration", "pg_ts_config", "cfgname", ""],
      ["dictionary", "pg_ts_dict", "dictname", "_stem"],
    ] as const
  )
    .map(
      ([kind, catalog, column, ending]) => `
  union all
  select 'text search ${kind} pg_catalog.' || name
    from (select language || '${ending}' as name from unnest(string_to_array('${stemmed}', ' ')) language) made
   where not exists (select from ${catalog} where ${column} = name or oid < ${firstNormal} and ${column} not in ('simple', 'estonian${ending}')
     and ${column} <> all (array(select language || '${ending}' from unnest(string_to_array('${stemmed}', ' ')) language)))`,
    )
    .join("")}
   order by 1`;

const uncarried: readonly { query: string; note: (names: string) => string }[] = [
  {
    query: strange.join(" union all "),
    note: (names) =>
      `These objects are in a schema of the server, which no dump contains, and are not in the backup: ${names}.`,
  },
  {
    query: String.raw`select quote_ident(nspname) as name from pg_namespace n
             where nspname like 'pg\_%' and n.oid >= ${firstNormal} and nspname !~ '^pg_(toast_)?temp_\d+$'
             order by 1`,
    note: (names) =>
      `The names of these schemas begin with pg_, so that pg_dump takes them for the server's, and nothing in them is in the backup: ${names}.`,
  },
  {
    // As the view of them decides whether to show the options.
    query: `select format('%s on %I', case m.umuser when 0 then 'public' else quote_ident(m.usename) end, m.srvname) as name
              from pg_user_mappings m join pg_foreign_server s on s.oid = m.srvid
             where current_setting('is_superuser') = 'off' and not (
               m.umuser = 0 and pg_has_role(s.srvowner, 'usage')
               or m.usename = current_user
                 and (pg_has_role(s.srvowner, 'usage') or has_server_privilege(s.oid, 'usage')))
             order by 1`,
    note: (names) =>
      `The options of user mappings, such as passwords, are not in the backup where only their user or a superuser may read them: ${names}.`,
  },
  {
    query: droppedQuery,
    note: (names) =>
      `These objects of the server were dropped here, and a restored database has them again: ${names}.`,
  },
  {
    query: `select distinct name from (${granting.map(([catalog, acl]) => droppedIn(acl, catalog)).join(" union all ")}) dropped order by 1`,
    note: (names) =>
      `The catalogs have privileges of roles that were dropped. They are not in a restored database, and what these granted is granted by owners there: ${names}.`,
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
               ${grantee}) as name
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
