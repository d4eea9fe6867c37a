import { afterAll, beforeAll, expect, test } from "vitest";
import type { Accepted } from "../../../operations/archive/accepted.ts";
import { verify } from "../../../operations/archive/verify.ts";
import { withSession } from "../../../postgres/session.ts";
import { listingOf } from "../support/listing.ts";
import { manifestWith } from "../support/manifest.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";

const refused = "The server refused a part of the backup: permission denied.";
const unfilled = "materialized view public.m was not filled: division by zero.";
const lost = "index public.by_tenth is missing.";

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres("verify");
});

afterAll(() => postgres.stop());

test("what a server refused is a difference unless another one shows it", async () => {
  expect(await compared({ missing: [], lacks: false })).toEqual([refused]);
  expect(await compared({ missing: [unfilled], lacks: false })).toEqual([unfilled]);
  expect(await compared({ missing: [], lacks: true })).toEqual([lost]);
});

test("what is accepted hides nothing that it does not explain", async () => {
  const view = { name: "materialized view public.m", reason: "old" };
  expect(await compared({ missing: [unfilled], lacks: false }, [view])).toEqual([refused]);
  const index = { name: "index public.by_tenth", reason: "old" };
  expect(await compared({ missing: [unfilled], lacks: true }, [view, index])).toEqual([]);
});

/** The differences of an empty database, of which the server refused something. */
function compared(
  { missing, lacks }: { missing: readonly string[]; lacks: boolean },
  accepted: readonly Accepted[] = [],
): Promise<string[]> {
  const contains = { fingerprint: "0".repeat(64), objects: 0, tables: 0, rows: 0, largeObjects: 0 };
  return withSession(postgres.connection(), "test", async (session) => {
    await session.run("begin");
    const restored = {
      listing: listingOf({
        own: lacks ? [{ kind: "object", name: "index public.by_tenth", definition: "0123456789abcdef" }] : [],
      }),
      schemas: [],
      surroundings: false,
      globals: () => false,
      dependents: () => false,
      extensions: [],
      pathOperators: [],
      missing,
      refused: [refused],
    };
    return (await verify(session, manifestWith({ contains }), restored, accepted)).differences;
  });
}
