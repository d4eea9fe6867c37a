import {
  definedComment,
  describing,
  inherited,
  inherits,
  isAlteredRangeFunction,
  isPartitionKey,
  isRenamedRangeFunction,
  isThere,
  notOfExtension,
  ownerOf,
  privileges,
  rangeFunctions,
} from "./fragments.ts";
import { identityOf, inItsQuotes, literally } from "./source-terms.ts";

/** The multirange type of the range type `t`. */
const multirange = `select m.objid from pg_depend m
  where m.refclassid = 'pg_type'::regclass and m.refobjid = t.oid and m.classid = 'pg_type'::regclass and m.deptype = 'i'`;

/** The functions `p` that come with both, each with its type `e`. */
const functionsOfRange = rangeFunctions(`select t.oid union all ${multirange}`);

/**
 * A query that lists the objects in the schemas `$1` (names): each with its name, its place in a dump's table of
 * contents (catalog and number), the attributes that a restored copy must have exactly, and its expressions.
 * The server may print an expression differently after a restore, although it means the same. Left out are
 * objects that belong to an extension, and what a dump does not contain: who granted a privilege, the order of
 * privileges, dropped columns, invalid indexes, operators that are only named as the negator of another.
 */
export const objectsQuery = describing([
  // Schemas.
  `select format('schema %I', n.nspname) as object, n.tableoid || ' ' || n.oid as entry,
          concat_ws(E'\\n', pg_get_userbyid(n.nspowner), ${privileges("n.nspacl", "n", "n.nspowner")},
            ${definedComment("pg_namespace", "n.oid")}) as definition, null as expression
     from pg_namespace n
    where n.nspname = any($1)`,

  // Tables, partitioned tables, foreign tables, views, materialized views and composite types, with their columns.
  `select format('%s %s', case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
            when 'f' then 'foreign table' when 'c' then 'type' else 'table' end, c.oid::regclass) as object, c.tableoid || ' ' || c.oid as entry,
          concat_ws(E'\\n', pg_get_userbyid(c.relowner), ${privileges("c.relacl", "r", "c.relowner")},
            ${definedComment("pg_class", "c.oid")}, c.relkind::text, c.relpersistence::text, c.relreplident::text,
            (select string_agg(option, ',' order by option) from unnest(c.reloptions) option),
            'rls ' || c.relrowsecurity || ' ' || c.relforcerowsecurity,
            pg_get_expr(c.relpartbound, c.oid),
            (select pg_get_partkeydef(c.oid) from pg_partitioned_table p where p.partrelid = c.oid and p.partexprs is null),
            (select string_agg(i.inhparent::regclass::text, ',' order by i.inhseqno)
               from pg_inherits i where i.inhrelid = c.oid),
            (select string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                case when a.attnotnull then 'not null' end, ${identityOf("a", "c")},
                nullif(a.attgenerated::text, ''), case when d.oid is not null then 'default' end,
                case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end,
                case when a.attacl is not null then ${privileges("a.attacl", "c", "c.relowner")} end,
                ${definedComment("pg_class", "c.oid", "a.attnum")}), E'\\n'
                order by case when not (${inherits}) then a.attnum end, a.attname collate "C")
               from pg_attribute a
               join pg_type t on t.oid = a.atttypid
               left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)) as definition,
          case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) else
            (select jsonb_object_agg(part.name, part.text)::text
               from (select a.attname::text, pg_get_expr(d.adbin, d.adrelid)
                       from pg_attrdef d
                       join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
                      where d.adrelid = c.oid
                     -- No column has an empty name.
                     union all select '', pg_get_partkeydef(p.partrelid)
                       from pg_partitioned_table p where p.partrelid = c.oid and p.partexprs is not null) part (name, text)) end as expression
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any($1) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and ${notOfExtension("pg_class", "c.oid")}
      and ${notOfExtension("pg_type", "c.reltype")}`,

  // Constraints of tables and of domains.
  `select format('constraint %I of %s', k.conname,
            case when k.conrelid <> 0 then k.conrelid::regclass::text else k.contypid::regtype::text end) as object,
          k.tableoid || ' ' || k.oid as entry,
          concat_ws(E'\\n', k.contype::text, case when k.contype not in ('c', 'x') then pg_get_constraintdef(k.oid) end,
            case when not (${inherited}) then k.convalidated end, ${definedComment("pg_constraint", "k.oid")}) as definition,
          case when ${inherited} then regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '')
            when k.contype in ('c', 'x') then pg_get_constraintdef(k.oid) end as expression
     from pg_constraint k
     join pg_namespace n on n.oid = k.connamespace
    where n.nspname = any($1) and k.contype not in ('t', 'n') and ${notOfExtension("pg_class", "k.conrelid")}
      -- A partition's key is its table's, but for a name of its own.
      and not (k.contype = 'f' and k.conparentid <> 0 and not exists (
        select from pg_constraint p where ${isPartitionKey("k", "p")} and p.conname <> k.conname))
      and ${notOfExtension("pg_type", "k.contypid")}`,

  `select format('index %s', i.indexrelid::regclass) as object, c.tableoid || ' ' || c.oid as entry,
          -- What attaches the indexes of a dump waits for those of foreign tables, which have none. Nothing uses it.
          concat_ws(E'\\n', i.indisclustered, i.indisreplident, i.indisvalid or exists (
              select from pg_partition_tree(i.indrelid) p join pg_class t on t.oid = p.relid where t.relkind = 'f'),
            ${definedComment("pg_class", "i.indexrelid")}) as definition,
          pg_get_indexdef(i.indexrelid) as expression
     from pg_index i
     join pg_class c on c.oid = i.indexrelid
     join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any($1) and ${notOfExtension("pg_class", "i.indrelid")} and (i.indisvalid or c.relkind = 'I')`,

  `select format('trigger %I on %s', t.tgname, t.tgrelid::regclass) as object,
          t.tableoid || ' ' || t.oid as entry,
          concat_ws(E'\\n', t.tgenabled::text, ${definedComment("pg_trigger", "t.oid")}) as definition,
          pg_get_triggerdef(t.oid) as expression
     from pg_trigger t
     join pg_class c on c.oid = t.tgrelid
     join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any($1) and not t.tgisinternal and ${notOfExtension("pg_class", "c.oid")}`,

  `select format('policy %I on %s', p.polname, p.polrelid::regclass) as object, p.tableoid || ' ' || p.oid as entry,
          concat_ws(E'\\n', p.polcmd::text, p.polpermissive,
            (select string_agg(name, ',' order by name collate "C")
               from unnest(p.polroles) r
              cross join lateral (select 'public' where r = 0 union all select rolname::text from pg_roles where oid = r) role (name)),
            ${definedComment("pg_policy", "p.oid")}) as definition,
          concat_ws(' ', 'using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
            'with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') as expression
     from pg_policy p
     join pg_class c on c.oid = p.polrelid
     join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any($1) and ${notOfExtension("pg_class", "c.oid")}`,

  `select format('rule %I on %s', r.rulename, r.ev_class::regclass) as object,
          r.tableoid || ' ' || r.oid as entry,
          concat_ws(E'\\n', r.ev_enabled::text, ${definedComment("pg_rewrite", "r.oid")}) as definition,
          pg_get_ruledef(r.oid) as expression
     from pg_rewrite r
     join pg_class c on c.oid = r.ev_class
     join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any($1) and r.rulename <> '_RETURN' and ${notOfExtension("pg_class", "c.oid")}`,

  // Functions, procedures and aggregates. A range type creates its constructors itself.
  `select format('function %s', p.oid::regprocedure) as object, p.tableoid || ' ' || p.oid as entry,
          concat_ws(E'\\n', pg_get_userbyid(p.proowner), ${privileges("p.proacl", "f", "p.proowner")},
            ${definedComment("pg_proc", "p.oid")}, p.prokind::text,
            case when p.prokind = 'a' then
              (select concat_ws(' ', a.aggtransfn::text, a.aggfinalfn::text, a.aggcombinefn::text,
                 format_type(a.aggtranstype, null), a.agginitval, a.aggsortop::regoperator::text)
                 from pg_aggregate a where a.aggfnoid = p.oid) end) as definition,
          case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end as expression
     from pg_proc p
     join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any($1) and ${notOfExtension("pg_proc", "p.oid")}
      and not exists (select from pg_depend x where x.classid = 'pg_proc'::regclass and x.objid = p.oid and x.deptype = 'i')`,

  // Enums, domains and ranges. Composite types are listed with the tables.
  `select format('type %s', t.oid::regtype) as object, t.tableoid || ' ' || t.oid as entry,
          concat_ws(E'\\n', pg_get_userbyid(t.typowner), ${privileges("t.typacl", "T", "t.typowner")},
            ${definedComment("pg_type", "t.oid")}, t.typtype::text,
            (select string_agg(${literally("quote_literal(e.enumlabel)")}, ',' order by e.enumsortorder)
               from pg_enum e where e.enumtypid = t.oid),
            case when t.typtype = 'd' then concat_ws(' ', format_type(t.typbasetype, t.typtypmod), t.typnotnull,
              t.typcollation::regcollation) end,
            (select concat_ws(' ', format_type(r.rngsubtype, null), r.rngcollation::regcollation, r.rngsubdiff)
               from pg_range r where r.rngtypid = t.oid),
            -- Its multirange type and what makes values of both, where these are not its owner's or are altered.
            case t.typtype when 'r' then
              (select string_agg(format('%s of %s', pg_get_userbyid(b.owner), b.name), ',' order by b.name collate "C") filter (where b.owner <> t.typowner)
                 from (select m.typowner as owner, m.oid::regtype::text as name from pg_type m where m.oid in (${multirange})
                       union all
                       select p.proowner, p.oid::regprocedure::text from ${functionsOfRange}) b) end,
            case t.typtype when 'r' then
              (select string_agg(concat_ws(' ', e.typtype, p.oid::regprocedure, case when ${isAlteredRangeFunction} then
                   concat_ws(' ', p.provolatile, p.proparallel, p.prosecdef, p.proleakproof, p.proisstrict, p.procost, p.prorows, nullif(p.prosupport, 0)::regprocedure,
                     p.proconfig,
                     (select string_agg(x.extname, ',' order by x.extname) from pg_depend d join pg_extension x on d.refclassid = x.tableoid and x.oid = d.refobjid
                       where d.classid = p.tableoid and d.objid = p.oid and d.deptype = 'x')) end), E'\\n' order by p.oid::regprocedure::text collate "C")
                 from ${functionsOfRange} where (${isRenamedRangeFunction} or ${isAlteredRangeFunction})) end) as definition,
          -- A default of the base type is a text, and a dump gives it to the domain.
          case t.typtype when 'd' then coalesce(pg_get_expr(t.typdefaultbin, 0),
            quote_literal(t.typdefault) || '::' || format_type(t.typbasetype, null)) end as expression
     from pg_type t
     join pg_namespace n on n.oid = t.typnamespace
    where n.nspname = any($1) and t.typtype in ('e', 'd', 'r') and ${notOfExtension("pg_type", "t.oid")}`,

  `select format('sequence %s', c.oid::regclass) as object, c.tableoid || ' ' || c.oid as entry,
          concat_ws(E'\\n', pg_get_userbyid(c.relowner), ${privileges("c.relacl", "s", "c.relowner")},
            ${definedComment("pg_class", "c.oid")}, format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin,
            s.seqmax, s.seqcache, s.seqcycle,
            (select string_agg(d.refobjid::regclass || '.' || a.attname || ' ' || d.deptype::text, ',')
               from pg_depend d
               join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
              where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i'))) as definition,
          null as expression
     from pg_sequence s
     join pg_class c on c.oid = s.seqrelid
     join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any($1) and ${notOfExtension("pg_class", "c.oid")}`,

  `select format('statistics %I.%I', n.nspname, s.stxname) as object, s.tableoid || ' ' || s.oid as entry,
          pg_get_userbyid(s.stxowner) as definition, pg_get_statisticsobjdef(s.oid) as expression
     from pg_statistic_ext s
     join pg_namespace n on n.oid = s.stxnamespace
    where n.nspname = any($1)`,

  `select format('default privileges of %I in %I on %s', pg_get_userbyid(d.defaclrole), n.nspname,
            d.defaclobjtype::text) as object, d.tableoid || ' ' || d.oid as entry,
          ${privileges("d.defaclacl", null, "d.defaclrole")} as definition, null as expression
     from pg_default_acl d
     join pg_namespace n on n.oid = d.defaclnamespace
    where n.nspname = any($1) and exists (select from aclexplode(d.defaclacl) x where ${isThere})`,

  // Everything else that has a schema: operators and their classes, collations, conversions, text search, base types.
  `select format('%s %s', i.type, i.identity) as object, d.classid || ' ' || d.objid as entry,
          concat_ws(E'\\n', ${ownerOf("d.classid", "d.objid")},
            (select concat_ws(' ', o.oprcode, ${partner("oprcom")}, ${partner("oprnegate")}, o.oprcanmerge, o.oprcanhash)
               from pg_operator o where o.oid = d.objid and d.classid = o.tableoid)) as definition,
          null as expression
     from pg_depend d
     join pg_namespace n on n.oid = d.refobjid
    cross join lateral pg_identify_object(d.classid, d.objid, 0) i
    where d.refclassid = 'pg_namespace'::regclass and n.nspname = any($1)
      and d.classid not in ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_statistic_ext'::regclass,
        'pg_default_acl'::regclass, 'pg_constraint'::regclass, 'pg_extension'::regclass,
        'pg_publication_namespace'::regclass)
      and not (d.classid = 'pg_type'::regclass and d.objid in (select oid from pg_type where typtype <> 'b'))
      and not (d.classid = 'pg_operator'::regclass and d.objid in (select oid from pg_operator where oprcode = 0))
      and not exists (select from pg_depend x where x.classid = d.classid and x.objid = d.objid and x.deptype = 'e')`,
]);

