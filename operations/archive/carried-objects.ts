import { sequenceOptions } from "./carried-extensions.ts";
import { notOfExtension } from "./fragments.ts";

/**
 * What PostgreSQL's dumps lose of objects in the schemas `$1`, or cannot be restored from them, and statements that
 * bring it back. `replaces` is the entry of the line in a dump's contents that the statements stand for.
 */
export const objectLossesQueries: readonly string[] = [
  // A dump gives the sequence of an identity column the type of the column: LIKE, or ALTER TABLE, had left another.
  `select n.nspname::text as schema, format('type of the sequence %s', c.oid::regclass) as name, 'last' as phase, null as replaces,
          array[format('alter sequence %s %s', c.oid::regclass, ${sequenceOptions})] as statements
     from pg_depend d
     join pg_class c on d.classid = c.tableoid and c.oid = d.objid
     join pg_sequence q on q.seqrelid = c.oid
     join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where d.deptype = 'i' and d.refclassid = 'pg_class'::regclass and q.seqtypid <> a.atttypid
      and n.nspname = any($1) and ${notOfExtension("pg_class", "d.refobjid")}`,

  // Columns of a table that inherits: CREATE TABLE gives them the storage and compression of the parent's.
  `select distinct n.nspname::text as schema, format('storage of the column %s.%I', c.oid::regclass, a.attname) as name, 'last' as phase, null as replaces,
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

  // A check that was inherited from one that is no longer there.
  `select n.nspname::text as schema, format('constraint %I of %s', k.conname, k.conrelid::regclass) as name, 'last' as phase, null as replaces,
          array[format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))] as statements
     from pg_constraint k
     join pg_namespace n on n.oid = k.connamespace
    where k.contype = 'c' and k.coninhcount > 0 and not k.conislocal and not exists (
        select from pg_inherits i join pg_constraint p on p.conrelid = i.inhparent and p.conname = k.conname and p.contype = 'c' and not p.connoinherit
         where i.inhrelid = k.conrelid)
      and n.nspname = any($1) and ${notOfExtension("pg_class", "k.conrelid")}`,

  // A function that calls itself, with a body that the server parses when it is made.
  `with recursive calls(f, g) as (
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
            || pg_get_functiondef(p.oid)
            || format('alter routine %s owner to %I', p.oid::regprocedure, pg_get_userbyid(p.proowner)) as statements
     from circle
     join pg_proc p on p.oid = circle.f
     join pg_proc o on o.oid = circle.g
     join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any($1) and ${notOfExtension("pg_proc", "p.oid")}
    group by n.nspname, p.oid, p.tableoid, p.proowner`,

  // A language whose functions are the server's or an extension's: a dump takes it for an extension of its name.
  `select null as schema, format('language %I', l.lanname) as name, 'place' as phase, l.tableoid || ' ' || l.oid as replaces,
          array[format('create %slanguage %I handler %s%s%s', case when l.lanpltrusted then 'trusted ' end, l.lanname, l.lanplcallfoid::regproc,
              ' inline ' || nullif(l.laninline, 0)::regproc, ' validator ' || nullif(l.lanvalidator, 0)::regproc),
            format('alter language %I owner to %I', l.lanname, pg_get_userbyid(l.lanowner))] as statements
     from pg_language l
     join pg_proc h on h.oid = l.lanplcallfoid
    where l.oid >= 16384 and ${notOfExtension("pg_language", "l.oid")} and cardinality($1::text[]) >= 0
      and (h.oid < 16384 or not ${notOfExtension("pg_proc", "h.oid")})`,

  // A function that was taken out of an extension, which makes it again when it is created.
  `select distinct n.nspname::text as schema, format('function %s', p.oid::regprocedure) as name, 'place' as phase, p.tableoid || ' ' || p.oid as replaces,
          array[format('alter extension %I drop routine %s', e.extname, p.oid::regprocedure)] as statements
     from pg_proc p
     join pg_namespace n on n.oid = p.pronamespace
     join pg_depend d on d.refclassid = p.tableoid and d.refobjid = p.oid and d.deptype = 'n'
     join pg_depend m on m.classid = d.classid and m.objid = d.objid and m.deptype = 'e'
     join pg_extension e on m.refclassid = e.tableoid and e.oid = m.refobjid
    where p.oid >= 16384 and n.nspname = any($1) and ${notOfExtension("pg_proc", "p.oid")}`,
];
