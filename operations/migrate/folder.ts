import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../lib/failure.ts";
import { cannotRead } from "../../lib/file-reasons.ts";
import { readBytes } from "../../lib/files.ts";

/** A migration as Prisma keeps it: a folder with a file migration.sql. */
export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of migration.sql, as Prisma keeps it in the database. */
  checksum: string;
  /** What takes it back, from a file down.sql beside it. */
  down: string | undefined;
}

const mostMigrations = 10_000;
const mostBytes = 16 * 1024 * 1024;

/**
 * Reads a folder of Prisma's migrations, in the order in which Prisma applies them.
 *
 * @throws {Failure} `refused`
 */
export function readMigrations(folder: string): Migration[] {
  try {
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
    if (names.length > mostMigrations) throw new Error(`it has more than ${mostMigrations} folders`);
    refuseOtherProvider(folder);
    return names.map((name) => {
      const sql = textOf(join(folder, name, "migration.sql"));
      const down = join(folder, name, "down.sql");
      const checksum = createHash("sha256").update(sql).digest("hex");
      return { name, sql, checksum, down: existsSync(down) ? textOf(down) : undefined };
    });
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw cannotRead(`the migrations in ${folder}`, error);
  }
}

/** What identifies a list of migrations: SHA-256 over names and checksums, in order. */
export function digestOf(migrations: readonly Pick<Migration, "name" | "checksum">[]): string {
  const hash = createHash("sha256");
  for (const { name, checksum } of migrations) hash.update(`${name}\0${checksum}\n`);
  return hash.digest("hex");
}

function textOf(path: string): string {
  const bytes = readBytes(`the migration ${path}`, path, { maximumBytes: mostBytes });
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  if (text.includes("\0")) throw new Error(`${path} has a zero byte`);
  return text;
}

function refuseOtherProvider(folder: string): void {
  const lock = join(folder, "migration_lock.toml");
  if (!existsSync(lock)) return;
  const provider = /^\s*provider\s*=\s*"([^"]*)"/m.exec(textOf(lock))?.[1];
  if (provider !== "postgresql") {
    throw new Error(
      `migration_lock.toml names the provider ${JSON.stringify(provider ?? "")}, not "postgresql"`,
    );
  }
}
