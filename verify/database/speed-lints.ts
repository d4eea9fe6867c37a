import { ofExtension } from "./extension.ts";
import { isFor, type Lint, policies } from "./lint.ts";
import { perRow } from "./per-row.ts";

/** The lints of splinter about what makes queries slow before there are many rows, and one of our own. */
export const speed: readonly Lint[] = [
  {
    id: "0001_unindexed_foreign_keys",
    expected: "every foreign key has an index that begins with its columns",
    find: (schemas) => `
      select k.conrelid::regclass::text || ': ' || k.conname as name from pg_catalog.pg_constraint k
      join pg_catalog.pg_namespace n on n.oid = k.connamespace
      where k.contype = 'f' and n.nspname = any(${schemas}) and k.conparentid = 0
        and not exists (
          select from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
          join pg_catalog.pg_am m on m.oid = x.relam and m.amname in ('btree', 'hash')
          where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null and i.indnkeyatts >= cardinality(k.conkey)
            and (select array_agg(c order by c) from unnest((i.indkey::int2[])[0:cardinality(k.conkey) - 1]) c)
              = (select array_agg(c order by c) from unnest(k.conkey) c))`,
  },
  {
    id: "0003_auth_rls_initplan",
    expected: "no policy calls auth.uid() and the like once for each row",
    find: (schemas) => policies(schemas),
    judge: ({ terms }) =>
      terms.some((term) => /\b(auth\.(uid|jwt|role|email)\(\)|current_setting\()/.test(perRow(term))),
  },
  {
    id: "0004_no_primary_key",
    expected: "every table has a primary key",
    find: (schemas) => `
      select c.oid::regclass::text as name from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any(${schemas})
        and not exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisprimary)
        and not ${ofExtension("pg_class", "c.oid")}`,
  },
  {
    id: "0006_multiple_permissive_policies",
    expected: "one permissive policy lets a role do a thing",
    // A right that a role lacks, and a table whose policies are off, cost nothing.
    find: (schemas) => `
      select distinct c.oid::regclass::text || ': ' || string_agg(p.polname::text, ', ' order by p.polname) || ' (' || did.word || ')' as name
      from pg_catalog.pg_policy p join pg_catalog.pg_class c on c.oid = p.polrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace, pg_catalog.pg_roles r,
        (values ('r', 'select'), ('a', 'insert'), ('w', 'update'), ('d', 'delete')) did(letter, word)
      where p.polpermissive and c.relrowsecurity and n.nspname = any(${schemas}) and p.polcmd::text in ('*', did.letter)
        and not r.rolbypassrls and not r.rolsuper and ${isFor("p.polroles", "r.oid")}
        and (r.rolname in ('anon', 'authenticated') or r.oid in (select unnest(o.polroles) from pg_catalog.pg_policy o where o.polrelid = c.oid))
        and case did.word when 'delete' then has_table_privilege(r.oid, c.oid, 'delete') else has_any_column_privilege(r.oid, c.oid, did.word) end
        and not ${ofExtension("pg_class", "c.oid")}
      group by c.oid, r.oid, did.word having count(*) > 1`,
  },
  {
    id: "0009_duplicate_index",
    expected: "no index stands twice",
    find: (schemas) => `
      select min(i.indexrelid::regclass::text) || ' = ' || max(i.indexrelid::regclass::text) as name
      from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
      join pg_catalog.pg_class t on t.oid = i.indrelid join pg_catalog.pg_namespace n on n.oid = t.relnamespace
      where n.nspname = any(${schemas})
      group by i.indrelid, i.indkey::text, i.indclass::text, i.indcollation::text, i.indoption::text, c.relam, i.indisunique,
        pg_get_expr(i.indpred, i.indrelid), pg_get_expr(i.indexprs, i.indrelid)
      having count(*) > 1`,
  },
  {
    id: "invalid_index",
    expected: "every index can be used",
    find: (schemas) => `
      select i.indexrelid::regclass::text as name from pg_catalog.pg_index i
      join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where not i.indisvalid and n.nspname = any(${schemas})`,
  },
];
