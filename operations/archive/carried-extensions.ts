import { afterScript, members } from "./extension-members.ts";
import { grantedBy, grantedOn, grantee, grants, ownerOf } from "./fragments.ts";
import { onPathOf } from "./path-operators.ts";
import { firstNormal } from "./pristine.ts";

/** An owner other than that of the extension, as a statement about an object; null when it is the same. */
function ownerChange(what: string, owner: string, extension: string): string {
  return `(select format('alter %s owner to %I', ${what}, pg_get_userbyid(${owner}))
    from pg_extension x where x.oid = ${extension} and x.extowner <> ${owner})`;
}

/** The privileges that a member had when it was added; later ones are in the dump. */
export function grantsOf(
  what: string,
  { oid, kind, owner }: { oid: string; kind: string; owner: string },
): string {
  return `coalesce((select ${grants(what, "b.initprivs", kind, owner)}
    from pg_init_privs b where b.objoid = ${oid} and b.objsubid = 0 and b.privtype = 'e'), '{}')`;
}

/** A statement of a block that finds the member of an extension with the body of a function: its only one, or none. */
const finding = `select case count(*) when 1 then min(o.oid) end into old
      from pg_proc o join pg_depend d on d.classid = o.tableoid and d.objid = o.oid and d.deptype = ''e''
      join pg_extension e on e.oid = d.refobjid
     where e.extname = %L and o.prosrc = %L and o.probin is not distinct from %L
       and pg_get_function_identity_arguments(o.oid) = %L and o.oid::regprocedure::text <> all(%L::text[]);`;

/** What it takes of a function `p`: with the names of others that have the same body. */
function findingOf(extension: string): string {
  return `${extension}, p.prosrc, p.probin, pg_get_function_identity_arguments(p.oid),
    array(select s.oid::regprocedure::text from pg_proc s where s.prosrc = p.prosrc and s.oid <> p.oid and exists (
      select from pg_depend d where d.classid = s.tableoid and d.objid = s.oid and d.deptype = 'e') order by 1)`;
}

/** Statements of a block that give what was found the name and the schema of a function. */
const moving = `if (select proname from pg_proc where oid = old) <> %L then
      execute format(''alter routine %%s rename to %%I'', old::regprocedure, %L);
    end if;
    if (select pronamespace::regnamespace::text from pg_proc where oid = old) <> %L then
      execute format(''alter routine %%s set schema %%s'', old::regprocedure, %L);
    end if;`;

/** What they take of a function `p`. */
const movingOf = "p.proname, p.proname, p.pronamespace::regnamespace, p.pronamespace::regnamespace";

/**
 * A block that gives the member function of a new extension which has the same body the name and the schema that somebody
 * gave it.
 */
const renaming = `format('do %L', format('declare old oid; begin
    if to_regprocedure(%L) is not null then return; end if;
    ${finding}
    if old is null then return; end if;
    ${moving}
  end', p.oid::regprocedure, ${findingOf("(select x.extname from pg_extension x where x.oid = m.extension)")}, ${movingOf}))`;

/**
 * A block that takes a function `p` out of a new extension `k`, where it may have another name or schema, and gives it its
 * definition.
 */
const takingOut = `format('do %L', format('declare old oid; begin
    select d.objid into old
      from pg_depend d join pg_extension e on e.oid = d.refobjid and e.extname = %L
     where d.classid = ''pg_proc''::regclass and d.objid = to_regprocedure(%L) and d.deptype = ''e'';
    if to_regprocedure(%L) is null then
      ${finding}
    end if;
    if old is not null then
      execute format(''alter extension %%I drop routine %%s'', %L, old::regprocedure);
      ${moving}
    end if;
    %s
  end', k.extname, p.oid::regprocedure, p.oid::regprocedure, ${findingOf("k.extname")}, k.extname, ${movingOf},
    -- An aggregate has no definition of this kind.
    case when p.prokind <> 'a' then format('if pg_get_functiondef(to_regprocedure(%L)) is distinct from %L then execute %L; end if;',
      p.oid::regprocedure, pg_get_functiondef(p.oid), pg_get_functiondef(p.oid)) end))`;

