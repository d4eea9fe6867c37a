import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";

/** Size beyond which a manifest is refused unread, in bytes: some 100,000 tables and other objects. */
export const maximumManifestBytes = 32 * 1024 * 1024;

/** Of what is wrong with one, which may quote it. */
const problemCharacters = 300;

const count = z.int().min(0);
const name = z.string().min(1).max(1000);
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
  memberOf: z.array(name).max(1000),
});

const tableSchema = z.strictObject({
  rows: count,
  /** Row-level security: whether it is on, whether for the owner too, and how many policies there are. */
  rls: z.strictObject({ enabled: z.boolean(), forced: z.boolean(), policies: count }),
});

/** What a database holds, as far as a restored one must hold the same. */
export const descriptionSchema = z.strictObject({
  /** SHA-256 over `objects`. */
  fingerprint: digest,
  /** Each object of the schemas, such as `table public.customer`, to the start of its definition's SHA-256. */
  objects: z.record(z.string(), z.string().regex(/^[0-9a-f]{16}$/)),
  /** Tables and materialized views by their quoted names. */
  tables: z.record(z.string(), tableSchema),
  /** Where each sequence is: its last value, whether that was handed out, and whether it counts down. */
  sequences: z.record(
    z.string(),
    z.strictObject({ last: z.string().regex(/^-?\d{1,19}$/), called: z.boolean(), descending: z.boolean() }),
  ),
  largeObjects: count,
});

export type Description = z.infer<typeof descriptionSchema>;

/** Where Prisma's migrations stand; nothing where the database has no such table. */
const migrationsSchema = z.strictObject({ applied: count, unfinished: count, last: z.string().nullable() });

/**
 * What a backup is, written after it: an object without its manifest is no backup. Everything here was read
 * in the very snapshot that the dump is of.
 */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  stack: name,
  /** Key of the sealed dump. */
  key: name,
  /** The moment that the dump holds, by the database's clock. */
  takenAt: z.iso.datetime(),
  durationMs: count,
  /** Version of the server, such as 17.4, and of the pg_dump that read it. */
  serverVersion: z.string().max(100),
  dumpVersion: z.string().max(100),
  /** Identifier of the server's data, by which the origin is known again; nothing where it may not be read. */
  systemIdentifier: z.string().regex(/^\d+$/).nullable(),
  database: name,
  encoding: z.string().max(50),
  /** Schemas that were dumped, with their owners; of a whole database all of them. */
  schemas: z.array(z.strictObject({ name, owner: name })).max(10_000),
  whole: z.boolean(),
  extensions: z.array(z.strictObject({ name, schema: name, version: z.string().max(100) })).max(1000),
  roles: z.array(roleSchema).max(10_000),
  /** The dump as pg_dump wrote it, and as it is stored. */
  plain: streamSchema,
  sealed: streamSchema,
  /** age public keys, any of whose identities opens it. */
  recipients: z.array(z.string().max(100)).min(1).max(20),
  description: descriptionSchema,
  migrations: migrationsSchema.nullable(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type Role = z.infer<typeof roleSchema>;

/**
 * Reads a manifest that came from a store.
 *
 * @throws {Failure} `failed`, when it is not one, or is another backup's
 */
export function parseManifest(text: string, key: string): Manifest {
  const result = manifestSchema.safeParse(parseJson(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
    const problem = `${issue?.message}${where}`.slice(0, problemCharacters);
    throw new Failure("failed", `The manifest of ${key} is not one: ${problem}`);
  }
  if (result.data.key !== key) {
    throw new Failure("failed", `The manifest beside ${key} is that of ${result.data.key}`);
  }
  return result.data;
}
