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
import type { Probe } from "../../verify/probe.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { type PostgresServer, startPostgres } from "../operations/support/postgres.ts";
import { inState, verified } from "../target/verified.ts";
import { databaseFaults, lintFaults } from "./database-faults.ts";
import { parts } from "./parts.ts";

/** All that ask a database, but for one that compares it with a preview: platform.test.ts has that. */
const asking = parts.database.filter(({ name }) => name !== "database-roles");

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
  insert into public.note select 7, id, 'secret-canary' from public.account;
  grant usage on schema public to anon;
  grant select on public.account, public.note to anon;
  create table public._prisma_migrations (id text primary key default gen_random_uuid(), checksum text, finished_at timestamptz, migration_name text, logs text, rolled_back_at timestamptz, started_at timestamptz default now(), applied_steps_count int);
  insert into public._prisma_migrations (migration_name, finished_at, checksum) values ('20260101_init', now(), 'as-written');
`;

let server: PostgresServer;
let count = 0;

beforeAll(async () => {
  server = await startPostgres("canary-password", { shared_preload_libraries: "pg_stat_statements" });
  await server.sql("create role anon nologin; create role authenticated nologin");
  await server.sql(`create database template_of_ours`);
  await server.sql(healthy, "template_of_ours");
});
afterAll(() => server.stop());

/** A database like the healthy one, but for what the statements change. */
async function verifiedWith(
  statements = "",
  changes: Record<string, unknown> = {},
  as: Record<string, string> | "postgres" | "little" = "postgres",
  migrations: MigrationFiles | "unknown" = new Map([["20260101_init", "as-written"]]),
  asked: readonly Probe[] = probes,
) {
  count += 1;
  const name = `platform_${count}`;
  await server.sql(`create database ${name} template template_of_ours`);
  if (statements !== "") await server.sql(statements.replace("database &", `database ${name}`), name);
  const settings = Object.entries(changes).reduce(
    (all, [path, value]) => changed(all, path, value),
    writtenSettings("production"),
  );
  return verified({
    settings: accept(settings),
    targets: {},
    probes: asked,
    ...(migrations !== "unknown" && { migrations }),
    environment:
      typeof as === "object"
        ? as
        : {
            VERIFY_DATABASE_URL: `postgresql://${as}:canary-${as === "little" ? "little" : "password"}@127.0.0.1:${server.port}/${name}?sslmode=disable`,
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

  it.each<[string, () => string | undefined, string, RegExp]>([
    ["without a credential", () => undefined, "no-credential", /VERIFY_DATABASE_URL is not set/],
    [
      "with one that is refused",
      () => `postgresql://postgres:wrong-canary@127.0.0.1:${server.port}/postgres?sslmode=disable`,
      "target-refused",
      /password authentication failed/,
    ],
    [
      "with one that is none",
      () => "not a url, canary",
      "not-understood",
      /VERIFY_DATABASE_URL cannot be used/,
    ],
  ])("is unknown %s in each probe, which says so", async (_, url, reason, message) => {
    const given = url();
    const environment: Record<string, string> = given === undefined ? {} : { VERIFY_DATABASE_URL: given };
    const found = await verifiedWith("", {}, environment, undefined, asking);
    const told = found.probes.filter(({ name }) => reason !== "target-refused" || name !== overTls);
    for (const probe of told) {
      expect(probe, probe.name).toMatchObject({ state: "unknown", reason });
      expect(probe.message, probe.name).toMatch(message);
    }
    expect(told.length).toBeGreaterThanOrEqual(asking.length - 1);
    expect(inState(found, "holds")).toEqual([]);
    expect(JSON.stringify(found)).not.toMatch(/canary/);
  });

  it("is unknown behind a pooler that nobody names, and in nothing else", async () => {
    const found = await verifiedWith("", {}, undefined, undefined, asking);
    const pooler = found.probes.find(({ name }) => name === "pooler-as-declared");
    expect(pooler).toMatchObject({
      ...{ state: "unknown", reason: "no-credential" },
      message: expect.stringContaining("VERIFY_POOLER_URL is not set"),
    });
    expect(inState(found, "unknown").filter((name) => name !== "pooler-as-declared")).toEqual(untold);
  });
});

const every: Readonly<Record<string, readonly string[]>> = {
  ...lintFaults["database-indexes"],
  ...lintFaults["database-lints"],
};

/** What looks like a weakness and is none. */
const sound = [
  "create view public.named with (security_invoker = 'YES') as select 1 as one; grant select on public.named to authenticated",
  "create view public.inner_view as select name from public.account",
  "create policy once on public.note for update using (account::text = (select current_setting('request.jwt.claims', true)::jsonb ->> 'sub'))",
  "create policy of_a_server on public.note for update to pg_monitor using (true)",
  "create policy none_of_it on public.note for delete using (1 > 2)",
  "create index by_body on public.note (account) where body is null",
  "alter role anon in database postgres set pgrst.db_schemas = 'auth'",
  "create schema extensions; create extension citext schema extensions; create extension hstore schema extensions",
  "create table public.kind (id regclass primary key, of_type regtype, by regrole); alter table public.kind enable row level security; create policy own on public.kind for select to authenticated using (id = 'public.kind'::regclass)",
  "create table public.parted (id int, part int, primary key (id, part)) partition by list (part); create table public.parted_one partition of public.parted for values in (1); alter table public.parted enable row level security; alter table public.parted_one enable row level security; create policy own on public.parted to authenticated using (id = 0); create policy own on public.parted_one to authenticated using (id = 0)",
  "create table public.profile (id uuid primary key references auth.users, \"apiKey\" text); alter table public.profile enable row level security; grant select on public.profile to authenticated; create policy own on public.profile to authenticated using (id::text = (select current_setting('request.jwt.sub', true))); create policy narrower on public.profile as restrictive to authenticated using (id is not null); create policy of_strangers on public.profile for select to anon using (id = gen_random_uuid())",
  "create function public.stamp() returns trigger language plpgsql security definer set search_path = '' as 'begin return new; end'",
];