/** How a column is declared. */
const column = `format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
    case when a.attcollation <> 0 and a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation end,
    case when a.attgenerated <> '' then format(' generated always as (%s) %s', pg_get_expr(d.adbin, d.adrelid),
        case a.attgenerated when 's' then 'stored' else 'virtual' end)
      when a.attidentity <> '' then format(' generated %s as identity', case a.attidentity when 'a' then 'always' else 'by default' end) end)`;

const hasDefault = "d.oid is not null and a.attgenerated = '' and a.attidentity = ''";

/** Gives a column its default. */
function defaultOf(table: string): string {
  const statement = `format('alter table %s alter column %I set default %s', ${table}, a.attname, pg_get_expr(d.adbin, d.adrelid))`;
  return onPathOf("pg_attrdef", "d.oid", statement);
}

/** Makes a function `p`. */
export const definitionOf = onPathOf("pg_proc", "p.oid", "pg_get_functiondef(p.oid)");

/** Gives a function its definition where it has another: only its owner may. */
const definitionWhereOther = `format('do %L', format('begin
    if to_regprocedure(%L) is null or pg_get_functiondef(to_regprocedure(%L)) <> %L then execute %L; end if;
  end', p.oid::regprocedure, p.oid::regprocedure, pg_get_functiondef(p.oid), ${definitionOf}))`;

/** Makes a function a member, with the privileges that it had then: what was added and later replaced looks like the script's. */
const joining = `format('do %L', format('declare statement text; begin
    if exists (select from pg_depend where classid = ''pg_proc''::regclass and objid = to_regprocedure(%L) and deptype = ''e'') then return; end if;
    foreach statement in array %L::text[] loop execute statement; end loop;
  end', p.oid::regprocedure, ${grantsOf("'routine ' || p.oid::regprocedure", { oid: "p.oid", kind: "f", owner: "p.proowner" })}
    || format('alter extension %I add routine %s', (select x.extname from pg_extension x where x.oid = m.extension), p.oid::regprocedure)))`;

const columns = `pg_attribute a
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum`;

/** How a sequence is made. */
export const sequenceOptions = `format('as %s increment %s minvalue %s maxvalue %s start %s cache %s%s',
    format_type(q.seqtypid, null), q.seqincrement, q.seqmin, q.seqmax, q.seqstart, q.seqcache, case when q.seqcycle then ' cycle' end)`;

const enabling = `case t.tgenabled when 'D' then 'disable' when 'R' then 'enable replica' when 'A' then 'enable always' end`;

/** The transaction and the command that wrote a row. */
function madeBy(row: string): string {
  return `concat(${row}.xmin, ' ', ${row}.cmin)`;
}

/** Indexes, constraints and triggers of tables: those of `which`. */
function partsOf(which: string): string {
  return `
    select m.extension, format('index %s', i.indexrelid::regclass) as name, ${madeBy("x")} as made, 'last' as phase,
           array[${onPathOf("pg_class", "i.indexrelid", "regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX ', 'CREATE \\1INDEX IF NOT EXISTS ')")}] as statements
      from ${which} m
      join pg_index i on m.classid = 'pg_class'::regclass and i.indrelid = m.objid and i.indisvalid
      join pg_attribute x on x.attrelid = i.indexrelid and x.attnum = 1
     where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid)
    union all
    select m.extension, format('constraint %I of %s', k.conname, k.conrelid::regclass), ${madeBy("k")},
           case k.contype when 'f' then 'last' else 'first' end,
           array[${onPathOf(
             "pg_constraint",
             "k.oid",
             `format('do %L', format('begin if not exists (select from pg_constraint where conrelid = %L::regclass and conname = %L) then alter table %s add constraint %I %s; end if; end',
             k.conrelid::regclass, k.conname, k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)))`,
           )}]
      from ${which} m join pg_constraint k on m.classid = 'pg_class'::regclass and k.conrelid = m.objid
     where k.contype not in ('t', 'n') and k.conparentid = 0 and (k.conislocal or k.coninhcount = 0)
    union all
    select m.extension, format('trigger %I on %s', t.tgname, t.tgrelid::regclass), ${madeBy("t")}, 'last',
           array_remove(array[${onPathOf("pg_trigger", "t.oid", "regexp_replace(pg_get_triggerdef(t.oid), '^CREATE TRIGGER ', 'CREATE OR REPLACE TRIGGER ')")}, format('alter table %s %s trigger %I', t.tgrelid::regclass, ${enabling}, t.tgname)],
             case when t.tgenabled = 'O' then format('alter table %s %s trigger %I', t.tgrelid::regclass, ${enabling}, t.tgname) end)
      from ${which} m join pg_trigger t on m.classid = 'pg_class'::regclass and t.tgrelid = m.objid
     where not t.tgisinternal and t.tgparentid = 0
    union all
    select m.extension, format('statistics %s.%I', x.stxnamespace::regnamespace, x.stxname), ${madeBy("x")}, 'last',
           array_remove(array[${onPathOf("pg_statistic_ext", "x.oid", "regexp_replace(pg_get_statisticsobjdef(x.oid), '^CREATE STATISTICS ', 'CREATE STATISTICS IF NOT EXISTS ')")}, case when x.stxstattarget >= 0 then
               format('alter statistics %s.%I set statistics %s', x.stxnamespace::regnamespace, x.stxname, x.stxstattarget) end,
             format('alter statistics %s.%I owner to %I', x.stxnamespace::regnamespace, x.stxname, pg_get_userbyid(x.stxowner))], null)
      from ${which} m join pg_statistic_ext x on m.classid = 'pg_class'::regclass and x.stxrelid = m.objid
    union all
    select m.extension, format('row-level security of %s', c.oid::regclass), ${madeBy("c")}, 'last',
           array_remove(array[case when c.relrowsecurity then format('alter table %s enable row level security', c.oid::regclass) end,
             case when c.relforcerowsecurity then format('alter table %s force row level security', c.oid::regclass) end], null)
      from ${which} m join pg_class c on m.classid = c.tableoid and c.oid = m.objid and c.relkind = 'r'
     where c.relrowsecurity or c.relforcerowsecurity`;
}

