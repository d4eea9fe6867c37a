import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSession } from "../../postgres/session.ts";
import { matrixChecks } from "../../verify/row-access/check.ts";
import { readMatrix, writeMatrix } from "../../verify/row-access/file.ts";
import { changesOf, dangersOf, describeChange, type Matrix } from "../../verify/row-access/matrix.ts";
import { measureMatrix } from "../../verify/row-access/measure.ts";
import { type PostgresServer, startPostgres } from "../operations/support/postgres.ts";

const one = "11111111-1111-4111-8111-111111111111";
const other = "22222222-2222-4222-8222-222222222222";

/** A database as Supabase has it: users, and tables that they see and write their own rows of. */
const platform = `
  create schema auth;
  create table auth.users (id uuid primary key);
  insert into auth.users values ('${one}'), ('${other}'), ('eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee');
  create function auth.uid() returns uuid language sql stable set search_path = '' as
    $$ select (current_setting('request.jwt.claims', true)::jsonb ->> 'sub')::uuid $$;
  grant usage on schema auth, public to anon, authenticated;
  create table public.note (id bigint generated always as identity primary key, owner uuid not null references auth.users,
    body text, size int generated always as (length(body)) stored);
  alter table public.note enable row level security;
  create policy own on public.note to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
  grant select, insert, update, delete on public.note to anon, authenticated;
  insert into public.note (owner, body) select owner, 'canary' from (values ('${one}'::uuid), ('${other}')) o(owner), generate_series(1, 3);
  create table public.country (code text primary key);
  alter table public.country enable row level security;
  create policy everyone on public.country for select using (true);
  grant select on public.country to anon, authenticated;
  insert into public.country values ('DE'), ('FR');
  create table public."Odd ""name" ("place" text, "count" int);
  grant select, insert on public."Odd ""name" to authenticated;
  create table public.fired (at timestamptz);
  create function public.fire() returns trigger language plpgsql security definer as
    $$ begin raise exception 'a trigger acted'; end $$;
  create trigger fire before insert or update or delete on public.note for each row execute function public.fire();
`;

const denied = { select: "denied", insert: "denied", update: "denied", delete: "denied" };
const none = { select: "none", insert: "none", update: "none", delete: "none" };
const own = { select: "own", insert: "own", update: "own", delete: "own" };

const expected: Matrix["tables"] = {
  "public.note": { anon: cells(none), user: cells(own), "other user": cells(own) },
  "public.country": {
    anon: cells({ ...denied, select: "all" }),
    user: cells({ ...denied, select: "all" }),
    "other user": cells({ ...denied, select: "all" }),
  },
  "public.fired": { anon: cells(denied), user: cells(denied), "other user": cells(denied) },
  'public.Odd "name': {
    anon: cells(denied),
    user: cells({ ...denied, select: "untold", insert: "untold" }),
    "other user": cells({ ...denied, select: "untold", insert: "untold" }),
  },
};

let server: PostgresServer;
let count = 0;
const folder = mkdtempSync(join(tmpdir(), "row-access-"));

