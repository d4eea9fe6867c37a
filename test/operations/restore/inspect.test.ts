import { afterAll, expect, test } from "vitest";
import { refuseForeignOwners, refuseUnrestorable } from "../../../operations/restore/inspect.ts";
import { startContents } from "../support/contents.ts";
import { manifestWith } from "../support/manifest.ts";

const { of: contentsOf, remove } = startContents();

afterAll(remove);

const target = {
  PGHOST: "127.0.0.1",
  PGPORT: "5432",
  PGDATABASE: "new",
  PGUSER: "maker",
  PGSSLMODE: "disable",
} as const;

test("rows and values of an extension that another role made are no reason to refuse a new database", () => {
  const ofExtension = [
    "20; 3079 1 EXTENSION - postgis ",
    "21; 0 2 TABLE DATA public spatial_ref_sys other",
    "22; 0 0 SEQUENCE SET public ids other",
    "23; 0 0 ACL public FUNCTION f() other",
  ];
  const checks =
    (...more: string[]) =>
    () =>
      refuseForeignOwners({ target, noOwner: false }, contentsOf([...ofExtension, ...more]), {
        foreignRoles: [{ name: "other", quoted: "other" }],
      });
  expect(checks("24; 1259 3 TABLE public t maker")).not.toThrow();
  expect(checks("25; 1259 4 VIEW public v other")).toThrow(/may not give objects to other\./);
});

test.each([
  [true, "or restore into a new database with --jobs."],
  [
    false,
    "or restore with --jobs into an empty database that belongs to maker: the role may not create databases, so somebody else must create it.",
  ],
])("the way out of too few locks is one that the role has (creates databases: %s)", (createDatabase, way) => {
  const present = {
    schemas: [],
    largeObjects: false,
    missingCompanions: [],
    foreignRoles: [],
    missingRoles: [],
    tablespaces: true,
    locks: { needed: 90_000, capacity: 6400 },
    missingExtensions: [],
    displaced: [],
    createDatabase,
  };
  expect(() => refuseUnrestorable({ target, createRoles: false }, manifestWith(), present)).toThrow(way);
});
