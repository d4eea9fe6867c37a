import { escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { afterScript, type Membership, membersIn } from "./extension-members.ts";
import { commentedObject, grantee, grants, isThere } from "./fragments.ts";
import { onPathOf } from "./path-operators.ts";
import { firstNormal, firstRole, type Pristine, publicSchema } from "./pristine.ts";

/**
 * Changes of what the server or an extension brings, which no dump has, as statements: those that somebody made after
 * initdb or the extension's script wrote it.
 */
export const serverChangeSchema = z.object({
  name: z.string(),
  extension: z.string().nullable(),
  phase: z.enum(["first", "rows", "last"]),
  statements: z.array(z.string()).min(1),
  /**
   * Where it is of the server's own and means something only to a server of this major version: whether it is certain
   * that somebody changed it. A grant writes the same row of a catalog.
   */
  version: z.object({ major: z.int(), isCertain: z.boolean() }).nullable(),
});

export type ServerChange = z.infer<typeof serverChangeSchema>;

/** @param wanted names of further ones, which are answered as they are even if nobody changed them */
export async function readServerChanges(
  session: Session,
  pristine: Pristine,
  wanted: readonly string[] = [],
): Promise<ServerChange[]> {
  const { major, last } = pristine;
  // Older servers lack columns that these read.
  if (major < 14) return [];
  const rows = (await mayHaveChanges(session, pristine, wanted))
    ? await session.rows(changesQuery(membersIn(pristine), last), wanted)
    : [];
  const changes = changeRows.parse(rows).map(({ isCertain, ...change }) => ({
    ...change,
    version: isCertain === null || change.extension !== null ? null : { major, isCertain },
  }));
  return [...changes, ...(await rowChanges(session, pristine))];
}

/**
 * Whether the query of changes could find any. Most databases have none, and to plan it takes longer than everything else
 * that is asked of a small one.
 */
async function mayHaveChanges(
  session: Session,
  { hasExtensions, last }: Pristine,
  wanted: readonly string[],
): Promise<boolean> {
  if (hasExtensions || wanted.length > 0) return true;
  const [{ found }] = z
    .tuple([z.object({ found: z.boolean() })])
    .parse(await session.rows(touchedQuery(last)));
  return found;
}

/** Whether anything of the server's own was written after initdb, given away, added to or taken from. */
function touchedQuery(last: number): string {
  const isWritten = `o.xmin::text::bigint > ${last}`;
  const written = [
    ...owned.map(
      ([catalog, owner, counts = "true"]) =>
        `select from ${catalog} o where o.oid < ${firstNormal} and ${counts} and (o.${owner} <> ${firstRole} or ${isWritten})`,
    ),
    `select from pg_rewrite o where o.ev_class < ${firstNormal} and ${isWritten}`,
    `select from pg_attribute o where o.attrelid < ${firstNormal} and o.attacl is not null and ${isWritten}`,
    `select from pg_ts_config_map o where o.mapcfg < ${firstNormal} and ${isWritten}`,
    // All configurations that the server brings have as many kinds of words.
    `select from (select count(distinct o.maptokentype) as kinds from pg_ts_config c left join pg_ts_config_map o on o.mapcfg = c.oid
                    where c.oid < ${firstNormal} group by c.oid) c having min(c.kinds) <> max(c.kinds)`,
    "select from pg_default_acl o join pg_namespace n on n.oid = o.defaclnamespace where n.nspname = 'information_schema'",
  ];
  const added = [
    ["pg_amop", "amopfamily"],
    ["pg_amproc", "amprocfamily"],
    ["pg_constraint", "contypid"],
  ].map(
    ([catalog, of]) =>
      `select from ${catalog} o where o.oid >= ${firstNormal} and o.${of} < ${firstNormal} and o.${of} <> 0`,
  );
  return `select ${[...written, ...added].map((query) => `exists (${query})`).join(" or ")} as found`;
}

const changeRows = z.array(
  serverChangeSchema.omit({ version: true }).extend({ isCertain: z.boolean().nullable() }),
);

/** Tables of `information_schema` whose rows initdb writes, and what tells them apart. */
const filledTables: Readonly<Record<string, readonly string[]>> = {
  sql_features: ["feature_id", "sub_feature_id"],
  sql_implementation_info: ["implementation_info_id"],
  sql_parts: ["feature_id"],
  sql_sizing: ["sizing_id"],
};

/** Rows that somebody added or changed there. */
async function rowChanges(session: Session, { last, readable }: Pristine): Promise<ServerChange[]> {
  const changes: ServerChange[] = [];
  for (const [name, key] of Object.entries(filledTables)) {
    if (!readable.has(name)) continue;
    const table = `information_schema.${name}`;
    const found = await session.rows(
      `select t::text as row from ${table} t where t.xmin::text::bigint > ${last} order by 1`,
    );
    const rows = z.array(z.object({ row: z.string() })).parse(found);
    if (rows.length === 0) continue;
    const source = `unnest(array[${rows.map(({ row }) => escapeLiteral(row)).join(", ")}]::${table}[]) r`;
    const fields = key.map((field) => `(r).${field}`).join(", ");
    changes.push({
      name: `rows of ${table}`,
      extension: null,
      phase: "last",
      statements: [
        `delete from ${table} where (${key.join(", ")}) in (select ${fields} from ${source})`,
        `insert into ${table} select (r).* from ${source}`,
      ],
      version: null,
    });
  }
  return changes;
}

/** Catalogs of what has an owner, with the column of the owner, and which of their rows count. */
const owned: readonly (readonly [catalog: string, column: string, counts?: string])[] = [
  ["pg_class", "relowner", "o.relkind in ('r', 'v', 'm', 'p', 'f', 'S')"],
  ["pg_proc", "proowner"],
  ["pg_type", "typowner", "o.typrelid = 0 and o.typcategory <> 'A' and o.typtype <> 'm'"],
  ["pg_namespace", "nspowner", `o.oid <> ${publicSchema}`],
  ["pg_language", "lanowner"],
  ["pg_operator", "oprowner"],
  ["pg_opclass", "opcowner"],
  ["pg_opfamily", "opfowner"],
  ["pg_collation", "collowner"],
  ["pg_conversion", "conowner"],
  ["pg_ts_dict", "dictowner"],
  ["pg_ts_config", "cfgowner"],
  ["pg_foreign_data_wrapper", "fdwowner"],
  ["pg_foreign_server", "srvowner"],
];

/** A type by its name in the catalog: not everything that names it in an expression does so in `ALTER TYPE`. */
const qualifiedType = "format('%s.%I', o.typnamespace::regnamespace, o.typname)";

/** How `ALTER` calls a kind of object that `pg_identify_object` names. */
const altered =
  "case i.type when 'composite type' then 'type' when 'foreign-data wrapper' then 'foreign data wrapper' else i.type end";

/** Owners of the server's own that initdb did not make, and of members that are not whose extension it is. */
function owners({ memberOf, ofMembers }: Membership): string {
  return owned
    .map(
      ([catalog, column, counts = "true"]) => `
    select m.extension, format('owner of the %s %s', i.type, i.identity) as name, 'last' as phase,
           array[format('alter %s %s owner to %I', ${altered}, ${catalog === "pg_type" ? qualifiedType : "i.identity"}, pg_get_userbyid(o.${column}))] as statements,
           null::boolean as certain
      from ${catalog} o
      ${memberOf(catalog, "o.oid")}
      ${ofMembers("left join pg_extension e on e.oid = m.extension")}
     cross join lateral pg_identify_object(o.tableoid, o.oid, 0) i
     where ${counts} and case when m.objid is null then o.oid < ${firstNormal} and o.${column} <> ${firstRole}
         ${ofMembers(`-- A trusted extension's are of the role that initdb made, whoever creates it.
         else o.${column} <> e.extowner and (o.${column} <> ${firstRole} or e.extowner in (select oid from pg_roles where rolsuper))`)} end`,
    )
    .join(" union all ");
}

/** Privileges on what a dump passes over: `information_schema` with what initdb made in it, and languages. */
function privileges(last: number): string {
  const ofServer = `n.nspname = 'information_schema' and o.oid < ${firstNormal}`;
  return `
    select format('privileges of the schema %I', n.nspname) as name, ${grants("'schema ' || quote_ident(n.nspname)", "n.nspacl", "n", "n.nspowner")} as statements,
           n.xmin::text::bigint > ${last} as changed
      from pg_namespace n where n.nspname = 'information_schema'
    union all
    select format('privileges of the relation %s', o.oid::regclass), ${grants("'table ' || o.oid::regclass", "o.relacl", "r", "o.relowner")},
           o.xmin::text::bigint > ${last}
      from pg_class o join pg_namespace n on n.oid = o.relnamespace where ${ofServer} and o.relkind in ('r', 'v')
    union all
    select format('privileges of the column %s.%I', o.oid::regclass, a.attname), ${grants("'table ' || o.oid::regclass", "a.attacl", "c", "o.relowner", "a.attname")}, true
      from pg_class o join pg_namespace n on n.oid = o.relnamespace join pg_attribute a on a.attrelid = o.oid
     where ${ofServer} and a.attacl is not null
    union all
    select format('privileges of the function %s', o.oid::regprocedure), ${grants("'function ' || o.oid::regprocedure", "o.proacl", "f", "o.proowner")},
           o.proacl is not null
      -- The limit keeps the server from writing the names of its thousands of functions first.
      from (select o.* from pg_proc o join pg_namespace n on n.oid = o.pronamespace where ${ofServer} offset 0) o
    union all
    select format('privileges of the type %s', o.oid::regtype), ${grants("'type ' || o.oid::regtype", "o.typacl", "T", "o.typowner")},
           o.typacl is not null
      from pg_type o join pg_namespace n on n.oid = o.typnamespace where ${ofServer} and o.typrelid = 0 and o.typcategory <> 'A'
    union all
    select format('privileges of the language %I', o.lanname), ${grants("'language ' || quote_ident(o.lanname)", "o.lanacl", "l", "o.lanowner")},
           o.lanacl is not null
      from pg_language o where o.lanpltrusted and o.oid < ${firstNormal}`;
}

/**
 * Whether somebody changed the server's own object `o` of a catalog, or that of an extension: `m`, `s`. Where the rows of
 * an extension do not tell it, since it was moved or the server was upgraded, somebody may have.
 */
function changed(last: number, row = "o"): string {
  return `case when m.objid is null then ${row}.xmin::text::bigint > ${last}
    when coalesce(s.moved, true) then true else ${laterThanScript(row)} end`;
}

function laterThanScript(row: string): string {
  return afterScript("s", { transaction: `${row}.xmin::text`, command: `${row}.cmin::text` });
}

/** Joins the extension whose member an object `o` of a catalog is, and its script. */
function extensionOf({ memberOf, scriptOf }: Membership, catalog: string): string {
  return `${memberOf(catalog, "o.oid")} ${scriptOf}`;
}

const ofSomebody = `(o.oid < ${firstNormal} or m.objid is not null)`;

/** A function as an option of ALTER takes it. */
function functionOrNone(column: string): string {
  return `coalesce(nullif(${column}::oid, 0)::regproc::text, 'none')`;
}

/**
 * Members of operator families that no class of operators brought: added by somebody, or lost when a restore makes an
 * operator or a function again that was taken out of an extension.
 */
function looseMembers(membership: Membership, catalog: "pg_amop" | "pg_amproc"): string {
  const [prefix, object, kind, number] =
    catalog === "pg_amop"
      ? ["amop", "amopopr", "pg_operator", "amopstrategy"]
      : ["amproc", "amproc", "pg_proc", "amprocnum"];
  const identity = catalog === "pg_amop" ? "regoperator" : "regprocedure";
  const member =
    catalog === "pg_amop"
      ? `format('operator %s %s%s', l.amopstrategy, l.amopopr::regoperator,
           ' for order by ' || (select format('%s.%I', f.opfnamespace::regnamespace, f.opfname) from pg_opfamily f where f.oid = l.amopsortfamily))`
      : "format('function %s (%s, %s) %s', l.amprocnum, format_type(l.amproclefttype, null), format_type(l.amprocrighttype, null), l.amproc::oid::regprocedure)";
  const isOwn = `(l.${object}::oid >= ${firstNormal} and not exists (
    select from pg_depend e where e.classid = '${kind}'::regclass and e.objid = l.${object}::oid and e.deptype = 'e'))`;
  return `
    select m.extension, format('member of an operator family: %s', i.identity), case when ${isOwn} then 'rows' else 'first' end,
           array[format('do %L', format('begin
             if to_${identity}(%L) is not null and not exists (
               select from ${catalog} l join pg_opfamily o on o.oid = l.${prefix}family join pg_am a on a.oid = o.opfmethod
                where o.opfnamespace = %L::regnamespace and o.opfname = %L and a.amname = %L and l.${number} = %s
                  and l.${prefix}lefttype = %L::regtype and l.${prefix}righttype = %L::regtype) then %s; end if;
           end', l.${object}::oid::${identity}, n.oid::regnamespace, o.opfname, a.amname, l.${number},
             l.${prefix}lefttype::regtype, l.${prefix}righttype::regtype,
             format('alter operator family %I.%I using %I add %s', n.nspname, o.opfname, a.amname, ${member})))], null::boolean
      from ${catalog} l
      join pg_opfamily o on o.oid = l.${prefix}family
      join pg_namespace n on n.oid = o.opfnamespace
      join pg_am a on a.oid = o.opfmethod
      ${extensionOf(membership, "pg_opfamily")}
     cross join lateral pg_identify_object(l.tableoid, l.oid, 0) i
     where ${ofSomebody} and case when m.objid is null then l.oid >= ${firstNormal} else ${laterThanScript("l")} or ${isOwn} end
       and not exists (select from pg_depend d where d.classid = l.tableoid and d.objid = l.oid and d.refclassid = 'pg_opclass'::regclass)
       -- An extension may add its own to what the server has.
       and not exists (select from pg_depend e where e.classid = '${kind}'::regclass and e.objid = l.${object}::oid
                          and e.deptype = 'e' and e.xmin::text = l.xmin::text)`;
}

function changesQuery(membership: Membership, last: number): string {
  const extension = (catalog: string): string => extensionOf(membership, catalog);
  const isWanted = (name: string): string => `${name} = any($1)`;
  const { ofMembers } = membership;
  return `
  with ${membership.tables}${ofMembers(`, part as materialized (
    select extension, classid, objid from own
    union all
    select m.extension, x.classid, x.objid
      from own m
     cross join lateral (
       select 'pg_class'::regclass::oid as classid, y.indexrelid as objid from pg_index y where y.indrelid = m.objid
       union all select k.tableoid, k.oid from pg_constraint k where k.conrelid = m.objid
       union all select t.tableoid, t.oid from pg_trigger t where t.tgrelid = m.objid) x
     where m.classid = 'pg_class'::regclass
    union all
    select m.extension, k.tableoid, k.oid from own m join pg_constraint k on m.classid = 'pg_type'::regclass and k.contypid = m.objid
  )`)}, change as (
    ${owners(membership)}
    union all
    select null::oid, p.name, 'last', p.statements, null::boolean
      from (${privileges(last)}) p where p.changed or ${isWanted("p.name")}
    union all
    select null::oid, f.name, 'first', array[${onPathOf("pg_proc", "f.oid", "pg_get_functiondef(f.oid)")}], f.certain
      from (select o.oid, format('definition of the %s %s', i.type, i.identity) as name, o.xmin::text::bigint > ${last} as changed,
                   o.proacl is not distinct from b.initprivs and o.proowner = ${firstRole} as certain
              from pg_proc o
              left join pg_init_privs b on b.classoid = o.tableoid and b.objoid = o.oid and b.objsubid = 0
             cross join lateral pg_identify_object(o.tableoid, o.oid, 0) i
             where o.oid < ${firstNormal} and o.prokind <> 'a'
               and (o.xmin::text::bigint > ${last} or cardinality($1::text[]) > 0)) f
     where f.changed or ${isWanted("f.name")}
    union all
    select v.extension, v.name, 'first', array[${onPathOf(
      "pg_rewrite",
      "(select r.oid from pg_rewrite r where r.ev_class = v.oid and r.rulename = '_RETURN')",
      `format('create or replace view %s%s as %s', v.oid::regclass,
             ' with (' || array_to_string(v.options, ', ') || ')', pg_get_viewdef(v.oid))`,
    )}], true
      from (select m.extension, o.oid, o.reloptions as options, format('definition of the view %s', o.oid::regclass) as name,
                   ${changed(last, "r")} or case when m.objid is not null then o.reloptions is not null and ${changed(last)} else o.reloptions is distinct from
                     case when o.relname in ('pg_stats', 'pg_stats_ext', 'pg_stats_ext_exprs') then '{security_barrier=true}'::text[] end end as changed
              from pg_class o
              join pg_rewrite r on r.ev_class = o.oid and r.rulename = '_RETURN'
              ${extension("pg_class")}
             where o.relkind = 'v' and ${ofSomebody}) v
     where v.changed or ${isWanted("v.name")}
    union all
    select d.extension, d.name, 'first', array[format('alter text search dictionary %s (%s)', d.identity,
             concat_ws(', ', case when d.options ~ '(^|, )stopwords = ' then null else 'stopwords' end, d.options))], true
      from (select m.extension, i.identity, o.dictinitoption as options, format('options of the %s %s', i.type, i.identity) as name, ${changed(last)} as changed
              from pg_ts_dict o ${extension("pg_ts_dict")} cross join lateral pg_identify_object(o.tableoid, o.oid, 0) i
             where ${ofSomebody}) d
     where d.changed or ${isWanted("d.name")}
    union all
    select c.extension, c.name, 'first',
           array[format('alter text search configuration %s drop mapping if exists for %s', c.oid::regconfig,
             (select string_agg(quote_ident(t.alias), ', ' order by t.tokid) from ts_token_type(c.parser) t))]
           || array(select format('alter text search configuration %s add mapping for %I with %s', c.oid::regconfig, t.alias,
                      string_agg(p.mapdict::regdictionary::text, ', ' order by p.mapseqno))
                from pg_ts_config_map p join ts_token_type(c.parser) t on t.tokid = p.maptokentype
               where p.mapcfg = c.oid group by t.tokid, t.alias order by t.tokid), null::boolean
      from (select m.extension, o.oid, o.cfgparser as parser, format('mapping of the text search configuration %s', o.oid::regconfig) as name,
                   exists (select from pg_ts_config_map p where p.mapcfg = o.oid and ${changed(last, "p")})
                   -- All that the server brings have as many.
                   or m.objid is null and (select count(distinct p.maptokentype) from pg_ts_config_map p where p.mapcfg = o.oid)
                     <> (select max(x.tokens) from (select count(distinct p.maptokentype) as tokens from pg_ts_config_map p
                           where p.mapcfg < ${firstNormal} group by p.mapcfg) x) as changed
              from pg_ts_config o ${extension("pg_ts_config")}
             where ${ofSomebody}) c
     where c.changed or ${isWanted("c.name")}
    union all
    select p.extension, p.name, 'first', array[format('alter operator %s set (restrict = %s, join = %s)', p.identity,
             ${functionOrNone("p.oprrest")}, ${functionOrNone("p.oprjoin")})], true
      from (select m.extension, o.oprrest, o.oprjoin, i.identity, format('estimators of the operator %s', i.identity) as name,
                   -- Who makes its commutator or negator writes it, too.
                   ${changed(last)} and o.oprcom < ${firstNormal} and o.oprnegate < ${firstNormal} as changed
              from pg_operator o ${extension("pg_operator")} cross join lateral pg_identify_object(o.tableoid, o.oid, 0) i
             where ${ofSomebody} and (${changed(last)} or cardinality($1::text[]) > 0)) p
     where p.changed or ${isWanted("p.name")}
    union all
    select t.extension, t.name, 'first', case t.typtype when 'd' then array[
             format('alter domain %s %s', t.qualified, coalesce('set default ' || pg_get_expr(t.typdefaultbin, 0), 'drop default')),
             format('alter domain %s %s not null', t.qualified, case when t.typnotnull then 'set' else 'drop' end)]
           else array[format('alter type %s set (receive = %s, send = %s, typmod_in = %s, typmod_out = %s, analyze = %s, subscript = %s%s)', t.qualified,
             ${functionOrNone("t.typreceive")}, ${functionOrNone("t.typsend")}, ${functionOrNone("t.typmodin")}, ${functionOrNone("t.typmodout")},
             ${functionOrNone("t.typanalyze")}, ${functionOrNone("t.typsubscript")},
             case when t.typlen = -1 then ', storage = ' || case t.typstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end end)] end,
           t.certain
      from (select m.extension, o.*, ${qualifiedType} as qualified, format('attributes of the type %s', o.oid::regtype) as name, ${changed(last)} as changed,
                   o.typacl is null and o.typowner = ${firstRole} as certain
              from pg_type o ${extension("pg_type")}
             where ${ofSomebody} and (o.typtype = 'd' or o.typtype = 'b' and o.typcategory <> 'A')
               and (${changed(last)} or cardinality($1::text[]) > 0)) t
     where t.changed or ${isWanted("t.name")}
    union all
    select m.extension, format('constraint %I of the domain %s', k.conname, o.oid::regtype), 'first',
           array[${onPathOf(
             "pg_constraint",
             "k.oid",
             `format('do %L', format('begin if not exists (select from pg_constraint where contypid = to_regtype(%L) and conname = %L) then alter domain %s add constraint %I %s; end if; end',
             o.oid::regtype, k.conname, ${qualifiedType}, k.conname, pg_get_constraintdef(k.oid)))`,
           )}], null::boolean
      from pg_constraint k join pg_type o on o.oid = k.contypid ${extension("pg_type")}
     where k.contype = 'c' and ${ofSomebody} and case when m.objid is null then k.oid >= ${firstNormal} else ${laterThanScript("k")} end
    union all
    select null::oid, format('default privileges of %I in %I on %s', pg_get_userbyid(a.defaclrole), n.nspname, w.kind), 'last',
           array(select format('alter default privileges for role %I in schema %I grant %s on %s to %s%s', pg_get_userbyid(a.defaclrole), n.nspname,
                   x.privilege_type, w.kind, ${grantee},
                   case when x.is_grantable then ' with grant option' end)
             from aclexplode(a.defaclacl) x where ${isThere} order by x.grantee = 0, pg_get_userbyid(x.grantee) collate "C", x.privilege_type collate "C"), null::boolean
      from pg_default_acl a
      join pg_namespace n on n.oid = a.defaclnamespace
     cross join lateral (select case a.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' end as kind) w
     where n.nspname = 'information_schema'
    ${ofMembers(`union all
    -- A dump has the policies of an extension's table, with their comments.
    select p.extension, format('comment on %s', w.object), 'last', array[format('comment on %s is %L', w.object, c.description)], null::boolean
      from part p
      join script s on s.extension = p.extension
      join pg_description c on c.classoid = p.classid and c.objoid = p.objid
     cross join lateral pg_identify_object(c.classoid, c.objoid, c.objsubid) i
     cross join lateral (select ${commentedObject("i", "c.objoid")} as object) w
     where c.xmin::text <> all (s.made) and i.type not in ('extension', 'schema')
    union all
    select a.extension, a.name, 'last', a.statements, null::boolean
      from (select m.extension, format('storage of the table %s', o.oid::regclass) as name, array_remove(array[
                   'alter table ' || o.oid::regclass || ' set (' || array_to_string(o.reloptions, ', ') || ')',
                   case o.relreplident when 'f' then format('alter table %s replica identity full', o.oid::regclass)
                     when 'n' then format('alter table %s replica identity nothing', o.oid::regclass) end,
                   case o.relpersistence when 'u' then format('alter table %s set unlogged', o.oid::regclass) end,
                   (select format('alter table %s replica identity using index %I', o.oid::regclass, x.relname)
                      from pg_index y join pg_class x on x.oid = y.indexrelid where y.indrelid = o.oid and y.indisreplident),
                   (select format('alter table %s cluster on %I', o.oid::regclass, x.relname)
                      from pg_index y join pg_class x on x.oid = y.indexrelid where y.indrelid = o.oid and y.indisclustered)], null)
                 || coalesce((select array_agg(t.statement order by t.statement) from pg_attribute a
                      join pg_type y on y.oid = a.atttypid
                     cross join lateral (values
                       (case when a.attstattarget >= 0 then format('alter table %s alter %I set statistics %s', o.oid::regclass, a.attname, a.attstattarget) end),
                       (case when a.attstorage <> y.typstorage then format('alter table %s alter %I set storage %s', o.oid::regclass, a.attname,
                          case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end) end),
                       (case when a.attcompression <> '' then format('alter table %s alter %I set compression %s', o.oid::regclass, a.attname,
                          case a.attcompression when 'p' then 'pglz' else 'lz4' end) end),
                       (format('alter table %s alter %I set (', o.oid::regclass, a.attname) || array_to_string(a.attoptions, ', ') || ')')) t (statement)
                     where a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped and ${laterThanScript("a")} and t.statement is not null), '{}') as statements
              from pg_class o ${extension("pg_class")}
             where m.objid is not null and o.relkind in ('r', 'p', 'm')
               and (${changed(last)} or exists (select from pg_attribute a where a.attrelid = o.oid and ${laterThanScript("a")})
                 or exists (select from pg_index y where y.indrelid = o.oid and ${laterThanScript("y")}))) a
     where a.statements <> '{}'`)}
    union all ${looseMembers(membership, "pg_amop")}
    union all ${looseMembers(membership, "pg_amproc")}
  )
  select e.extname::text as extension, change.name, change.phase, change.statements, change.certain as "isCertain"
    from change left join pg_extension e on e.oid = change.extension
   order by e.extname collate "C" nulls first, change.name like 'member %', change.name collate "C"`;
}
