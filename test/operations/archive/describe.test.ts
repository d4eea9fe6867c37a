import { expect, test } from "vitest";
import { readGlobals, readObjects } from "../../../operations/archive/describe.ts";
import { allOf } from "../../../operations/archive/fragments.ts";
import type { Session } from "../../../postgres/session.ts";

/** A session that answers nothing, and the queries that it was asked. */
function listening(): { session: Session; asked: string[] } {
  const asked: string[] = [];
  const session: Session = {
    rows: async () => [],
    async *batches(query) {
      asked.push(query);
      yield [];
    },
    run: async () => undefined,
    attempt: async () => [],
  };
  return { session, asked };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("all objects of schemas are asked for at once, and those of no schema not at all", async () => {
  const { session, asked } = listening();
  expect(await all(readObjects(session, ["app", "public"]))).toEqual([]);
  expect(asked).toHaveLength(1);
  expect(await all(readObjects(session, []))).toEqual([]);
  expect(asked).toHaveLength(1);
  expect(await all(readGlobals(session))).toEqual([]);
  expect(asked).toHaveLength(2);
});

test("queries that are asked at once may end with a comment, and have parts with names", () => {
  expect(allOf(["select 1 -- one", "with two as (select 2) select * from two"])).toBe(
    "(select 1 -- one\n) union all (with two as (select 2) select * from two\n)",
  );
});
