import { definitionOf, grantsOf } from "./carried-extensions.ts";
import { afterScript, members } from "./extension-members.ts";

/**
 * Extensions of which the transactions do not tell what their scripts made: pg_upgrade made every member again, and SET
 * SCHEMA wrote every function and type again.
 */
export const upgraded = `
  ${members}, upgraded as materialized (
    select e.oid, e.extname, s.extension is null as is_made_again
      from pg_extension e
      left join script s on s.extension = e.oid
     where (s.extension is null or s.moved) and exists (select from member m where m.extension = e.oid)
  )`;

/**
 * All functions and members of such extensions, and functions of others that somebody granted, which does not tell whether
 * they were also changed, as statements that do nothing where the new extension has the same.
 */
export const upgradedExtensionsQuery = `
  with ${upgraded}, made_again as materialized (
    select u.extname, m.classid, m.objid
      from upgraded u
      join member m on m.extension = u.oid
     where current_setting('is_superuser') = 'on'
  ), unclear as materialized (
    select extname, classid, objid from made_again
    union
    select e.extname, m.classid, m.objid
      from own m
      join script s on s.extension = m.extension and not s.moved
      join pg_extension e on e.oid = m.extension
      join pg_proc p on m.classid = p.tableoid and p.oid = m.objid
      left join pg_init_privs b on b.classoid = m.classid and b.objoid = m.objid and b.objsubid = 0
     where p.proacl is distinct from b.initprivs
       and ${afterScript("s", { transaction: "p.xmin::text", command: "p.cmin::text" })}
  ), twin as materialized (
    select p.prosrc, json_agg(p.oid::regprocedure::text order by p.oid) as names
      from member m join pg_proc p on m.classid = p.tableoid and p.oid = m.objid
     where exists (select from unclear)
     group by p.prosrc
  )
  -- Their names begin like those of what only an extension of the same version is given.
  select m.extname::text as extension, 'function definitions' as name, 'first' as phase,
         array[format('do %L', format($body$
           declare f record; found oid; statement text;
           begin
             for f in select * from json_to_recordset(%L) x(sign text, name text, source text, library text, arguments text, definition text, making text, given json, twins json) loop
               found := to_regprocedure(f.sign);
               if found is null then
                 select case count(*) when 1 then min(p.oid) end into found
                   from pg_proc p
                   join pg_depend d on d.classid = p.tableoid and d.objid = p.oid and d.deptype = 'e'
                   join pg_extension e on e.oid = d.refobjid and e.extname = %L
                  where p.prosrc = f.source and p.probin is not distinct from f.library
                    and pg_get_function_identity_arguments(p.oid) = f.arguments and p.proname <> f.name
                    and p.oid::regprocedure::text not in (select json_array_elements_text(f.twins));
                 if found is not null then execute format('alter routine %%s rename to %%I', found::regprocedure, f.name); end if;
               end if;
               -- An aggregate has no definition of this kind.
               continue when f.definition is null;
               if found is null then
                 execute coalesce(f.making, f.definition);
                 for statement in select json_array_elements_text(f.given) loop execute statement; end loop;
                 execute format('alter extension %%I add routine %%s', %L, f.sign);
               elsif f.definition <> pg_get_functiondef(found) then
                 execute coalesce(f.making, f.definition);
               end if;
             end loop;
           end $body$, json_agg(json_build_object('sign', p.oid::regprocedure::text, 'name', p.proname, 'source', p.prosrc, 'library', p.probin,
             'arguments', pg_get_function_identity_arguments(p.oid),
             'definition', case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end,
             'making', case when p.prokind <> 'a' then nullif(${definitionOf}, pg_get_functiondef(p.oid)) end,
             'given', ${grantsOf("'routine ' || p.oid::regprocedure", { oid: "p.oid", kind: "f", owner: "p.proowner" })}, 'twins', twin.names) order by p.oid), m.extname, m.extname))] as statements
    from unclear m
    join pg_proc p on m.classid = p.tableoid and p.oid = m.objid
    join twin on twin.prosrc = p.prosrc
   group by m.extname
  union all
  select m.extname::text, 'function members and others', 'last',
         array[format('do %L', format($body$
           declare missing text;
           begin
             select string_agg(x.type || ' ' || x.identity, ', ') into missing
               from json_to_recordset(%L) x(type text, identity text)
              where not exists (
                select from pg_depend d join pg_extension e on e.oid = d.refobjid and e.extname = %L
                 cross join lateral pg_identify_object(d.classid, d.objid, 0) i
                 where d.deptype = 'e' and i.type = x.type and i.identity = x.identity);
             if missing is not null then raise exception 'the extension does not have the %%', missing; end if;
           end $body$, json_agg(json_build_object('type', i.type, 'identity', i.identity) order by i.type, i.identity), m.extname))]
    from made_again m
   cross join lateral pg_identify_object(m.classid, m.objid, 0) i
   group by m.extname
  order by 1, 3, 2`;

/** Such extensions: only a superuser can make their functions and comments again, and the role is not one. */
export const upgradedNamesQuery = `
  with ${upgraded} select quote_ident(extname) as name from upgraded where current_setting('is_superuser') <> 'on' order by 1`;

/** Tables of extensions that pg_upgrade made again, with rows that the scripts of these make. */
export const upgradedTablesQuery = `
  with ${upgraded}
  select format('%s of the extension %I', c.oid::regclass, u.extname) as name
    from upgraded u
    join pg_extension e on e.oid = u.oid
    join member m on m.extension = u.oid
    join pg_class c on m.classid = c.tableoid and c.oid = m.objid and c.relkind = 'r'
   where u.is_made_again and e.extcondition[array_position(e.extconfig, c.oid)] <> ''
   order by 1`;
