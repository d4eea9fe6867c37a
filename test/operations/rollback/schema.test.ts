import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Failure } from "../../../lib/failure.ts";
import { judgeByMigrations, type SchemaVerdict } from "../../../operations/rollback/schema.ts";

const [from, to] = ["1".repeat(40), "2".repeat(40)];
const schema = `model Account {
  id    Int    @id
  email String
  @@map("account")
}`;

interface Case {
  /** Texts of the migrations that came with the release. */
  sql: string[];
  schema?: string | undefined;
  rehearsed?: "expand" | "contract";
  /** A query that the release declares. */
  query?: string;
  status?: string;
}

/** Judges with a repository that has just what the case says. */
function judged({
  sql,
  schema: read = schema,
  rehearsed,
  query,
  status = "A",
}: Case): Promise<SchemaVerdict> {
  const paths = sql.map((_, index) => `prisma/migrations/${index}_change/migration.sql`);
  const digests = sql.map((text) => createHash("sha256").update(`${text}\n`).digest("hex"));
  const judge = judgeByMigrations({
    async git(args) {
      const [command, ...rest] = args;
      const last = rest.at(-1) ?? "";
      if (command === "diff") return paths.map((path) => `${status}\0${path}\0`).join("");
      if (command === "rev-parse") return from;
      if (command === "ls-tree" && last === "prisma") return "prisma/schema.prisma\0";
      if (command === "ls-tree") return query === undefined ? "" : "prisma/queries/one.sql\0";
      if (last === `${from}:prisma/queries/one.sql`) return query;
      if (last === `${from}:prisma/schema.prisma`) return read;
      return sql[paths.findIndex((path) => last === `${to}:${path}`)];
    },
    folder: "prisma/migrations",
    reads: { schema: "prisma", queries: "prisma/queries" },
    rehearsed: async () =>
      new Map(rehearsed === undefined ? [] : digests.map((digest) => [digest, rehearsed] as const)),
  });
  return judge(from, to, new AbortController().signal);
}

