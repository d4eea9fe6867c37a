import { commentedObject } from "./fragments.ts";
import { upgraded } from "./upgraded-extensions.ts";

/** Comments on members of the extension `e` and on parts of its tables, without those that a dump has. */
const comments = `
  select ${commentedObject("i", "d.objoid")} as object, d.description
    from pg_depend m
    left join pg_class t on m.classid = t.tableoid and t.oid = m.objid
   cross join lateral (
     select m.classid, m.objid
     union all select t.tableoid, y.indexrelid from pg_index y where y.indrelid = t.oid
     union all select k.tableoid, k.oid from pg_constraint k where k.conrelid = t.oid
     union all select g.tableoid, g.oid from pg_trigger g where g.tgrelid = t.oid
     union all select k.tableoid, k.oid from pg_constraint k where m.classid = 'pg_type'::regclass and k.contypid = m.objid) part
    join pg_description d on d.classoid = part.classid and d.objoid = part.objid
   cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i
   where m.refclassid = 'pg_extension'::regclass and m.refobjid = e.oid and m.deptype = 'e' and i.type <> 'schema'`;

/**
 * All comments of each extension, as a statement that does nothing where the new extension has the same: no catalog tells
 * which its script wrote, where it ends with them, or which somebody removed.
 */
export const memberCommentsQuery = `
  with ${upgraded}
  -- Its name begins like those of what only an extension of the same version is given.
  select e.extname::text as extension, 'function comments and others' as name, 'last' as phase,
         array[format('do %L', format($body$
           declare c record;
           begin
             for c in select coalesce(given.key, found.object) as object, given.value as description
                 from json_each_text(%L) given
                 full join (select found.* from pg_extension e cross join lateral (${comments.replaceAll("%", "%%")}) found where e.extname = %L) found
                   on found.object = given.key
                where given.value is distinct from found.description loop
               execute format('comment on %%s is %%L', c.object, c.description);
             end loop;
           end $body$, coalesce((select json_object_agg(c.object, c.description order by c.object collate "C") from (${comments}) c), '{}'), e.extname))] as statements
    from pg_extension e
   where e.extname <> 'plpgsql' and (current_setting('is_superuser') = 'on' or e.oid not in (select upgraded.oid from upgraded))
   order by 1`;
