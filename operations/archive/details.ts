import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import type { Session } from "../../postgres/session.ts";
import { carriedSchema } from "./carried.ts";
import { propertiesSchema } from "./database-properties.ts";
import type { Objects } from "./describe.ts";
import type { Manifest } from "./manifest.ts";
import { seal, unseal } from "./seal.ts";

/** Most bytes of unpacked details. */
const maximumBytes = 512 * 1024 * 1024 - 1024;

const settingSchema = z.strictObject({
  /** Null for every role. */
  role: z.string().nullable(),
  /** Whether the setting is for this database, or for the role in each. */
  isLocal: z.boolean(),
  name: z.string(),
  /** A list, such as a search path, has its parts. */
  values: z.array(z.string()),
});

const detailsSchema = z.strictObject({
  /** Expressions by the names of their objects. */
  expressions: z.record(z.string(), z.string()),
  settings: z.array(settingSchema),
  /** Null in the manifests of earlier versions. */
  properties: propertiesSchema.nullable().default(null),
  /** What the dump does not have, as statements. */
  carried: z.array(carriedSchema).default([]),
});

/**
 * What a manifest has that only the holder of a key may read: expressions and settings may contain secrets.
 */
export type Details = z.infer<typeof detailsSchema>;
export type Setting = z.infer<typeof settingSchema>;

/** Encrypts details to the recipients, as text for a manifest. */
export async function sealDetails(details: Details, recipients: readonly string[]): Promise<string> {
  const packed = gzipSync(JSON.stringify(details));
  return (await bytesOf(await seal(one(packed), recipients))).toString("base64");
}

/**
 * Decrypts the details of a manifest.
 *
 * @throws {Failure} `failed`, when they are malformed or no identity decrypts them
 */
export async function openDetails(manifest: Manifest, identities: readonly string[]): Promise<Details> {
  const packed = await bytesOf(await unseal(one(Buffer.from(manifest.details, "base64")), identities));
  const invalid = (): Failure =>
    new Failure("failed", `The details in the manifest of ${manifest.key} are invalid`);
  let text: string;
  try {
    text = gunzipSync(packed, { maxOutputLength: maximumBytes }).toString("utf8");
  } catch {
    throw invalid();
  }
  const result = detailsSchema.safeParse(parseJson(text));
  if (!result.success) throw invalid();
  return result.data;
}

/** The expressions of objects. */
export function expressionsOf(...all: readonly Objects[]): Details["expressions"] {
  const found: [string, string][] = [];
  for (const objects of all) {
    for (const [name, { expression }] of objects) if (expression !== null) found.push([name, expression]);
  }
  return Object.fromEntries(found);
}

/** The settings of the database, of its roles in it, and of roles everywhere. */
export async function readSettings(session: Session): Promise<Setting[]> {
  const rows = settingRows.parse(await session.rows(settingsQuery));
  return rows.map(({ setting, ...rest }) => {
    const at = setting.indexOf("=");
    const name = setting.slice(0, at);
    const value = setting.slice(at + 1);
    return { ...rest, name, values: lists.has(name.toLowerCase()) ? listParts(value) : [value] };
  });
}

const settingRows = z.array(settingSchema.omit({ name: true, values: true }).extend({ setting: z.string() }));

const settingsQuery = `
  select case when s.setrole <> 0 then pg_get_userbyid(s.setrole)::text end as role,
         s.setdatabase <> 0 as "isLocal", setting
    from pg_db_role_setting s
   cross join lateral unnest(s.setconfig) setting
   where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
   order by s.setdatabase, 1, setting collate "C"`;

/** Settings whose value is a list of names. Source: GUC_LIST_QUOTE in PostgreSQL's guc_tables.c. */
const lists: ReadonlySet<string> = new Set([
  "search_path",
  "local_preload_libraries",
  "session_preload_libraries",
  "shared_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
]);

function listParts(value: string): string[] {
  return [...value.matchAll(/"((?:[^"]|"")*)"|([^,\s][^,]*)/g)].map(([, quoted, plain = ""]) =>
    quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'),
  );
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > maximumBytes) throw new Failure("failed", "The details in a manifest are too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
