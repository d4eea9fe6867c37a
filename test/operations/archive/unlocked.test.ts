import { expect, test } from "vitest";
import { attempt } from "../../../operations/archive/attempt.ts";
import { Unlocked } from "../../../operations/archive/unlocked.ts";
import { type ServerSession, withSession } from "../../../postgres/session.ts";
import { startSilentServer } from "../support/silent-server.ts";

/**
 * Works in a session whose server answers several statements at a time, and never finds anything.
 *
 * @returns the first words of the statements that came
 */
async function wordsOf(
  turns: readonly number[],
  work: (session: ServerSession) => Promise<unknown>,
): Promise<string[]> {
  const server = await startSilentServer(turns);
  try {
    await withSession(server.connection, "test", work);
    return server.statements.map((text) => text.split(" ")[0] ?? "");
  } finally {
    server.stop();
  }
}

test("a query is sent with its savepoint and the end of that, and so are queries that are asked for at once", async () => {
  const alone = ["savepoint", "select", "rollback"];
  expect(await wordsOf([3], (session) => new Unlocked(session).rows("select"))).toEqual(alone);
  expect(await wordsOf([3], (session) => new Unlocked(session).attempt("select"))).toEqual(alone);
  const two = await wordsOf([6], (session) => {
    const reader = new Unlocked(session);
    return Promise.all([reader.rows("select"), reader.rows("values (1)")]);
  });
  expect(two).toEqual([...alone, "savepoint", "values", "rollback"]);
});

test("a cursor is first read when it is declared, and closed with the end of its savepoint", async () => {
  const read = await wordsOf([3, 2], async (session) => {
    for await (const rows of new Unlocked(session).batches("select")) expect(rows).not.toEqual([]);
  });
  expect(read).toEqual(["savepoint", "declare", "fetch", "close", "rollback"]);
});

test("statements that may fail are sent with the question whether they did", async () => {
  const asked = await wordsOf([2], async (session) => {
    await expect(attempt(session, ["create table t ()"])).rejects.toThrow("expected object");
  });
  expect(asked).toEqual(["do", "select"]);
});
