import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { findProgram } from "../../postgres/programs.ts";
import { type Cycle, startCycle } from "./support/cycle.ts";

let cycle: Cycle;
let folder: string;

beforeAll(async () => {
  cycle = await startCycle();
});

afterAll(() => cycle.close());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counting-programs-"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const made = `create table hot (id bigserial primary key, v text); insert into hot (v) select 'x' from generate_series(1, 50);
  create table t (id int generated always as identity, v text); insert into t (v) values ('a');
  create sequence down increment -1; create sequence circle maxvalue 5 cycle; create sequence round maxvalue 4 cycle; create sequence back; create sequence still;
  create sequence unused; create sequence wide cycle;
  select setval('back', 90), setval('still', 7), nextval('circle'), nextval('round'), setval('wide', 8);
  create schema app; create sequence app.moving; create table app.t (id int default nextval('app.moving'));
  insert into app.t select from generate_series(1, 5);`;

/**
 * What writers do before pg_dump reads and once it has read, in the sessions that the script makes: `round` comes to where it
 * was.
 */
const move = `insert into hot (v) values ('w'), ('w'), ('w'); insert into t (v) values ('b'); insert into app.t default values;
  select nextval('down'), nextval('round'), nextval('round'), nextval('circle'), nextval('circle'), nextval('circle'), setval('back', 10);`;

test.each([
  { jobs: 1, isApart: true },
  { jobs: 1, isApart: false },
  { jobs: 3, isApart: false },
])("a backup holds while writers take values of sequences all through it: %o", async ({ jobs, isApart }) => {
  const name = `hot_${jobs}_${isApart}`;
  await cycle.source.sql(`create database ${name}`);
  await cycle.source.sql(made, name);
  const connection = cycle.source.connection(name);
  vi.stubEnv("POSTGRES_BIN", movingDump(isApart));
  const { notes } = await cycle.backUp(connection, [], { jobs });
  vi.unstubAllEnvs();
  const told = notes.filter((note) => note.includes("started over"));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain("public.back");
  expect(told[0]).toContain("public.circle");
  expect(told[0]).not.toMatch(/hot|down|still|unused|moving|round|wide/);
  const { problems, holds } = await cycle.drill();
  expect({ problems, holds }).toEqual({ problems: [], holds: true });
  const target = cycle.source.connection(`${name}_new`);
  expect((await cycle.restore(target, { jobs: 2 })).differences).toEqual([]);
  // No row has a value that is still to come.
  const behind =
    "select count(*) from hot_id_seq s where s.last_value < (select max(id) from hot) union all select count(*) from app.moving s where s.last_value < (select max(id) from app.t)";
  expect(await cycle.source.sql(behind, target.PGDATABASE)).toBe("0\n0");
  const value =
    "select last_value || ' ' || is_called from still union all select last_value::text from wide union all select is_called::text from unused";
  expect(await cycle.source.sql(value, target.PGDATABASE)).toBe("7 true\n8\nfalse");
  expect((await cycle.restore(connection)).differences).toEqual([]);
});

test("a backup of some schemas holds while writers take values of theirs", async () => {
  await cycle.source.sql("create database hot_part");
  await cycle.source.sql(made, "hot_part");
  const connection = cycle.source.connection("hot_part");
  vi.stubEnv("POSTGRES_BIN", movingDump(true));
  await cycle.backUp(connection, ["app"]);
  vi.unstubAllEnvs();
  const { problems } = await cycle.drill();
  expect(problems).toEqual([]);
  expect((await cycle.restore(connection)).differences).toEqual([]);
});

/**
 * Makes a folder for POSTGRES_BIN in which pg_dump is another one: it takes values of sequences before it reads and once
 * it has read, and only then hands its dump on.
 *
 * @param isApart whether the first dump finds no room for its locks: definitions are then read after the next one
 */
function movingDump(isApart: boolean): string {
  const program = findProgram("pg_dump");
  const moves = `'${join(dirname(program), "psql")}' --quiet --no-psqlrc --no-password --set=ON_ERROR_STOP=1 --file='${join(folder, "move.sql")}' >&3 || exit 9`;
  writeFileSync(join(folder, "move.sql"), move);
  const refusal = `if [ ! -e '${folder}/tried' ]; then : > '${folder}/tried'
    echo "pg_dump: error: query failed: ERROR:  out of shared memory" >&2; exit 1; fi`;
  const text = `#!/bin/sh
case " $* " in *" --version "*) exec '${program}' "$@";; esac
${isApart ? refusal : ""}
exec 3> /dev/null
${moves}
'${program}' "$@" > '${folder}/dump' || exit 8
${moves}
cat '${folder}/dump'
`;
  writeFileSync(join(folder, "pg_dump"), text, { mode: 0o755 });
  return folder;
}
