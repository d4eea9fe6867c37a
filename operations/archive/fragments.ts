import { firstNormal } from "./pristine.ts";
import { inItsQuotes, isKnownPrivilege, literally } from "./source-terms.ts";

/** Fragments of the queries that describe a database. */

/** One query of the rows of several, in their order: to ask for each of them takes longer than most take. */
export function allOf(queries: readonly string[]): string {
  return queries.map((query) => `(${query}\n)`).join(" union all ");
}

/** Definitions from which on the server makes the digest, in bytes: each copy of one takes memory. */
const largeBytes = 1024 * 1024;

/**
 * Queries of objects, with their definitions, as one, in which names are as the source's server quotes them. A large
 * definition comes as its digest: `digestOf` makes the same of it, unless there is an expression that the server may
 * print in another way. The text of a function is not parsed, and belongs to the definition.
 */
export function describing(queries: readonly string[]): string {
  const definition = inItsQuotes("definition");
  const isExact = String.raw`(expression is null or object like 'function %' and strpos(expression, E'\nAS $function') > 0)`;
  const bytes = `coalesce(octet_length(definition), 0) + case when ${isExact} then coalesce(octet_length(expression), 0) else 0 end`;
  // Two encodings have no conversion to that of the digests.
  const isLarge = `(${bytes} > ${largeBytes} and getdatabaseencoding() not in ('SQL_ASCII', 'MULE_INTERNAL'))`;
  const digest = `encode(sha256(convert_to(coalesce(${definition}, ''), 'UTF8')
    || case when expression is not null and ${isExact} then '\\x00'::bytea || convert_to(expression, 'UTF8') else '' end), 'hex')`;
  // The limit keeps the server from computing a definition again for each use.
  return `select ${inItsQuotes("object")} as object, entry,
      case when ${isLarge} then 'sha256 ' || ${digest} else ${definition} end as definition,
      case when not ${isLarge} or not ${isExact} then expression end as expression,
      case when ${isLarge} and ${isExact} then left(${digest}, 16) end as digest
    from (${allOf(queries)} offset 0) described`;
}

/** Whom a privilege `x` is granted to, as `GRANT` takes it. */
export const grantee = "case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end";

/** Whether the role of a privilege `x` is there. The catalogs may still have the privileges of one that was dropped. */
export const isThere = "(x.grantee = 0 or exists (select from pg_roles r where r.oid = x.grantee))";

/** A query of the numbers of roles, as texts, that an expression of lists of privileges has and that are not there. */
export function droppedIn(acl: string, from: string): string {
  return `select distinct role::text as name from ${from} cross join lateral aclexplode(${acl}) x
    cross join lateral unnest(array[x.grantee, x.grantor]) role
    where ${acl} is not null and role <> 0 and not exists (select from pg_roles r where r.oid = role)`;
}

/** Catalogs with privileges of which a dump has some, and the column of these. */
export const granting: readonly [catalog: string, acl: string][] = [
  ["pg_class", "relacl"],
  ["pg_attribute", "attacl"],
  ["pg_proc", "proacl"],
  ["pg_namespace", "nspacl"],
  ["pg_type", "typacl"],
  ["pg_language", "lanacl"],
  ["pg_foreign_data_wrapper", "fdwacl"],
  ["pg_foreign_server", "srvacl"],
  ["pg_largeobject_metadata", "lomacl"],
  ["pg_default_acl", "defaclacl"],
];

/**
 * A statement that grants a privilege `x`, as whoever granted it: another grantor would add a second privilege beside
 * that of the dump, which revoking the first leaves. Where that role was dropped, the owner grants it.
 *
 * @param owner name of the owner of the object, as whom a superuser grants
 */
export function grantedBy(owner: string, grant: string): string {
  return `case when pg_get_userbyid(x.grantor) = ${owner} or not exists (select from pg_roles r where r.oid = x.grantor) then ${grant} else format('do %L', format(
    'declare own text := current_setting(''role''); begin perform set_config(''role'', %L, true); execute %L; perform set_config(''role'', own, true); end',
    pg_get_userbyid(x.grantor), ${grant})) end`;
}

