import type { Description, Head, Manifest } from "../../../operations/archive/manifest.ts";

/** The description of a database with one table. */
export const description: Description = {
  fingerprint: "0".repeat(64),
  objects: { "table public.orders": "0123456789abcdef" },
  tables: { "public.orders": { rows: 3, rls: { enabled: true, forced: false, policies: 1 } } },
  sequences: {
    "public.upwards": { last: "10", called: true, descending: false },
    "public.downwards": { last: "-10", called: true, descending: true },
  },
  largeObjects: 2,
};

/** A manifest, of a backup of 4 bytes, with changes. */
export function manifestWith(changes: Partial<Manifest> = {}): Manifest {
  const stream = { bytes: 4, sha256: "0".repeat(64) };
  return {
    version: 4,
    stack: "production",
    key: "postgres/20260101T000000Z-0123abcd.dump.age",
    takenAt: "2026-01-01T00:00:01.000Z",
    durationMs: 1000,
    serverVersion: "17.4",
    dumpVersion: "17.4",
    systemIdentifier: "7",
    database: "app",
    encoding: "UTF8",
    schemas: [{ name: "public", owner: "owner" }],
    companions: [],
    whole: false,
    server: {
      provider: "c",
      collate: "C",
      ctype: "C",
      locale: null,
      preload: [],
      locks: 6400,
      tablespaces: [],
      searchPath: ["public"],
    },
    extensions: [],
    labelProviders: [],
    roles: [],
    needsRoles: [],
    evaluated: [],
    plain: stream,
    sealed: stream,
    recipients: ["age1"],
    contains: { fingerprint: description.fingerprint, objects: 1, tables: 1, rows: 3, largeObjects: 2 },
    listing: { items: 4, sealed: stream },
    companionRows: {},
    remote: {},
    lockable: 10,
    notes: [],
    migrations: null,
    ...changes,
  };
}

/** A manifest as it is stored. */
export function headWith(changes: Partial<Head> = {}): Head {
  const { schemas, companions, extensions, roles, needsRoles, evaluated, companionRows, remote, ...head } =
    manifestWith(changes);
  return head;
}

const emptied = { globals: {}, dependents: {}, details: "" };

/** A manifest of version 2, with the list of everything in it. */
export function legacyWith(changes: { description?: Description; details?: string } = {}) {
  const { contains, listing, ...shared } = manifestWith();
  const surroundings = { ...description, objects: {}, tables: {}, sequences: {} };
  return { ...shared, ...emptied, version: 2, description, surroundings, ...changes };
}

/** A manifest of version 3, with everything in it but the objects of the schemas. */
export function thirdWith(changes: Record<string, unknown> = {}) {
  return { ...manifestWith(), ...emptied, version: 3, ...changes };
}
