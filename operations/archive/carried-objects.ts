import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { sequenceOptions } from "./carried-extensions.ts";
import {
  allOf,
  grantedBy,
  grantee,
  isAlteredRangeFunction,
  isPartitionKey,
  isRenamedRangeFunction,
  isThere,
  notOfExtension,
  partitionKeyNames,
  rangeFunctions,
} from "./fragments.ts";
import { onPathOf } from "./path-operators.ts";
import { firstNormal } from "./pristine.ts";

/** How what is carried of a materialized view is called. */
export function contentName(view: string): string {
  return `content of the materialized view ${view}`;
}

/** Whether a function came with a type of the database's own. */
const ofType = `exists (select from pg_depend i where i.classid = p.tableoid and i.objid = p.oid and i.deptype = 'i'
      and i.refclassid = 'pg_type'::regclass and ${notOfExtension("pg_type", "i.refobjid")})`;

/** Whether a type came with another object, which has a line in a dump where the type has none. */
const broughtType = `(t.typcategory = 'A' or t.typtype = 'm' or t.typrelid in (select c.oid from pg_class c where c.relkind <> 'c'))
      and ${notOfExtension("pg_type", "t.oid")} and ${notOfExtension("pg_class", "t.typrelid")} and not exists (
        select from pg_depend i where i.classid = t.tableoid and i.objid = t.oid and i.deptype = 'i' and (
          not ${notOfExtension("pg_type", "i.refobjid")} or not ${notOfExtension("pg_class", "i.refobjid")}))`;

const inheriting =
  "select from pg_inherits i join pg_class c on c.oid = i.inhrelid where not c.relispartition";
const inheritedConstraint = "select from pg_constraint where coninhcount > 0 and contype in ('c', 'f')";
/** Statements that let an object go with the extensions that it goes with. */
function extensionsNeeded(alias: string, object: string): string {
  return `select format('alter %s depends on extension %I', ${object}, x.extname) from pg_depend d
    join pg_extension x on d.refclassid = x.tableoid and x.oid = d.refobjid
   where d.classid = ${alias}.tableoid and d.objid = ${alias}.oid and d.deptype = 'x' order by x.extname`;
}

/** The functions of the range type `r` and of its multirange type, each with its type `e`. */
const ofBoth = rangeFunctions("values (r.rngtypid), (r.rngmultitypid)");

/** What tells the functions of a range type from each other, whatever their names. */
const rangeFunctionKey = "e.typtype || p.pronargs || (p.provariadic <> 0)";

const ownRange = `select from pg_range where rngtypid >= ${firstNormal}`;

/**
 * What PostgreSQL's dumps lose of objects in the schemas `$1`, or cannot be restored from them, and statements that
 * bring it back. `replaces` is the entry of the line in a dump's contents that the statements stand for. A query finds
 * nothing where that of its `cause` does not: it is cheap to plan, as these are not.
 */
