import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Launch } from "../lib/child.ts";
import { Failure } from "../lib/failure.ts";
import { bytesIn } from "./encodings.ts";

type Program = "pg_dump" | "pg_restore" | "psql" | "pg_ctl" | "initdb" | "postgres";

/** Where Debian keeps the programs of each major version. */
const debianFolder = "/usr/lib/postgresql";

/** The variable that names the folder with PostgreSQL's programs. */
const folderVariable = "POSTGRES_BIN";

/**
 * Path of one of PostgreSQL's programs: from the folder that `POSTGRES_BIN` names; or else from Debian's folders, of
 * the oldest version that is new enough, since what newer programs write may need a newer server; or else the first
 * one in PATH.
 *
 * @param atLeast the oldest major version that is new enough; undefined takes the newest. When every version is
 * older, the newest is taken, which says itself what it cannot do.
 * @throws {Failure} `refused`, when it is not installed
 */
export function findProgram(program: Program, atLeast?: number): string {
  const named = process.env[folderVariable] ?? "";
  const folders = named === "" ? installed(atLeast) : [named];
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  if (named !== "") {
    throw new Failure("refused", `${folderVariable} names a folder without ${program}: ${named}`);
  }
  const isServer = program === "initdb" || program === "postgres" || program === "pg_ctl";
  const name = isServer ? "postgresql" : "postgresql-client";
  throw new Failure("refused", `${program} is not installed: on Debian, apt-get install ${name}`);
}

/** Folders with programs, the preferred ones first. */
function installed(atLeast: number | undefined): string[] {
  const all = existsSync(debianFolder) ? readdirSync(debianFolder).map(Number) : [];
  const versions = orderedVersions(
    all.filter((version) => !Number.isNaN(version)),
    atLeast,
  );
  return [
    ...versions.map((version) => join(debianFolder, `${version}`, "bin")),
    ...(process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
  ];
}

/** Versions with the best one first: the oldest that is new enough, or the newest. */
export function orderedVersions(versions: readonly number[], atLeast: number | undefined): number[] {
  const newestFirst = [...versions].sort((one, other) => other - one);
  if (atLeast === undefined) return newestFirst;
  const enough = newestFirst.filter((version) => version >= atLeast).reverse();
  return [...enough, ...newestFirst.filter((version) => version < atLeast)];
}

/** An argument of a program: of bytes, where it is no UTF-8. */
export type Argument = string | Uint8Array;

/** An argument with a name in it, in the encoding of a database. */
export function argumentIn(encoding: string, text: string): Argument {
  const bytes = bytesIn(encoding, text);
  return bytes.equals(Buffer.from(text, "utf8")) ? text : bytes;
}

/** Starts a program with arguments that are written with escapes. What the shell prints ends with a newline less. */
const unescaping = `program=$1; shift
for argument; do
  bytes=$(printf '%b_' "$argument"); set -- "$@" "\${bytes%_}"; shift
done
exec "$program" "$@"`;

function escaped(argument: Argument): string {
  return Array.from(Buffer.from(argument), (byte) => `\\0${byte.toString(8).padStart(3, "0")}`).join("");
}

/**
 * How one of PostgreSQL's programs is started. Node.js gives a program UTF-8 alone, and the shell any other bytes.
 *
 * @param env its environment; by default one that names no database, for programs that read files
 * @param atLeast the oldest major version that is new enough
 * @throws {Failure} `refused`, when it is not installed
 */
export function launchOf(
  program: Program,
  args: readonly Argument[],
  env: NodeJS.ProcessEnv = { PATH: process.env.PATH, LC_ALL: "C" },
  atLeast?: number,
): Launch {
  const command = findProgram(program, atLeast);
  const texts = args.filter((argument) => typeof argument === "string");
  if (texts.length === args.length) return { command, args: texts, env };
  const all = ["-c", unescaping, "sh", command, ...args.map(escaped)];
  return { command: "/bin/sh", args: all, env: { ...env, LC_ALL: "C" } };
}

/** Versions by the files that said them. */
const versions = new Map<string, string>();

/** Version of a program, such as 17.4: the oldest that is new enough, or the newest. A file is asked once. */
export async function versionOf(program: Program, atLeast?: number): Promise<string> {
  const path = findProgram(program, atLeast);
  const { ino, size, mtimeMs } = statSync(path);
  const file = JSON.stringify([path, ino, size, mtimeMs]);
  const known = versions.get(file);
  if (known !== undefined) return known;
  const { stdout } = await promisify(execFile)(path, ["--version"]);
  const version = /\d+(?:\.\d+)*(?:(?:devel|beta|rc)\d*)?/.exec(stdout)?.[0] ?? "";
  versions.set(file, version);
  return version;
}

/** Major version, such as 17 for 17.4. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