/**
 * What was changed of extensions after they were created, and the statements that change it again; without
 * statements, it cannot be carried. A dump has policies and privileges itself.
 */
export const extensionChangesQuery = `
  with ${members}, part as materialized (
    ${partsOf("own")}
    union all
    select m.extension, format('column %I of %s', a.attname, a.attrelid::regclass), ${madeBy("a")}, 'first',
           array_remove(array[format('alter table %s add column if not exists %s%s', c.oid::regclass, ${column},
               -- What the rows before it have.
               ' default ' || quote_literal((a.attmissingval::text::text[])[1])),
             case when ${hasDefault} then ${defaultOf("c.oid::regclass")}
               when a.atthasmissing then format('alter table %s alter column %I drop default', c.oid::regclass, a.attname) end,
             case when a.attnotnull and ${hasDefault} then format('alter table %s alter column %I set not null', c.oid::regclass, a.attname) end], null)
      from own m
      join pg_class c on m.classid = c.tableoid and c.oid = m.objid and c.relkind in ('r', 'p', 'f')
      join (${columns}) on a.attrelid = c.oid
     where a.attnum > 0 and not a.attisdropped and a.attacl is null
    union all
    -- Who grants it to somebody writes its row, too: such functions are carried together.
    select m.extension, format('function %s', p.oid::regprocedure),
           -- Scripts end with whom they let call their functions, and of an aggregate nothing can be made again.
           concat(p.xmin, ' ', case when p.prokind = 'a' and p.proacl is not null then '0' else p.cmin::text end), 'first',
           case when p.prokind in ('f', 'p', 'w') then array_remove(array[${renaming}, ${definitionWhereOther},
             ${ownerChange("'routine ' || p.oid::regprocedure", "p.proowner", "m.extension")}, ${joining}], null) end
      from own m
      join script s on s.extension = m.extension
      join pg_proc p on m.classid = 'pg_proc'::regclass and p.oid = m.objid
        -- Before definitions of thousands are written.
        and ${afterScript("s", { transaction: "p.xmin::text", command: "p.cmin::text" })}
      left join pg_init_privs b on b.classoid = p.tableoid and b.objoid = p.oid and b.objsubid = 0
     where p.proacl is not distinct from b.initprivs
  ), made as materialized (
    select part.extension, part.name, part.phase, part.statements
      from part join script using (extension)
     where ${afterScript("script", { transaction: "split_part(part.made, ' ', 1)", command: "split_part(part.made, ' ', 2)" })}
    union all
    select part.extension, part.name, part.phase, part.statements from (${partsOf("added")}) part join script using (extension)
    union all
    select o.extension, format('owner of %s', o.name), 'last', array[o.change]
      from (select m.extension, c.oid::regclass::text as name,
                   ${ownerChange("case c.relkind when 'v' then 'view ' when 'S' then 'sequence ' else 'table ' end || c.oid::regclass", "c.relowner", "m.extension")} as change
              from member m join pg_class c on m.classid = c.tableoid and c.oid = m.objid
             where c.relkind in ('r', 'v', 'S') and not exists (
               select from pg_depend d where d.classid = c.tableoid and d.objid = c.oid and d.deptype in ('a', 'i') and d.refobjsubid > 0)) o
      join script using (extension)
     where o.change is not null
    union all
    select a.extension, a.name, 'first',
           case when c.relkind = 'S' then array[format('create sequence %s %s', c.oid::regclass, ${sequenceOptions})]
             when c.relkind = 'v' then array[${onPathOf("pg_rewrite", "(select r.oid from pg_rewrite r where r.ev_class = c.oid and r.rulename = '_RETURN')", "format('create view %s as %s', c.oid::regclass, pg_get_viewdef(c.oid))")}]
             when c.relkind = 'r' then array[format('create table %s (%s)', c.oid::regclass,
               (select string_agg(${column} || case when a.attnotnull then ' not null' else '' end, ', ' order by a.attnum)
                  from ${columns} where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))]
             when p.prokind in ('f', 'p', 'w') then array_remove(array[${definitionOf},
               ${ownerChange("'routine ' || p.oid::regprocedure", "p.proowner", "a.extension")}], null)
             when t.typtype = 'e' then array_remove(array[format('create type %s as enum (%s)', t.oid::regtype,
               (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid)),
               ${ownerChange("'type ' || t.oid::regtype", "t.typowner", "a.extension")}], null)
           end
      from added a
      join script using (extension)
      left join pg_class c on a.classid = c.tableoid and c.oid = a.objid
      left join pg_sequence q on q.seqrelid = c.oid
      left join pg_proc p on a.classid = p.tableoid and p.oid = a.objid
      left join pg_type t on a.classid = t.tableoid and t.oid = a.objid
     where t.oid is null or t.typrelid = 0 and t.typcategory <> 'A'
    union all
    select m.extension, format('default of %s.%I', a.attrelid::regclass, a.attname), 'first',
           array[${defaultOf("a.attrelid::regclass")}]
      from added m
      join (${columns}) on m.classid = 'pg_class'::regclass and a.attrelid = m.objid
      join script using (extension)
     where ${hasDefault}
    union all
    -- Once it is a member, the server takes the privileges that it has for the extension's.
    select a.extension, format('membership of %s', a.name), 'first',
           case when c.oid is not null then ${grantsOf("c.oid::regclass", { oid: "c.oid", kind: "r", owner: "c.relowner" })}
                when p.oid is not null then ${grantsOf("'routine ' || p.oid::regprocedure", { oid: "p.oid", kind: "f", owner: "p.proowner" })} else '{}' end
             || format('alter extension %I add %s', e.extname, a.name)
      from added a
      join script using (extension)
      join pg_extension e on e.oid = a.extension
      left join pg_class c on a.classid = c.tableoid and c.oid = a.objid
      left join pg_proc p on a.classid = p.tableoid and p.oid = a.objid
     where a.classid <> 'pg_type'::regclass or not exists (select from pg_type t where t.oid = a.objid and (t.typrelid <> 0 or t.typcategory = 'A'))
    union all
    -- A dump has such a sequence and not whose it is.
    select m.extension, format('owner of the sequence %s', s.oid::regclass), 'last',
           array[format('alter sequence %s owned by %s.%I', s.oid::regclass, d.refobjid::regclass, x.attname)]
      from member m
      join pg_depend d on d.refclassid = m.classid and d.refobjid = m.objid and d.refobjsubid > 0 and d.deptype = 'a'
      join pg_class s on d.classid = s.tableoid and s.oid = d.objid and s.relkind = 'S'
      join pg_attribute x on x.attrelid = d.refobjid and x.attnum = d.refobjsubid
     where exists (select from added a where a.classid = m.classid and a.objid = m.objid)
        or not exists (select from member o where o.classid = d.classid and o.objid = d.objid)
  )
  select e.extname::text as extension, made.name, made.phase, made.statements
    from made join pg_extension e on e.oid = made.extension
   order by e.extname collate "C", made.phase, case split_part(made.name, ' ', 1)
            when 'sequence' then 0 when 'type' then 0 when 'function' then 1 when 'table' then 2 when 'column' then 2
            when 'constraint' then 3 when 'view' then 3 when 'membership' then 5 else 4 end, made.name collate "C"`;

