import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Launch } from "../lib/child.ts";
import { Failure } from "../lib/failure.ts";

type Program = "pg_dump" | "pg_restore" | "psql" | "pg_ctl" | "initdb" | "postgres";

/** Where Debian keeps the programs of each major version. */
const debianFolder = "/usr/lib/postgresql";

/**
 * Path of one of PostgreSQL's programs: the newest version in Debian's folders, which works with older
 * servers too, or else the first one in PATH.
 *
 * @throws {Failure} `refused`, when it is not installed
 */
export function findProgram(program: Program): string {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder) : [];
  const folders = [
    ...versions
      .sort((one, other) => Number(other) - Number(one))
      .map((version) => join(debianFolder, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
  ];
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const isServer = program === "initdb" || program === "postgres" || program === "pg_ctl";
  const name = isServer ? "postgresql" : "postgresql-client";
  throw new Failure("refused", `${program} is not installed: on Debian, apt-get install ${name}`);
}

/**
 * How one of PostgreSQL's programs is started.
 *
 * @param env its environment; by default one that names no database, for programs that read files
 * @throws {Failure} `refused`, when it is not installed
 */
export function launchOf(
  program: Program,
  args: readonly string[],
  env: NodeJS.ProcessEnv = { PATH: process.env.PATH, LC_ALL: "C" },
): Launch {
  return { command: findProgram(program), args, env };
}

/** Version of a program, such as 17.4. */
export async function versionOf(program: Program): Promise<string> {
  const { stdout } = await promisify(execFile)(findProgram(program), ["--version"]);
  return /\d+(?:\.\d+)*(?:(?:devel|beta|rc)\d*)?/.exec(stdout)?.[0] ?? "";
}

/** Major version, such as 17 for 17.4. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
