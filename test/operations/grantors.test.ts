import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cycle, startCycle } from "./support/cycle.ts";

/** Who granted what on a database. */
const grants = `
  select json_agg(json_build_array(x.grantee::regrole, x.privilege_type, x.is_grantable, x.grantor::regrole)
    order by x.grantee::regrole::text, x.privilege_type, x.grantor::regrole::text)
    from pg_database d cross join lateral aclexplode(d.datacl) x where d.datname = current_database() and x.grantee <> 0`;

const memberships = `
  select json_agg(json_build_array(m.member::regrole, m.roleid::regrole, m.admin_option, m.grantor::regrole)
      order by m.member::regrole::text, m.roleid::regrole::text)
    from pg_auth_members m where m.member >= 16384`;

let cycle: Cycle;

beforeAll(async () => {
  cycle = await startCycle();
  await cycle.source.sql("create database granted");
  await cycle.source.sql(
    `
    create role keeper; create role giver; create role taker; create role crowd; create role last;
    grant crowd to giver with admin option; set role giver; grant crowd to taker with admin option;
    set role taker; grant crowd to last; reset role;
    alter database granted owner to keeper; set role keeper;
    grant temporary, create on database granted to giver with grant option;
    set role giver; grant temporary on database granted to taker with grant option; grant create on database granted to taker;
    set role taker; grant temporary on database granted to last; set role keeper;
    grant connect on database granted to postgres with grant option; reset role; set role postgres;
    grant connect on database granted to last;
  `,
    "granted",
  );
  await cycle.backUp(cycle.source.connection("granted"));
});

afterAll(() => cycle.close());

test("a new database has its privileges, and roles are members, by whom they were granted", async () => {
  const other = await cycle.other();
  const { problems } = await cycle.drill();
  expect(problems).toEqual([]);
  const target = other.connection("granted");
  const { differences } = await cycle.restore(target, { jobs: 2, createRoles: true });
  expect(differences).toEqual([]);
  for (const query of [grants, memberships]) {
    expect(JSON.parse(await other.sql(query, "granted"))).toEqual(
      JSON.parse(await cycle.source.sql(query, "granted")),
    );
  }
});
