import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attemptEach } from "../../operations/archive/attempt.ts";
import { prepareSession } from "../../operations/archive/describe.ts";
import { grantMemberships, membershipsOf, roleStatements } from "../../operations/archive/prepare.ts";
import { findScope } from "../../operations/archive/scope.ts";
import { serverMajor } from "../../operations/archive/server.ts";
import { readSurroundings } from "../../operations/archive/surroundings.ts";
import { withSession } from "../../postgres/session.ts";
import { installed } from "../fixtures/installed.ts";
import { type Cycle, startCycle } from "./support/cycle.ts";
import { manyKinds } from "./support/many-kinds.ts";
import { type PostgresServer, startPostgres } from "./support/postgres.ts";

/** Servers that are newer than this machine's, by the names that `servers/package.json` gives them. */
const newer = ["postgres-17", "postgres-18"] as const;

/** What newer servers have more of, or write differently: privileges, names that have become keywords, identities of partitions. */
const older = `
  create role granted; create role helper; grant all on all tables in schema app to granted with grant option; grant all on app.person to public;
  grant all on app.span to helper; revoke all on app.span from current_user; grant select on app.span to current_user;
  alter default privileges grant all on tables to granted; alter default privileges in schema app grant all on tables to public;
  alter default privileges for role helper in schema app grant all on sequences to granted;
  alter default privileges for role helper revoke all on tables from helper;
  create type app.json_array as enum ('"json"', 'b');
  create table app.json_value (json_query int primary key, "user" text, json json not null default '{}', k app.json_array,
    d serial, check (json is not null), unique ("user", json_query)) partition by range (json_query);
  create table app.json_table partition of app.json_value for values from (1) to (9); insert into app.json_value values (5);
  create index json_scalar on app.json_value ((json ->> 'json'), json_query);
  create view app.json_exists as select json, json_query, xmlserialize(content '<a/>'::xml as text) x from app.json_value;
  create function app.json_serialize(json) returns app.json_value language sql begin atomic select * from app.json_value; end;
  create policy json_value on app.json_value using (json is not null); create sequence app.merge_action;
  comment on table app.json_value is 'the "json" document'; comment on column app.json_value.json is 'say ""json_value""';
  create publication json_scalar for table app.json_table where (json_query > 1);
  create domain app.present as int not null; create table app.parent (a int not null, b app.present not null);
  create table app.child (c int not null) inherits (app.parent);
  create table app.numbered (n int generated always as identity, k int) partition by list (k);
  create table app.numbered_1 partition of app.numbered for values in (1) partition by list (k);
  create table app.numbered_1_1 partition of app.numbered_1 default; create table app.numbered_2 (k int, n int not null);
  alter table app.numbered attach partition app.numbered_2 for values in (2); insert into app.numbered (k) values (1), (2);
  create type app.first_span as range (subtype = int); alter type app.first_span rename to later_span; create view app.spanned as select app.first_span(1, 2);
  alter function app.first_span(int, int, text) cost 5 set work_mem = '1MB';
  create table app.parent_key (k int primary key); create table app.keyed (k int constraint keyed_by references app.parent_key) partition by list (k); create table app.keyed_1 partition of app.keyed for values in (1);
  alter table app.keyed_1 rename constraint keyed_by to "its own"; comment on constraint "its own" on app.keyed_1 is 'c';
  do $$ declare own text := current_setting('role'); begin
    execute format('grant create on database %I to helper', current_database()); set local role helper;
    create extension tcn; perform set_config('role', own, true);
    execute format('revoke create on database %I from helper', current_database());
  end $$`;

let packages: string;
let cycle: Cycle;

beforeAll(async () => {
  packages = installed(join(import.meta.dirname, "servers"), "postgres-servers");
  cycle = await startCycle();
  await cycle.source.sql("create database many");
  await cycle.source.sql(manyKinds, "many");
  await cycle.source.sql(older, "many");
  await cycle.source.sql("create database altered");
  await cycle.source.sql(
    `alter function pg_sleep(float8) cost 99; grant execute on function pg_ls_waldir() to pg_read_all_data;
     create text search dictionary plain (template = simple); alter text search configuration english alter mapping for asciiword with plain`,
    "altered",
  );
  await cycle.source.sql("create database implied");
  await cycle.source.sql(
    `create schema odd; set search_path = odd, public; create type odd.kind as enum ('a', 'b');
     create function odd.never(kind, kind) returns bool language sql immutable as 'select false';
     create operator odd.= (leftarg = kind, rightarg = kind, function = odd.never);
     create table public.t (k kind, check (k is distinct from 'a'), g bool generated always as (nullif(k, 'a') is not null) stored); insert into t values ('a');
     create view public.v as select case k when 'a'::kind then 1 else 2 end as n from t; create view public.w as select 1 as one from t join t u using (k)`,
    "implied",
  );
});

