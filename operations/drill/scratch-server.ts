import { randomBytes } from "node:crypto";
import { chownSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { outputOf } from "../../lib/child.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { removeFolder } from "../../lib/files.ts";
import type { Connection } from "../../postgres/connection.ts";
import { findProgram } from "../../postgres/programs.ts";
import { serverAccount } from "../../postgres/server-account.ts";
import { makeScratchFolder } from "../archive/scratch-folder.ts";

/** A PostgreSQL server for one drill, reached by a socket in its own folder alone. */
export interface ScratchServer {
  /** As the server's superuser, in an empty database. */
  connection: Connection;
  folder: string;
  /** Path of the program that stops it, and the account to run that as, where it is not this one. */
  control: string;
  account: { uid: number; gid: number } | undefined;
  /** Stops the server and removes all that it had. */
  remove(): Promise<void>;
}

/** Nothing of a scratch server is kept, so it need not survive a crash; it stays small beside its neighbours. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: "",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  autovacuum: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "1GB",
  shared_buffers: "64MB",
  maintenance_work_mem: "64MB",
  max_connections: "40",
  log_min_messages: "fatal",
};

/** Of no more than the name of the socket: nothing listens on it. */
const port = "5432";

/** Source: sun_path in unix(7), which ends with a zero byte. */
const maximumSocketBytes = 107;

/**
 * Starts a server from the machine's own PostgreSQL, in a new folder below `parent` (by default the folder
 * for temporary files), as an account that is not root's.
 *
 * @throws {Failure} when there is no PostgreSQL or it does not start; nothing is left of it then
 */
export async function startScratchServer(options: {
  signal: AbortSignal;
  parent?: string | undefined;
  encoding: string;
}): Promise<ScratchServer> {
  const { signal } = options;
  const account = serverAccount();
  const initdb = findProgram("initdb");
  const control = findProgram("pg_ctl");
  const folder = makeServerFolder(options.parent, account);
  const data = join(folder, "data");
  const log = join(folder, "server.log");
  const user = `drill_${randomBytes(4).toString("hex")}`;
  const env = { PATH: process.env.PATH, LC_ALL: "C" };
  // Stopping does not depend on what stops the drill.
  const run = (name: string, command: string, args: string[], until: AbortSignal) =>
    outputOf(name, { command, args, env, cwd: folder, account }, until);
  const stop = () =>
    run(
      "pg_ctl",
      control,
      ["stop", "-D", data, "-m", "immediate", "-w", "-t", "30"],
      AbortSignal.timeout(60_000),
    );
  const remove = async (): Promise<void> => {
    await stop().catch(() => undefined);
    removeFolder(folder);
  };
  try {
    const access = ["--auth-local=trust", "--auth-host=reject"];
    const locale = ["--encoding", options.encoding, "--no-locale"];
    await run("initdb", initdb, ["-D", data, "-U", user, ...access, ...locale, "--no-sync"], signal);
    const flags = Object.entries({ ...settings, unix_socket_directories: folder })
      .map(([name, value]) => `-c ${name}='${value}'`)
      .join(" ");
    await run("pg_ctl", control, ["start", "-D", data, "-l", log, "-o", flags, "-w", "-t", "60"], signal);
    return {
      connection: {
        PGHOST: folder,
        PGPORT: port,
        PGDATABASE: "postgres",
        PGUSER: user,
        PGSSLMODE: "disable",
      },
      folder,
      control,
      account: account.uid === process.getuid?.() ? undefined : account,
      remove,
    };
  } catch (error) {
    const said = `${reasonOf(error)}${readLog(log)}`;
    await remove();
    signal.throwIfAborted();
    const hint = /permission denied/i.test(said)
      ? `\nIts account (user id ${account.uid}) may have no way into ${dirname(folder)}: name another folder with --scratch.`
      : "";
    throw new Failure("failed", `The scratch server did not start: ${said}${hint}`);
  }
}

function makeServerFolder(parent: string | undefined, account: { uid: number; gid: number }): string {
  const folder = makeScratchFolder("optropic-server", parent);
  const excess = Buffer.byteLength(join(folder, `.s.PGSQL.${port}`)) - maximumSocketBytes;
  if (excess > 0) {
    removeFolder(folder);
    throw new Failure(
      "refused",
      `The path of ${folder} is ${excess} bytes too long for the socket of a server: name a shorter folder with --scratch`,
    );
  }
  chownSync(folder, account.uid, account.gid);
  return folder;
}

function readLog(path: string): string {
  try {
    return `\n${readFileSync(path, "utf8").slice(-2000).trim()}`;
  } catch {
    return "";
  }
}