const objectLosses: readonly { cause: string; query: string }[] = [
  {
    cause: "select from pg_attribute where attidentity <> ''",
    // A dump gives the sequence of an identity column the type of the column: LIKE, or ALTER TABLE, had left another.
    query: `select n.nspname::text as schema, format('type of the sequence %s', c.oid::regclass) as name, 'last' as phase, null as replaces,
            array[format('alter sequence %s %s', c.oid::regclass, ${sequenceOptions})] as statements
       from pg_depend d
       join pg_class c on d.classid = c.tableoid and c.oid = d.objid
       join pg_sequence q on q.seqrelid = c.oid
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where d.deptype = 'i' and d.refclassid = 'pg_class'::regclass and q.seqtypid <> a.atttypid
        and n.nspname = any($1) and ${notOfExtension("pg_class", "d.refobjid")}`,
  },
  {
    cause: inheriting,
    // Columns of a table that inherits: CREATE TABLE gives them the storage and compression of the parent's.
    query: `select distinct n.nspname::text as schema, format('storage of the column %s.%I', c.oid::regclass, a.attname) as name, 'last' as phase, null as replaces,
            array[format('alter table only %s alter column %I set storage %s', c.oid::regclass, a.attname,
                case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end)]
              || case when a.attcompression = p.attcompression then '{}'::text[] else array[format('alter table only %s alter column %I set compression %s',
                c.oid::regclass, a.attname, case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' else 'default' end)] end as statements
       from pg_inherits i
       join pg_class c on c.oid = i.inhrelid and c.relkind = 'r' and not c.relispartition
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       join pg_attribute p on p.attrelid = i.inhparent and p.attname = a.attname and not p.attisdropped
      where (a.attstorage <> p.attstorage or a.attcompression <> p.attcompression)
        and n.nspname = any($1) and ${notOfExtension("pg_class", "c.oid")}`,
  },
  {
    cause: inheriting,
    // A column that may be empty although that of a table above it may not: a dump makes the table with that condition.
    query: `with recursive above(child, parent) as (
       select i.inhrelid, i.inhparent from pg_inherits i join pg_class c on c.oid = i.inhrelid and not c.relispartition
       union
       select a.child, i.inhparent from above a join pg_inherits i on i.inhrelid = a.parent
     )
     select distinct n.nspname::text as schema, format('empty column %s.%I', c.oid::regclass, a.attname) as name, 'first' as phase, null as replaces,
            array[format('alter table only %s alter column %I drop not null', c.oid::regclass, a.attname)] as statements
       from above i
       join pg_class c on c.oid = i.child
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and not a.attnotnull
       join pg_attribute p on p.attrelid = i.parent and p.attname = a.attname and not p.attisdropped and p.attnotnull
      where n.nspname = any($1) and ${notOfExtension("pg_class", "c.oid")}`,
  },
  {
    cause: inheritedConstraint,
    // A check that was inherited from one that is no longer there.
    query: `select n.nspname::text as schema, format('constraint %I of %s', k.conname, k.conrelid::regclass) as name, 'last' as phase, null as replaces,
            array[${onPathOf("pg_constraint", "k.oid", "format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))")}] as statements
       from pg_constraint k
       join pg_namespace n on n.oid = k.connamespace
      where k.contype = 'c' and k.coninhcount > 0 and not k.conislocal and not exists (
          select from pg_inherits i join pg_constraint p on p.conrelid = i.inhparent and p.conname = k.conname and p.contype = 'c' and not p.connoinherit
           where i.inhrelid = k.conrelid)
        and n.nspname = any($1) and ${notOfExtension("pg_class", "k.conrelid")}`,
  },
  {
    cause: `select from pg_proc where prosqlbody is not null and oid >= ${firstNormal}`,
    // A function that calls itself, with a body that the server parses when it is made.
    query: `with recursive calls(f, g) as (
       select d.objid, d.refobjid from pg_depend d join pg_proc p on p.oid = d.objid
        where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_proc'::regclass and d.deptype = 'n' and p.prosqlbody is not null
       union
       select c.f, d.refobjid from calls c join pg_depend d on d.objid = c.g
        where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_proc'::regclass and d.deptype = 'n'
     ), circle as (
       select c.f, c.g from calls c where exists (select from calls o where o.f = c.f and o.g = c.f) and exists (select from calls o where o.f = c.g and o.g = c.f)
     )
     select n.nspname::text as schema, format('function %s', p.oid::regprocedure) as name, 'place' as phase, p.tableoid || ' ' || p.oid as replaces,
            array_agg(format('do %L', format('begin if to_regprocedure(%L) is null then perform set_config(''check_function_bodies'', ''off'', true); execute %L; end if; end',
                o.oid::regprocedure, format('create %s %s.%I(%s)%s language sql as ''''', case o.prokind when 'p' then 'procedure' else 'function' end,
                  o.pronamespace::regnamespace, o.proname, pg_get_function_arguments(o.oid),
                  case when o.prokind <> 'p' then ' returns ' || pg_get_function_result(o.oid) end))) order by o.oid)
              || ${onPathOf("pg_proc", "p.oid", "pg_get_functiondef(p.oid)")}
              || format('alter routine %s owner to %I', p.oid::regprocedure, pg_get_userbyid(p.proowner)) as statements
       from circle
       join pg_proc p on p.oid = circle.f
       join pg_proc o on o.oid = circle.g
       join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = any($1) and ${notOfExtension("pg_proc", "p.oid")}
      group by n.nspname, p.oid, p.tableoid, p.proowner`,
  },
  {
    cause: "select from pg_trigger where tgparentid <> 0",
    // A partition's trigger that is enabled in another way than its parent's, or has a comment: pg_dump writes that without
    // the trigger of the topmost table, which it needs, and leaves the comment of any other out. Those above come first.
    query: `select n.nspname::text as schema, format('trigger %I on %s', t.tgname, c.oid::regclass) as name, 'last' as phase, t.tableoid || ' ' || t.oid as replaces,
            array_remove(array[
              case when t.tgenabled <> p.tgenabled then format('alter table %s %s trigger %I', c.oid::regclass,
                case t.tgenabled when 'D' then 'disable' when 'R' then 'enable replica' when 'A' then 'enable always' else 'enable' end, t.tgname) end,
              format('comment on trigger %I on %s is ', t.tgname, c.oid::regclass) || quote_literal(d.description)], null)
              || array(${extensionsNeeded("t", "format('trigger %I on %s', t.tgname, c.oid::regclass)")}) as statements
       from pg_trigger t
       join pg_trigger p on p.oid = t.tgparentid
       join pg_class c on c.oid = t.tgrelid
       join pg_namespace n on n.oid = c.relnamespace
       left join pg_description d on d.classoid = t.tableoid and d.objoid = t.oid
      where (t.tgenabled <> p.tgenabled or d.description is not null or exists (${extensionsNeeded("t", "''")})) and n.nspname = any($1) and ${notOfExtension("pg_class", "c.oid")}
        and not exists (select from pg_constraint k where k.oid = t.tgconstraint and k.contype <> 't')
      order by (select count(*) from pg_partition_ancestors(c.oid)), 2`,
  },
  {
    cause: "select from pg_constraint where contype = 'f' and conparentid <> 0",
    // The foreign keys of a partition that have other names than those of its table. Those above come first.
    query: `select n.nspname::text as schema, format('names of the keys of %s', c.oid::regclass) as name, 'last' as phase, null as replaces,
            array[${partitionKeyNames("c.oid")}] as statements
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.oid in (select k.conrelid from pg_constraint k join pg_constraint p on p.oid = k.conparentid
                       where k.contype = 'f' and ${isPartitionKey("k", "p")} and k.conname <> p.conname)
        and n.nspname = any($1) and ${notOfExtension("pg_class", "c.oid")}
      order by (select count(*) from pg_partition_ancestors(c.oid)), 2`,
  },
  {
    cause: inheritedConstraint,
    // A comment on a constraint that comes with a parent's.
    query: `select n.nspname::text as schema, format('comment on constraint %I of %s', k.conname, k.conrelid::regclass) as name, 'last' as phase, null as replaces,
            array[format('comment on constraint %I on %s is %L', k.conname, k.conrelid::regclass, d.description)] as statements
       from pg_constraint k
       join pg_description d on d.classoid = k.tableoid and d.objoid = k.oid
       join pg_namespace n on n.oid = k.connamespace
      where k.contype in ('c', 'f') and k.coninhcount > 0 and n.nspname = any($1) and ${notOfExtension("pg_class", "k.conrelid")}`,
  },
  {
    cause: ownRange,
    // The multirange type of a range type and what makes values of both belong to whoever made them: a dump gives away the
    // range type alone, and the server its multirange type from version 17 on. Where all have one owner, they get the range's.
    query: `select n.nspname::text as schema, format('owners of what comes with the type %I.%I', n.nspname, t.typname) as name, 'last' as phase, null as replaces,
            array_agg(format('do %L', format('declare owner name := %s; begin if (select pg_get_userbyid(%s) from %s where oid = %L::%s) <> owner then execute format(%L, owner); end if; end',
              case when b.owner = t.typowner then format('(select pg_get_userbyid(typowner) from pg_type where oid = %L::regtype)', format('%I.%I', n.nspname, t.typname))
                else quote_literal(pg_get_userbyid(b.owner)) end,
              b.column, b.catalog, b.name, b.alias, format('alter %s %s owner to %%I', b.kind, replace(b.name, '%', '%%')))) order by b.kind desc, b.name) as statements
       from pg_range r
       join pg_type t on t.oid = r.rngtypid
       join pg_namespace n on n.oid = t.typnamespace
      cross join lateral (
        select m.typowner as owner, format('%s.%I', m.typnamespace::regnamespace, m.typname) as name, 'type' as kind, 'typowner' as column, 'pg_type' as catalog, 'regtype' as alias
          from pg_type m where m.oid = r.rngmultitypid
         union all
        select p.proowner, p.oid::regprocedure::text, 'function', 'proowner', 'pg_proc', 'regprocedure'
          from ${ofBoth}) b
      where n.nspname = any($1) and ${notOfExtension("pg_type", "t.oid")}
      group by n.nspname, t.oid, t.typname`,
  },
  {
    cause: ownRange,
    // What makes values of a range type keeps its name and schema where the type is renamed or moved, as the multirange type does.
    // It is made under a name of its own, since another one may have functions of the type's name. That of one with a function of
    // its own, which a dump has between the type's shell and the type, is changed once all definitions are there.
    query: `select n.nspname::text as schema, format('type %I.%I', n.nspname, t.typname) as name, case r.rngcanonical when 0 then 'place' else 'first' end as phase,
            case r.rngcanonical when 0 then t.tableoid || ' ' || t.oid end as replaces,
            array[format('do %L', format('declare made record; begin %s
                for made in select p.oid, p.proname as now, w.schema, coalesce(w.name, case e.typtype when ''r'' then %L else %L end) as name
                    from pg_range r cross join lateral ${ofBoth.replaceAll("'", "''")}
                    left join unnest(%L::text[], %L::text[], %L::text[]) w (key, schema, name) on w.key = ${rangeFunctionKey} where r.rngtypid = %L::regtype loop
                  if made.schema is not null then execute format(''alter function %%s set schema %%I'', made.oid::regprocedure, made.schema); end if;
                  if made.now <> made.name then execute format(''alter function %%s rename to %%I'', made.oid::regprocedure, made.name); end if;
                end loop; %s end',
              case r.rngcanonical when 0 then format('create type %s as range (subtype = %s%s%s%s, multirange_type_name = %s);', w.own, format_type(r.rngsubtype, null),
                case when not o.opcdefault then format(', subtype_opclass = %s.%I', o.opcnamespace::regnamespace, o.opcname) end,
                case when r.rngcollation <> s.typcollation then format(', collation = %s', r.rngcollation::regcollation) end,
                ', subtype_diff = ' || nullif(r.rngsubdiff, 0)::regproc, w.multi) end,
              t.typname, m.typname, f.keys, f.schemas, f.names, case r.rngcanonical when 0 then w.own else format('%I.%I', n.nspname, t.typname) end,
              case r.rngcanonical when 0 then format('alter type %s rename to %I; alter type %s rename to %I;
                begin alter type %I.%I owner to %I; exception when undefined_object or insufficient_privilege then null; end;',
                w.own, t.typname, w.multi, m.typname, n.nspname, t.typname, pg_get_userbyid(t.typowner)) end))] as statements
       from pg_range r
       join pg_type t on t.oid = r.rngtypid
       join pg_namespace n on n.oid = t.typnamespace
       join pg_type m on m.oid = r.rngmultitypid
       join pg_type s on s.oid = r.rngsubtype
       join pg_opclass o on o.oid = r.rngsubopc
      cross join lateral (select format('%I.%I', n.nspname, 'optropic ' || t.oid) as own,
          format('%s.%I', m.typnamespace::regnamespace, 'optropic ' || m.oid) as multi) w
      cross join lateral (
        select bool_or(${isRenamedRangeFunction}) as found, array_agg(${rangeFunctionKey}) as keys,
               array_agg(pn.nspname::text) as schemas, array_agg(p.proname::text) as names
          from ${ofBoth} join pg_namespace pn on pn.oid = p.pronamespace) f
      where f.found and n.nspname = any($1) and ${notOfExtension("pg_type", "t.oid")}`,
  },
  {
    cause: ownRange,
    // One of them that was replaced belongs to the type no more, and the type makes it again before a dump does.
    query: `select n.nspname::text as schema, format('function %s', p.oid::regprocedure) as name, 'place' as phase, p.tableoid || ' ' || p.oid as replaces,
            array[${onPathOf("pg_proc", "p.oid", "pg_get_functiondef(p.oid)")}, format('alter function %s owner to %I', p.oid::regprocedure, pg_get_userbyid(p.proowner))] as statements
       from pg_range r
       join pg_type t on t.oid = r.rngtypid
      cross join lateral (values (t.oid, array[format('%1$s %1$s', r.rngsubtype), format('%1$s %1$s %2$s', r.rngsubtype, 'text'::regtype::oid)]),
                                 (r.rngmultitypid, array['', t.oid::text, t.typarray::text])) w (type, arguments)
       join pg_type e on e.oid = w.type
       join pg_proc p on p.proname = e.typname and p.pronamespace = e.typnamespace and p.proargtypes::text = any(w.arguments)
       join pg_namespace n on n.oid = p.pronamespace
      where not ${ofType} and n.nspname = any($1) and ${notOfExtension("pg_type", "t.oid")} and ${notOfExtension("pg_proc", "p.oid")}`,
  },
  {
    cause: ownRange,
    // The attributes of these functions. An index has to find them as the server makes them.
    query: `select n.nspname::text as schema, format('attributes of the function %s', f.name) as name, case f.provolatile when 'i' then 'first' else 'last' end as phase,
            null as replaces, f.statements
       from (select p.*, p.oid::regprocedure::text as name, array[concat_ws(' ', 'alter function', p.oid::regprocedure,
                   case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
                   case when p.proisstrict then 'strict' else 'called on null input' end, case when p.prosecdef then 'security definer' else 'security invoker' end,
                   'parallel', case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end, 'cost', p.procost,
                   case when p.proleakproof then 'leakproof' end, 'support ' || nullif(p.prosupport, 0)::regproc,
                   (select string_agg(line, ' ') from regexp_split_to_table(split_part(pg_get_functiondef(p.oid), E'\\nAS ', 1), E'\\n') line where line like ' SET %'))]
               || array(${extensionsNeeded("p", "'function ' || p.oid::regprocedure")}) as statements
               from pg_range r cross join lateral ${ofBoth}
              where r.rngtypid >= ${firstNormal} and ${notOfExtension("pg_type", "r.rngtypid")} and ${isAlteredRangeFunction}) f
       join pg_namespace n on n.oid = f.pronamespace
      where n.nspname = any($1)`,
  },
  {
    cause: ownRange,
    // What makes a value of a range type: the type brings these functions, and a dump has no line for them.
    query: `select n.nspname::text as schema, format('privileges of the function %s', f.name) as name, 'last' as phase, null as replaces,
            array[format('alter function %s owner to %I', f.name, f.owner), format('revoke all on function %s from public, %I', f.name, f.owner)]
              || array(select ${grantedBy("f.owner", `format('grant execute on function %s to %s%s', f.name, ${grantee}, case when x.is_grantable then ' with grant option' end)`)}
                   from aclexplode(f.proacl) x where ${isThere}) as statements
       from (select p.pronamespace, p.proacl, p.oid::regprocedure::text as name, pg_get_userbyid(p.proowner) as owner from pg_proc p
              where p.proacl is not null and ${ofType}) f
       join pg_namespace n on n.oid = f.pronamespace
      where n.nspname = any($1)`,
  },
  {
    cause: "select from pg_type where typacl is not null",
    // Types that come with another object: the rows of a table or view, arrays and multiranges.
    query: `select n.nspname::text as schema, format('privileges of the type %I.%I', n.nspname, t.typname) as name, 'last' as phase, null as replaces,
            array[format('revoke all on type %I.%I from public, %I', n.nspname, t.typname, pg_get_userbyid(t.typowner))]
              || array(select ${grantedBy("pg_get_userbyid(t.typowner)", `format('grant usage on type %I.%I to %s%s', n.nspname, t.typname, ${grantee}, case when x.is_grantable then ' with grant option' end)`)}
                   from aclexplode(t.typacl) x where ${isThere}) as statements
       from pg_type t join pg_namespace n on n.oid = t.typnamespace
      where t.typacl is not null and ${broughtType} and n.nspname = any($1)`,
  },
  {
    cause: `select from pg_description where objoid >= ${firstNormal} and classoid in ('pg_type'::regclass, 'pg_proc'::regclass, 'pg_rewrite'::regclass)`,
    query: `select n.nspname::text as schema, format('comment on the %s', w.name) as name, 'last' as phase, null as replaces,
            array[format('comment on %s is %L', w.name, d.description)] as statements
       -- Without the thousands that the server brings.
       from (select * from pg_description where objoid >= ${firstNormal}) d
       left join pg_type t on d.classoid = t.tableoid and t.oid = d.objoid and ${broughtType}
       left join pg_proc p on d.classoid = p.tableoid and p.oid = d.objoid and ${ofType}
       left join pg_rewrite r on d.classoid = r.tableoid and r.oid = d.objoid and r.rulename = '_RETURN' and ${notOfExtension("pg_class", "r.ev_class")}
       left join pg_class c on c.oid = r.ev_class
       join pg_namespace n on n.oid = coalesce(t.typnamespace, p.pronamespace, c.relnamespace)
      cross join lateral (select case when t.oid is not null then format('type %I.%I', n.nspname, t.typname)
          when p.oid is not null then format('function %s', p.oid::regprocedure) else format('rule "_RETURN" on %s', c.oid::regclass) end as name) w
      where n.nspname = any($1)`,
  },
  {
    cause: `select from pg_language where oid >= ${firstNormal}`,
    // A language whose functions are the server's or an extension's: a dump takes it for an extension of its name.
    query: `select null as schema, format('language %I', l.lanname) as name, 'place' as phase, l.tableoid || ' ' || l.oid as replaces,
            array[format('create %slanguage %I handler %s%s%s', case when l.lanpltrusted then 'trusted ' end, l.lanname, l.lanplcallfoid::regproc,
                ' inline ' || nullif(l.laninline, 0)::regproc, ' validator ' || nullif(l.lanvalidator, 0)::regproc),
              format('alter language %I owner to %I', l.lanname, pg_get_userbyid(l.lanowner))] as statements
       from pg_language l
       join pg_proc h on h.oid = l.lanplcallfoid
      where l.oid >= ${firstNormal} and ${notOfExtension("pg_language", "l.oid")} and cardinality($1::text[]) >= 0
        and (h.oid < ${firstNormal} or not ${notOfExtension("pg_proc", "h.oid")})`,
  },
  {
    cause: "select from pg_class where relkind = 'm' and not relispopulated",
    // A filled materialized view that reads one which is not: pg_dump then takes it for not filled, too.
    query: `with recursive reads as materialized (
       select distinct r.ev_class as view, d.refobjid as relation
         from pg_rewrite r
         join pg_class v on v.oid = r.ev_class and v.relkind in ('v', 'm')
         join pg_depend d on d.classid = r.tableoid and d.objid = r.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
         join pg_class c on c.oid = d.refobjid and c.relkind in ('v', 'm')
        where exists (select from pg_class e where e.relkind = 'm' and not e.relispopulated)
     ), needs(view, relation) as (
       select view, relation from reads
       union
       select n.view, r.relation from needs n join reads r on r.view = n.relation
     ), empty as (
       select n.view, c.oid::regclass::text as name, (select count(*) from needs o where o.view = c.oid) as depth
         from needs n join pg_class c on c.oid = n.relation and c.relkind = 'm' and not c.relispopulated
     )
     select n.nspname::text as schema, '${contentName("")}' || c.oid::regclass as name, 'last' as phase, null as replaces,
            -- One that needs more comes after what it needs.
            array(select 'refresh materialized view ' || e.name from empty e where e.view = c.oid order by e.depth, e.name)
              || ('refresh materialized view ' || c.oid::regclass)
              || array(select format('refresh materialized view %s with no data', e.name) from empty e where e.view = c.oid order by e.name) as statements
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'm' and c.relispopulated and n.nspname = any($1) and ${notOfExtension("pg_class", "c.oid")}
        and exists (select from empty e where e.view = c.oid)`,
  },
];

/** Reads what a dump loses of objects in the schemas. */
export async function readObjectLosses(
  session: Session,
  schemas: readonly string[],
): Promise<readonly unknown[]> {
  const causes = objectLosses.map(({ cause }) => `exists (${cause})`).join(", ");
  const [{ found }] = foundRow.parse(await session.rows(`select array[${causes}] as found`));
  const queries = objectLosses.filter((_, index) => found[index] === true).map(({ query }) => query);
  return queries.length === 0 ? [] : session.rows(allOf(queries), schemas);
}

const foundRow = z.tuple([z.object({ found: z.array(z.boolean()) })]);