afterAll(() => cycle.close());

describe.each(newer)("a dump of this machine's server goes into %s,", (name) => {
  let programs: string;
  let server: PostgresServer;
  beforeAll(async () => {
    programs = programsOf(join(packages, "node_modules", name));
    server = await startPostgres("canary-newer-1f", {}, join(programs, "native", "bin"));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(programs, { recursive: true });
  });

  test("into a new database, and in place", async () => {
    await cycle.backUp(cycle.source.connection("many"));
    const target = server.connection("many");
    expect((await cycle.restore(target, { jobs: 2, createRoles: true })).differences).toEqual([]);
    // Of a role that is no superuser and may no longer create in the database.
    const owners = "select extowner::regrole from pg_extension where extname = 'tcn'";
    expect(await server.sql(owners, "many")).toBe("helper");
    // What is there cannot be backed up without a newer pg_dump.
    await expect(cycle.restore(target)).rejects.toThrow(/^pg_dump \S+ cannot dump PostgreSQL 1[78]/);
    await server.sql("create database plain");
    await server.sql("drop schema public", "plain");
    expect((await cycle.restore(server.connection("plain"))).differences).toEqual([]);
  });

  test("with operators that only a search path finds", async () => {
    await cycle.backUp(cycle.source.connection("implied"));
    const target = server.connection("implied");
    expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
    const asked = "select g, (select n from v), (select count(*) from w) from t";
    expect(await server.sql(asked, "implied")).toBe("t|2|0");
  });

  test("with roles that are members by whom and as they were", async () => {
    await server.sql("create database membered");
    const roles = await withSession(server.connection("membered"), "test", async (session) => {
      await prepareSession(session);
      await session.run(`
        create role crowd; create role giver; create role taker; create role "la""st";
        grant crowd to giver with admin true, inherit false, set true; grant crowd to taker with inherit true, set false;
        set role giver; grant crowd to taker with admin true, inherit false, set false; grant crowd to "la""st" with set false;
        reset role`);
      const read = async () => {
        const { roles: all } = await readSurroundings(session, await findScope(session, []));
        return all.filter((role) => role.memberships.length > 0 || role.name === "crowd");
      };
      const before = await read();
      await session.run(`drop role crowd, giver, taker, "la""st"`);
      for (const statement of roleStatements(before, new Set())) await session.run(statement);
      const attempt = (statements: readonly string[]) => attemptEach(session, statements);
      const wanted = membershipsOf(before, new Set(), await serverMajor(session));
      expect(await grantMemberships(wanted, attempt)).toEqual([]);
      expect(await read()).toEqual(before);
      return before;
    });
    expect(roles.find(({ name: role }) => role === "taker")?.memberships).toEqual([
      { group: "crowd", grantor: "giver", admin: true, inherit: false, set: false },
      { group: "crowd", grantor: server.user, admin: false, inherit: true, set: false },
    ]);
  });

  test("without what somebody changed of the older server's own functions, which is named", async () => {
    await cycle.backUp(cycle.source.connection("altered"));
    const target = server.connection("altered");
    const lost =
      /^The definition of the function pg_catalog\.pg_sleep\(double precision\) was not restored: it is of a server of version \d+, and this one is of 1[78]\.$/;
    const accepted = [
      { name: "definition of the function pg_catalog.pg_sleep(double precision)", reason: "not needed" },
    ];
    await expect(cycle.restore(target, { jobs: 2 })).rejects.toThrow(new RegExp(lost.source, "m"));
    await server.sql("drop database altered");
    const { differences } = await cycle.restore(target, { jobs: 2, accepted });
    expect(differences).toEqual([
      expect.stringMatching(
        /^The server is of another version than that of the backup, where somebody wrote these after initdb, perhaps only to grant privileges: definition of the function pg_catalog\.pg_ls_waldir\(\)\.$/,
      ),
      expect.stringMatching(/^Accepted: The definition of the function .* \(not needed\)$/),
    ]);
    expect(
      await server.sql(
        "select mapdict::regdictionary from pg_ts_config_map where mapcfg = 'english'::regconfig and maptokentype = 1",
        "altered",
      ),
    ).toBe("plain");
  });
});

/**
 * A server's programs where its account may read them, with the links that the package's script, which does not run,
 * would make for its libraries.
 */
function programsOf(folder: string): string {
  const place = mkdtempSync(join(tmpdir(), "postgres-programs-"));
  chmodSync(place, 0o755);
  cpSync(join(folder, "native"), join(place, "native"), { recursive: true });
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(place, "native", "pg-symlinks.json"), "utf8"),
  );
  for (const { source, target } of links) {
    symlinkSync(basename(source), join(place, dirname(target), basename(target)));
  }
  return place;
}
