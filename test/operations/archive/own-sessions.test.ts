import { DatabaseError } from "pg";
import { expect, test } from "vitest";
import { allEnded, othersEnded, sessionName } from "../../../operations/archive/own-sessions.ts";
import type { Connection } from "../../../postgres/connection.ts";
import type { Session } from "../../../postgres/session.ts";

const { signal } = new AbortController();

/** A session whose looks at the others find these, one after the other, or fail with a code of the server. */
function finding(...found: (number | string)[]): { session: Session; left: () => number } {
  const nothing = (): never => expect.unreachable();
  const session: Session = {
    async rows(query) {
      if (query.includes("pg_stat_clear_snapshot")) return [{}];
      const next = found.shift();
      if (typeof next !== "string") return Array.from({ length: next ?? 0 }, () => ({}));
      throw Object.assign(new DatabaseError("it failed", 0, "error"), { code: next });
    },
    batches: nothing,
    run: nothing,
    attempt: nothing,
  };
  return { session, left: () => found.length };
}

test("the other sessions of a backup are waited for, also while there is no room to look at them", async () => {
  const { session, left } = finding(2, "53200", 1, 0);
  await othersEnded(session, sessionName("backup"), signal);
  expect(left()).toBe(0);
});

test("what else fails is not waited out", async () => {
  const { session, left } = finding("42501", 0);
  await expect(othersEnded(session, sessionName("backup"), signal)).rejects.toThrow("it failed");
  expect(left()).toBe(1);
  const nowhere: Connection = {
    PGHOST: "127.0.0.1",
    PGPORT: "1",
    PGDATABASE: "d",
    PGUSER: "u",
    PGSSLMODE: "disable",
  };
  await allEnded(nowhere, sessionName("backup"), signal);
});

test("a backup that is stopped waits no longer", async () => {
  const stop = new AbortController();
  const { session } = finding(...Array<number>(1000).fill(1));
  const waiting = othersEnded(session, sessionName("backup"), stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow("aborted");
});
