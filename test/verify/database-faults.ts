/** What can be wrong with a database, and the probe that finds it. */
export const databaseFaults: readonly (readonly [what: string, statements: string, probe: string])[] = [
  [
    "row-level security is off",
    "alter table public.note disable row level security; drop policy own on public.note; revoke select on public.note from anon",
    "row-level-security",
  ],
  ["a table has no policy", "drop policy own on public.note", "row-level-security"],
  [
    "a stranger reads a row",
    "alter policy own on public.account to authenticated; create policy everyone on public.account for select to anon using (true)",
    "anonymous-reads",
  ],
  [
    "a stranger reads rows by the role in the claims",
    "create function auth.role() returns text language sql stable set search_path = '' as $$ select current_setting('request.jwt.claims', true)::jsonb ->> 'role' $$; grant usage on schema auth to anon; drop policy own on public.account; create policy everyone on public.account for select using ((select auth.role()) = 'anon')",
    "anonymous-reads",
  ],
  [
    "a stranger reads the migrations",
    "alter table public._prisma_migrations enable row level security; create policy everyone on public._prisma_migrations for select using (true); grant select on public._prisma_migrations to anon",
    "anonymous-reads",
  ],
  [
    "a stranger may write the migrations",
    "grant insert on public._prisma_migrations to anon",
    "row-level-security",
  ],
  [
    "users read a column of keys",
    'create table public.integration (id int primary key, "apiKey" text); grant select on public.integration to authenticated',
    "row-level-security",
  ],
  [
    "the disk is full, so that the database only reads",
    "alter database & set default_transaction_read_only = on",
    "database-answers",
  ],
  [
    "a migration failed",
    "insert into public._prisma_migrations (migration_name) values ('20260202_broken')",
    "migrations-applied",
  ],
  [
    "a migration was rolled back",
    "insert into public._prisma_migrations (migration_name, rolled_back_at) values ('20260202_undone', now())",
    "migrations-applied",
  ],
];

/** What the catalog has of an extension whose files no server has here. */
const graphql =
  "create schema graphql; set allow_system_table_mods = on; insert into pg_catalog.pg_extension select 99999, 'pg_graphql', 10, oid, false, '1.5.11' from pg_catalog.pg_namespace where nspname = 'graphql'; reset allow_system_table_mods";

/** What each lint must find, by the probe and its id; what is found has names that begin with `fault_`. */
export const lintFaults: Readonly<
  Record<"database-indexes" | "database-lints", Readonly<Record<string, readonly string[]>>>
