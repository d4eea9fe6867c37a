import { expect, test } from "vitest";
import { inEnglish } from "../../../operations/archive/names.ts";
import type { Session } from "../../../postgres/session.ts";

const connection = {
  PGHOST: "127.0.0.1",
  PGPORT: "5432",
  PGDATABASE: "app",
  PGUSER: "postgres",
  PGSSLMODE: "disable",
} as const;

/** A session whose server would speak another language, or not. */
const session = (rows: unknown[]): Session => ({
  rows: async () => rows,
  async *batches() {
    yield rows;
  },
  run: async () => undefined,
  attempt: async () => rows,
});

test("programs ask the server for English only where it would speak another language", async () => {
  expect(await inEnglish(session([]), connection)).toEqual(connection);
  const foreign = session([{ name: "lc_messages" }]);
  expect(await inEnglish(foreign, connection)).toEqual({ ...connection, PGOPTIONS: "-c lc_messages=C" });
  const given = { ...connection, PGOPTIONS: "-c geqo=off" };
  expect((await inEnglish(foreign, given)).PGOPTIONS).toBe("-c geqo=off -c lc_messages=C");
});
