import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ScriptSession } from "../../operations/restore/script-session.ts";
import { type Ended, ended } from "../cli/command.ts";
import { type PostgresServer, startPostgres } from "./support/postgres.ts";
import { contentQuery, richDatabase, richRoles } from "./support/rich-database.ts";
import { canary, childrenOf, type Rig, startRig, titlesWhile } from "./support/rig.ts";

let rig: Rig;
/** The server that is restored into, with the roles of the other one. */
let other: PostgresServer;
let key: string;
let content: string;
/** Name of a database that no other test has. */
let database: string;
let databases = 0;

/** Of a whole database, with a name that a shell, a URL or SQL could stumble on. */
const oddName = `odd "name"; -- $1 'x'`;

beforeAll(async () => {
  [rig, other] = await Promise.all([startRig(), startPostgres("canary-other-77aa")]);
  await Promise.all([rig.postgres.sql(richRoles), other.sql(richRoles)]);
  await rig.postgres.sql("create database rich");
  await rig.postgres.sql(richDatabase, "rich");
  // Not every reader of lines takes this for a part of one.
  await rig.postgres.sql(`comment on table parent is U&'one\\2028two\\2029three\\000Dfour'`, "rich");
  key = await rig.backup("rich", "postgres/");
  content = await rig.postgres.sql(contentQuery, "rich");
  await rig.backup("rich", "parallel/", { BACKUP_JOBS: "2" });
  await rig.backup("rich", "named/", { BACKUP_SCHEMAS: '["public", "Odd schema; --"]' });
});

afterAll(async () => {
  await Promise.all([rig.close(), other.stop()]);
});

beforeEach(async () => {
  databases += 1;
  database = `target${databases}`;
  await other.sql(`create database ${database}`);
});

afterEach(() => {
  expect(rig.left()).toEqual([]);
});

