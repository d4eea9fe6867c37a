import { escapeIdentifier, escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { grantee, isThere } from "../archive/fragments.ts";
import { namesOf } from "../archive/names.ts";
import { asInitialized, creationOf } from "../archive/prepare.ts";
import type { Schema } from "../archive/scope.ts";

/**
 * Empties schemas, and makes those that are missing. Members of extensions stay, and a schema that has some
 * stays with them, since dropping an extension would take with it what other schemas have of its types. A schema
 * that the session does not own stays as it is, but for the objects in it.
 *
 * @param noOwner whether the session's role gets the schemas
 * @param mostAtOnce tables and views that are dropped at once: the server compares all that it drops at once with each
 *   other, which takes minutes for 76,000 tables
 * @returns the schemas that the session does not own
 */
export async function clearSchemas(
  session: Session,
  schemas: readonly Schema[],
  noOwner: boolean,
  mostAtOnce = 500,
): Promise<ReadonlySet<string>> {
  const names = schemas.map(({ name }) => name);
  const foreign = await namesOf(session, foreignQuery, names);
  const kept = new Set(keptRows.parse(await session.rows(keptQuery, names)).map(({ name }) => name));
  for (const one of schemas) {
    const { name, owner } = one;
    const schema = escapeIdentifier(name);
    if (foreign.has(name)) {
      await session.run(emptySchema(name));
      continue;
    }
    if (kept.has(name)) {
      await session.run(emptySchema(name));
      await session.run(resetPrivileges(name));
      if (!noOwner) await session.run(`alter schema ${schema} owner to ${escapeIdentifier(owner)}`);
    } else {
      await session.run(`${dropRelations(name, mostAtOnce)}; drop schema if exists ${schema} cascade`);
      for (const statement of creationOf(name, noOwner ? undefined : owner)) await session.run(statement);
    }
    for (const statement of asInitialized(one)) await session.run(statement);
  }
  return foreign;
}

/** Schemas of others. A superuser has every role. */
const foreignQuery = `
  select nspname::text as name from pg_namespace where nspname = any($1) and not pg_has_role(nspowner, 'usage')`;

const keptRows = z.array(z.object({ name: z.string() }));

const keptQuery = `
  select n.nspname::text as name
    from pg_namespace n
   where n.nspname = any($1) and (
     exists (select from pg_extension e where e.extnamespace = n.oid)
     or exists (select from pg_depend s join pg_depend e on e.classid = s.classid and e.objid = s.objid and e.deptype = 'e'
                 where s.refclassid = 'pg_namespace'::regclass and s.refobjid = n.oid))`;

/** Drops the tables and views of a schema that has no members of extensions, where there are many. */
function dropRelations(name: string, mostAtOnce: number): string {
  const literal = escapeLiteral(name);
  const body = `
    declare
      statement text;
      statements text[] := array(
        select format('drop %s if exists %s cascade', one.kind, string_agg(format('%I.%I', ${literal}, one.relname), ', '))
          from (select k.kind, c.relname, (row_number() over (partition by k.kind order by c.oid) - 1) / ${mostAtOnce} as part
                  from pg_class c
                  join (values ('r', 'table'), ('p', 'table'), ('v', 'view'), ('m', 'materialized view')) k (relkind, kind)
                    on k.relkind = c.relkind::text
                 where c.relnamespace = (select oid from pg_namespace where nspname = ${literal})) one
         group by one.kind, one.part
         order by one.kind, one.part);
    begin
      -- So few may go with the schema.
      if cardinality(statements) > 3 then
        foreach statement in array statements loop
          execute statement;
        end loop;
      end if;
    end`;
  return `do ${escapeLiteral(body)}`;
}

/** Drops every object of a schema but members of extensions. */
function emptySchema(name: string): string {
  const literal = escapeLiteral(name);
  const body = `
    declare
      place oid := (select oid from pg_namespace where nspname = ${literal});
      statement text;
      statements text[] := array(
        select format('drop %s if exists %s cascade', case
                 when i.type in ('function', 'procedure', 'aggregate') then 'routine'
                 when i.type in ('composite type', 'domain') then 'type'
                 when i.type = 'statistics object' then 'statistics'
                 else i.type end, i.identity)
          from pg_depend d
         cross join lateral pg_identify_object(d.classid, d.objid, 0) i
         where d.refclassid = 'pg_namespace'::regclass and d.refobjid = place and d.deptype = 'n'
           and d.classid not in ('pg_default_acl'::regclass, 'pg_extension'::regclass, 'pg_publication_namespace'::regclass)
           and not exists (select from pg_depend e where e.classid = d.classid and e.objid = d.objid and e.deptype in ('e', 'i')
                              -- A partitioned table depends on its own key.
                              and (e.refclassid, e.refobjid) <> (d.classid, d.objid))
         order by d.classid = 'pg_class'::regclass desc, d.objid);
    begin
      foreach statement in array statements loop
        execute statement;
      end loop;
    end`;
  return `do ${escapeLiteral(body)}`;
}

/**
 * Revokes the privileges on a schema, but for those that an extension gave when it was created, which a dump does
 * not have, and the default privileges in it.
 */
function resetPrivileges(name: string): string {
  const literal = escapeLiteral(name);
  const body = `
    declare
      place oid := (select oid from pg_namespace where nspname = ${literal});
      one record;
    begin
      for one in select distinct ${grantee} as grantee
        from pg_namespace n cross join lateral aclexplode(n.nspacl) x where n.oid = place and x.grantee <> n.nspowner and ${isThere}
      loop
        execute format('revoke all on schema %I from %s cascade', ${literal}, one.grantee);
      end loop;
      for one in select x.privilege_type as privilege, ${grantee} as grantee
        from pg_namespace n
        join pg_init_privs i on i.classoid = n.tableoid and i.objoid = n.oid and i.privtype = 'e'
       cross join lateral aclexplode(i.initprivs) x
       where n.oid = place and x.grantee <> n.nspowner and ${isThere}
      loop
        execute format('grant %s on schema %I to %s', one.privilege, ${literal}, one.grantee);
      end loop;
      for one in select quote_ident(pg_get_userbyid(d.defaclrole)) as role,
               ${grantee} as grantee,
               case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' end as kind
        from pg_default_acl d cross join lateral aclexplode(d.defaclacl) x
       where d.defaclnamespace = place and pg_has_role(d.defaclrole, 'usage') and ${isThere}
      loop
        execute format('alter default privileges for role %s in schema %I revoke all on %s from %s', one.role, ${literal}, one.kind, one.grantee);
      end loop;
    end`;
  return `do ${escapeLiteral(body)}`;
}