/**
 * Statements that give an object the privileges that it has, as an array; those of its owner stay. A grantor who could not
 * grant them by what these privileges say was an owner of the time, and they are granted as this one's.
 *
 * @param what an expression for the object with its kind, as `grant` takes it
 * @param kind of the default privileges, which count where `acl` is null
 * @param column an expression for the name of a column
 */
export function grants(what: string, acl: string, kind: string, owner: string, column?: string): string {
  const columns = column === undefined ? "" : `(' || quote_ident(${column}) || ')`;
  return `(array[format('revoke all${columns} on %s from public', ${what})]
    || array(select ${grantedBy(
      `pg_get_userbyid(${owner})`,
      `format('grant %s${columns} on %s to %s%s', x.privilege_type, ${what}, ${grantee},
         case when x.is_grantable then ' with grant option' end)`,
    )}
       from (${grantedOn(`coalesce(${acl}, acldefault('${kind}', ${owner}))`, owner)}) x
      where x.grantee <> ${owner}
      -- Whoever may grant a privilege has it first.
      order by case when x.grantor = ${owner} then 0 else x.place end, x.grantee = 0, pg_get_userbyid(x.grantee) collate "C",
        x.privilege_type collate "C"))`;
}

/** Privileges of roles that are there, in their order, each with its grantor, or the owner where that one could not grant it. */
export function grantedOn(acl: string, owner: string): string {
  return `select case when exists (select from aclexplode(${acl}) own
                         where own.grantee = given.grantor and own.privilege_type = given.privilege_type and own.is_grantable)
              then given.grantor else ${owner} end as grantor, given.grantee, given.privilege_type, given.is_grantable, given.place
    from aclexplode(${acl}) with ordinality given (grantor, grantee, privilege_type, is_grantable, place)
   where given.grantee = 0 or exists (select from pg_roles r where r.oid = given.grantee)`;
}

/**
 * Privileges in a fixed order, without their grantors and those of dropped roles. An object without any has the default ones. The owner's
 * MAINTAIN, which PostgreSQL 17 added to the default, is left out, and so is what the source's server does not know:
 * `GRANT ALL` of a dump gives it to everybody.
 */
export function privileges(acl: string, kind: string | null, owner: string): string {
  const all = kind === null ? acl : `coalesce(${acl}, acldefault('${kind}', ${owner}))`;
  return `(select string_agg(concat_ws(' ', case x.grantee when 0 then 'public' else pg_get_userbyid(x.grantee) end,
    x.privilege_type, case when x.is_grantable then 'grantable' end), ',' order by x.grantee = 0,
    pg_get_userbyid(x.grantee) collate "C", x.privilege_type collate "C") from aclexplode(${all}) x
    where (x.privilege_type <> 'MAINTAIN' or x.grantee <> ${owner}) and ${isThere} and ${isKnownPrivilege("x.privilege_type")})`;
}

/** Privileges of others than the owner. */
export function othersPrivileges(acl: string, owner: string): string {
  return privileges(
    `(select array_agg(other) from unnest(${acl}) other
    where split_part(other::text, '=', 1) <> quote_ident(pg_get_userbyid(${owner})))`,
    null,
    owner,
  );
}

/**
 * A comment, read without the functions for that, which are written in SQL and which somebody may have replaced.
 *
 * @param part number of the column that it is about
 */
export function comment(catalog: string, oid: string, part = "0"): string {
  return descriptionOf("about.description", { catalog, oid, part });
}

/** A comment as a part of a definition. */
export function definedComment(catalog: string, oid: string, part = "0"): string {
  return descriptionOf(literally("about.description"), { catalog, oid, part });
}

