import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { carriedSchema } from "./carried.ts";
import { propertiesSchema } from "./database-properties.ts";
import type { Earlier } from "./manifest.ts";
import { pathOperatorsSchema } from "./path-operators.ts";
import { unseal } from "./seal.ts";
import { settingSchema } from "./settings.ts";

/** Most bytes of unpacked details. */
const maximumBytes = 512 * 1024 * 1024 - 1024;

const detailsShape = z.strictObject({
  settings: z.array(settingSchema),
  /** Null in the manifests of earlier versions. */
  properties: propertiesSchema.nullable().default(null),
  /** What the dump does not have, as statements. */
  carried: z.array(carriedSchema).default([]),
  /** What has operators that only a search path finds. */
  pathOperators: z.array(pathOperatorsSchema).default([]),
  /** Foreign keys that refer to what the backup does not have, by the names of their objects. */
  unmetKeys: z.array(z.string()).default([]),
});

/** What of a backup is kept in memory that may contain secrets. */
export type Details = z.infer<typeof detailsShape>;

const earlierSchema = detailsShape.extend({
  /** Expressions by the names of their objects. */
  expressions: z.record(z.string(), z.string()),
});

export type EarlierDetails = z.infer<typeof earlierSchema>;

/**
 * Decrypts the details in the manifest of an earlier version.
 *
 * @throws {Failure} `failed`, when they are malformed or no identity decrypts them
 */
export async function openDetails(
  { details, key }: Pick<Earlier, "details" | "key">,
  identities: readonly string[],
): Promise<EarlierDetails> {
  const packed = await bytesOf(await unseal(one(Buffer.from(details, "base64")), identities));
  const invalid = (): Failure => new Failure("failed", `The details in the manifest of ${key} are invalid`);
  let text: string;
  try {
    text = gunzipSync(packed, { maxOutputLength: maximumBytes }).toString("utf8");
  } catch {
    throw invalid();
  }
  const result = earlierSchema.safeParse(parseJson(text));
  if (!result.success) throw invalid();
  return result.data;
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