> = {
  "database-indexes": {
    "0001_unindexed_foreign_keys": [
      "create table public.lone (id bigint primary key, note bigint constraint fault_no_index references public.note); alter table public.lone enable row level security; create policy own on public.lone using (id = 0)",
      "create table public.pair (a int, b int, primary key (a, b)); create table public.of_pair (a int, b int, constraint fault_carried foreign key (a, b) references public.pair); create index of_pair_a on public.of_pair (a) include (b); alter table public.pair enable row level security; alter table public.of_pair enable row level security; create policy own on public.pair using (a = 0); create policy own on public.of_pair using (a = 0)",
    ],
    "0003_auth_rls_initplan": [
      "create policy fault_each on public.note for update using (current_setting('request.jwt.sub', true) = body)",
    ],
    "0004_no_primary_key": [
      "create table public.fault_keyless (id int unique not null); alter table public.fault_keyless enable row level security; create policy own on public.fault_keyless to authenticated using (id = 0)",
    ],
    "0006_multiple_permissive_policies": [
      "create table public.fault_doubled (id int primary key); alter table public.fault_doubled enable row level security; grant select on public.fault_doubled to authenticated; create policy one on public.fault_doubled using (id = 0); create policy more on public.fault_doubled for select to authenticated using (id = 1)",
    ],
    "0009_duplicate_index": ["create index fault_again on public.note (account)"],
  },
  "database-lints": {
    "0002_auth_users_exposed": [
      "create view public.fault_people with (security_invoker = true) as select email from auth.users",
      "create view auth.everybody as select email from auth.users; create view public.fault_others with (security_invoker = 'ON') as select email from auth.everybody",
    ],
    "0010_security_definer_view": [
      "create view public.fault_leak as select name from public.account; grant select on public.fault_leak to authenticated",
    ],
    "0011_function_search_path_mutable": [
      "create function public.fault_two() returns int language sql as 'select 2'",
    ],
    "0014_extension_in_public": ["create extension citext schema public"],
    "0015_rls_references_user_metadata": [
      "create policy fault_chief on public.note for update using ((select current_setting('request.jwt.claims', true)::jsonb) -> 'user_metadata' ->> 'chief' = 'yes')",
    ],
    "0016_materialized_view_in_api": [
      "create materialized view public.fault_kept as select name from public.account; grant select on public.fault_kept to authenticated",
    ],
    "0017_foreign_table_in_api": [
      "create foreign data wrapper nothing; create server elsewhere foreign data wrapper nothing; create foreign table public.fault_far (id int) server elsewhere; grant select (id) on public.fault_far to authenticated",
    ],
    "0018_unsupported_reg_types": [
      "create schema jobs; create domain jobs.routine as regprocedure; create type jobs.step as (routine jobs.routine); create table jobs.fault_steps (id int primary key, steps jobs.step[])",
    ],
    "0019_insecure_queue_exposed_in_api": [
      "create schema pgmq_public; create schema pgmq; create table pgmq.q_fault_mail (id int); grant select on pgmq.q_fault_mail to anon; alter database & set pgrst.db_schemas = 'public, pgmq_public'",
    ],
    "0021_fkey_to_auth_unique": [
      "alter table auth.users add unique (email); create table public.invitation (id int primary key, email text constraint fault_by_email references auth.users (email)); create index on public.invitation (email); alter table public.invitation enable row level security; create policy own on public.invitation to authenticated using (id = 0)",
    ],
    "0022_extension_versions_outdated": [
      "create schema parts; create extension hstore schema parts version '1.4'",
    ],
    "0024_permissive_rls_policy": [
      "create policy fault_all_in on public.note for insert with check (true)",
      "grant pg_read_all_settings to authenticated; create policy fault_for_members on public.note for update to pg_read_all_settings using (true)",
      "create policy fault_in_other_words on public.note for delete using (2 > 1)",
    ],
    "0025_public_bucket_allows_listing": [
      "create schema storage; create table storage.objects (id int); create policy fault_list on storage.objects for select using (true)",
    ],
    "0026_pg_graphql_anon_table_exposed": [
      `${graphql}; create table public.fault_a_shown (id int primary key); alter table public.fault_a_shown enable row level security; create policy own on public.fault_a_shown to authenticated using (id = 0); grant select (id) on public.fault_a_shown to anon`,
    ],
    "0027_pg_graphql_authenticated_table_exposed": [
      "grant select (id) on public.fault_a_shown to authenticated",
    ],
    "0028_anon_security_definer_function_executable": [
      "create function public.fault_all_accounts() returns setof public.account language sql security definer set search_path = '' as 'select * from public.account'",
    ],
  },
};

/**
 * What can be wrong with the database of the whole platform, the repair, and the probe that finds it. ROLE stands for
 * the application's role.
 */
export const platformFaults: readonly (readonly [
  what: string,
  spoil: string,
  repair: string,
  probe: string,
])[] = [
  ["a role with more power", "alter role ROLE createrole", "alter role ROLE nocreaterole", "database-roles"],
  ["a membership", "grant pg_read_all_data to ROLE", "revoke pg_read_all_data from ROLE", "database-roles"],
  [
    "an application that owns its tables",
    "alter table public.event owner to ROLE",
    "alter table public.event owner to postgres",
    "database-roles",
  ],
  [
    "a role that nobody declared",
    "create role backdoor login bypassrls",
    "drop role backdoor",
    "database-roles",
  ],
  [
    "a role that nobody declared and that may become a powerful one",
    "create role backdoor login; grant pg_execute_server_program to backdoor",
    "drop role backdoor",
    "database-roles",
  ],
  ["a plaintext connection", connectionsBy("host"), connectionsBy("hostssl"), "database-encrypted"],
  [
    "a table that is read in full",
    "create table public.big (n int primary key); insert into public.big select n from generate_series(1, 20000) n; alter table public.big enable row level security; create policy own on public.big to authenticated using (n = 0); do $do$ begin for turn in 1..100 loop perform count(*) from public.big; end loop; end $do$",
    "drop table public.big",
    "database-performance",
  ],
  [
    "an index that nobody reads",
    "create index event_body on public.event (length(body))",
    "drop index public.event_body",
    "database-performance",
  ],
  [
    "a table of dead rows",
    "create table public.dead (n int primary key) with (autovacuum_enabled = off); insert into public.dead select n from generate_series(1, 20000) n; alter table public.dead enable row level security; create policy own on public.dead to authenticated using (n = 0); delete from public.dead where n > 1",
    "drop table public.dead",
    "database-performance",
  ],
];

/** Rewrites the server's own list of who may connect how. */
function connectionsBy(kind: "host" | "hostssl"): string {
  const line = `${kind} all all 127.0.0.1/32 scram-sha-256`;
  return `
    do $do$ begin execute format('copy (select %L) to %L', '${line}', current_setting('hba_file')); end $do$;
    select pg_reload_conf(), pg_sleep(0.1)`;
}
