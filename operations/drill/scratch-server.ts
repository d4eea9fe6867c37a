import { randomBytes } from "node:crypto";
import { chownSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { escapeIdentifier } from "pg";
import { outputOf } from "../../lib/child.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { freeBytes } from "../../lib/files.ts";
import type { Connection } from "../../postgres/connection.ts";
import { findProgram, majorOf } from "../../postgres/programs.ts";
import { serverAccount } from "../../postgres/server-account.ts";
import { type Session, withPatientSession } from "../../postgres/session.ts";
import { databaseStatement } from "../archive/database.ts";
import type { Head } from "../archive/manifest.ts";
import { makeScratchFolder, type ScratchFolder } from "../archive/scratch-folder.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** A PostgreSQL server for one drill, reachable only through a socket in its folder. */
export interface ScratchServer {
  /** As the superuser, to an empty database. */
  connection: Connection;
  folder: string;
  /** How it differs from the server of the backup, one sentence each. */
  notes: string[];
  /** Path of the program that stops the server, and the account to run it as if it is not this one. */
  control: string;
  account: { uid: number; gid: number } | undefined;
  /** Stops the server and removes its folder. */
  remove(): Promise<void>;
  /** Lets the server run on when this process ends. */
  keep(): Promise<void>;
}

/** A scratch server need not survive a crash, and uses little memory. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: "",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  autovacuum: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "1GB",
  wal_init_zero: "off",
  shared_buffers: "64MB",
  maintenance_work_mem: "64MB",
  max_connections: "40",
  log_min_messages: "fatal",
};

/** Part of the socket's name; the server does not listen on it. */
const port = "5432";

/** Source: sun_path in unix(7), without its final zero byte. */
const maximumSocketBytes = 107;

/**
 * Starts a server of the PostgreSQL that is installed here, in a new folder below `parent` (by default the
 * folder for temporary files), never as root.
 *
 * @throws {Failure} when PostgreSQL is not installed or does not start; nothing is left behind
 */
export async function startScratchServer(options: {
  signal: AbortSignal;
  parent?: string | undefined;
  manifest: Pick<Head, "database" | "encoding" | "server" | "serverVersion" | "listing" | "lockable">;
}): Promise<ScratchServer> {
  const { signal } = options;
  const major = majorOf(options.manifest.serverVersion);
  const account = serverAccount();
  const initdb = findProgram("initdb", major);
  const control = findProgram("pg_ctl", major);
  const scratch = await makeServerFolder(options.parent, account);
  const folder = scratch.path;
  const data = join(folder, "data");
  const log = join(folder, "server.log");
  const user = `drill_${randomBytes(4).toString("hex")}`;
  const env = { PATH: process.env.PATH, LC_ALL: "C" };
  let server: ServerProcess | undefined;
  const remove = async (): Promise<void> => {
    await server?.stop();
    await scratch.remove();
  };
  try {
    const access = ["--auth-local=trust", "--auth-host=reject"];
    const place = { env, cwd: folder, account };
    const args = ["-D", data, "-U", user, ...access, "--no-locale", "--no-sync"];
    await outputOf("initdb", { command: initdb, args, ...place }, signal);
    const flags = Object.entries({
      ...settings,
      unix_socket_directories: folder,
      ...settingsFor(options.manifest),
    }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const command = findProgram("postgres", major);
    server = startServer({ command, args: ["-D", data, ...flags], ...place }, { data, log });
    await server.ready(signal);
    const connection = {
      PGHOST: folder,
      PGPORT: port,
      PGDATABASE: "template1",
      PGUSER: user,
      PGSSLMODE: "disable",
    } as const;
    const notes = await withPatientSession(connection, "optropic drill", async (session) => {
      await dropDatabase(session, "postgres");
      return createDatabase(session, options.manifest);
    });
    return {
      notes,
      connection: { ...connection, PGDATABASE: options.manifest.database },
      folder,
      control,
      account: account.uid === process.getuid?.() ? undefined : account,
      remove,
      keep: () => scratch.keep(),
    };
  } catch (error) {
    const said = `${reasonOf(error)}${readLog(log)}`;
    await remove();
    signal.throwIfAborted();
    const hint = /permission denied/i.test(said)
      ? `\nIts account (user id ${account.uid}) may not be allowed to enter ${dirname(folder)}: name another folder with --scratch.`
      : "";
    throw new Failure("failed", `The scratch server did not start: ${said}${hint}`);
  }
}

/** Less than two files of a server's log: with less it may crash, and not be able to write why. */
const fullBytes = 32 * 1024 * 1024;

/**
 * Says that the disk of a scratch server is full, where the server failed of that and could not say it.
 *
 * @returns the error to throw
 */
export function explained(error: unknown, { folder }: Pick<ScratchServer, "folder">): unknown {
  const reason = reasonOf(error);
  const free = freeBytes(folder);
  if (free === undefined || free >= fullBytes || /No space left on device/i.test(reason)) return error;
  const said = `No space left on device: the disk of ${folder} is full. Name a folder with more room with --scratch.`;
  return new Failure("failed", `${reason}\n${said}`, { cause: error });
}

/** Libraries that a server preloads run jobs of the source, which a drill must not repeat. */
const idle = { "cron.max_running_jobs": "0", "timescaledb.max_background_workers": "0" };

/** Objects that one job of pg_restore may lock at once, at the least. */
const fewestLocks = 1024;

/** Settings that the server needs for a backup. */
function settingsFor({
  database,
  server,
  serverVersion,
  listing,
  lockable,
}: Pick<Head, "database" | "server" | "serverVersion" | "listing" | "lockable">): Record<string, string> {
  const folder = join(dirname(findProgram("postgres", majorOf(serverVersion))), "..", "lib");
  const libraries = (server.preload ?? []).filter(
    (library) => /^[\w-]+$/.test(library) && existsSync(join(folder, `${library}.so`)),
  );
  const objects = listing.items;
  return {
    // The comparison and a restore in place lock every object in one transaction; there are 40 connections.
    max_locks_per_transaction: `${Math.max(fewestLocks, Math.ceil(objects / 10), Math.ceil(lockable / 10))}`,
    ...(libraries.length === 0
      ? {}
      : { shared_preload_libraries: libraries.join(","), "cron.database_name": database, ...idle }),
  };
}

/**
 * Drops a database of a scratch server, where it is there, and ends its sessions: libraries that the server preloads have
 * some of their own, such as the launcher of pg_cron.
 */
export async function dropDatabase(session: Session, name: string): Promise<void> {
  await session.run(`drop database if exists ${escapeIdentifier(name)} with (force)`);
}

/**
 * Creates the database as that of the backup was created.
 *
 * @returns a sentence when this machine does not have its locale
 */
export async function createDatabase(
  session: Session,
  {
    database,
    encoding,
    server,
    serverVersion,
  }: Pick<Head, "database" | "encoding" | "server" | "serverVersion">,
): Promise<string[]> {
  // It ends with a checkpoint, which costs a server that nobody else uses less than to log every page.
  const how = majorOf(serverVersion) >= 15 ? " strategy file_copy" : "";
  const create = (as: typeof server): Promise<void> =>
    session.run(`${databaseStatement({ database, encoding, server: as })}${how}`);
  try {
    await create(server);
    return [];
  } catch (error) {
    const reason = reasonOf(error);
    if (!/locale/i.test(reason)) throw error;
    await create({ ...server, ...plain });
    return [
      `The drill sorted text by its bytes: this machine cannot create a database with the locale of the backup (${reason}).`,
    ];
  }
}

const plain = { provider: "c", collate: "C", ctype: "C", locale: null };

async function makeServerFolder(
  parent: string | undefined,
  account: { uid: number; gid: number },
): Promise<ScratchFolder> {
  const scratch = makeScratchFolder("optropic-server", parent);
  const folder = scratch.path;
  const excess = Buffer.byteLength(join(folder, `.s.PGSQL.${port}`)) - maximumSocketBytes;
  if (excess > 0) {
    await scratch.remove();
    throw new Failure(
      "refused",
      `The path ${folder} is ${excess} bytes too long for a server's socket: name a folder with a shorter path with --scratch`,
    );
  }
  chownSync(folder, account.uid, account.gid);
  return scratch;
}

function readLog(path: string): string {
  try {
    return `\n${readFileSync(path, "utf8").slice(-2000).trim()}`;
  } catch {
    return "";
  }
}
