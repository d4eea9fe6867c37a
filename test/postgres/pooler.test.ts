import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connection } from "../../postgres/connection.ts";
import { refuseKnownPooler, refuseTransactionPooler } from "../../postgres/pooler.ts";
import { serverAccount } from "../../postgres/server-account.ts";
import { connect } from "../../postgres/session.ts";
import { freePort, type PostgresServer, startPostgres } from "../operations/support/postgres.ts";

// Poolers by name, and the real PgBouncer by how it behaves in each of its modes.

describe("a known address", () => {
  const database = { PGDATABASE: "postgres", PGUSER: "postgres.abcdefghij", PGSSLMODE: "require" } as const;

  test.each([
    [
      "aws-0-eu-central-1.pooler.supabase.com",
      "6543",
      "Use the direct address, db.abcdefghij.supabase.co:5432, or the pooler in session mode, aws-0-eu-central-1.pooler.supabase.com:5432",
    ],
    ["db.abcdefghij.supabase.co", "6543", "Use the direct address, db.abcdefghij.supabase.co:5432"],
    [
      "ep-cool-1-pooler.eu-central-1.aws.neon.tech",
      "5432",
      "Use the direct address, ep-cool-1.eu-central-1.aws.neon.tech:5432",
    ],
  ])(
    "of a pooler in transaction mode, %s:%s, is refused with the address to use",
    (PGHOST, PGPORT, advice) => {
      const refuse = () => refuseKnownPooler({ ...database, PGHOST, PGPORT });
      expect(refuse).toThrow(`${PGHOST}:${PGPORT}/postgres is a connection pooler in transaction mode`);
      expect(refuse).toThrow(advice);
    },
  );

  test.each([
    ["aws-0-eu-central-1.pooler.supabase.com", "5432"],
    ["db.abcdefghij.supabase.co", "5432"],
    ["pooler.supabase.com.example.com", "6543"],
    ["ep-cool-1.eu-central-1.aws.neon.tech", "5432"],
    ["127.0.0.1", "6543"],
  ])("of a server or a pooler in session mode, %s:%s, is not", (PGHOST, PGPORT) => {
    expect(() => refuseKnownPooler({ ...database, PGHOST, PGPORT })).not.toThrow();
  });
});

describe("by how it behaves", () => {
  let postgres: PostgresServer;
  let pooler: { connection(database: string): Connection; stop(): Promise<void> };

  beforeAll(async () => {
    postgres = await startPostgres("word");
    pooler = await startPooler(postgres);
  });

  afterAll(async () => {
    await pooler.stop();
    await postgres.stop();
  });

  test.each(["transaction", "one", "robin"])("the pool «%s» in transaction mode is refused", async (pool) => {
    await expect(look(pooler.connection(pool))).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringMatching(
        /is a connection pooler in transaction mode .*Use the database's direct address, or a pooler in session mode/,
      ),
    });
  });

  test("a pool in statement mode is refused", async () => {
    await expect(look(pooler.connection("statement"))).rejects.toMatchObject({ kind: "refused" });
  });

  test("a pool in session mode is not refused", async () => {
    await expect(look(pooler.connection("session"))).resolves.toBe(true);
  });

  test("a server is not refused, and needs no second session", async () => {
    await expect(look(postgres.connection())).resolves.toBe(false);
  });
});

/** @returns whether there is a pooler */
async function look(connection: Connection): Promise<boolean> {
  const session = await connect(connection, "test");
  try {
    await refuseTransactionPooler(session, connection);
    return await session.isPooled();
  } finally {
    await session.end();
  }
}

async function startPooler(postgres: PostgresServer) {
  const folder = mkdtempSync(join(tmpdir(), "pooler-"));
  const port = await freePort();
  const server = `host=127.0.0.1 port=${postgres.port} dbname=postgres`;
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
`;
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