/** Rows that neither the script of an extension nor the dump has, of its configuration and of what was added to it. */
export const extensionRowsQuery = `
  with ${members}
  select e.extname::text as extension, c.oid::regclass::text as table, script.made as made,
         e.xmin::text as written, script.lasts ->> e.xmin::text as last,
         has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'delete') as writable,
         coalesce(e.extcondition[array_position(e.extconfig, c.oid)], '') as condition,
         array(select quote_ident(a.attname) from pg_attribute a
                where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
         array(select quote_ident(a.attname) from pg_index i cross join lateral unnest(i.indkey) key join pg_attribute a on a.attrelid = c.oid and a.attnum = key
                where i.indrelid = c.oid and i.indisprimary) as key,
         d.objid is not null as added
    from member m
    join pg_extension e on e.oid = m.extension
    join script on script.extension = m.extension
    join pg_class c on m.classid = c.tableoid and c.oid = m.objid and c.relkind = 'r'
    left join added d on d.classid = m.classid and d.objid = m.objid
   where has_table_privilege(c.oid, 'select') and (d.objid is not null or e.extcondition[array_position(e.extconfig, c.oid)] <> '')
   order by e.extname collate "C", 2`;

/** Tables of extensions with rows that a dump does not have, since the extension's script makes them: which it still has. */
export const extensionScriptRowsQuery = `
  with ${members}
  select e.extname::text as extension, c.oid::regclass::text as table,
         case when e.extcondition[array_position(e.extconfig, c.oid)] is not null then
           format('where t.ctid not in (select ctid from only %s %s)', c.oid::regclass, e.extcondition[array_position(e.extconfig, c.oid)])
         else '' end as condition,
         array(select quote_ident(a.attname) from pg_index i cross join lateral unnest(i.indkey) key join pg_attribute a on a.attrelid = c.oid and a.attnum = key
                where i.indrelid = c.oid and i.indisprimary) as key
    from own m
    join pg_extension e on e.oid = m.extension
    join script on script.extension = m.extension
    join pg_class c on m.classid = c.tableoid and c.oid = m.objid and c.relkind = 'r'
   where has_table_privilege(c.oid, 'select') and e.extcondition[array_position(e.extconfig, c.oid)] is distinct from ''
     and exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)
   order by e.extname collate "C", 2`;

