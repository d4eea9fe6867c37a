import {
  definedComment,
  describing,
  isThere,
  ofNobody,
  onOneLine,
  othersPrivileges,
  privileges,
} from "./fragments.ts";

/**
 * Queries that list the objects of a database that are in no schema, with the columns of `objectsQuery`. A
 * dump of the complete database contains them. Passwords, as user mappings and subscriptions have them, are
 * left out of the definitions.
 */
const globalQueries: readonly string[] = [
  // Only comments that the extension does not bring itself, and those of its own that were removed.
  `select format('comment on extension %I', e.extname) as object, format('COMMENT - EXTENSION %s ', ${onOneLine("e.extname")}) as entry,
          '' as definition, coalesce(${definedComment("pg_extension", "e.oid")}, '') as expression
     from pg_extension e left join pg_available_extensions a on a.name = e.extname
    where coalesce(${definedComment("pg_extension", "e.oid")}, '') <> coalesce(a.comment, '') and e.extname <> 'plpgsql'`,

  `select format('cast (%s AS %s)', format_type(c.castsource, null), format_type(c.casttarget, null)) as object,
          c.tableoid || ' ' || c.oid as entry,
          concat_ws(' ', c.castcontext::text, c.castmethod::text, nullif(c.castfunc, 0)::regprocedure,
            ${definedComment("pg_cast", "c.oid")}) as definition, null as expression
     from pg_cast c where ${ofNobody("pg_cast", "c.oid")}`,

  `select format('transform for %s language %s', format_type(t.trftype, null), l.lanname) as object,
          t.tableoid || ' ' || t.oid as entry,
          concat_ws(' ', t.trffromsql::oid::regprocedure, t.trftosql::oid::regprocedure) as definition, null as expression
     from pg_transform t join pg_language l on l.oid = t.trflang where ${ofNobody("pg_transform", "t.oid")}`,

  `select format('event trigger %I', e.evtname) as object, e.tableoid || ' ' || e.oid as entry,
          concat_ws(' ', pg_get_userbyid(e.evtowner), e.evtevent, e.evtenabled::text, e.evttags::text,
            e.evtfoid::regprocedure, ${definedComment("pg_event_trigger", "e.oid")}) as definition, null as expression
     from pg_event_trigger e where ${ofNobody("pg_event_trigger", "e.oid")}`,

  `select format('foreign-data wrapper %I', f.fdwname) as object, f.tableoid || ' ' || f.oid as entry,
          concat_ws(' ', pg_get_userbyid(f.fdwowner), ${privileges("f.fdwacl", "F", "f.fdwowner")},
            nullif(f.fdwhandler, 0)::regprocedure, nullif(f.fdwvalidator, 0)::regprocedure, ${sorted("f.fdwoptions")},
            ${definedComment("pg_foreign_data_wrapper", "f.oid")}) as definition, null as expression
     from pg_foreign_data_wrapper f where ${ofNobody("pg_foreign_data_wrapper", "f.oid")}`,

  `select format('foreign server %I', s.srvname) as object, s.tableoid || ' ' || s.oid as entry,
          concat_ws(' ', pg_get_userbyid(s.srvowner), ${privileges("s.srvacl", "S", "s.srvowner")},
            f.fdwname, s.srvtype, s.srvversion, ${sorted("s.srvoptions")}, ${definedComment("pg_foreign_server", "s.oid")}) as definition,
          null as expression
     from pg_foreign_server s join pg_foreign_data_wrapper f on f.oid = s.srvfdw
    where ${ofNobody("pg_foreign_server", "s.oid")}`,

  // In a dump's table of contents they have a text instead of a number.
  `select format('user mapping of %I on %I', u.usename, u.srvname) as object,
          ${onOneLine("format('USER MAPPING - USER MAPPING %s SERVER %s ', u.usename, u.srvname)")} as entry,
          '' as definition, null as expression
     from pg_user_mappings u`,

  `select format('language %I', l.lanname) as object, l.tableoid || ' ' || l.oid as entry,
          concat_ws(' ', pg_get_userbyid(l.lanowner), ${privileges("l.lanacl", "l", "l.lanowner")}, l.lanpltrusted,
            nullif(l.lanplcallfoid, 0)::regprocedure, ${definedComment("pg_language", "l.oid")}) as definition, null as expression
     from pg_language l where ${ofNobody("pg_language", "l.oid")}`,

  `select format('access method %I', a.amname) as object, a.tableoid || ' ' || a.oid as entry,
          concat_ws(' ', a.amtype::text, a.amhandler::oid::regprocedure) as definition, null as expression
     from pg_am a where ${ofNobody("pg_am", "a.oid")}`,

  `select format('publication %I', p.pubname) as object, p.tableoid || ' ' || p.oid as entry,
          concat_ws(' ', pg_get_userbyid(p.pubowner), p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete,
            p.pubtruncate, p.pubviaroot, ${definedComment("pg_publication", "p.oid")}) as definition, null as expression
     from pg_publication p`,

  `select format('table %s in publication %I', r.prrelid::regclass, p.pubname) as object,
          r.tableoid || ' ' || r.oid as entry,
          coalesce((select string_agg(quote_ident(a.attname), ', ' order by a.attname collate "C")
             from pg_attribute a where a.attrelid = r.prrelid and a.attnum = any(r.prattrs)), '') as definition,
          pg_get_expr(r.prqual, r.prrelid) as expression
     from pg_publication_rel r join pg_publication p on p.oid = r.prpubid`,

  `select format('schema %I in publication %I', n.nspname, p.pubname) as object,
          r.tableoid || ' ' || r.oid as entry, '' as definition, null as expression
     from pg_publication_namespace r
     join pg_publication p on p.oid = r.pnpubid
     join pg_namespace n on n.oid = r.pnnspid`,

  `select format('default privileges of %I on %s', pg_get_userbyid(d.defaclrole), d.defaclobjtype::text) as object,
          d.tableoid || ' ' || d.oid as entry,
          ${privileges("d.defaclacl", null, "d.defaclrole")} as definition, null as expression
     from pg_default_acl d
    where d.defaclnamespace = 0
      -- They say nothing more where all they change is about roles that were dropped.
      and ${privileges("d.defaclacl", null, "d.defaclrole")} is distinct from
          ${privileges("acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole)", null, "d.defaclrole")}`,

  `select format('subscription %I', s.subname) as object, 'pg_subscription'::regclass::oid || ' ' || s.oid as entry,
          concat_ws(' ', pg_get_userbyid(s.subowner), s.subslotname, s.subsynccommit, s.subpublications::text) as definition,
          null as expression
     from pg_subscription s
    where s.subdbid = (select oid from pg_database where datname = current_database())`,
];

