import type { Settings } from "../../config/settings.ts";
import { Failure } from "../../lib/failure.ts";
import type { DatabaseRecovery } from "../../operations/rollback/database.ts";
import { measureLoss } from "../../operations/rollback/loss.ts";
import { supabaseRecovery } from "../../operations/rollback/supabase.ts";
import { readConnection } from "../../postgres/environment.ts";
import { withSession } from "../../postgres/session.ts";

/**
 * The database at Supabase, by its Management API, and by DATABASE_URL for what it has.
 *
 * @throws {Failure} `refused`, where DATABASE_URL is not set, or names another database
 */
export function recoveryOf(
  name: string,
  { accounts }: Pick<Settings, "accounts">,
  { at, acceptLoss }: { at: Date; acceptLoss: boolean },
  environment: NodeJS.ProcessEnv,
): DatabaseRecovery {
  const connection = readConnection(environment);
  const { PGHOST = "", PGUSER = "" } = connection;
  const application = "optropic rollback";
  return {
    ...{ at, acceptLoss },
    ...supabaseRecovery({
      ...{ name, organization: accounts.supabaseOrganization, environment },
      expect(ref) {
        // What is counted and what is recovered must be the same.
        if ([PGHOST, PGUSER].some((part) => part.split(".").includes(ref))) return;
        throw new Failure("refused", `DATABASE_URL is not the address of ${name}, whose reference is ${ref}`);
      },
    }),
    loss: (moment, signal, until) =>
      withSession(connection, application, (session) => measureLoss(session, moment, until), signal),
    async timeline(signal) {
      try {
        const ask = "select left(pg_walfile_name(pg_current_wal_lsn()), 8)";
        const [[timeline] = []] = await withSession(
          connection,
          application,
          (session) => session.lists(ask),
          signal,
        );
        return String(timeline);
      } catch {
        signal.throwIfAborted();
        return undefined;
      }
    },
  };
}
