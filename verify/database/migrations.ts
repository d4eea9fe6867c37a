import * as z from "zod";
import { listedSome } from "../../lib/text.ts";
import { type Check, compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import type { MigrationFiles } from "./migration-files.ts";
import { reading } from "./session.ts";

const migration = z.object({
  name: z.string().max(300),
  finished: z.boolean(),
  rolled_back: z.boolean(),
  checksum: z.string().max(300).nullable(),
});

type Migration = z.infer<typeof migration>;

/** Items 3.6 and S3.3, by Prisma's own table. */
export const migrationsApplied = probe({
  name: "migrations-applied",
  items: ["3.6", "S3.3"],
  title:
    "No migration of Prisma may have failed or be unfinished, and those of the repository must be applied as they are.",
  needs: ["database"],
  settings: [],
  async measure(context) {
    const rows = await reading(context, async (database) => {
      const tables = await database.rows(
        "select c.oid::regclass::text as name from pg_catalog.pg_class c where relname = '_prisma_migrations' and relkind in ('r', 'p') order by c.oid",
        z.object({ name: z.string().max(300) }),
      );
      const [table, ...others] = tables;
      if (table === undefined) {
        throw new Unknown(
          "no-data",
          "The database has no table _prisma_migrations: nothing was migrated with Prisma",
        );
      }
      if (others.length > 0) {
        const names = listedSome(
          tables.map(({ name }) => name),
          5,
        );
        throw new Unknown(
          "not-understood",
          `Cannot tell which table of migrations is the platform's: ${names}`,
        );
      }
      const found = await database.rowsWhereAllowed(
        `select migration_name as name, finished_at is not null as finished, rolled_back_at is not null as rolled_back, checksum from ${table.name} order by started_at`,
        migration,
      );
      if (found === undefined) throw new Unknown("no-right", `The role may not read ${table.name}`);
      return found;
    });
    if (rows.length === 0) throw new Unknown("no-data", "The table _prisma_migrations is empty");
    // A migration that was rolled back and applied again has a row for each.
    const applied = new Set(
      rows.filter(({ finished, rolled_back }) => finished && !rolled_back).map(({ name }) => name),
    );
    const failed = rows.filter(
      ({ name, finished, rolled_back }) => !finished && !rolled_back && !applied.has(name),
    );
    const undone = rows.filter(({ name, rolled_back }) => rolled_back && !applied.has(name));
    return [
      compare(`${rows.length} migrations`, {
        expected: "no failed or unfinished migration",
        measured: failed.length === 0 ? "none" : failed.map(({ name }) => name).join(", "),
        holds: failed.length === 0,
      }),
      compare("migrations that were rolled back", {
        expected: "applied again",
        measured: undone.length === 0 ? "none open" : undone.map(({ name }) => name).join(", "),
        holds: undone.length === 0,
      }),
      ...(context.migrations === undefined ? [pendingUnknown] : ofRepository(rows, context.migrations)),
    ];
  },
});

const pending = "migrations of the repository that are pending";

const pendingUnknown = unknownCheck(
  pending,
  new Unknown(
    "no-data",
    "The migrations of the repository are not known: pass their folder with --migrations",
  ),
);

/** What the database applied against the files that it was applied from. */
function ofRepository(rows: readonly Migration[], files: MigrationFiles): Check[] {
  const applied = new Map(
    rows.flatMap(({ name, finished, rolled_back, checksum }) =>
      finished && !rolled_back ? [[name, checksum] as const] : [],
    ),
  );
  const missing = [...files.keys()].filter((name) => !applied.has(name));
  const changed = [...applied].flatMap(([name, checksum]) => {
    const file = files.get(name);
    return file !== undefined && file !== checksum ? [name] : [];
  });
  const unknown = [...applied.keys()].filter((name) => !files.has(name));
  const listed = (names: readonly string[]) => listedSome(names, 10) || "none";
  return [
    compare(pending, {
      ...{ expected: "none", measured: listed(missing), holds: missing.length === 0 },
    }),
    compare("migrations that were changed after they were applied", {
      ...{ expected: "none", measured: listed(changed), holds: changed.length === 0 },
    }),
    compare("applied migrations that the repository does not have", {
      ...{ expected: "none", measured: listed(unknown), holds: unknown.length === 0 },
    }),
  ];
}
