import * as z from "zod";
import { type Check, compare, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { reading } from "./session.ts";

/** Fewer blocks than these say nothing of a cache. */
const minimumBlocks = 100_000;

/** Share of blocks that should come from the cache, in percent. */
const minimumHits = 95;

/** Calls from which on the mean time of a statement says something. */
const minimumCalls = 100;

/** A transaction that is open for longer keeps rows from being cleaned up, in seconds. */
const maximumTransaction = 3600;

/** Share of the transaction ids that may be used before a wraparound, in percent. */
const maximumAge = 50;

/** Items 3.8, 6.7 and H6.4: what the statistics of the server say. */
export const databasePerformance = probe({
  name: "database-performance",
  items: ["3.8", "6.7", "H6.4"],
  title: "Statements must be quick, blocks come from the cache, and no transaction stand open for long.",
  needs: ["database"],
  settings: ["objectives.p95Ms"],
  measure: (context) =>
    reading(context, async (database) => {
      const { p95Ms } = context.settings.objectives;
      const [blocks] = await database.rows(
        "select coalesce(sum(blks_hit), 0)::float8 as hit, coalesce(sum(blks_read), 0)::float8 as read from pg_catalog.pg_stat_database where datname = current_database()",
        z.object({ hit: z.number(), read: z.number() }),
      );
      const statements = await database.rowsWhereAllowed(
        `select left(query, 200) as query, calls::float8 as calls, mean_exec_time::float8 as mean from pg_stat_statements
         where dbid = (select oid from pg_catalog.pg_database where datname = current_database()) and calls >= ${minimumCalls}
         order by mean_exec_time desc limit 20`,
        z.object({ query: z.string(), calls: z.number(), mean: z.number() }),
      );
      const [oldest] = await database.rows(
        `select coalesce(max(extract(epoch from now() - xact_start)), 0)::float8 as seconds from pg_catalog.pg_stat_activity
         where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
        z.object({ seconds: z.number() }),
      );
      const [age] = await database.rows(
        "select (age(datfrozenxid)::float8 / 2147483647 * 100) as percent from pg_catalog.pg_database where datname = current_database()",
        z.object({ percent: z.number() }),
      );
      return [
        cache(blocks),
        slow(statements, p95Ms),
        compare("the oldest open transaction", {
          expected: `below ${maximumTransaction}`,
          measured: Math.round(oldest?.seconds ?? 0),
          holds: (oldest?.seconds ?? 0) < maximumTransaction,
          unit: "s",
        }),
        compare("transaction ids used before a wraparound", {
          expected: `below ${maximumAge}`,
          measured: Math.round((age?.percent ?? 100) * 10) / 10,
          holds: age !== undefined && age.percent < maximumAge,
          unit: "%",
        }),
      ];
    }),
});

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