/** Tables and partitioned tables, with their row-level security. */
export const tablesQuery = `
  select ${inItsQuotes("c.oid::regclass::text")} as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
         (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1) and c.relkind in ('r', 'p') and ${notOfExtension("pg_class", "c.oid")}
   order by c.oid::regclass::text collate "C"`;

/** Values that no server gives during a backup: at ten million each second, it takes more than a day. */
const longRound = "1e12";

/**
 * Sequences, and whether they count down, and in a circle so short that they may have gone round during a backup. A
 * replica does not have those that are unlogged.
 */
export const sequencesQuery = `
  select ${inItsQuotes("c.oid::regclass::text")} as name, s.seqincrement < 0 as descending,
         s.seqcycle and (s.seqmax::numeric - s.seqmin) / abs(s.seqincrement::numeric) / s.seqcache < ${longRound} as "isCircle"
    from pg_sequence s
    join pg_class c on c.oid = s.seqrelid
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any($1) and ${notOfExtension("pg_class", "c.oid")}
     and not (c.relpersistence = 'u' and pg_is_in_recovery())
   order by c.oid::regclass::text collate "C"`;

/**
 * The commutator or negator of an operator: where only the other one names it, the server fills in both once they are
 * made in another order.
 */
function partner(column: string): string {
  return `coalesce(nullif(o.${column}, 0), (select min(x.oid) from pg_operator x where x.${column} = o.oid), 0)::regoperator`;
}