function descriptionOf(
  text: string,
  { catalog, oid, part }: { catalog: string; oid: string; part: string },
): string {
  return `(select ${text} from pg_description about
    where about.objoid = ${oid} and about.classoid = '${catalog}'::regclass and about.objsubid = ${part})`;
}

/** Whether an object belongs neither to the server nor to an extension. */
export function ofNobody(catalog: string, oid: string): string {
  return `${oid} >= ${firstNormal} and not exists (select from pg_depend x
    where x.classid = '${catalog}'::regclass and x.objid = ${oid} and x.deptype in ('e', 'i'))`;
}

/** Whether a schema, by its number, is one of the server's own. */
export const inServerSchema =
  "in (select n.oid from pg_namespace n where n.nspname in ('pg_catalog', 'information_schema'))";

export function notOfExtension(catalog: string, oid: string): string {
  return `not exists (select from pg_depend x where x.classid = '${catalog}'::regclass and x.objid = ${oid} and x.deptype = 'e')`;
}

/** Whether a table inherits from another without being its partition. A dump orders its columns by the parent's. */
export const inherits =
  "not c.relispartition and exists (select from pg_inherits i where i.inhrelid = c.oid)";

/** Owner of an object without a relation, by its catalog and number. */
export function ownerOf(catalog: string, oid: string): string {
  const owners: [string, string][] = [
    ["pg_operator", "oprowner"],
    ["pg_opclass", "opcowner"],
    ["pg_opfamily", "opfowner"],
    ["pg_collation", "collowner"],
    ["pg_conversion", "conowner"],
    ["pg_ts_config", "cfgowner"],
    ["pg_ts_dict", "dictowner"],
    ["pg_type", "typowner"],
  ];
  const cases = owners.map(
    ([table, column]) =>
      `when '${table}'::regclass then (select pg_get_userbyid(${column}) from ${table} o where o.oid = ${oid})`,
  );
  return `case ${catalog} ${cases.join(" ")} end`;
}

/** Whether a check is only its parent's: a restore validates it when the parent's is valid. */
export const inherited = `k.contype = 'c' and k.coninhcount > 0 and not k.conislocal and exists (
  select from pg_inherits i join pg_constraint p on p.conrelid = i.inhparent and p.conname = k.conname and p.contype = 'c'
   where i.inhrelid = k.conrelid)`;

/**
 * Whether a foreign key is one of a partition that comes with its table's: that of a table which refers to a partitioned
 * one has others of its own, for each partition of that.
 *
 * @param key an alias of pg_constraint
 * @param parent that of the constraint that it comes with
 */
export function isPartitionKey(key: string, parent: string): string {
  return `${parent}.oid = ${key}.conparentid and ${parent}.conrelid <> ${key}.conrelid`;
}

/**
 * A statement that gives the foreign keys of a partition their names: a dump has only those of its table, whose names the
 * server gives them. One may have the name that another is to get.
 *
 * @param partition its number
 */
export function partitionKeyNames(partition: string): string {
  return `(select format('do %L', format('declare own text[]; one record; begin
      for one in select k.oid, k.conname as now, w.name, w.key
          from unnest(%L::text[], %L::text[], %L::text[]) w (parent, key, name)
          left join pg_constraint p on p.conrelid = w.parent::regclass and p.conname = w.key
          left join pg_constraint k on k.contype = ''f'' and k.conrelid = %L::regclass and ${isPartitionKey("k", "p")}
         where k.conname is distinct from w.name loop
        if one.oid is null then raise exception ''the key %% is missing'', one.key; end if;
        execute format(''alter table %%s rename constraint %%I to %%I'', %L::regclass, one.now, ''optropic '' || one.oid);
        own := own || array[''optropic '' || one.oid, one.name];
      end loop;
      for i in 1 .. coalesce(cardinality(own), 0) / 2 loop
        execute format(''alter table %%s rename constraint %%I to %%I'', %L::regclass, own[2 * i - 1], own[2 * i]);
      end loop; end',
      array_agg(p.conrelid::regclass::text order by k.oid), array_agg(p.conname::text order by k.oid),
      array_agg(k.conname::text order by k.oid), ${partition}::regclass, ${partition}::regclass, ${partition}::regclass))
    from pg_constraint k join pg_constraint p on ${isPartitionKey("k", "p")}
   where k.contype = 'f' and k.conrelid = ${partition})`;
}

