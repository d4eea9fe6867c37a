import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { notesNaming } from "./notes.ts";

/** Says what of the server and its machine may make a restored database other than its source. */
export async function notesOnServer(session: Session): Promise<string[]> {
  const [collations, foreignJobs, ownJobs] = [
    await namesIn(session, collationsQuery),
    await namesIn(session, foreignJobsQuery),
    await namesIn(session, ownJobsQuery),
  ];
  return [
    ...notesNaming(
      collations,
      (names) =>
        `These collations had another version when they were made: ${names}. Their indexes may be wrong on this server, and a restored database refuses unique indexes, checks and partitions that the rows then break.`,
    ),
    ...foreignJobs.map(
      (name) =>
        `Jobs of pg_cron are in the database ${name} (cron.database_name), and those that run in this one are not in the backup.`,
    ),
    ...ownJobs.map(
      (name) =>
        `The extension pg_cron can only be in the database ${name} (cron.database_name): a restore into a database of another name, where that is not changed, leaves it and its jobs out.`,
    ),
  ];
}

/** A query that an older server may not know, and that a collation which is no longer installed lets fail. */
async function namesIn(session: Session, query: string): Promise<string[]> {
  const rows = z.array(z.object({ name: z.string() })).safeParse(await session.attempt(query));
  return (rows.data ?? []).map(({ name }) => name);
}

const collationsQuery = `
  select format('that of the database (%s)', d.datcollate) as name
    from pg_database d
   where d.datname = current_database() and d.datcollversion <> pg_database_collation_actual_version(d.oid)
  union all
  select c.oid::regcollation::text
    -- The limit keeps the server from loading each of the hundreds of collations that nothing uses.
    from (select c.oid, c.collversion from pg_collation c
           where c.collversion is not null
             and exists (select from pg_depend u where u.refclassid = c.tableoid and u.refobjid = c.oid) offset 0) c
   where c.collversion <> pg_collation_actual_version(c.oid)
   order by 1`;

const cronQuery = (condition: string): string =>
  `select quote_ident(current_setting('cron.database_name', true)) as name where ${condition}`;

const hasCron = "exists (select from pg_extension where extname = 'pg_cron')";

const ownJobsQuery = cronQuery(`${hasCron} and current_setting('cron.database_name', true) <> ''`);

const foreignJobsQuery = cronQuery(
  `not ${hasCron} and current_setting('cron.database_name', true) <> current_database()`,
);
