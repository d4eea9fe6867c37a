import * as z from "zod";
import { reasonOf } from "../../lib/failure.ts";
import { listed } from "../../lib/text.ts";
import type { Connection } from "../../postgres/connection.ts";
import { sqlStateOf, withPatientSession } from "../../postgres/session.ts";
import { serverNames } from "./names.ts";
import { firstNormal } from "./pristine.ts";

/** For how long a backup and a restore wait for a lock, in milliseconds. */
export const lockTimeoutMs = 60_000;

/** What went wrong, and the server's code for it, which programs do not print. */
export interface Problem {
  reason: string;
  state: string | undefined;
}

/** Codes of the server: https://www.postgresql.org/docs/17/errcodes-appendix.html */
const lockNotAvailable = "55P03";
const outOfMemory = "53200";

/** Whether a program or the server gave up waiting for a lock. pg_dump sets a limit to the statement instead. */
export function isLockTimeout({ reason, state }: Problem): boolean {
  if (state !== undefined) return state === lockNotAvailable;
  return /lock timeout|could not obtain lock|statement timeout[\s\S]*LOCK TABLE/.test(reason);
}

/** Whether the server has no room for another lock. Its hint names the setting in every language. */
export function isLockShortage({ reason, state }: Problem): boolean {
  if (state !== undefined) return state === outOfMemory;
  return /out of shared memory|max_locks_per_transaction/.test(reason);
}

/** Throws an error again that says nothing of what was tried, since the server had no room for another lock. */
export function throwShortage(error: unknown): void {
  if (isLockShortage({ reason: reasonOf(error), state: sqlStateOf(error) })) throw error;
}

/**
 * Says who holds the locks that keep others from a table, right after waiting for one was given up. What the holders
 * run is left out, since it may contain secrets.
 *
 * @param from what the lock keeps others from: reading a table, or replacing it, which any lock does
 */
export async function describeHolders(
  connection: Connection,
  from: "reading" | "replacing",
): Promise<string> {
  const modes = from === "reading" ? "and l.mode = 'AccessExclusiveLock'" : "";
  const holders = await withPatientSession(connection, "optropic", async (session) => {
    await session.run(serverNames);
    return holderRows.parse(await session.rows(holdersQuery(modes)));
  }).catch(() => []);
  if (holders.length === 0) return "Nothing holds such a lock any more: try again.";
  const texts = holders.map(({ table, pid, role, application, state, since, prepared }) =>
    prepared === null
      ? `${table} is locked by process ${pid} of ${role ?? "the server"}${application === "" ? "" : ` (${application})`}, ${state}, in a transaction since ${since}`
      : `${table} is locked by the prepared transaction ${prepared} of ${role ?? "the server"}, which COMMIT PREPARED or ROLLBACK PREPARED ends`,
  );
  const hasSession = holders.some(({ prepared }) => prepared === null);
  return `${listed(texts, "and")}. ${hasSession ? "End it with pg_terminate_backend, or try again later." : "End it, and try again."}`;
}

const holderRows = z.array(
  z.object({
    table: z.string(),
    pid: z.int().nullable(),
    role: z.string().nullable(),
    application: z.string(),
    state: z.string(),
    since: z.string(),
    prepared: z.string().nullable(),
  }),
);

const holdersQuery = (modes: string): string => `
  select distinct c.oid::regclass::text as table, a.pid, coalesce(a.usename, x.owner)::text as role,
         coalesce(a.application_name, '') as application, coalesce(a.state, 'unknown') as state,
         coalesce(to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'an unknown time') as since,
         quote_literal(x.gid) as prepared
    from pg_locks l
    join pg_class c on c.oid = l.relation and c.relkind in ('r', 'p', 'm', 'f', 'v', 'S')
    left join pg_stat_activity a on a.pid = l.pid
    left join pg_locks own on l.pid is null and own.pid is null and own.locktype = 'transactionid'
      and own.virtualtransaction = l.virtualtransaction
    left join pg_prepared_xacts x on x.transaction = own.transactionid
   where l.granted and l.pid is distinct from pg_backend_pid() and c.oid >= ${firstNormal} ${modes}
     and (a.pid is not null or x.gid is not null)
     and l.database = (select oid from pg_database where datname = current_database())
   order by 1, 2`;