/** Sequences of extensions whose values no dump has, and that the role may set. */
export const extensionSequencesQuery = `
  with ${members}
  select distinct e.extname::text as extension, c.oid::regclass::text as sequence
    from member m
    join pg_extension e on e.oid = m.extension
    join script on script.extension = m.extension
    join pg_class c on (m.classid = c.tableoid and c.oid = m.objid) or exists (
      select from pg_depend d join added a on a.classid = d.refclassid and a.objid = d.refobjid
       where d.classid = c.tableoid and d.objid = c.oid and d.deptype = 'i' and a.classid = m.classid and a.objid = m.objid)
   where case c.relkind when 'S' then has_sequence_privilege(c.oid, 'update') end
     and array_position(e.extconfig, c.oid) is null
   order by 1, 2`;

/**
 * What was taken out of an extension: a dump has it as an object of the database, and CREATE EXTENSION makes it too. It
 * is taken out of the new extension and dropped, so that the dump can make it; where something else of the extension
 * needs it, it is kept in the place of its line in the dump. The transaction and the number tell what the script of
 * the extension made; once such an object was restored, only its function or types tell that, and the statement does
 * nothing where the new extension has none like it.
 */
export const removedMembersQuery = `
  with recursive ${members}, object as (
    select tableoid as classid, oid as objid, xmin::text as made from pg_proc
    union all select tableoid, oid, xmin::text from pg_operator
    union all select tableoid, oid, xmin::text from pg_cast
    union all select tableoid, oid, xmin::text from pg_type where typrelid = 0 and typcategory <> 'A'
    union all select tableoid, oid, xmin::text from pg_class where relkind in ('r', 'v', 'S')
    union all select t.tableoid, t.oid, t.xmin::text from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
    union all select tableoid, oid, xmin::text from pg_opclass
    union all select tableoid, oid, xmin::text from pg_opfamily
    union all select tableoid, oid, xmin::text from pg_ts_dict
    union all select tableoid, oid, xmin::text from pg_ts_template
  ), numbered as materialized (
    select e.oid, script.made, (select max(own.objid::bigint) from own where own.extension = e.oid) + 20 as last
      from pg_extension e join script on script.extension = e.oid
  ), library as materialized (
    select distinct m.extension, p.probin from member m join pg_proc p on m.classid = p.tableoid and p.oid = m.objid where p.probin is not null
  ), related as materialized (
    select n.oid as extension, o.classid, o.objid
      from object o join numbered n on o.objid > n.oid and o.objid <= n.last
     where o.made = any (n.made) or o.classid = 'pg_proc'::regclass
    union
    select l.extension, p.tableoid, p.oid from pg_proc p join library l on l.probin = p.probin
    union
    select m.extension, o.tableoid, o.oid
      from pg_operator o join member m on m.classid = 'pg_proc'::regclass and m.objid = o.oprcode::oid
    union
    select m.extension, c.tableoid, c.oid
      from pg_cast c
      join member m on m.classid = 'pg_proc'::regclass and m.objid = c.castfunc or m.classid = 'pg_type'::regclass and m.objid in (c.castsource, c.casttarget)
    union
    select m.extension, d.refclassid, d.refobjid
      from member m join pg_depend d on d.classid = m.classid and d.objid = m.objid
     where d.refclassid = 'pg_proc'::regclass and d.refobjid >= ${firstNormal} and d.deptype = 'n'
  ), taken as materialized (
    select r.* from related r
     where not exists (
       select from pg_depend d where d.classid = r.classid and d.objid = r.objid
          -- A class of operators goes with its family.
          and (d.deptype in ('e', 'i') or d.deptype = 'a' and r.classid <> 'pg_opclass'::regclass))
  ), needs as materialized (
    select t.extension, t.classid, t.objid, d.classid as by_class, d.objid as by_object,
           -- What somebody else made of the extension's is made again when this is there.
           coalesce(d.xmin::text = any (s.made), false) as is_of_script
      from taken t
      join pg_depend d on d.refclassid = t.classid and d.refobjid = t.objid and d.deptype = 'n'
      left join script s on s.extension = t.extension
  ), needed as (
    select n.extension, n.classid, n.objid from needs n
     where exists (select from member m where m.classid = n.by_class and m.objid = n.by_object)
        or n.is_of_script and exists (
          -- Such as what a class of operators has, or a view's rule.
          select from pg_depend p join member m on m.classid = p.refclassid and m.objid = p.refobjid
           where p.classid = n.by_class and p.objid = n.by_object and p.deptype in ('i', 'a'))
    union
    select n.extension, n.classid, n.objid
      from needed o
      join needs n on n.is_of_script and (n.by_class = o.classid and n.by_object = o.objid or exists (
        select from pg_depend p
         where p.classid = n.by_class and p.objid = n.by_object and p.deptype in ('i', 'a')
           and p.refclassid = o.classid and p.refobjid = o.objid))
  ), placed as materialized (
    select distinct e.extname, k.classid, k.objid from needed k join pg_extension e on e.oid = k.extension
  )
  select * from (
  select e.extname::text as extension, format('removal of %s', w.name) as name, 'first' as phase,
         array[format('do %L', format('declare is_member boolean; begin
             begin
               select exists (select from pg_depend d join pg_extension e on e.oid = d.refobjid and e.extname = %L
                 join pg_get_object_address(%L, %L, %L) a on a.classid = d.classid and a.objid = d.objid where d.deptype = ''e'') into is_member;
             exception when others then return;
             end;
             if is_member then execute %L; execute %L; end if;
           end', e.extname, a.type, a.object_names, a.object_args,
           format('alter extension %I drop %s', e.extname, w.name), format('drop %s', w.name)))] as statements, null as replaces
    from taken o
    join pg_extension e on e.oid = o.extension
   cross join lateral pg_identify_object(o.classid, o.objid, 0) i
   cross join lateral pg_identify_object_as_address(o.classid, o.objid, 0) a
   cross join lateral (select format('%s %s', case i.type when 'composite type' then 'type' else i.type end, i.identity) as name) w
   where not exists (select from placed k where k.classid = o.classid and k.objid = o.objid)
  union all
  -- What is left of the extension needs it, so that it stays in the place of its line in the dump.
  select k.extname::text, w.name, 'place', array_remove(array[format('do %L', format('begin
             if exists (select from pg_depend d join pg_extension e on e.oid = d.refobjid and e.extname = %L
               join pg_get_object_address(%L, %L, %L) a on a.classid = d.classid and a.objid = d.objid where d.deptype = ''e'')
             then execute %L; end if;
           end', k.extname, a.type, a.object_names, a.object_args, format('alter extension %I drop %s', k.extname, w.name))),
             'alter ' || w.name || ' owner to ' || quote_ident(${ownerOf("k.classid", "k.objid")})], null), k.classid || ' ' || k.objid
    from placed k
   cross join lateral pg_identify_object(k.classid, k.objid, 0) i
   cross join lateral pg_identify_object_as_address(k.classid, k.objid, 0) a
   cross join lateral (select format('%s %s', case i.type when 'composite type' then 'type' else i.type end, i.identity) as name) w
   where k.classid <> 'pg_proc'::regclass
  union all
  -- Another version of the extension may lack the function.
  select k.extname::text, format('routine %s', p.oid::regprocedure), 'place', array[${takingOut},
           format('alter routine %s owner to %I', p.oid::regprocedure, pg_get_userbyid(p.proowner))], k.classid || ' ' || k.objid
    from placed k join pg_proc p on k.classid = p.tableoid and p.oid = k.objid
  union all
  -- What the script made and somebody wrote again, such as to name it anew: what it was is not known.
  select distinct e.extname::text, format('%s %s', i.type, i.identity), 'place', null::text[], null
    from member m
    join script s on s.extension = m.extension
    join pg_depend d on d.classid = m.classid and d.objid = m.objid and d.deptype = 'n' and d.xmin::text = any (s.made)
    join pg_extension e on e.oid = m.extension
   cross join lateral pg_identify_object(d.refclassid, d.refobjid, 0) i
   where d.refobjid > e.oid and d.refclassid <> all (array['pg_namespace'::regclass, 'pg_extension'::regclass, 'pg_proc'::regclass])
     and not exists (select from pg_depend x where x.classid = d.refclassid and x.objid = d.refobjid and x.deptype in ('e', 'i'))
     and not exists (select from placed k where k.classid = d.refclassid and k.objid = d.refobjid)) change
   order by extension, name like 'removal of operator %' desc, name`;

