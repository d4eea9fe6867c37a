import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import type { Session } from "../../postgres/session.ts";
import type { Migration } from "./folder.ts";

/** Where a database stands in the list of migrations. */
export interface History {
  /** Whether the database has Prisma's table. */
  exists: boolean;
  applied: string[];
  /** In the order in which they are to be applied. */
  pending: Migration[];
  /** Begun and neither finished nor marked as rolled back: Prisma applies nothing until that is resolved. */
  failed: { name: string; log: string }[];
  /** Applied from a file that is another one now. */
  changed: string[];
  /** Applied, and not in the folder. */
  missing: string[];
  /** Pending although a later one is applied: it was merged late. */
  late: string[];
}

/** Prisma keeps the first eight kilobytes of what went wrong; a person needs the first lines. */
const logCharacters = 2000;

const rowSchema = z.object({
  name: z.string().max(500),
  checksum: z.string().max(500),
  finished: z.boolean(),
  rolled_back: z.boolean(),
  log: z.string().nullable(),
});

/** Reads Prisma's own table and compares it with the folder. */
export async function readHistory(session: Session, migrations: readonly Migration[]): Promise<History> {
  await refuseOtherSchema(session);
  const [table] = z
    .array(z.object({ found: z.boolean() }))
    .parse(await session.rows("select to_regclass('_prisma_migrations') is not null as found"));
  const rows = table?.found
    ? z.array(rowSchema).parse(
        await session.rows(
          `select migration_name as name, checksum, finished_at is not null as finished, rolled_back_at is not null as rolled_back,
               left(logs, ${logCharacters}) as log from _prisma_migrations order by started_at, id`,
        ),
      )
    : [];
  // A migration that was rolled back and applied again has a row for each.
  const applied = new Map(
    rows.flatMap(({ name, checksum, finished, rolled_back }) =>
      finished && !rolled_back ? [[name, checksum] as const] : [],
    ),
  );
  const files = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
  const pending = migrations.filter(({ name }) => !applied.has(name));
  const last = [...applied.keys()]
    .filter((name) => files.has(name))
    .sort()
    .at(-1);
  return {
    exists: table?.found ?? false,
    applied: [...applied.keys()],
    pending,
    failed: rows
      .filter(({ finished, rolled_back }) => !finished && !rolled_back)
      .map(({ name, log }) => ({ name, log: log ?? "" })),
    changed: [...applied].flatMap(([name, checksum]) => {
      const file = files.get(name);
      return file === undefined || file === checksum ? [] : [name];
    }),
    missing: [...applied.keys()].filter((name) => !files.has(name)),
    late: pending.flatMap(({ name }) => (last !== undefined && name < last ? [name] : [])),
  };
}

/** Prisma's table and names without a schema are looked for in the first schema of the search path. */
async function refuseOtherSchema(session: Session): Promise<void> {
  const [row] = z
    .array(z.object({ name: z.string().nullable() }))
    .parse(await session.rows("select current_schema()::text as name"));
  if (row?.name === "public") return;
  const found = row?.name === null || row === undefined ? "no schema" : `the schema ${row.name}`;
  throw new Failure(
    "refused",
    `Names without a schema mean ${found} for this role, and optropic migrate knows migrations of public alone: see its search_path, and its rights on public`,
  );
}

/**
 * Refuses a database to which nothing may be applied before a person has looked.
 *
 * @throws {Failure} `refused`, with what to do
 */
export function refuseUnclear({ failed, changed, missing }: History): void {
  const [first] = failed;
  if (first !== undefined) {
    throw new Failure(
      "refused",
      `The migration ${first.name} failed and is not resolved: nothing is applied after it. Run optropic migrate resolve ${first.name} to see the ways on`,
    );
  }
  if (changed.length > 0) {
    throw new Failure(
      "refused",
      `Changed after they were applied: ${changed.join(", ")}. Restore the files from Git, and put the change into a new migration`,
    );
  }
  if (missing.length > 0) {
    throw new Failure(
      "refused",
      `Applied, and not in the folder: ${missing.join(", ")}. Check out the commit that has them`,
    );
  }
}