/**
 * The functions `p` that range types bring, each with the type `e` whose name a dump gives it.
 *
 * @param types a query of the numbers of range types and multirange types
 */
export function rangeFunctions(types: string): string {
  return `(${types}) bringing (oid)
      join pg_type e on e.oid = bringing.oid
      join pg_depend i on i.refclassid = 'pg_type'::regclass and i.refobjid = bringing.oid and i.classid = 'pg_proc'::regclass and i.deptype = 'i'
      join pg_proc p on p.oid = i.objid`;
}

/** Whether such a function has not the name or the schema of its type: it keeps them where that is renamed or moved. */
export const isRenamedRangeFunction = "(p.proname <> e.typname or p.pronamespace <> e.typnamespace)";

/** Whether such a function has any attribute that a dump does not give it. */
export const isAlteredRangeFunction = `(p.provolatile <> 'i' or p.proparallel <> 's' or p.prosecdef or p.proleakproof
      or p.proisstrict <> (e.typtype = 'm') or p.procost <> 1 or p.prorows <> 0 or p.prosupport <> 0 or p.proconfig is not null
      or exists (select from pg_depend x where x.classid = p.tableoid and x.objid = p.oid and x.deptype = 'x'))`;

/** A name as a dump's table of contents has it, on one line. */
export function onOneLine(name: string): string {
  return `translate(${name}, E'\\n\\r', '  ')`;
}

/**
 * The entry of the rows of a table or the value of a sequence in a dump's table of contents: its number, or how the
 * line begins.
 *
 * @param relation an alias of pg_class
 */
export function dataEntry(relation: string): string {
  return `case ${relation}.relkind when 'S' then format('SEQUENCE SET %s %s ', ${onOneLine(`(select nspname from pg_namespace where oid = ${relation}.relnamespace)`)}, ${onOneLine(`${relation}.relname`)})
    else '0 ' || ${relation}.oid end`;
}

/** The functions that objects use: by their names, by operators, or by the operator classes of indexes. */
export const functionUses = `
  select d.classid, d.objid, d.refobjid as function from pg_depend d where d.refclassid = 'pg_proc'::regclass
  union all
  select d.classid, d.objid, o.oprcode::oid
    from pg_depend d join pg_operator o on d.refclassid = 'pg_operator'::regclass and o.oid = d.refobjid
  union all
  select d.classid, d.objid, f.function
    from pg_depend d
    join pg_opclass c on d.refclassid = 'pg_opclass'::regclass and c.oid = d.refobjid
   cross join lateral (
     select a.amproc::oid as function from pg_amproc a where a.amprocfamily = c.opcfamily
     union all
     select o.oprcode::oid from pg_amop a join pg_operator o on o.oid = a.amopopr where a.amopfamily = c.opcfamily) f`;

/**
 * What `COMMENT ON` takes for an object.
 *
 * @param i what `pg_identify_object` answers of it
 * @param oid its number
 */
export function commentedObject(i: string, oid: string): string {
  return `case ${i}.type
    when 'domain constraint' then (select format('constraint %I on domain %s', k.conname, k.contypid::regtype) from pg_constraint k where k.oid = ${oid})
    else case when ${i}.type like '% column' then 'column' when ${i}.type = 'table constraint' then 'constraint'
      when ${i}.type = 'composite type' then 'type' when ${i}.type = 'statistics object' then 'statistics'
      when ${i}.type = 'foreign-data wrapper' then 'foreign data wrapper' else ${i}.type end || ' ' || ${i}.identity end`;
}
