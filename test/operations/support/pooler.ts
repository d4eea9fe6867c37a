import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../../../postgres/connection.ts";
import { serverAccount } from "../../../postgres/server-account.ts";
import { atFreePort, listening } from "../../ports.ts";
import type { PostgresServer } from "./postgres.ts";

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
  const server = `host=127.0.0.1 port=${postgres.port} dbname=${database}`;
  const config = (port: number): string => `[databases]
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
  writeFileSync(join(folder, "users"), `"${postgres.user}" "${postgres.password}"\n`, { mode: 0o644 });
  const { uid, gid } = serverAccount();
  chmodSync(folder, 0o755);
  const { port, child } = await atFreePort(async (port) => {
    writeFileSync(join(folder, "pgbouncer.ini"), config(port), { mode: 0o644 });
    const child = spawn("pgbouncer", [join(folder, "pgbouncer.ini")], {
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
      cwd: "/",
      stdio: ["ignore", "ignore", "pipe"],
    });
    await listening(port, child);
    return { port, child };
  });
  const ended = once(child, "exit");
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