/** Privileges of roles that are no superusers: to these, they say nothing. */
const ofOrdinary = `(select array_agg(one) from unnest(c.acl) one
  where split_part(one::text, '=', 1) not in (select quote_ident(rolname) from pg_roles where rolsuper))`;

/**
 * Privileges on members of extensions that differ from those that the extension gave, without those of their
 * owner, who is whoever created the extension. A dump grants the source's owner everything where another role made the
 * extension. `entry` is how a line of a dump's table of contents begins, after its numbers.
 */
const memberPrivilegesQuery = `
  with member as materialized (
    select d.classid, d.objid, x.extname from pg_depend d join pg_extension x on x.oid = d.refobjid
     where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
  ), given as materialized (
    select p.tableoid as classid, p.oid as objid, p.proacl as acl, p.proowner as owner, 'f'::"char" as kind,
           format('ACL %s %s %s(', p.pronamespace::regnamespace, case p.prokind when 'p' then 'PROCEDURE' else 'FUNCTION' end, p.proname) as entry
      from pg_proc p where p.oid in (select objid from member)
    union all
    select c.tableoid, c.oid, c.relacl, c.relowner, case c.relkind when 'S' then 's'::"char" else 'r' end,
           format('ACL %s %s %s ', c.relnamespace::regnamespace, case c.relkind when 'S' then 'SEQUENCE' else 'TABLE' end, c.relname)
      from pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and c.oid in (select objid from member)
    union all
    select t.tableoid, t.oid, t.typacl, t.typowner, 'T'::"char", format('ACL %s TYPE %s ', t.typnamespace::regnamespace, t.typname)
      from pg_type t where t.oid in (select objid from member)
    union all
    select n.tableoid, n.oid, n.nspacl, n.nspowner, 'n'::"char", format('ACL - SCHEMA %s ', n.nspname)
      from pg_namespace n
  ), changed as materialized (
    select member.extname, given.*
      from member
      join given using (classid, objid)
      left join pg_init_privs b on b.classoid = classid and b.objoid = objid and b.objsubid = 0
     where given.acl is distinct from b.initprivs
       -- The extension may have had another owner, who may be dropped by now.
       and array(select ${privilegeOf("owner")} from aclexplode(coalesce(acl, acldefault(kind, owner))) x where ${isThere} order by 1)
           <> array(select ${privilegeOf("x.grantor")} from aclexplode(coalesce(b.initprivs, acldefault(kind, owner))) x
                    where ${isThere} or x.grantee = x.grantor order by 1)
  )
  select format('privileges of %I on %s %s', c.extname, i.type, i.identity) as object, ${onOneLine("c.entry")} as entry,
         ${othersPrivileges(ofOrdinary, "c.owner")} as definition, null as expression
    from changed c cross join lateral pg_identify_object(c.classid, c.objid, 0) i`;

/** A privilege `x`, as a text to compare: the owner's is the same whoever that is. */
function privilegeOf(owner: string): string {
  return `concat_ws(' ', case x.grantee when ${owner} then 'owner' else x.grantee::text end, x.privilege_type, x.is_grantable)`;
}

/** All of these objects and privileges. */
export const globalsQuery = describing([...globalQueries, memberPrivilegesQuery]);

/** Options in a fixed order. */
function sorted(options: string): string {
  return `(select string_agg(o, ',' order by o collate "C") from unnest(${options}) o)`;
}
