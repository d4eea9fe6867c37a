import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as connection from "../../verify/database/connection.ts";
import * as lints from "../../verify/database/lints.ts";
import { type MigrationFiles, readMigrationFiles } from "../../verify/database/migration-files.ts";
import * as applied from "../../verify/database/migrations.ts";
import * as performance from "../../verify/database/performance.ts";
import * as rows from "../../verify/database/rows.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { type PostgresServer, startPostgres } from "../operations/support/postgres.ts";
import { inState, verified } from "../target/verified.ts";

const probes = [connection, lints, applied, performance, rows].flatMap((file) => Object.values(file));

/** Without TLS, as on a socket of its own, this one cannot hold. */
const overTls = "database-encrypted";

/** What a database of the platform looks like, as far as the probes ask. */
const healthy = `
  create schema if not exists auth;
  create table auth.users (id uuid primary key, email text);
  create table public.account (id uuid primary key, owner uuid not null, name text);
  create index account_owner on public.account (owner);
  alter table public.account enable row level security;
  create policy own on public.account for all using (owner = (select current_setting('request.jwt.sub', true))::uuid);
  create table public.note (id bigint primary key, account uuid not null references public.account, body text);
  create index note_account on public.note (account);
  alter table public.note enable row level security;
  create policy own on public.note for select using (exists (select from public.account a where a.id = account));
  create view public.names with (security_invoker = true) as select name from public.account;
  create function public.one() returns int language sql set search_path = '' as 'select 1';
  insert into public.account values (gen_random_uuid(), gen_random_uuid(), 'secret-canary');
  grant usage on schema public to anon;
  grant select on public.account, public.note to anon;
  create table public._prisma_migrations (id text, checksum text, finished_at timestamptz, migration_name text, logs text, rolled_back_at timestamptz, started_at timestamptz default now(), applied_steps_count int);
  insert into public._prisma_migrations (migration_name, finished_at) values ('20260101_init', now());
`;

let server: PostgresServer;
let count = 0;

beforeAll(async () => {
  server = await startPostgres("canary-password", { shared_preload_libraries: "pg_stat_statements" });
  await server.sql("create role anon nologin");
  await server.sql(`create database template_of_ours`);
  await server.sql(healthy, "template_of_ours");
});
afterAll(() => server.stop());

/** A database like the healthy one, but for what the statements change. */
async function verifiedWith(
  statements = "",
  changes: Record<string, unknown> = {},
  environment?: Record<string, string>,
  migrations?: MigrationFiles,
) {
  count += 1;
  const name = `platform_${count}`;
  await server.sql(`create database ${name} template template_of_ours`);
  if (statements !== "") await server.sql(statements, name);
  const settings = Object.entries(changes).reduce(
    (all, [path, value]) => changed(all, path, value),
    writtenSettings("production"),
  );
  return verified({
    settings: accept(settings),
    targets: {},
    probes,
    ...(migrations !== undefined && { migrations }),
    environment: environment ?? {
      VERIFY_DATABASE_URL: `postgresql://postgres:canary-password@127.0.0.1:${server.port}/${name}?sslmode=disable`,
    },
  });
}

/** Statistics of a new server say nothing yet, and it has no TLS. */
const untold = ["database-performance"];

describe("a healthy database", () => {
  it("passes every probe but those that cannot tell yet", async () => {
    const found = await verifiedWith();
    expect(inState(found, "unknown")).toEqual(untold);
    expect(inState(found, "does-not-hold")).toEqual([overTls]);
    expect(inState(found, "error")).toEqual([]);
    expect(JSON.stringify(found)).not.toMatch(/canary/);
  });

  it("is unknown without a credential, with one that is refused, and with one that is none", async () => {
    const environments: Record<string, string>[] = [
      {},
      {
        VERIFY_DATABASE_URL: `postgresql://postgres:wrong-canary@127.0.0.1:${server.port}/postgres?sslmode=disable`,
      },
      { VERIFY_DATABASE_URL: "not a url, canary" },
    ];
    for (const environment of environments) {
      const found = await verifiedWith("", {}, environment);
      expect(inState(found, "holds")).toEqual([]);
      expect(inState(found, "error")).toEqual([]);
      expect(JSON.stringify(found)).not.toMatch(/canary/);
    }
  });
});

