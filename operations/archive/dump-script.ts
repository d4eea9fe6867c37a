import { outputOf } from "../../lib/child.ts";
import { launchOf, majorOf } from "../../postgres/programs.ts";
import type { Contents } from "./contents.ts";

/** A name as pg_dump writes it. */
export const identifier = String.raw`(?:"(?:[^"]|"")*"|[^\s".;]+)`;

/**
 * The statements that pg_restore would run for some lines of a dump's contents: their texts do not tell a name from its
 * schema.
 *
 * @param file the decrypted dump
 * @throws {Failure} `failed`, with the error of pg_restore
 */
export async function scriptOf(
  { file, dumpVersion }: { file: string; dumpVersion: string },
  lines: Contents,
  signal: AbortSignal,
): Promise<string> {
  if (lines.isEmpty) return "";
  const args = ["--file=-", `--use-list=${lines.file}`, file];
  return outputOf("pg_restore", launchOf("pg_restore", args, undefined, majorOf(dumpVersion)), signal);
}
