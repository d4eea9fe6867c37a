import { expect, test } from "vitest";
import { readSlowest } from "../../../operations/migrate/slowest.ts";

function sessionOf(answer: (query: string) => unknown[]) {
  return {
    rows: async (query: string) => answer(query),
    batches: async function* (query: string) {
      yield answer(query);
    },
    run: async () => undefined,
    attempt: async () => undefined,
  };
}

const row = (id: number, query: string) => ({ id: String(id), calls: "12", mean: 3.25, query });

test("the slowest statements are those that read or write rows, each once", async () => {
  const found = await readSlowest(
    sessionOf((query) =>
      query.includes("pg_extension")
        ? [{ view: "extensions.pg_stat_statements" }]
        : [
            row(1, "select * from account where id = $1"),
            row(1, "select * from account where id = $1"),
            row(2, "create role app password 'secret'"),
            row(3, "<insufficient privilege>"),
            row(4, "update account set note = $1 where id = $2 returning id"),
            row(7, "select relname from pg_class where oid = $1"),
            row(8, "insert into _prisma_migrations (id) values ($1)"),
            row(5, "select 1; drop table account"),
            row(6, "with gone as (delete from account returning 1) select count(*) from gone"),
          ],
    ),
  );
  expect(found).toEqual({
    queries: [
      { name: "statement 1 (3.3 ms, 12 calls)", sql: "select * from account where id = $1" },
      { name: "statement 4 (3.3 ms, 12 calls)", sql: expect.stringMatching(/^update/) },
      { name: "statement 6 (3.3 ms, 12 calls)", sql: expect.stringMatching(/^with/) },
    ],
  });
});

test("why they cannot be read is said, and is no failure", async () => {
  expect(await readSlowest(sessionOf(() => []))).toEqual({
    unread: "the database does not have the extension pg_stat_statements",
  });
  const closed = sessionOf((query) => {
    if (query.includes("pg_extension")) return [{ view: "public.pg_stat_statements" }];
    throw new Error("pg_stat_statements must be loaded via shared_preload_libraries");
  });
  expect(await readSlowest(closed)).toEqual({ unread: expect.stringMatching(/must be loaded/) });
});