describe("a fault is found by its probe and no other", () => {
  it.each(databaseFaults)("%s", async (_, statements, probe) => {
    expect(
      inState(await verifiedWith(statements), "does-not-hold").filter((name) => name !== overTls),
    ).toEqual([probe]);
  });

  it("finds each lint by its id, and with no other probe", async () => {
    const found = await verifiedWith(Object.values(every).flat().join(";"));
    const wrong = found.probes.filter(({ name, state }) => state === "does-not-hold" && name !== overTls);
    expect(wrong.map(({ name }) => name).sort()).toEqual(["database-indexes", "database-lints"]);
    const missed = wrong.flatMap(({ checks }) => checks.filter(({ state }) => state !== "does-not-hold"));
    expect(missed.map(({ subject }) => subject).sort()).toEqual([
      "0007_policy_exists_rls_disabled",
      "invalid_index",
    ]);
    for (const { subject, measured } of wrong.flatMap(({ checks }) => checks)) {
      for (const statement of every[subject] ?? []) {
        const [, name = "?"] = /(fault_\w+)/.exec(statement) ?? /extension (\w+)/.exec(statement) ?? [];
        expect(measured).toContain(name);
      }
    }
  });

  it("takes what only looks like one of them for sound", async () => {
    const found = await verifiedWith(sound.join(";"));
    expect(inState(found, "does-not-hold")).toEqual([overTls]);
    expect(inState(found, "unknown")).toEqual(untold);
  });

  it("takes a table that the settings name for one that strangers may read", async () => {
    const open =
      "alter policy own on public.account to authenticated; alter policy own on public.note to authenticated; create policy everyone on public.account for select to anon using (true)";
    const found = await verifiedWith(open, { "database.anonymousReads": ["public.account"] });
    expect(inState(found, "does-not-hold")).toEqual([overTls]);
  });

  it("takes a migration that failed and was applied later for applied", async () => {
    const again =
      "insert into public._prisma_migrations (migration_name, rolled_back_at) values ('20260101_init', now())";
    expect(inState(await verifiedWith(again), "does-not-hold")).toEqual([overTls]);
  });
});

describe("a role that sees little", () => {
  it("is told nothing of the sessions of others, and only what is certain of strangers", async () => {
    await server.sql("create role little login password 'canary-little'");
    const found = await verifiedWith("", {}, "little");
    const known = new Map(found.probes.map(({ name, state, reason }) => [name, reason ?? state]));
    expect(Object.fromEntries(known)).toMatchObject({
      "database-connections-left": "no-right",
      "database-performance": "no-right",
      "migrations-applied": "no-right",
      "anonymous-reads": "no-right",
      "row-level-security": "holds",
    });
    const closed =
      "drop policy own on public.note; drop policy own on public.account; revoke all on public.names from anon";
    const anonymous = (await verifiedWith(closed, {}, "little")).probes.find(
      ({ name }) => name === "anonymous-reads",
    );
    expect(anonymous?.state).toBe("holds");
  });

  it("is not taken for closed where a table that strangers may ask has no row, unless no policy lets them", async () => {
    const asked = async (statements: string) => {
      const { probes: found } = await verifiedWith(`delete from public.note; ${statements}`);
      return found.find(({ name }) => name === "anonymous-reads");
    };
    const open = "create policy everyone on public.note for select using (true)";
    expect(await asked(open)).toMatchObject({
      ...{ state: "unknown", reason: "no-data" },
      message: expect.stringContaining("public.note has no row to try"),
    });
    expect((await asked("alter policy own on public.note to authenticated"))?.state).toBe("holds");
    expect((await asked("revoke select on public.note from anon"))?.state).toBe("holds");
  });

  it("is not taken for closed where a policy cannot be tried", async () => {
    const slow =
      "create policy wait on public.note for select to anon using (current_setting('no.such') = body); insert into public.note select 1, id from public.account";
    const found = await verifiedWith(slow);
    expect(inState(found, "unknown")).toContain("anonymous-reads");
  });

  it("is unknown where the API serves a schema that is missing, or nobody knows which", async () => {
    for (const statements of [
      "alter database & set pgrst.db_schemas = 'publik'",
      "revoke usage on schema public from anon, public",
    ]) {
      const found = await verifiedWith(statements);
      expect(inState(found, "unknown")).toEqual(
        expect.arrayContaining([
          "row-level-security",
          "anonymous-reads",
          "database-lints",
          "database-indexes",
        ]),
      );
    }
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
    const unread = await verifiedWith("", {}, undefined, "unknown");
    expect(inState(unread, "unknown").sort()).toEqual([...untold, "migrations-applied"]);
    const two = await verifiedWith("create schema other; create table other._prisma_migrations (id int)");
    expect(inState(two, "unknown").sort()).toEqual([...untold, "migrations-applied"]);
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
