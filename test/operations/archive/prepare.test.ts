import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectContents } from "../../../operations/archive/contents.ts";
import { extensionStatements } from "../../../operations/archive/extensions.ts";
import { GlobalLines } from "../../../operations/archive/global-lines.ts";
import type { Role } from "../../../operations/archive/manifest.ts";
import {
  grantMemberships,
  membershipsOf,
  powerless,
  roleStatements,
  schemaStatements,
} from "../../../operations/archive/prepare.ts";
import type { Listing } from "../../../operations/archive/sections.ts";
import { startContents, textsOf } from "../support/contents.ts";
import { listingOf } from "../support/listing.ts";
import { manifestWith } from "../support/manifest.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";

/** Names that would end a quotation, a statement or a block, were they not quoted. */
const hostile = [
  `a"; create table harm (); --`,
  `b'; create table harm (); --`,
  "c$do$; create table harm (); $do$",
  "d\\'; create table harm (); --",
  "e\n\\! touch harm\n",
  "ü $1 %s",
];

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres("canary-password-5f2d");
});

afterAll(() => postgres.stop());

describe("statements with hostile names", () => {
  test("make roles of those names, and their memberships, and nothing else", async () => {
    const roles = hostile.map((name, index): Role => ({ ...role(name), memberOf: hostile.slice(0, index) }));
    const memberships = membershipsOf(roles, new Set(), 15).map(({ statement }) => statement);
    await runAll([...roleStatements(roles, new Set()), ...memberships]);
    const [made, members] = [
      await postgres.sql(
        "select json_agg(rolname order by oid) from pg_roles where rolname !~ '^(pg_|postgres)'",
      ),
      await postgres.sql("select count(*) from pg_auth_members m where m.roleid > 16000"),
    ];
    expect(JSON.parse(made)).toEqual(hostile);
    expect(members).toBe("15");
    await expectNoHarm();
  });

  test("make schemas and extensions of those names, and nothing else", async () => {
    const schemas = hostile.map((name) => ({ name, owner: name }));
    await runAll(schemaStatements(manifestWith({ schemas })));
    // Where it is there already, it is made anew.
    await runAll(schemaStatements(manifestWith({ schemas })));
    const elsewhere = `${hostile[0]} and more`;
    await runAll(extensionStatements({ name: "hstore", schema: elsewhere, own: [] }, new Set()));
    const made = await postgres.sql(
      "select json_agg(nspname order by oid) from pg_namespace where oid > 16000 and nspname !~ '^pg_'",
    );
    expect(JSON.parse(made)).toEqual([...hostile, elsewhere]);
    await expectNoHarm();
  });

  async function runAll(statements: readonly string[]): Promise<void> {
    for (const statement of statements) await postgres.sql(statement);
  }

  async function expectNoHarm(): Promise<void> {
    expect(await postgres.sql("select count(*) from pg_class where relname = 'harm'")).toBe("0");
  }
});

