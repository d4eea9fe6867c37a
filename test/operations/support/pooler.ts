import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../../../postgres/connection.ts";
import { serverAccount } from "../../../postgres/server-account.ts";
import { freePort, type PostgresServer } from "./postgres.ts";

/** PgBouncer in front of a database: its pools by the names of its own databases. */
export interface TestPooler {
  readonly port: number;
  connection(database: string): Connection;
  stop(): Promise<void>;
}

/**
 * Starts PgBouncer with a pool of each mode. Throws when it is not installed.
 *
 * @param settings of the pooler beside those that it needs, by their names
 */
export async function startPooler(
  postgres: Pick<PostgresServer, "port" | "user" | "password" | "connection">,
  database = "postgres",
  settings: Readonly<Record<string, string>> = {},
): Promise<TestPooler> {
  const folder = mkdtempSync(join(tmpdir(), "pooler-"));
  const port = await freePort();
  const server = `host=127.0.0.1 port=${postgres.port} dbname=${database}`;
  const config = `[databases]
transaction = ${server} pool_mode=transaction
one = ${server} pool_mode=transaction pool_size=1
robin = ${server} pool_mode=transaction
statement = ${server} pool_mode=statement
session = ${server} pool_mode=session
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${folder}/users
server_round_robin = 1
max_client_conn = 50
default_pool_size = 4
${Object.entries(settings)
  .map(([name, value]) => `${name} = ${value}\n`)
  .join("")}`;
  writeFileSync(join(folder, "pgbouncer.ini"), config, { mode: 0o644 });
  writeFileSync(join(folder, "users"), `"${postgres.user}" "${postgres.password}"\n`, { mode: 0o644 });
  const { uid, gid } = serverAccount();
  chmodSync(folder, 0o755);
  const child: ChildProcess = spawn("pgbouncer", [join(folder, "pgbouncer.ini")], {
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    cwd: "/",
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  await listening(port, child);
  return {
    port,
    connection: (database: string): Connection => ({
      ...postgres.connection(database),
      PGPORT: `${port}`,
    }),
    async stop() {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until something listens on a port, as long as its process runs. */
async function listening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const socket = createConnection(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
  }
  throw new Error(`PgBouncer ended with ${child.exitCode}`);
}
