import { bytesOf } from "../../lib/child.ts";
import { textIn } from "../../postgres/encodings.ts";
import { launchOf, majorOf } from "../../postgres/programs.ts";
import type { Contents } from "./contents.ts";

/** A name as pg_dump writes it. */
export const identifier = String.raw`(?:"(?:[^"]|"")*"|[^\s".;]+)`;

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
): Promise<string> {
  if (lines.isEmpty) return "";
  const args = ["--file=-", `--use-list=${lines.file}`, file];
  const launch = launchOf("pg_restore", args, undefined, majorOf(dumpVersion));
  return textIn(encoding, await bytesOf("pg_restore", launch, signal));
}
