import { type ChildProcess, spawn } from "node:child_process";
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { chownSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Client, type QueryArrayResult } from "pg";
import type { Connection } from "../../../postgres/connection.ts";
import { findProgram } from "../../../postgres/programs.ts";
import { serverAccount } from "../../../postgres/server-account.ts";
import { atFreePort } from "../../ports.ts";
import { makeData, superuser } from "./data-folder.ts";
import { makeFolder } from "./memory.ts";

/** A PostgreSQL server of its own on a loopback port, with password authentication and no data. */
export interface PostgresServer {
  port: number;
  user: string;
  password: string;
  /** As the operations take a connection to a database of it, `postgres` unless named. */
  connection(database?: string): Connection;
  /** The same by its socket, which asks for no password and costs less. */
  local(database?: string): Connection;
  /** Runs statements in a database, `postgres` unless named; answers what they print, unaligned. */
  sql(statements: string, database?: string): Promise<string>;
  /** Ends the server at once, as a crash does. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a server in a temporary folder. Throws when PostgreSQL is not installed.
 *
 * @param settings of the server, by their names
 * @param programs the folder with `initdb` and `postgres`; those of this machine by default
 */
export async function startPostgres(
  password: string,
  settings: Readonly<Record<string, string>> = {},
  programs?: string,
): Promise<PostgresServer> {
  const program = (name: "initdb" | "postgres"): string =>
    programs === undefined ? findProgram(name) : join(programs, name);
  const { user } = superuser;
  const folder = makeFolder("postgres-");
  const owner = serverAccount();
  chownSync(folder, owner.uid, owner.gid);
  const data = await makeData(folder, owner, { initdb: program("initdb"), postgres: program("postgres") });
  const own = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const flags = [
    "-D",
    data,
    "-h",
    "127.0.0.1",
    "-k",
    folder,
    "-F",
    "-c",
    "full_page_writes=off",
    "-c",
    "wal_init_zero=off",
    // It would look into each of a hundred databases by turns.
    "-c",
    "autovacuum=off",
    ...own,
  ];
  const { port, server } = await atFreePort(async (port) => {
    const server = spawn(program("postgres"), [...flags, "-p", `${port}`], {
      ...owner,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await ready(server);
    return { port, server };
  });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const owning = new Client({ host: folder, port, database: user, user });
  await owning.connect();
  await owning.query(`alter role ${user} password '${verifierOf(password)}'`);
  await owning.end();
  const connection = (database: string = user): Connection => ({
    PGHOST: "127.0.0.1",
    PGPORT: `${port}`,
    PGDATABASE: database,
    PGUSER: user,
    PGPASSWORD: password,
    PGSSLMODE: "disable",
  });

  return {
    port,
    user,
    password,
    connection,
    local: (database: string = user) => ({ ...connection(database), PGHOST: folder }),
    async sql(statements, database = user) {
      // Within this process: to start psql takes longer than most of what is asked.
      const client = new Client({ host: folder, port, database, user });
      await client.connect();
      try {
        const results = await client.query({ text: statements, rowMode: "array", types: asPrinted });
        return [results].flat().flatMap(linesOf).join("\n").trim();
      } finally {
        await client.end();
      }
    },
    async kill() {
      server.kill("SIGQUIT");
      await ended;
    },
    async stop() {
      server.kill("SIGQUIT");
      if (server.exitCode === null && server.signalCode === null) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Values as the server prints them. */
const asPrinted = { getTypeParser: () => String };

function linesOf({ rows }: QueryArrayResult<(string | null)[]>): string[] {
  return rows.map((row) => row.map((value) => value ?? "").join("|"));
}

/**
 * What a server keeps of a password: here with one round of hashing in place of 4,096, which both sides would do
 * for each of a thousand sessions.
 *
 * Source: RFC 5803; https://www.postgresql.org/docs/15/catalog-pg-authid.html
 */
function verifierOf(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, 1, 32, "sha256");
  const keyOf = (name: string): Buffer => createHmac("sha256", salted).update(name).digest();
  const stored = createHash("sha256").update(keyOf("Client Key")).digest("base64");
  return `SCRAM-SHA-256$1:${salt.toString("base64")}$${stored}:${keyOf("Server Key").toString("base64")}`;
}

function ready(server: ChildProcess): Promise<void> {
  let log = "";
  return new Promise((resolve, reject) => {
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (log.includes("ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("close", (code) => reject(new Error(`PostgreSQL ended with ${code}:\n${log}`)));
  });
}
