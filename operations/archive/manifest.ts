import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { counted } from "../../lib/text.ts";
import { noteCharacters } from "./notes.ts";

/** Largest manifest, in bytes: those of earlier versions named everything that is in no schema. */
export const maximumManifestBytes = 64 * 1024 * 1024;

/** Most notes that a manifest has; a listing has all of them. */
const mostNotes = 100;

/** Longest problem that is shown, since it may quote the manifest. */
const problemCharacters = 300;

const count = z.int().min(0);
const name = z.string().min(1).max(1000);
const names = z.array(name).max(1_000_000);
const digest = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 digest in hexadecimal");

/** Length and SHA-256 of a stream, in bytes and hexadecimal. */
const streamSchema = z.strictObject({ bytes: count, sha256: digest });

/** How a role became a member of another one. */
const membershipSchema = z.strictObject({
  group: name,
  grantor: name.nullable(),
  admin: z.boolean(),
  /** Whether it has the rights of the other one, and may become it; null where the server, before version 16, knows neither. */
  inherit: z.boolean().nullable(),
  set: z.boolean().nullable(),
});

export const roleSchema = z.strictObject({
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
  /** Each grant of a role to it; none in the backups of earlier versions. */
  memberships: z.array(membershipSchema).max(1_000_000).default([]),
  /** Tables, as `schema.table`, whose policies it may manage without owning them. */
  managesPolicies: names.default([]),
  /** Whether only a superuser may grant it. */
  isReserved: z.boolean().default(false),
  /** Whether it took the backup; of no role in the backups of earlier versions. */
  tookBackup: z.boolean().default(false),
});

