import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connection } from "../../postgres/connection.ts";
import { refuseKnownPooler, refuseTransactionPooler } from "../../postgres/pooler.ts";
import { connect } from "../../postgres/session.ts";
import { startPooler, type TestPooler } from "../operations/support/pooler.ts";
import { type PostgresServer, startPostgres } from "../operations/support/postgres.ts";

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
  let pooler: TestPooler;

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
