import * as z from "zod";
import { listedSome } from "../../lib/text.ts";
import { type Check, compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { type Reader, reading, requireSight } from "./session.ts";

/** Fewer blocks than these say nothing of a cache. */
const minimumBlocks = 100_000;

/** Share of blocks that should come from the cache, in percent. */
const minimumHits = 95;

/** Calls from which on the mean time of a statement says something. */
const minimumCalls = 100;

/** A transaction that is open for longer keeps rows from being cleaned up, in seconds. */
const maximumTransaction = 3600;

/** Times that a table was read from which on the use of its indexes says something. */
const minimumScans = 10_000;

/** Rows that are read each time from which on reading a whole table costs too much. */
const manyRows = 10_000;

/** Dead rows from which on they count, and the share of a table that they may be, in percent. */
const bloated = { rows: 10_000, percent: 40 } as const;

/** Share of the transaction ids that may be used before a wraparound, in percent. */
const maximumAge = 50;

/** Items 3.8, 6.7 and H6.4: what the statistics of the server say. */
export const databasePerformance = probe({
  name: "database-performance",
  items: ["3.8", "6.7", "H6.4"],
  title:
    "Statements must be quick, blocks come from the cache, indexes be used, dead rows be cleaned up, and no transaction stand open for long.",
  needs: ["database"],
  settings: ["objectives.p95Ms"],
  measure: (context) =>
    reading(context, async (database) => {
      const { p95Ms } = context.settings.objectives;
      await requireSight(database);
      const [blocks] = await database.rows(
        "select coalesce(sum(blks_hit), 0)::float8 as hit, coalesce(sum(blks_read), 0)::float8 as read from pg_catalog.pg_stat_database where datname = current_database()",
        z.object({ hit: z.number(), read: z.number() }),
      );
      const [oldest] = await database.rows(
        `select greatest(
           (select max(extract(epoch from now() - xact_start)) from pg_catalog.pg_stat_activity
             where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()),
           (select max(extract(epoch from now() - prepared)) from pg_catalog.pg_prepared_xacts where database = current_database()),
           0)::float8 as seconds`,
        z.object({ seconds: z.number() }),
      );
      const [age] = await database.rows(
        "select greatest(age(datfrozenxid), mxid_age(datminmxid))::float8 / 2147483647 * 100 as percent from pg_catalog.pg_database where datname = current_database()",
        z.object({ percent: z.number() }),
      );
      if (oldest === undefined || age === undefined) {
        throw new Unknown("no-data", "The database has no statistics of itself");
      }
      const tables = await database.rows(usage, table);
      return [
        cache(blocks),
        slow(await statementsOf(database), p95Ms),
        missingIndexes(tables),
        unusedIndexes(tables),
        deadRows(tables),
        compare("the oldest open transaction", {
          expected: `below ${maximumTransaction}`,
          measured: Math.round(oldest.seconds),
          holds: oldest.seconds < maximumTransaction,
          unit: "s",
        }),
        compare("transaction ids used before a wraparound", {
          expected: `below ${maximumAge}`,
          measured: Math.round(age.percent * 10) / 10,
          holds: age.percent < maximumAge,
          unit: "%",
        }),
      ];
    }),
});

const table = z.object({
  name: z.string().max(300),
  live: z.number(),
  dead: z.number(),
  scans: z.number(),
  rowsOfScans: z.number(),
  indexScans: z.number(),
  unused: z.array(z.string().max(300)),
});

type Table = z.infer<typeof table>;

/** An index that keeps rows unique or serves a foreign key earns its place without being read. */
const usage = `
  select t.relid::regclass::text as name, t.n_live_tup::float8 as live, t.n_dead_tup::float8 as dead,
    coalesce(t.seq_scan, 0)::float8 as scans, coalesce(t.seq_tup_read, 0)::float8 as "rowsOfScans",
    coalesce(t.idx_scan, 0)::float8 as "indexScans",
    array(select s.indexrelid::regclass::text from pg_catalog.pg_stat_user_indexes s
      join pg_catalog.pg_index i on i.indexrelid = s.indexrelid
      where s.relid = t.relid and s.idx_scan = 0 and not i.indisunique and i.indisvalid
        and not exists (select from pg_catalog.pg_constraint k where k.conrelid = t.relid
          and (k.conindid = i.indexrelid or k.contype = 'f' and i.indkey[0] = any(k.conkey)))
      order by 1) as unused
  from pg_catalog.pg_stat_user_tables t order by 1`;

const statement = z.object({ query: z.string(), calls: z.number(), mean: z.number() });

/** Statements of applications: what maintains or copies the database may take its time. */
async function statementsOf(database: Reader): Promise<z.infer<typeof statement>[] | undefined> {
  const [extension] = await database.rows(
    "select extnamespace::regnamespace::text as schema from pg_catalog.pg_extension where extname = 'pg_stat_statements'",
    z.object({ schema: z.string().max(200) }),
  );
  if (extension === undefined) return undefined;
  return database.rowsWhereAllowed(
    `select left(query, 200) as query, calls::float8 as calls, mean_exec_time::float8 as mean
     from ${extension.schema}.pg_stat_statements
     where dbid = (select oid from pg_catalog.pg_database where datname = current_database()) and calls >= ${minimumCalls}
       and query !~* '^\\s*(copy|vacuum|analyze|reindex|cluster|create|alter|drop|refresh|fetch|start_replication|base_backup)\\M'
     order by mean_exec_time desc limit 20`,
    statement,
  );
}

function missingIndexes(tables: readonly Table[]): Check {
  const read = tables.filter(({ scans }) => scans >= minimumCalls);
  const found = read.filter(
    ({ scans, rowsOfScans, indexScans }) => rowsOfScans / scans >= manyRows && scans > indexScans,
  );
  return judged("tables that lack an index", "read in large parts", read, found);
}

function unusedIndexes(tables: readonly Table[]): Check {
  const busy = tables.filter(({ scans, indexScans }) => scans + indexScans >= minimumScans);
  const found = busy.flatMap(({ unused }) => unused.map((name) => ({ name })));
  return judged("0005_unused_index", "never read, of tables that are read often", busy, found, minimumScans);
}

function deadRows(tables: readonly Table[]): Check {
  const known = tables.filter(({ live, dead }) => live + dead > 0);
  const found = known.filter(
    ({ live, dead }) => dead >= bloated.rows && (dead / (live + dead)) * 100 > bloated.percent,
  );
  return judged("0020_table_bloat", "mostly dead rows", known, found, 0);
}

/** What was found of tables; where statistics have none that can be judged, nothing is known. */
function judged(
  subject: string,
  what: string,
  known: readonly Table[],
  found: readonly { name: string }[],
  least = minimumCalls,
): Check {
  if (known.length === 0) {
    const message =
      least === 0
        ? "The statistics have no table with rows"
        : `No table was read ${least} times since the statistics began`;
    return unknownCheck(subject, new Unknown("no-data", message));
  }
  return compare(subject, {
    expected: "none",
    measured:
      found.length === 0
        ? "none"
        : `${what}: ${listedSome(
            found.map(({ name }) => name),
            5,
          )}`,
    holds: found.length === 0,
  });
}

function cache(blocks: { hit: number; read: number } | undefined): Check {
  const all = (blocks?.hit ?? 0) + (blocks?.read ?? 0);
  if (blocks === undefined || all < minimumBlocks) {
    return unknownCheck(
      "blocks from the cache",
      new Unknown(
        "no-data",
        `${all} blocks were read since the statistics began; ${minimumBlocks} are needed`,
      ),
    );
  }
  const percent = Math.round((blocks.hit / all) * 1000) / 10;
  return compare("blocks from the cache", {
    expected: `at least ${minimumHits}`,
    measured: percent,
    holds: percent >= minimumHits,
    unit: "%",
  });
}

function slow(
  statements: readonly { query: string; calls: number; mean: number }[] | undefined,
  mostMs: number,
): Check {
  if (statements === undefined) {
    return unknownCheck(
      "the slowest statement",
      new Unknown("no-right", "pg_stat_statements is missing, or the role may not read it"),
    );
  }
  const [first] = statements;
  if (first === undefined) {
    return unknownCheck(
      "the slowest statement",
      new Unknown("no-data", `No statement ran ${minimumCalls} times yet`),
    );
  }
  return compare(`mean time of the slowest statement that runs often (${first.query})`, {
    expected: `below ${mostMs}`,
    measured: Math.round(first.mean * 10) / 10,
    holds: first.mean < mostMs,
    unit: "ms",
    setting: "objectives.p95Ms",
  });
}
