import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverAccount } from "../../postgres/server-account.ts";
import { withSession } from "../../postgres/session.ts";
import type { DeclaredResource } from "../../verify/declared.ts";
import { startPooler } from "../operations/support/pooler.ts";
import { startPostgres } from "../operations/support/postgres.ts";
import type { Authority } from "./authority.ts";

/** A database of the platform on loopback: TLS alone, row-level security, and Prisma's table of migrations. */
export interface TargetDatabase {
  /** How a probe connects to it, with its password. */
  readonly url: string;
  /** How the application connects to it: through a pooler in transaction mode. */
  readonly poolerUrl: string;
  /** Folder of the migrations that it was made with, as Prisma lays it out. */
  readonly migrations: string;
  /** Runs statements as its owner. */
  sql(statements: string): Promise<void>;
  stop(): Promise<void>;
}

const password = "canary-database-31c7";
const name = "platform";

/** @throws {Failure} where PostgreSQL is not installed */
export async function startTargetDatabase(
  authority: Authority,
  declared: readonly DeclaredResource[] = [],
): Promise<TargetDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "target-database-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const { key, cert } = await authority.certify(["localhost"]);
    const owner = serverAccount();
    const own = join(folder, "server");
    mkdirSync(own);
    const file = (path: string, text: string): string => {
      writeFileSync(path, text, { mode: 0o600 });
      chownSync(path, owner.uid, owner.gid);
      return path;
    };
    for (const each of [folder, own]) chownSync(each, owner.uid, owner.gid);
    const [certificate, keyFile] = [file(join(own, "server.crt"), cert), file(join(own, "server.key"), key)];
    const server = await startPostgres(password, {
      ssl: "on",
      ssl_cert_file: certificate,
      ssl_key_file: keyFile,
      hba_file: file(
        join(own, "hba.conf"),
        "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
      ),
      shared_preload_libraries: "pg_stat_statements",
      "pg_stat_statements.track": "all",
    });
    const authorities = join(folder, "authority.pem");
    writeFileSync(authorities, authority.cert);
    const migrations = join(folder, "migrations");
    mkdirSync(join(migrations, "20260101000000_init"), { recursive: true });
    writeFileSync(join(migrations, "20260101000000_init", "migration.sql"), "init");
    const { user, port } = server;
    const parameters = new URLSearchParams({ sslmode: "verify-full", sslrootcert: authorities });
    const sql = (statements: string, database = name): Promise<void> =>
      withSession({ ...server.connection(database), PGSSLMODE: "require" }, "target", (session) =>
        session.run(statements),
      );
    try {
      await sql("create role anon nologin; create role authenticated nologin", "postgres");
      await sql(`create database ${name}`, "postgres");
      await sql(schema);
      await sql(declared.map(roleOf).join(""));
      // Statistics are kept when a session ends.
      await sql(traffic);
    } catch (error) {
      await server.stop();
      throw error;
    }
    const pooler = await startPooler(server, name, {
      server_tls_sslmode: "require",
      client_tls_sslmode: "require",
      client_tls_cert_file: certificate,
      client_tls_key_file: keyFile,
    }).catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
    return {
      url: `postgresql://${user}:${password}@localhost:${port}/${name}?${parameters}`,
      poolerUrl: `postgresql://${user}:${password}@localhost:${pooler.port}/transaction?${parameters}`,
      migrations,
      sql,
      async stop() {
        await pooler.stop();
        await server.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A role as the program declares it. */
function roleOf({ type, inputs }: DeclaredResource): string {
  if (type !== "postgresql:index/role:Role") return "";
  const powers = { login: "login", bypassRowLevelSecurity: "bypassrls" };
  const given = Object.entries(powers).flatMap(([input, power]) => (inputs[input] === true ? [power] : []));
  const limit = typeof inputs.connectionLimit === "number" ? inputs.connectionLimit : -1;
  const groups =
    Array.isArray(inputs.roles) && inputs.roles.length > 0 ? ` in role ${inputs.roles.join(", ")}` : "";
  return `create role ${String(inputs.name)} ${given.join(" ")} connection limit ${limit}${groups};\n`;
}

const schema = `
  create schema extensions;
  create extension pg_stat_statements schema extensions;
  create schema auth;
  create table auth.users (id uuid primary key, email text not null);
  insert into auth.users select gen_random_uuid(), 'user' || n || '@optropic.example' from generate_series(1, 2) n;
  create function auth.uid() returns uuid language sql stable set search_path = '' as
    $$ select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
  grant usage on schema auth, public to anon, authenticated;
  create table public.account (id uuid primary key default gen_random_uuid(), owner uuid not null references auth.users, name text not null);
  create index account_owner on public.account (owner);
  create table public.event (id bigint generated always as identity primary key, account uuid not null references public.account, body text not null);
  create index event_account on public.event (account);
  alter table public.account enable row level security;
  alter table public.event enable row level security;
  create policy own on public.account to authenticated
    using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
  create policy own on public.event to authenticated
    using (account in (select a.id from public.account a where a.owner = (select auth.uid())));
  grant select, insert, update, delete on public.account, public.event to anon, authenticated;
  create view public.account_name with (security_invoker = true) as select id, name from public.account;
  insert into public.account (owner, name) select id, email from auth.users;
  insert into public.event (account, body) select a.id, repeat('event ', 100) from public.account a, generate_series(1, 4000);
  create table public._prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
    migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(),
    applied_steps_count integer not null default 0);
  insert into public._prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
    values (gen_random_uuid(), encode(sha256('init'), 'hex'), '20260101000000_init', now(), 1);`;

const traffic = `
  do $$ begin
    for turn in 1..200 loop
      perform count(*) from public.event;
    end loop;
    for turn in 1..10000 loop
      perform from public.event where id = turn;
    end loop;
  end $$`;
