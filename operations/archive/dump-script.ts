import { escapeLiteral } from "pg";
import * as z from "zod";
import { bytesOf } from "../../lib/child.ts";
import { rawBytes } from "../../lib/raw-text.ts";
import { isKnownEncoding, isRaw, textIn } from "../../postgres/encodings.ts";
import { launchOf, majorOf } from "../../postgres/programs.ts";
import type { Session } from "../../postgres/session.ts";
import type { Contents } from "./contents.ts";
import { serverNames } from "./names.ts";

/** A name as pg_dump writes it. */
export const identifier = String.raw`(?:"(?:[^"]|"")*"|[^\s".;]+)`;

/** A name as the server quotes it, in a list too: one with anything but letters, digits and underscores has quotes. */
export const quotable = String.raw`(?:"(?:[^"]|"")*"|[^\s".,;()]+)`;

/**
 * Statements that let those of a session mean what they say again after statements of a script of pg_restore. It begins
 * with settings of the database that was dumped, such as how strings are read, and sets others for each object.
 */
export const ownSettings: readonly string[] = [
  serverNames,
  "set standard_conforming_strings = on",
  "reset default_tablespace",
  "reset default_table_access_method",
];

/** A decrypted dump. */
export interface DumpFile {
  file: string;
  /** Version of the pg_dump that wrote it. */
  dumpVersion: string;
  /** Encoding of the database. */
  encoding: string;
}

/**
 * The statements that pg_restore would run for some lines of a dump's contents: their texts do not tell a name from its
 * schema.
 *
 * @throws {Failure} `failed`, with the error of pg_restore
 */
export async function scriptOf(
  { file, dumpVersion, encoding }: DumpFile,
  lines: Contents,
  signal: AbortSignal,
  options: readonly string[] = [],
): Promise<string> {
  if (lines.isEmpty) return "";
  const args = ["--file=-", `--use-list=${lines.file}`, ...options, file];
  const launch = launchOf("pg_restore", args, undefined, majorOf(dumpVersion));
  return textIn(encoding, await bytesOf("pg_restore", launch, signal));
}

/** Parts of such statements as a session writes them: the server knows every encoding that a database can have. */
export async function asSessionText(
  session: Session,
  { encoding }: Pick<DumpFile, "encoding">,
  texts: readonly string[],
): Promise<string[]> {
  // A session in a database without an encoding writes bytes, too.
  if (isRaw(encoding) || isKnownEncoding(encoding) || texts.length === 0) return [...texts];
  const rows = await session.rows(
    `select convert_from(decode(t.bytes, 'hex'), ${escapeLiteral(encoding)}) as text
       from unnest($1::text[]) with ordinality t(bytes, number) order by t.number`,
    texts.map((text) => rawBytes(text).toString("hex")),
  );
  return z
    .array(z.object({ text: z.string() }))
    .parse(rows)
    .map(({ text }) => text);
}
