import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { noteCharacters } from "./notes.ts";

/**
 * Largest manifest, in bytes: enough for some 500,000 schemas, roles, and objects in no schema. Tables and what else is
 * in schemas are not in it.
 */
export const maximumManifestBytes = 64 * 1024 * 1024;

/** Longest problem that is shown, since it may quote the manifest. */
const problemCharacters = 300;

const count = z.int().min(0);
const name = z.string().min(1).max(1000);
const names = z.array(name).max(1_000_000);
const digest = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 digest in hexadecimal");

/** Length and SHA-256 of a stream, in bytes and hexadecimal. */
const streamSchema = z.strictObject({ bytes: count, sha256: digest });

const roleSchema = z.strictObject({
  name,
  superuser: z.boolean(),
  inherit: z.boolean(),
  createRole: z.boolean(),
  createDatabase: z.boolean(),
  login: z.boolean(),
  replication: z.boolean(),
  bypassRls: z.boolean(),
  memberOf: names,
  /** Those of them that it may grant to others. */
  adminOf: names.default([]),
});

/** Rows of a table, and its row-level security. */
export const tableSchema = z.strictObject({
  /** Null when the dump does not have them, or when they cannot be counted. */
  rows: count.nullable(),
  /**
   * Row-level security: whether it is enabled, whether it is forced on the owner, and the number of policies.
   */
  rls: z.strictObject({ enabled: z.boolean(), forced: z.boolean(), policies: count }),
});

/** Catalog and number of an object, which begin its line in a dump's table of contents, or the line's text. */
const entry = z.string().min(1).max(3000);
/** The start of the digest of a definition. */
export const definition = z.string().regex(/^[0-9a-f]{16}$/, "the start of a digest");

/** A sequence: its last value, whether `nextval` returned that yet, and whether it counts down. */
export const sequenceSchema = z.strictObject({
  last: z.string().regex(/^-?\d{1,19}$/),
  called: z.boolean(),
  descending: z.boolean(),
});

/** What a database holds that a restored one must hold too. */
export const descriptionSchema = z.strictObject({
  /** SHA-256 over `objects`. */
  fingerprint: digest,
  /**
   * Each object in the schemas, such as `table public.customer`, and the start of its definition's SHA-256.
   */
  objects: z.record(z.string(), definition),
  /** Tables by their quoted names. */
  tables: z.record(z.string(), tableSchema),
  sequences: z.record(z.string(), sequenceSchema),
  largeObjects: count,
});

export type Description = z.infer<typeof descriptionSchema>;

/** An object in no schema, or one in another schema that depends on those of the backup. */
const besideSchema = z.record(z.string(), z.strictObject({ definition, entry }));

const extensionSchema = z.strictObject({
  name,
  schema: name,
  version: z.string().max(100),
  /** Whether anything in the dump depends on it. */
  needed: z.boolean(),
  /** Schemas that belong to it. */
  own: names,
  /** Its tables and sequences whose rows the dump has: their entries, and which rows. */
  data: z.array(
    z.strictObject({
      table: z.string(),
      entry,
      condition: z.string(),
      isTable: z.boolean(),
      rows: count.nullable(),
    }),
  ),
});

/** How the server of the backup was made, as far as a restored database depends on it. */
const serverSchema = z.strictObject({
  /** Locale provider: `c` for the C library, `i` for ICU, `b` for built in. */
  provider: z.string().max(1),
  collate: z.string().max(1000),
  ctype: z.string().max(1000),
  locale: z.string().max(1000).nullable(),
  /** Libraries that the server preloads; null when the role may not read it. */
  preload: names.nullable(),
  /** Locks that fit into the server's table of them. */
  locks: count,
  tablespaces: names,
  /** Schemas in which a session looks for names. */
  searchPath: names,
});

/** State of Prisma's migrations; null when the database has no table of them. */
const migrationsSchema = z.strictObject({ applied: count, unfinished: count, last: z.string().nullable() });