describe("whether the earlier code works with the schema", () => {
  it.each([
    [[]],
    [
      [
        "create table note (id int); create unique index on note (id); alter table note alter id set not null",
      ],
    ],
    [["alter table account add column plan text", "create index concurrently on account (plan)"]],
    [["create table note (id int)", "drop table note"]],
    [["alter table account drop column unread"]],
    [["-- drop table account\nalter table account add plan text default 'drop table account'"]],
  ])("is shown by %j", async (sql) => {
    expect(await judged({ sql })).toMatchObject({ state: "compatible" });
  });

  it.each([
    ["alter table account drop column email", "drops public.account.email (line 1)"],
    ["alter table account\nrename email to mail", "renames public.account.email (line 1)"],
    ["drop table account; create table account (id int)", "drops public.account (line 1)"],
    ["alter table account alter email set not null", "tightens public.account.email (line 1)"],
    ["create unique index on account (email)", "tightens public.account (line 1)"],
    [
      "alter table account add plan int not null default 0; alter table account alter plan drop default",
      "tightens public.account (line 1)",
    ],
    ["alter table account alter id drop identity", "tightens public.account (line 1)"],
    ["drop function total()", "drops function public.total (line 1)"],
    ["create table if not exists account (id int); drop table account", "drops public.account (line 1)"],
    ["alter table account alter email set default null::text", "tightens public.account (line 1)"],
    ["alter table account add plan int default null not null", "tightens public.account (line 1)"],
    ["alter table account add plan int check (plan is not null)", "tightens public.account (line 1)"],
    ["alter table account add plan int unique default 5", "tightens public.account (line 1)"],
    ["alter type address rename attribute street to road", "renames type public.address (line 1)"],
    ["alter type address drop attribute street", "drops type public.address.street (line 1)"],
  ])("is refused by %j", async (text, what) => {
    const { state, summary } = await judged({ sql: [text], rehearsed: "expand" });
    expect(state).toBe("incompatible");
    expect(summary).toContain(what);
  });

  it.each([
    "do $$ begin execute 'drop table account'; end $$",
    "revoke select on account from app",
    "create or replace function total() returns int language sql as 'select 1'",
    "create trigger t before insert on account for each row execute function f()",
    "create policy p on account as restrictive using (false)",
    "alter table account enable row level security",
    "update account set email = null where id = 1",
    "create table gone as with d as (delete from account where id = 1 returning *) select * from d",
    "create table gone (id int); with d as (delete from account where id = 1 returning id) insert into gone select id from d",
    "this is no SQL",
  ])("is not known of %j, unless a rehearsal showed it", async (text) => {
    expect(await judged({ sql: [text] })).toMatchObject({ state: "unknown" });
    expect(await judged({ sql: [text], rehearsed: "contract" })).toMatchObject({ state: "unknown" });
    expect(await judged({ sql: [text], rehearsed: "expand" })).toMatchObject({
      state: text.startsWith("this") ? "unknown" : "compatible",
    });
  });

  it.each([
    "drop table audit",
    "alter table audit drop column id",
    "alter table audit rename column id to number",
    "create unique index on audit (id)",
  ])("is refused by %j where a declared query names that, and not where none does", async (text) => {
    const incompatible = { state: "incompatible" };
    for (const query of ["select a.id from app.audit a", "insert into audit values ($1)", "no SQL"]) {
      expect(await judged({ sql: [text], query })).toMatchObject(incompatible);
    }
    const query = "select id from account";
    expect(await judged({ sql: [text], query })).toMatchObject({ state: "compatible" });
  });

  it("is not known of what takes away and does something that its text does not prove, rehearsed or not", async () => {
    const sql = ["alter table account drop column unread; revoke select on account from app"];
    expect(await judged({ sql })).toMatchObject({ state: "unknown" });
    expect(await judged({ sql, rehearsed: "contract" })).toMatchObject({ state: "unknown" });
  });

  it("says which new values of an enum an earlier client cannot read", async () => {
    const sql = [
      "alter type mood add value 'calm'",
      "create type fresh as enum ('a')",
      "alter type fresh add value 'b'",
    ];
    expect(await judged({ sql })).toMatchObject({
      state: "compatible",
      note: expect.stringMatching(/^Rows that have 'calm' of mood by now .* look for such rows$/),
    });
  });

  it("says of which rows a new foreign key keeps earlier code from deleting", async () => {
    const refers = "references account (id)";
    for (const text of [
      `create table note (account int ${refers})`,
      "create table note (a int); alter table note add foreign key (a) references account (id) on delete restrict",
      `alter table account add parent int ${refers}`,
    ]) {
      expect(await judged({ sql: [text] })).toMatchObject({
        state: "compatible",
        note: expect.stringMatching(/keeps earlier code from deleting rows of public.account that/),
      });
    }
    for (const text of [
      `create table note (account int ${refers} on delete cascade)`,
      `create table note (account int ${refers} on delete set null)`,
      "create table note (id int primary key); create table part (note int references note (id))",
      "create table note (id int primary key, above int references note (id))",
    ]) {
      expect((await judged({ sql: [text] })).note).toBeUndefined();
    }
  });

  it("is not known where nothing says what is read, a migration was changed or removed, or Git cannot tell", async () => {
    const sql = ["alter table account drop column unread"];
    for (const nothing of ["", "generator client {}"]) {
      expect(await judged({ sql, schema: nothing })).toMatchObject({ state: "incompatible" });
    }
    for (const status of ["D", "M", "T"]) {
      expect(await judged({ sql: ["select 1"], status })).toMatchObject({ state: "unknown" });
    }
    const sources = { folder: "m", reads: { schema: "p", queries: "q" } };
    const judge = judgeByMigrations({
      ...sources,
      git: async () => undefined,
      rehearsed: () => Promise.reject(new Failure("failed", "no evidence")),
    });
    const { signal } = new AbortController();
    expect(await judge(from, to, signal)).toMatchObject({ state: "unknown" });
    expect(await judge("--output=x", to, signal)).toMatchObject({
      summary: expect.stringMatching(/something else/),
    });
  });
});