beforeAll(async () => {
  server = await startPostgres("canary-password");
  await server.sql("create role anon nologin; create role authenticated nologin");
  await server.sql("create database template_of_ours");
  await server.sql(platform, "template_of_ours");
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function copyWith(statements: string): Promise<string> {
  count += 1;
  const name = `copy_${count}`;
  await server.sql(`create database ${name} template template_of_ours`);
  if (statements !== "") await server.sql(statements, name);
  return name;
}

async function measured(statements = ""): Promise<Matrix> {
  const name = await copyWith(statements);
  return withSession(server.connection(name), "test", (session) => measureMatrix(session));
}

describe("who reaches which rows", () => {
  it("is told for strangers and for two users, with no row and no trigger touched", async () => {
    const name = await copyWith("");
    const rows = "select count(*), max(xmin::text::int), string_agg(body, '') from public.note";
    const before = await server.sql(rows, name);
    const matrix = await withSession(server.connection(name), "test", (session) => measureMatrix(session));
    expect(matrix).toEqual({ version: 1, tables: expected });
    expect(dangersOf(matrix)).toEqual([]);
    expect(await server.sql(rows, name)).toBe(before);
    expect(await server.sql("select count(*) from public.fired", name)).toBe("0");
    expect(JSON.stringify(matrix)).not.toContain("canary");
  });

  it.each<[string, string, string[]]>([
    [
      "a policy that lets every user read",
      "create policy all_read on public.note for select to authenticated using (true)",
      ["public.note, select as user: own → all", "public.note, select as other user: own → all"],
    ],
    [
      "a policy that lets a stranger add rows",
      "create policy add on public.note for insert to anon with check (true)",
      [
        "public.note, insert as anon: none → all",
        "public.note, insert as user: own → shared",
        "public.note, insert as other user: own → shared",
      ],
    ],
    [
      "row-level security that is off",
      "alter table public.note disable row level security",
      ["anon", "user", "other user"].flatMap((actor) =>
        ["select", "insert", "update", "delete"].map(
          (action) => `public.note, ${action} as ${actor}: ${actor === "anon" ? "none" : "own"} → all`,
        ),
      ),
    ],
    [
      "a right that is taken away",
      "revoke delete on public.note from authenticated",
      ["public.note, delete as user: own → denied", "public.note, delete as other user: own → denied"],
    ],
    [
      "a table that is new",
      "create table public.more (id int); insert into public.more values (1)",
      ["anon", "user", "other user"].flatMap((actor) =>
        ["select", "insert", "update", "delete"].map(
          (action) => `public.more, ${action} as ${actor}: no such table → denied`,
        ),
      ),
    ],
    [
      "a policy that fails",
      "create policy broken on public.note as restrictive for delete using (1 / 0 = 1)",
      [
        "public.note, delete as anon: none → none",
        "public.note, delete as user: own → untold",
        "public.note, delete as other user: own → untold",
      ].slice(1),
    ],
  ])("changes with %s, cell by cell", async (_, statements, changes) => {
    const recorded: Matrix = { version: 1, tables: expected };
    expect(changesOf(recorded, await measured(statements)).map(describeChange)).toEqual(changes);
  });

  /** What a role may do without reading what it writes, and with rights on single columns. */
  it.each<[string, string, Record<"select" | "insert" | "update" | "delete", string>]>([
    [
      "rights on some columns and a policy for every row",
      "create policy every on public.note using (true) with check (true); revoke all on public.note from authenticated; grant select (body), insert (owner, body), update (body) on public.note to authenticated",
      { select: "all", insert: "all", update: "all", delete: "denied" },
    ],
    [
      "a policy that lets everybody change and delete what only its owner reads",
      "create policy change on public.note for update to authenticated using (true); create policy remove on public.note for delete to authenticated using (true)",
      { ...own, update: "all", delete: "all" },
    ],
    [
      "rows of others that can be taken, if not changed",
      "create policy take on public.note for update to authenticated using (true) with check (owner = (select auth.uid()))",
      { ...own, update: "all" },
    ],
    [
      "rows that one policy shows and another lets be taken",
      "create policy take on public.note for update to authenticated using (true) with check (false)",
      { ...own, update: "all" },
    ],
    [
      "a second factor and a proven address in the token",
      'drop policy own on public.note; create policy own on public.note to authenticated using (owner = (select auth.uid()) and current_setting(\'request.jwt.claims\')::jsonb @> \'{"aal": "aal2", "is_anonymous": false, "aud": "authenticated"}\')',
      own,
    ],
    [
      "columns with names of our own, and an id that only the table may give",
      "alter table public.note add optropic_place text, add place text, add kept text, add s text; revoke update on public.note from authenticated; grant update (id) on public.note to authenticated",
      own,
    ],
    [
      "a function that refuses",
      "create function public.refuse() returns boolean language plpgsql as $$ begin raise insufficient_privilege; end $$; create policy refuse on public.note as restrictive for delete using (public.refuse())",
      { ...own, delete: "none" },
    ],
    [
      "a role that no policy binds",
      "alter table public.note owner to authenticated",
      { select: "all", insert: "all", update: "all", delete: "all" },
    ],
  ])("is told of %s", async (_, statements, wanted) => {
    const { tables } = await measured(statements);
    expect(tables["public.note"]?.user).toEqual(wanted);
    expect(tables["public.note"]?.["other user"]).toEqual(wanted);
  });

  it("is told of partitions and of rows that are found among many", async () => {
    const { tables } = await measured(`
      create table public.parted (id int, owner uuid, part int) partition by list (part);
      create table public.part_one partition of public.parted for values in (1); create table public.part_two partition of public.parted default;
      alter table public.parted enable row level security;
      create policy own on public.parted to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
      grant select, insert, update, delete on public.parted to authenticated;
      insert into public.parted select n, gen_random_uuid(), n % 2 from generate_series(1, 2000) n;
      insert into public.parted select n, owner, n from (values ('${one}'::uuid), ('${other}')) o(owner), generate_series(1, 2) n`);
    expect(tables["public.parted"]).toEqual({ anon: denied, user: own, "other user": own });
  });

  it("is unknown without the roles and without a table", async () => {
    const bare = await copyWith(
      "drop schema public cascade; create schema public; grant usage on schema public to anon",
    );
    const measure = (name: string) =>
      withSession(server.connection(name), "test", (session) => measureMatrix(session));
    await expect(measure(bare)).rejects.toMatchObject({ name: "Unknown", reason: "no-data" });
  });

  it("of users that nobody is shows no row, and none that is theirs", async () => {
    const matrix = await measured("truncate auth.users cascade; insert into public.country values ('IT')");
    expect(matrix.tables["public.note"]?.user).toEqual({ ...cells(none), ...untold });
  });
});

describe("the recorded matrix", () => {
  const path = join(folder, "rls-matrix.json");

  it("is written with one cell a line, and read again", () => {
    const matrix: Matrix = { version: 1, tables: expected };
    writeMatrix(path, matrix);
    expect(readMatrix(path)).toEqual(matrix);
    expect(readFileSync(path, "utf8")).toContain('        "select": "own",\n');
    expect(readMatrix(join(folder, "missing.json"))).toBeUndefined();
  });

  it("is refused where it is not one", () => {
    const wrong = join(folder, "wrong.json");
    for (const text of ["", "{}", '{"version":1,"tables":{"a":{"anon":{"select":"perhaps"}}}}']) {
      writeFileSync(wrong, text);
      expect(() => readMatrix(wrong)).toThrow(/is not a matrix/);
    }
    // A drill compares nothing where there is no matrix, so one that cannot be reached must not count as none.
    expect(() => readMatrix(join(wrong, "below.json"))).toThrow(/a part of its path is not a folder/);
  });

  it("is compared with in a drill, where there is one", async () => {
    const name = await copyWith(
      "create policy all_read on public.note for select to authenticated using (true)",
    );
    const check = (file: string) =>
      withSession(server.connection(name), "test", (session) => matrixChecks(session, file));
    expect(await check(join(folder, "missing.json"))).toEqual([]);
    expect(await check(path)).toMatchObject([
      { holds: false, found: expect.stringContaining("2 changes: public.note, select as user: own → all") },
    ]);
  });
});

const untold = { select: "untold", insert: "untold", update: "untold", delete: "untold" } as const;

function cells(of: Record<string, string>): Matrix["tables"][string]["anon"] {
  const is = (action: string) => {
    const found = of[action];
    if (found === "denied" || found === "none" || found === "own" || found === "all" || found === "untold")
      return found;
    throw new Error(`${found} is no cell`);
  };
  return { select: is("select"), insert: is("insert"), update: is("update"), delete: is("delete") };
}