/**
 * Privileges on schemas that hold extensions and are not among `$1`, those of the dump: a restore makes such a schema for
 * its extension where it is missing, and nothing else. One that somebody granted something on already stays as it is.
 */
export const hostPrivilegesQuery = `
  select e.extname::text as extension, format('privileges on the schema %I of the extension %I', n.nspname, e.extname) as name,
         'first' as phase, array[format('do %L', format('begin
           if (select nspacl is not null from pg_namespace where nspname = %L) then return; end if;
           begin alter schema %I owner to %I; exception when insufficient_privilege or undefined_object then null; end;
           %s
         end', n.nspname, n.nspname, pg_get_userbyid(n.nspowner), g.statements))] as statements
    from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace
   cross join lateral (
     select format('revoke all on schema %I from %I; ', n.nspname, pg_get_userbyid(n.nspowner))
              || string_agg(format('begin %s; exception when others then %s; end;', ${grantedBy("pg_get_userbyid(n.nspowner)", "w.statement")}, w.statement),
                   ' ' order by x.grantor <> n.nspowner, x.place) as statements
       from (${grantedOn("n.nspacl", "n.nspowner")}) x
      cross join lateral (select format('grant %s on schema %I to %s%s', x.privilege_type, n.nspname, ${grantee},
                   case when x.is_grantable then ' with grant option' end) as statement) w) g
   where n.nspname <> all($1) and n.nspacl is not null and g.statements is not null
     and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')
     and not exists (select from pg_depend d where d.classid = n.tableoid and d.objid = n.oid and d.deptype = 'e')`;
