import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import type { Session } from "../../postgres/session.ts";

/**
 * Checks how many more sessions the connection limits of the role and the database allow. A backup needs one beside
 * the first, for pg_dump, and others for further jobs.
 *
 * @returns how many more there may be
 * @throws {Failure} `refused`, when pg_dump could not connect
 */
export async function checkSessions(session: Session): Promise<number> {
  const limits = limitRows.parse(await session.rows(limitsQuery));
  const full = limits.find(({ limit, used }) => limit - used < 1);
  if (full !== undefined) {
    throw new Failure(
      "refused",
      `A backup needs 2 sessions at once, and the ${full.subject} allows ${full.limit} (${full.used} in use): raise its CONNECTION LIMIT`,
    );
  }
  return Math.min(...limits.map(({ limit, used }) => limit - used));
}

const limitRows = z.array(z.object({ subject: z.string(), limit: z.int(), used: z.int() }));

/** Limits do not apply to superusers. */
const limitsQuery = `
  select 'role ' || r.rolname as subject, r.rolconnlimit as limit,
         (select count(*)::int from pg_stat_activity where usesysid = r.oid and backend_type = 'client backend') as used
    from pg_roles r where r.rolname = session_user and r.rolconnlimit >= 0 and not r.rolsuper
  union all
  select 'database ' || d.datname, d.datconnlimit,
         (select count(*)::int from pg_stat_activity where datid = d.oid and backend_type = 'client backend')
    from pg_database d join pg_roles r on r.rolname = session_user
   where d.datname = current_database() and d.datconnlimit >= 0 and not r.rolsuper`;