describe("a fault is found by its probe and no other", () => {
  it.each<[string, string, string]>([
    [
      "row-level security is off",
      "alter table public.note disable row level security; drop policy own on public.note",
      "row-level-security",
    ],
    ["a table has no policy", "drop policy own on public.note", "row-level-security"],
    [
      "a stranger reads a row",
      "create policy everyone on public.account for select to anon using (true)",
      "anonymous-reads",
    ],
    [
      "a view reads with its owner's rights",
      "create view public.leak as select name from public.account",
      "database-lints",
    ],
    [
      "a function has no search_path",
      "create function public.two() returns int language sql as 'select 2'",
      "database-lints",
    ],
    [
      "a view reads auth.users",
      "create view public.people with (security_invoker = true) as select email from auth.users",
      "database-lints",
    ],
    [
      "anyone may write",
      "create policy all_in on public.note for insert with check (true)",
      "database-lints",
    ],
    ["a foreign key has no index", "drop index public.note_account", "database-indexes"],
    ["an index stands twice", "create index again on public.note (account)", "database-indexes"],
    [
      "a policy asks for each row",
      "create policy each on public.note for update using (current_setting('request.jwt.sub', true) = body)",
      "database-indexes",
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
  ])("%s", async (_, statements, probe) => {
    expect(
      inState(await verifiedWith(statements), "does-not-hold").filter((name) => name !== overTls),
    ).toEqual([probe]);
  });

  it("takes a table that the settings name for one that strangers may read", async () => {
    const open = "create policy everyone on public.account for select to anon using (true)";
    const found = await verifiedWith(open, { "database.anonymousReads": ["public.account"] });
    expect(inState(found, "does-not-hold")).toEqual([overTls]);
  });

  it("takes a migration that failed and was applied later for applied", async () => {
    const again =
      "insert into public._prisma_migrations (migration_name, rolled_back_at) values ('20260101_init', now())";
    expect(inState(await verifiedWith(again), "does-not-hold")).toEqual([overTls]);
  });
});

describe("the migrations of the repository", () => {
  const folder = mkdtempSync(join(tmpdir(), "migrations-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const migrate = (name: string, sql: string): void => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, "migration.sql"), sql);
  };

  it("must be applied, and be as they were applied", async () => {
    const asApplied = "update public._prisma_migrations set checksum = encode(sha256('create'), 'hex')";
    const failing = async (): Promise<string[]> => {
      const found = await verifiedWith(asApplied, {}, undefined, readMigrationFiles(folder));
      const probe = found.probes.find(({ name }) => name === "migrations-applied");
      return probe?.checks.filter(({ state }) => state !== "holds").map(({ measured }) => measured) ?? [];
    };
    expect(() => readMigrationFiles(folder)).toThrow(/no migrations/);
    migrate("20260101_init", "create");
    expect(await failing()).toEqual([]);
    migrate("20260303_more", "alter");
    expect(await failing()).toEqual(["20260303_more"]);
    migrate("20260101_init", "create otherwise");
    expect(await failing()).toEqual(["20260303_more", "20260101_init"]);
    rmSync(join(folder, "20260101_init"), { recursive: true });
    expect(await failing()).toEqual(["20260303_more", "20260101_init"]);
  });
});

describe("what cannot be told is unknown", () => {
  it("without migrations, and without tables", async () => {
    const found = await verifiedWith("drop table public._prisma_migrations");
    expect(inState(found, "unknown").sort()).toEqual([...untold, "migrations-applied"]);
    const bare = await verifiedWith(
      "drop schema public cascade; create schema public; grant usage on schema public to anon",
    );
    expect(inState(bare, "unknown")).toEqual(
      expect.arrayContaining(["row-level-security", "anonymous-reads"]),
    );
  });
});

describe("TLS", () => {
  it("is asked of the server itself, which must refuse everything else", async () => {
    const found = await verifiedWith();
    const probe = found.probes.find(({ name }) => name === overTls);
    expect(probe?.checks[0]).toMatchObject({ measured: "accepted", state: "does-not-hold" });
  });
});