describe("roles", () => {
  test("that are there are left as they are", () => {
    expect(roleStatements([role("a"), { ...role("b"), memberOf: ["a"] }], new Set(["a"]))).toEqual([
      `create role "b" with superuser noinherit createrole nocreatedb login noreplication bypassrls`,
    ]);
  });

  test("that were missing get their memberships, and those that were there get none among themselves", () => {
    const roles = [role("old"), { ...role("other"), memberOf: ["old", "new"] }];
    const made = { ...role("new"), memberOf: ["old", "gone"], adminOf: ["old"] };
    const statements = (existing: readonly string[]) =>
      membershipsOf([...roles, made], new Set(existing), 15).map(({ statement }) => statement);
    expect(statements(["old", "other"])).toEqual([
      `grant "new" to "other"`,
      `grant "old" to "new" with admin option`,
    ]);
    expect(statements(["old", "other", "new"])).toEqual([]);
  });

  test("whose membership the session may not make are named", async () => {
    const memberships = membershipsOf([role("a"), { ...role("b"), memberOf: ["a"] }], new Set(), 15);
    expect(await grantMemberships(memberships, async () => "permission denied")).toEqual([
      "The role b is not a member of a: permission denied.",
    ]);
  });

  test("are members by who granted it, once that one may, and as they were", () => {
    const grant = { group: "g", grantor: "root", admin: true, inherit: false, set: true };
    const roles = [
      { ...role("third"), memberships: [{ ...grant, grantor: "second", admin: false }] },
      { ...role("second"), memberships: [{ ...grant, grantor: "first" }] },
      { ...role("first"), memberships: [grant] },
      role("g"),
    ];
    const found = membershipsOf(roles, new Set(), 16);
    expect(found.map(({ statement, grantor }) => [statement, grantor])).toEqual([
      [`grant "g" to "first" with admin true, inherit false, set true`, undefined],
      [`grant "g" to "second" with admin true, inherit false, set true`, "first"],
      [`grant "g" to "third" with admin false, inherit false, set true`, "second"],
    ]);
    const before = membershipsOf(roles, new Set(), 15).map(({ statement }) => statement);
    expect(before[0]).toBe(`grant "g" to "first" with admin option`);
    const fromBefore = { ...grant, inherit: null, set: null };
    const [known] = membershipsOf(
      [{ ...role("first"), memberships: [fromBefore] }, role("g")],
      new Set(),
      16,
    );
    expect(known?.statement).toBe(`grant "g" to "first" with admin option`);
  });

  test("are made members by the session where it may not do so for another, and that is said", async () => {
    const memberships = [{ member: "b", group: "a", grantor: "c", statement: "grant a to b" }];
    const notes = await grantMemberships(memberships, async ([statement]) =>
      statement?.includes("granted by") ? "permission denied" : undefined,
    );
    expect(notes).toEqual(["The role b is a member of a, and not as c granted it: permission denied."]);
  });

  test("have no power where the server is not ours alone", () => {
    expect(roleStatements([powerless({ ...role("a"), memberOf: ["b"] })], new Set())).toEqual([
      `create role "a" with nosuperuser noinherit nocreaterole nocreatedb nologin noreplication nobypassrls`,
    ]);
  });
});

describe("the table of contents of a dump", () => {
  const contents = startContents();

  afterAll(() => contents.remove());

  test("is without its schemas and extensions, and with what is of them", async () => {
    const kept = [
      "215; 1259 16400 TABLE public SCHEMA - postgres",
      "3; 2615 2200 COMMENT - SCHEMA public postgres",
      "4; 0 0 ACL - SCHEMA public postgres",
      "216; 1259 16401 TABLE DATA public t 6; 2615 1 SCHEMA - x",
    ];
    const left = [
      "; Archive created at 2026-01-01",
      "6; 2615 16385 SCHEMA - Odd schema; -- postgres",
      "2; 3079 16386 EXTENSION - hstore",
      "5; 2615 2200 SCHEMA - public owner",
    ];
    expect(await selected([left[0], left[1], ...kept, left[2], left[3]], listingOf({}))).toEqual(kept);
  });

  test("has the objects in no schema that are selected, and what is of them", async () => {
    const lines = [
      "7; 2605 16400 CAST - CAST (bytea AS text) postgres",
      "8; 0 0 COMMENT - CAST (bytea AS text) postgres",
      "9; 6104 16401 PUBLICATION - pub postgres",
      "10; 0 0 COMMENT - PUBLICATION pub postgres",
    ];
    const listed = [
      lines[0],
      lines[1],
      ";\tdepends on: 7",
      lines[2],
      lines[3],
      ";\tdepends on: 3 9",
      "11; 0 0 USER MAPPING - USER MAPPING postgres SERVER far postgres",
    ];
    const definition = "0123456789abcdef";
    const listing = listingOf({
      global: [
        { name: "cast (bytea AS text)", definition, entry: "2605 16400" },
        { name: "publication pub", definition, entry: "6104 16401" },
      ],
    });
    expect(await selected(listed, listing, ["publication pub"])).toEqual(lines.slice(2));
    expect(await selected(listed, listing, ["cast (bytea AS text)"])).toEqual(lines.slice(0, 2));
  });

  async function selected(
    lines: readonly (string | undefined)[],
    listing: Listing,
    globals: readonly string[] = [],
  ): Promise<string[]> {
    const kept = await GlobalLines.read(listing, (name) => globals.includes(name));
    return textsOf(selectContents(contents.of(lines), { globals: kept, leftOut: [] }));
  }
});

function role(name: string): Role {
  return {
    name,
    superuser: true,
    inherit: false,
    createRole: true,
    createDatabase: false,
    login: true,
    replication: false,
    bypassRls: true,
    memberOf: [],
    adminOf: [],
    memberships: [],
    managesPolicies: [],
    isReserved: false,
    tookBackup: false,
  };
}
