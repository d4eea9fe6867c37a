import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../lib/failure.ts";
import { cannotRead } from "../../lib/file-reasons.ts";
import { readBytes } from "../../lib/files.ts";

/** Migrations of a repository by name, with the checksum that Prisma keeps: SHA-256 of migration.sql. */
export type MigrationFiles = ReadonlyMap<string, string>;

const mostMigrations = 10_000;
const mostBytes = 16 * 1024 * 1024;

/**
 * Reads a folder of migrations as Prisma lays it out: one folder each, with a file migration.sql.
 *
 * @throws {Failure} `refused`
 */
export function readMigrationFiles(folder: string): MigrationFiles {
  try {
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
    if (names.length === 0) throw new Error("it has no migrations");
    if (names.length > mostMigrations) throw new Error(`it has more than ${mostMigrations} folders`);
    return new Map(names.map((name) => [name, checksumOf(join(folder, name, "migration.sql"))]));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw cannotRead(`--migrations ${folder}`, error);
  }
}

function checksumOf(path: string): string {
  return createHash("sha256")
    .update(readBytes(`the migration ${path}`, path, { maximumBytes: mostBytes }))
    .digest("hex");
}
