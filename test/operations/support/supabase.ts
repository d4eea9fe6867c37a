/** Roles as Supabase documents them, and an owner of the project that is no superuser, once for a server. */
export const supabaseRoles = `
  create role supabase_admin superuser; create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls;
  create role supabase_auth_admin noinherit createrole login; create role supabase_storage_admin noinherit createrole login;
  create role project_owner login createrole createdb bypassrls password 'canary-owner'; grant anon, authenticated, service_role, supabase_storage_admin to project_owner;
`;

/**
 * A project in the shape that Supabase documents: schemas of the platform that other roles own, keys to
 * `auth.users`, a trigger on it, a policy on `storage.objects`, and a table that the owner may not read.
 */
export const supabaseProject = `
  do $$ begin execute format('alter database %I owner to project_owner', current_database()); end $$;
  set role supabase_admin;
  create schema auth authorization supabase_auth_admin; create schema storage authorization supabase_storage_admin; create schema extensions; create schema vault;
  grant usage on schema auth, storage, extensions to project_owner, anon, authenticated, service_role;
  create extension pgcrypto schema extensions; create extension "uuid-ossp" schema extensions;
  grant all on all functions in schema extensions to project_owner with grant option;
  create table auth.users (id uuid primary key, email text, raw_user_meta_data jsonb, created_at timestamptz default now());
  create table auth.identities (id uuid primary key, user_id uuid references auth.users on delete cascade);
  create table auth.secret (k text);
  alter table auth.users owner to supabase_auth_admin; alter table auth.identities owner to supabase_auth_admin;
  create function auth.uid() returns uuid language sql stable as $$ select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;
  alter function auth.uid() owner to supabase_auth_admin;
  grant all on auth.users, auth.identities to project_owner; 
  create table storage.buckets (id text primary key, name text); create table storage.objects (id uuid primary key default gen_random_uuid(), bucket_id text references storage.buckets, name text, owner uuid);
  alter table storage.buckets owner to supabase_storage_admin; alter table storage.objects owner to supabase_storage_admin; alter table storage.objects enable row level security;
  grant all on storage.buckets, storage.objects to project_owner;
  create table vault.secrets (id int, secret text);
  alter schema public owner to pg_database_owner; grant all on schema public to project_owner, anon, authenticated, service_role;
  alter default privileges for role project_owner in schema public grant all on tables to anon, authenticated, service_role;
  alter default privileges for role supabase_admin in schema public grant all on tables to anon;
  create publication supabase_realtime; alter publication supabase_realtime owner to project_owner;
  create function extensions.watch() returns event_trigger language plpgsql as 'begin null; end'; create event trigger pgrst_watch on ddl_command_end execute function extensions.watch();
  reset role; 
  insert into auth.users values ('11111111-1111-1111-1111-111111111111','a@x'), ('22222222-2222-2222-2222-222222222222','b@x');
  grant trigger, references on auth.users to project_owner; 
  set role project_owner;
  create table public.profiles (id uuid primary key references auth.users on delete cascade, name text, owner uuid default auth.uid());
  alter table public.profiles enable row level security;
  create policy own on public.profiles for all to authenticated using ((select auth.uid()) = id) with check (auth.uid() = id);
  create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = '' as $$ begin insert into public.profiles(id) values (new.id); return new; end $$;
  create trigger on_auth_user_created after insert on auth.users for each row execute function public.handle_new_user();
  create function public.is_mine(n text) returns boolean language sql stable as $$ select n like 'x%' $$;
  reset role; set role supabase_storage_admin; create policy mine on storage.objects for select to authenticated using (public.is_mine(name)); reset role; set role project_owner;
  insert into public.profiles values ('11111111-1111-1111-1111-111111111111','A');
  alter publication supabase_realtime add table public.profiles;
`;