describe("a restore", () => {
  test("into an empty database brings back every byte", async () => {
    const changes = { PGPASSWORD: other.password };
    const run = await ended(rig.start(argumentsOf(other, database), { changes }));
    expect(run).toMatchObject({ status: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({
      restored: { key, tables: 12 },
      tables: 12,
      differences: [],
    });
    expect(await other.sql(contentQuery, database)).toBe(content);
  });

  test("replaces what is there, once that is backed up, and that backup undoes it", async () => {
    await other.sql(
      `create table parent (another int); insert into parent values (7); create table extra (id int);
       create function half(n int) returns int language sql as 'select 0';
       create sequence downwards; select nextval('downwards');
       create schema mine; create table mine.own (id int); insert into mine.own values (1);
       select lo_from_bytea(0, 'another');`,
      database,
    );
    const before = await other.sql(contentQuery, database);
    await rig.backup("rich", "undo/");
    const run = await restore([], { prefix: "undo/" });
    expect(run).toMatchObject({ status: 0 });
    const undo = JSON.parse(run.stdout).before;
    expect(undo).toMatch(/^undo\/before-restore\/\d{8}T\d{6}Z-[0-9a-f]{8}\.dump\.age$/);
    // A schema that the backup does not have is nobody's to touch.
    expect(await other.sql("select id from mine.own", database)).toBe("1");
    await other.sql("drop schema mine cascade", database);
    expect(await other.sql(contentQuery, database)).toBe(content);

    // Neither the newest backup nor a count of them is changed by it.
    const listing = await rig.run(["backups", "--json"], { prefix: "undo/" });
    const listed = JSON.parse(listing.stdout).backups;
    expect(listed.map(({ purpose }: { purpose: string }) => purpose)).toEqual(["before-restore", "backup"]);

    await other.sql(
      "create schema mine; create table mine.own (id int); insert into mine.own values (1)",
      database,
    );
    await other.sql('drop schema "Odd schema; --" cascade', database);
    expect(await restore(["--backup", undo], { prefix: "undo/" })).toMatchObject({ stderr: "", status: 0 });
    expect(await other.sql(contentQuery, database)).toBe(before);
  });

  test("of named schemas leaves the others as they are", async () => {
    await other.sql("create table public.old (id int)", database);
    const run = await restore([], { prefix: "named/" });
    expect(run).toMatchObject({ status: 0 });
    expect(await other.sql(contentQuery, database)).toBe(content);
  });

  test("of named schemas leaves what it replaces in its publications", async () => {
    await other.sql(
      `create schema "Odd schema; --"; create table orders (id int primary key, total numeric);
       create table child (b int); create table gone (id int);
       create publication realtime for table orders (id) where (id > 1), child, gone;
       create publication schema_wide for tables in schema "Odd schema; --";
       create publication everything for all tables;`,
      database,
    );
    const run = await restore([], { prefix: "named/" });
    expect(run.stderr).toBe("");
    expect(run).toMatchObject({ status: 0 });
    expect(JSON.parse(run.stdout).differences).toEqual([
      "public.gone was removed from its publication, because the backup does not contain it.",
    ]);
    const published = await other.sql(
      `select string_agg(concat_ws(' ', pubname, tablename, attnames, rowfilter), E'\\n' order by pubname, tablename)
         from pg_publication_tables where pubname <> 'everything'`,
      database,
    );
    expect(published.split("\n")).toEqual([
      "realtime child {a,b}",
      "realtime orders {id} (id > 1)",
      expect.stringMatching(/^schema_wide Table "with" 'quotes' /),
    ]);
  });

  test("backs large objects up that it replaces, even where there is no schema of the backup", async () => {
    await other.sql("drop schema public; select lo_from_bytea(4711, 'another')", database);
    const run = await restore();
    expect(run).toMatchObject({ status: 0 });
    expect(await other.sql(contentQuery, database)).toBe(content);
    const undo = JSON.parse(run.stdout).before;
    expect(await restore(["--backup", undo])).toMatchObject({ status: 0 });
    expect(await other.sql("select convert_from(lo_get(4711), 'UTF8')", database)).toBe("another");
  });

  test("goes into a database of any name, from a dump by parallel jobs", async () => {
    await other.sql(`create database "${oddName.replaceAll('"', '""')}"`);
    const anew = await restore(["--jobs", "2"], { prefix: "parallel/" });
    expect(anew).toMatchObject({ status: 0, stderr: "" });
    expect(await other.sql(contentQuery, database)).toBe(content);
    database = oddName;
    expect(await restore([], { prefix: "parallel/" })).toMatchObject({ status: 0 });
    expect(await other.sql(contentQuery, database)).toBe(content);
  });

  test("makes a database by a role whose sessions only read, as long as they are not asked to write", async () => {
    database = "unread";
    await other.sql("alter role postgres set default_transaction_read_only = on", "postgres");
    try {
      expect(await restore(["--jobs", "2"], { prefix: "parallel/" })).toMatchObject({
        status: 0,
        stderr: "",
      });
    } finally {
      await other.sql(
        "begin read write; alter role postgres reset default_transaction_read_only; commit",
        "postgres",
      );
    }
    expect(await other.sql(contentQuery, database)).toBe(content);
  });

  test("makes the roles that are missing, if it may, without a login", async () => {
    const bare = await startPostgres("canary-bare-31");
    try {
      const without = await restore([], { server: bare, into: "postgres" });
      expect(without).toMatchObject({ status: 1 });
      expect(without.stderr).toMatch(/lacks the roles Odd "Role" and reader[\s\S]*Nothing was changed/);
      expect(without.stderr).toContain("--create-roles");
      expect(
        await bare.sql("select count(*) from pg_class where relnamespace = 'public'::regnamespace"),
      ).toBe("0");
      const run = await restore(["--create-roles"], { server: bare, into: "postgres" });
      expect(run).toMatchObject({ status: 0 });
      expect(await bare.sql(contentQuery)).toBe(content);
      expect(
        await bare.sql("select count(*) from pg_roles where rolcanlogin and rolname !~ '^(pg_|postgres)'"),
      ).toBe("0");
    } finally {
      await bare.stop();
    }
  });

  test("by a role that is no superuser leaves out the default privileges that only another may set", async () => {
    await other.sql("create role owner login bypassrls password 'canary-owner-61'; create role vendor");
    await other.sql(`alter database ${database} owner to owner`);
    await other.sql(
      `grant all on schema public to vendor;
       set role owner; create table kept (id int); insert into kept values (1); reset role;
       alter default privileges for role vendor in schema public grant select on tables to owner;
       alter default privileges for role owner in schema public grant select on tables to vendor`,
      database,
    );
    const prefix = "owner/";
    await rig.run(["backup"], { connection: other.connection(database), prefix });
    const owner = { ...other, user: "owner", password: "canary-owner-61" };
    const run = await restore([], { server: owner, prefix });
    expect(run).toMatchObject({ status: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({
      tables: 1,
      rows: 1,
      differences: [
        "default privileges of vendor in public on r were dropped, because only that role can set them.",
      ],
    });
    expect(
      await other.sql("select string_agg(defaclrole::regrole::text, ' ') from pg_default_acl", database),
    ).toBe("owner");
  });

  test("by a role that made the owner of the tables gives them back to that one, and keeps no right of it", async () => {
    await other.sql("create role admin login createrole bypassrls password 'canary-admin-08'");
    await other.sql(
      `grant create on database ${database} to admin; alter database ${database} owner to admin`,
    );
    const admin = { ...other, user: "admin", password: "canary-admin-08" };
    await other.sql(
      `set role admin; create role "Maker's" nologin; reset role;
       grant all on schema public to "Maker's"; grant pg_read_all_data to admin;
       set role "Maker's"; create table made (id int);
       alter default privileges for role "Maker's" in schema public grant select on tables to admin`,
      database,
    );
    const prefix = "admin/";
    await rig.run(["backup"], { connection: other.connection(database), prefix });
    expect(await restore([], { server: admin, prefix })).toMatchObject({ status: 0 });
    expect(
      await other.sql(
        `select tableowner, pg_has_role('admin', 'Maker''s', 'usage') from pg_tables where tablename = 'made'`,
        database,
      ),
    ).toBe("Maker's|f");
    expect(await other.sql("select count(*) from pg_roles where rolname ~ '^optropic_restore'")).toBe("0");
  });

  test("without owners is other than the backup, which has to be accepted", async () => {
    const refused = await restore(["--no-owner"]);
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stderr).toMatch(
      /differ[\s\S]*unprotected has a different definition[\s\S]*Nothing was changed/,
    );
    expect(await other.sql(contentQuery, database)).toBe("");
    const accepted = await restore(["--no-owner", "--accept-differences"]);
    expect(accepted).toMatchObject({ status: 0 });
    expect(JSON.parse(accepted.stdout).differences).toContain(
      "table public.unprotected has a different definition.",
    );
    expect(await other.sql(contentQuery, database)).toBe(content);
  });
});

test("a session of psql runs a script whose output is more than a pipe holds, and goes on", async () => {
  const session = new ScriptSession(other.connection(database), new AbortController().signal);
  try {
    const lines = Array.from({ length: 1000 }, () => Buffer.from("select repeat('x', 1000);\n"));
    await session.script(Readable.from(lines));
    const odd = "one\u2028two\u2029three\rfour\n\\echo five";
    expect(await session.rows("select value from unnest($1) value", [odd])).toEqual([{ value: odd }]);
    await expect(session.run("select 1 / 0")).rejects.toThrow(
      /ended with exit status 3:[\s\S]*division by zero/,
    );
  } finally {
    await session.end();
  }
});

test("a session of psql makes definitions together, and one by one only where the server refuses some", async () => {
  const session = new ScriptSession(other.connection(database), new AbortController().signal);
  const transactions = (names: string): Promise<unknown[]> =>
    session.rows(`select count(distinct xmin::text)::int from pg_class where relname in (${names})`);
  const script = (text: string) => () => session.script(Readable.from([Buffer.from(text)]));
  try {
    await session.run("begin");
    await session.makingAll(script("create table first (); create table second ();"));
    expect(await transactions("'first', 'second'")).toEqual([{ count: 1 }]);
    await session.makingAll(script("create table third ();\nselect 1 / 0;\ncreate table fourth ();\n"));
    expect(await transactions("'third', 'fourth'")).toEqual([{ count: 2 }]);
    await expect(session.run("select 1 / 0")).rejects.toThrow("division by zero");
    expect(session.refusedYet).toEqual(["The server refused a part of the backup: division by zero."]);
  } finally {
    await session.end();
  }
});

test("a session of psql is ended by the signal, but no longer once it commits", async () => {
  const stop = new AbortController();
  const [one, two] = [0, 1].map(() => new ScriptSession(other.connection(database), stop.signal));
  if (one === undefined || two === undefined) throw new Error("There are no two sessions");
  try {
    await one.run("begin; create table committed ()");
    await two.run("begin; create table not_committed ()");
    const committed = one.commit();
    stop.abort(new Error("Stopped"));
    await committed;
    await expect(two.run("select 1")).rejects.toThrow("Stopped");
  } finally {
    await Promise.all([one.end(), two.end()]);
  }
  const tables = "select string_agg(relname, ' ') from pg_class where relname like '%committed'";
  expect(await other.sql(tables, database)).toBe("committed");
});

describe("nothing is changed", () => {
  let before: string;

  beforeEach(async () => {
    await other.sql(
      `create table parent (another int); insert into parent values (7); create sequence s;
       select nextval('s'); select lo_from_bytea(0, 'another');`,
      database,
    );
    before = await all();
  });

  afterEach(async () => {
    expect(await all()).toBe(before);
  });

  test.each([
    [
      "the confirmation is another",
      ["--confirm", "127.0.0.1:1/rich"],
      2,
      /Not confirmed: the answer was not «127.*»/,
    ],
    ["nobody can be asked", [], 2, /There is no terminal to confirm the target/],
  ])("when %s", async (_, args, status, message) => {
    const asked = rig.store.requests.length;
    const run = await restore(args, { confirm: false });
    expect(run.stderr).toMatch(message);
    expect(run.status).toBe(status);
    expect(rig.store.requests.slice(asked).filter((request) => !/^(?:GET|HEAD) /.test(request))).toEqual([]);
  });

  test("when a digest is wrong", async () => {
    const data = rig.store.read(key);
    const changed = Buffer.from(data);
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
    rig.store.write(key, changed);
    const run = await restore();
    rig.store.write(key, data);
    expect(run).toMatchObject({ status: 1 });
    expect(run.stderr).toMatch(/Cannot decrypt|SHA-256 of .* differs/);
  });

  test("when the target cannot be backed up", async () => {
    rig.store.refuse = (request) => (/^(PUT|POST) .*before-restore/.test(request) ? 403 : undefined);
    const run = await restore();
    rig.store.refuse = () => undefined;
    expect(run).toMatchObject({ status: 1 });
    expect(run.stderr).toMatch(/The store failed to store .*before-restore.*403/);
  });

  test("when something of another schema would be lost with what is replaced", async () => {
    await other.sql(
      `create function hook() returns trigger language plpgsql as 'begin return new; end';
       create schema mine; create table mine.own (id int);
       create trigger hook before insert on mine.own for each row execute function public.hook();`,
      database,
    );
    before = await all();
    const run = await restore();
    expect(run).toMatchObject({ status: 1 });
    expect(run.stderr).toMatch(
      /depend on what it replaces:\ntrigger hook on mine\.own is missing\.[\s\S]*Nothing was changed/,
    );
    expect(
      await other.sql("select count(*) from pg_trigger where tgrelid = 'mine.own'::regclass", database),
    ).toBe("1");
  });

  describe("when what the dump itself holds turns on the target", () => {
    beforeAll(async () => {
      const onTarget = (statement: string) =>
        `$$ begin if current_database() like 'target%' then ${statement}; end if; return 1; end $$`;
      await rig.postgres.sql("create database refusing");
      await rig.postgres.sql(
        `create function public.refuse() returns int language plpgsql immutable as
           ${onTarget("raise exception 'the guard refuses'")};
         create table guarded (id int); insert into guarded values (1);
         create index guarded_index on guarded ((public.refuse()));`,
        "refusing",
      );
      await rig.backup("refusing", "refusing/");
      await rig.postgres.sql("create database stealing");
      await rig.postgres.sql(
        `create table orders (id int); insert into orders values (1), (2);
         create function public.steal() returns int language plpgsql as ${onTarget("delete from public.orders")};
         create materialized view stolen as select public.steal() as one;`,
        "stealing",
      );
      await rig.backup("stealing", "stealing/");
    });

    test("so that the server refuses a statement in the middle", async () => {
      const run = await restore([], { prefix: "refusing/" });
      expect(run).toMatchObject({ status: 1 });
      expect(run.stderr).toMatch(/the guard refuses[\s\S]*Nothing was changed/);
      expect(JSON.parse(run.stdout).error.failure).toBe("failed");
    });

    test("so that the rows that come are other rows", async () => {
      const run = await restore([], { prefix: "stealing/" });
      expect(run).toMatchObject({ status: 1 });
      expect(run.stderr).toMatch(/public\.orders has 0 rows instead of 2\.[\s\S]*Nothing was changed/);
    });
  });

  describe("when, in the middle of it,", () => {
    beforeAll(async () => {
      await rig.postgres.sql("create database slow");
      // Takes its time where it is restored, and none at home.
      await rig.postgres.sql(
        `create function public.wait() returns boolean language plpgsql as
           $$ begin if current_database() like 'target%' then perform pg_sleep(3600); end if; return true; end $$;
         create table slow (id int check (public.wait()));
         insert into slow values (1);`,
        "slow",
      );
      await rig.backup("slow", "slow/");
    });

    test("SIGTERM comes", async () => {
      const job = rig.start(argumentsOf(other, database), {
        prefix: "slow/",
        changes: { PGPASSWORD: other.password },
      });
      await isLeft(ended(job), () => job.kill("SIGTERM"), /^error: Stopped by SIGTERM\nNothing was changed/);
    });

    test.each<[string, () => unknown, RegExp]>([
      [
        "the session is ended",
        () =>
          other.sql(`select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'`),
        /terminating connection due to administrator command[\s\S]*Nothing was changed/,
      ],
      [
        "psql is killed",
        () => {
          for (const { id, title } of childrenOf())
            if (title.includes("bin/psql")) process.kill(id, "SIGKILL");
        },
        /psql ended with signal SIGKILL[\s\S]*Nothing was changed/,
      ],
    ])("%s", (_, harm, message) => isLeft(restore([], { prefix: "slow/" }), harm, message));

    /** Harms a run in the middle of the rows. */
    async function isLeft(end: Promise<Ended>, harm: () => unknown, message: RegExp): Promise<void> {
      await sleeping(1);
      await harm();
      const run = await end;
      expect(run.stderr).toMatch(message);
      expect(run).toMatchObject({ status: 1, signal: null });
      // The server has noticed by itself, or comes to it.
      await sleeping(0);
    }
  });

  /** Waits until so many sessions of the target sleep. */
  async function sleeping(count: number): Promise<void> {
    const query = `select count(*) from pg_stat_activity where datname = '${database}' and application_name like 'optropic%' and (${count} = 0 or wait_event = 'PgSleep')`;
    await vi.waitUntil(async () => (await other.sql(query)) === `${count}`, {
      timeout: 60_000,
      interval: 50,
    });
  }

  async function all(): Promise<string> {
    return `${await other.sql(contentQuery, database)}\n${await other.sql(definitions, database)}`;
  }
});

test("no secret is in the output or in arguments of any process", async () => {
  const job = rig.start(argumentsOf(other, database), { changes: { PGPASSWORD: other.password } });
  const whole = ended(job);
  const seen = await titlesWhile(job);
  const run = await whole;
  expect(run.status).toBe(0);
  for (const program of ["psql", "pg_restore"]) {
    expect([...seen].some((title) => title.includes(program))).toBe(true);
  }
  const wrong = await rig.run(argumentsOf(other, database), { changes: { PGPASSWORD: "canary-wrong" } });
  expect(wrong).toMatchObject({ status: 1 });
  for (const text of [...seen, run.stdout, run.stderr, wrong.stdout, wrong.stderr]) {
    expect(text).not.toMatch(canary);
  }
});

/** Tables, functions and sequences with all that the catalogue says of them but their numbers. */
const definitions = `
  select string_agg(line, E'\\n' order by line collate "C") from (
    select concat_ws(' ', n.nspname, c.relname, c.relkind, c.relowner, a.attname, a.atttypid::regtype) as line
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
     where n.nspname !~ '^(pg_|information_schema)'
    union all
    select concat_ws(' ', n.nspname, p.proname, md5(p.prosrc))
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname !~ '^(pg_|information_schema|guard)'
  ) lines`;

interface Target {
  server?: PostgresServer;
  into?: string;
  prefix?: string;
  confirm?: boolean;
}

function restore(
  args: readonly string[] = [],
  { server = other, into = database, prefix = "postgres/", confirm = true }: Target = {},
): Promise<Ended> {
  const given = confirm ? argumentsOf(server, into) : argumentsOf(server, into).slice(0, -2);
  return rig.run([...given, ...args], { prefix, changes: { PGPASSWORD: server.password } });
}

function argumentsOf({ port, user }: PostgresServer, into: string): string[] {
  const url = `postgresql://${user}@127.0.0.1:${port}/${encodeURIComponent(into)}?sslmode=disable`;
  const confirm = ["--confirm", `127.0.0.1:${port}/${into}`];
  return ["restore", "--json", "--identity", rig.files.holder.file, "--target", url, ...confirm];
}