const shared = {
  stack: name,
  /** Key of the sealed dump. */
  key: name,
  /** Time of the snapshot, by the database's clock. */
  takenAt: z.iso.datetime(),
  durationMs: count,
  /** Versions of the server, such as 17.4, and of pg_dump. */
  serverVersion: z.string().max(100),
  dumpVersion: z.string().max(100),
  /** System identifier of the source server; null when the role may not read it. */
  systemIdentifier: z.string().regex(/^\d+$/).nullable(),
  database: name,
  encoding: z.string().max(50),
  /** Schemas that were dumped, with their owners. */
  schemas: z.array(z.strictObject({ name, owner: name })).max(1_000_000),
  /** Schemas that the dump has besides, since those depend on them or the other way round. */
  companions: z.array(z.strictObject({ name, owner: name })).max(1_000_000),
  /** Whether the dump covers the complete database. */
  whole: z.boolean(),
  server: serverSchema,
  /** In the order in which they can be created. */
  extensions: z.array(extensionSchema).max(10_000),
  /** Providers of the security labels in the dump. */
  labelProviders: names.default([]),
  roles: z.array(roleSchema).max(1_000_000),
  /** Roles that own something in the dump or have privileges on it. */
  needsRoles: names,
  /** Functions that a restore runs, for checks, indexes, generated columns and materialized views. */
  evaluated: names,
  /** The dump as pg_dump wrote it, and as it is stored, encrypted. */
  plain: streamSchema,
  sealed: streamSchema,
  /** age public keys; the identity of any one of them decrypts the backup. */
  recipients: z.array(z.string().max(100)).min(1).max(20),
  globals: besideSchema,
  /** Objects in the companions that depend on the schemas. */
  dependents: besideSchema,
  /** The companions' tables whose rows the dump has, with their entries. */
  companionRows: z.record(z.string(), entry),
  /** Materialized views that read from another server, with their entries. */
  remote: z.record(z.string(), entry).default({}),
  /** Tables, indexes and large objects that a transaction locks when it creates the schemas. */
  lockable: count,
  /** What the dump does not contain, one sentence each. */
  notes: z.array(z.string().max(noteCharacters)).max(1_000_000),
  /** Expressions of the objects and settings of the database, encrypted like the dump, in base64. */
  details: z.string(),
  migrations: migrationsSchema.nullable(),
};

/**
 * Describes a backup. It is written last, so a dump without a manifest is an incomplete backup. Everything in
 * it was read in the same snapshot as the dump.
 */
export const manifestSchema = z.strictObject({
  version: z.literal(3),
  ...shared,
  /** What is in the schemas. */
  contains: z.strictObject({
    /** Over the names and definitions of the objects. */
    fingerprint: digest,
    objects: count,
    tables: count,
    /** Rows that were counted. */
    rows: count,
    largeObjects: count,
  }),
  /** Of a dump that several jobs made: an archive of pg_dump's directory format. Without it, the custom format. */
  format: z.literal("directory").optional(),
  /** The list of every object, table and sequence, which is stored beside the dump, encrypted like it. */
  listing: z.strictObject({ items: count, sealed: streamSchema }),
});

/** A manifest with the list in it, as earlier versions wrote it. */
const legacySchema = z.strictObject({
  version: z.literal(2),
  ...shared,
  description: descriptionSchema,
  /** The companions, whose rows are mostly not in the dump. */
  surroundings: descriptionSchema,
});

export type Manifest = z.infer<typeof manifestSchema> & {
  /** What an earlier version wrote, of which this was made. */
  legacy?: z.infer<typeof legacySchema>;
};
export type Extension = z.infer<typeof extensionSchema>;
export type Beside = z.infer<typeof besideSchema>;
export type Role = z.infer<typeof roleSchema>;

/**
 * Parses a manifest from a store.
 *
 * @throws {Failure} `failed`, when it is invalid or belongs to another backup
 */
export function parseManifest(text: string, key: string): Manifest {
  const result = storedSchema.safeParse(parseJson(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
    const problem = `${issue?.message}${where}`.slice(0, problemCharacters);
    throw new Failure("failed", `The manifest for ${key} is invalid: ${problem}`);
  }
  if (result.data.key !== key) {
    throw new Failure("failed", `The manifest for ${key} belongs to ${result.data.key}`);
  }
  return result.data.version === 2 ? upgraded(result.data) : result.data;
}

const storedSchema = z.discriminatedUnion("version", [manifestSchema, legacySchema], "Unknown version");

function upgraded(legacy: z.infer<typeof legacySchema>): Manifest {
  const { description, surroundings, ...rest } = legacy;
  const tables = Object.values(description.tables);
  const sizes = [description, surroundings].flatMap((one) =>
    [one.objects, one.tables, one.sequences].map((record) => Object.keys(record).length),
  );
  return {
    ...rest,
    version: 3,
    contains: {
      fingerprint: description.fingerprint,
      objects: Object.keys(description.objects).length,
      tables: tables.length,
      rows: tables.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
      largeObjects: description.largeObjects,
    },
    listing: {
      items: sizes.reduce((sum, size) => sum + size, 0),
      sealed: { bytes: 0, sha256: "0".repeat(64) },
    },
    legacy,
  };
}