/** A schema and its owner. */
export const schemaSchema = z.strictObject({
  name,
  owner: name,
  /** What initdb let everybody do with it, where a dump has only what differs from that. */
  initial: z
    .array(z.enum(["CREATE", "USAGE"]))
    .min(1)
    .optional(),
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
export const entry = z.string().min(1).max(3000);
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

/** Objects beside the schemas, as the manifests of earlier versions have them. */
const besideSchema = z.record(z.string(), z.strictObject({ definition, entry }));

export const extensionSchema = z.strictObject({
  name,
  schema: name,
  /** Who may alter and drop it; missing in the manifests of earlier versions. */
  owner: name.optional(),
  version: z.string().max(100),
  /** Whether anything in the dump depends on it. */
  needed: z.boolean(),
  /** Whether supautils creates it for roles that may not. */
  isDelegated: z.boolean().default(false),
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

/** What the manifest of every version says. */
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
  /** Whether the dump covers the complete database. */
  whole: z.boolean(),
  server: serverSchema,
  /** Providers of the security labels in the dump. */
  labelProviders: names.default([]),
  /** The dump as pg_dump wrote it, and as it is stored, encrypted. */
  plain: streamSchema,
  sealed: streamSchema,
  /** age public keys; the identity of any one of them decrypts the backup. */
  recipients: z.array(z.string().max(100)).min(1).max(20),
  /** Numbers of roles that were dropped and of which the catalogs have privileges, which the dump has, too. */
  droppedRoles: z.array(z.string().regex(/^\d+$/)).optional(),
  /** Tables, indexes and large objects that a transaction locks when it creates the schemas. */
  lockable: count,
  migrations: migrationsSchema.nullable(),
};

const containsSchema = z.strictObject({
  /** Over the names and definitions of the objects. */
  fingerprint: digest,
  objects: count,
  tables: count,
  /** Rows that were counted. */
  rows: count,
  largeObjects: count,
});

/** Since a listing is stored beside the dump. */
const listed = {
  /** What is in the schemas. */
  contains: containsSchema,
  /** Of a dump that several jobs made: an archive of pg_dump's directory format. Without it, the custom format. */
  format: z.literal("directory").optional(),
  /**
   * The list of everything whose number a database decides: every object, table and sequence, schemas, roles, notes. It is
   * stored beside the dump, encrypted like it.
   */
  listing: z.strictObject({ items: count, sealed: streamSchema }),
};

const noteSchema = z.string().max(noteCharacters);

/**
 * Says of what a backup is, in as many bytes for a large database as for a small one. It is written last, so a dump
 * without a manifest is an incomplete backup. Everything in it was read in the same snapshot as the dump.
 */
export const headSchema = z.strictObject({
  version: z.literal(4),
  ...shared,
  ...listed,
  /** What the dump does not contain, one sentence each: the first of them. */
  notes: z.array(noteSchema).max(mostNotes),
});

/** What the listing says again of the backup, encrypted. */
export const summarySchema = headSchema.omit({
  version: true,
  durationMs: true,
  plain: true,
  sealed: true,
  listing: true,
  notes: true,
});

export type Summary = z.infer<typeof summarySchema>;

const manyNotes = z.array(noteSchema).max(1_000_000);

/** What the manifests of earlier versions have, and now a listing. */
const lists = {
  /** Schemas that were dumped, with their owners. */
  schemas: z.array(schemaSchema).max(1_000_000),
  /** Schemas that the dump has besides, since those depend on them or the other way round. */
  companions: z.array(schemaSchema).max(1_000_000),
  /** In the order in which they can be created. */
  extensions: z.array(extensionSchema).max(10_000),
  roles: z.array(roleSchema).max(1_000_000),
  /** Roles that own something in the dump or have privileges on it. */
  needsRoles: names,
  /** Functions that a restore runs, for checks, indexes, generated columns and materialized views. */
  evaluated: names,
  /** The companions' tables whose rows the dump has, with their entries. */
  companionRows: z.record(z.string(), entry),
  /** Materialized views that read from another server, with their entries. */
  remote: z.record(z.string(), entry).default({}),
  /** What the dump does not contain, one sentence each. */
  notes: manyNotes,
};

export const listsSchema = z.strictObject(lists);

/** What a restore keeps in memory of a listing. */
export type Lists = z.infer<typeof listsSchema>;

const earlier = {
  ...shared,
  ...lists,
  globals: besideSchema,
  /** Objects in the companions that depend on the schemas. */
  dependents: besideSchema,
  /** Expressions of the objects and settings of the database, encrypted like the dump, in base64. */
  details: z.string(),
};

/** A manifest that has everything but the objects of the schemas in it. */
const thirdSchema = z.strictObject({ version: z.literal(3), ...earlier, ...listed });

/** A manifest that has those, too. */
const secondSchema = z.strictObject({
  version: z.literal(2),
  ...earlier,
  description: descriptionSchema,
  /** The companions, whose rows are mostly not in the dump. */
  surroundings: descriptionSchema,
});

/** What an earlier version wrote. */
export type Earlier = z.infer<typeof thirdSchema> | z.infer<typeof secondSchema>;

/** A manifest as it is stored, and what an earlier version wrote, of which it was made. */
export type Head = z.infer<typeof headSchema> & { legacy?: Earlier };

/** A manifest with the lists of its backup that are kept in memory. */
export type Manifest = Head & Lists;

export type Extension = z.infer<typeof extensionSchema>;
export type Role = z.infer<typeof roleSchema>;

/**
 * Parses a manifest from a store.
 *
 * @throws {Failure} `failed`, when it is invalid or belongs to another backup
 */
export function parseManifest(text: string, key: string): Head {
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
  return result.data.version === 4 ? result.data : upgraded(result.data);
}

const storedSchema = z.discriminatedUnion(
  "version",
  [headSchema, thirdSchema, secondSchema],
  "Unknown version",
);

/** As many notes as a manifest has room for. */
export function firstNotes(notes: readonly string[]): string[] {
  if (notes.length <= mostNotes) return [...notes];
  const some = notes.slice(0, mostNotes - 1);
  const left = counted(notes.length - some.length, "more note");
  return [...some, `…and ${left}, which a drill of the backup shows.`];
}

function upgraded(legacy: Earlier): Head {
  const head = { ...sharedShape.parse(legacy), version: 4 as const, notes: firstNotes(legacy.notes), legacy };
  if (legacy.version === 3) {
    const { contains, listing, format } = legacy;
    return { ...head, contains, listing, ...(format !== undefined && { format }) };
  }
  const { description, surroundings } = legacy;
  const tables = Object.values(description.tables);
  const sizes = [description, surroundings].flatMap((one) =>
    [one.objects, one.tables, one.sequences].map((record) => Object.keys(record).length),
  );
  return {
    ...head,
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
  };
}

/** The others of a manifest's parts are left out. */
const sharedShape = z.object(shared);
