import type { Settings } from "../../config/settings.ts";
import { Failure } from "../../lib/failure.ts";
import { measureLoss } from "../../operations/rollback/loss.ts";
import type { DatabaseRecovery } from "../../operations/rollback/recovery.ts";
import { readConnection } from "../../postgres/environment.ts";
import { withSession } from "../../postgres/session.ts";
import { Supabase, type SupabaseProject } from "../../vendors/supabase.ts";

/** Supabase's words for a project that is being recovered. */
const recovering: ReadonlySet<string> = new Set(["RESTORING", "RESTARTING", "COMING_UP", "INACTIVE"]);

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
  if (at.getTime() > Date.now()) throw new Failure("refused", "--database-to is in the future");
  const connection = readConnection(environment);
  const project = async (signal: AbortSignal): Promise<SupabaseProject> => {
    const found = (await new Supabase({ environment, signal }).projects()).filter(
      (each) => each.name === name && each.organizations.includes(accounts.supabaseOrganization),
    );
    const [one, ...others] = found;
    if (one === undefined || others.length > 0) {
      throw new Failure("failed", `Supabase has ${found.length} projects named ${name} in the organization`);
    }
    // What is counted and what is recovered must be the same.
    const { PGHOST = "", PGUSER = "" } = connection;
    if (![PGHOST, PGUSER].some((part) => part.split(".").includes(one.ref))) {
      throw new Failure(
        "refused",
        `DATABASE_URL is not the address of ${name}, whose reference is ${one.ref}`,
      );
    }
    return one;
  };
  return {
    at,
    acceptLoss,
    async window(signal) {
      const { ref } = await project(signal);
      const { pitr_enabled, physical_backup_data: range } = await new Supabase({
        environment,
        signal,
      }).backups(ref);
      const [earliest, latest] = [
        range?.earliest_physical_backup_date_unix,
        range?.latest_physical_backup_date_unix,
      ];
      if (!pitr_enabled || typeof earliest !== "number" || typeof latest !== "number") return undefined;
      return { earliest: new Date(earliest * 1000), latest: new Date(latest * 1000) };
    },
    loss: (moment, signal) =>
      withSession(
        connection,
        "optropic rollback",
        (session) => measureLoss(session, moment, new Date()),
        signal,
      ),
    async timeline(signal) {
      try {
        return await withSession(
          connection,
          "optropic rollback",
          async (session) => {
            const [[timeline] = []] = await session.lists(
              "select left(pg_walfile_name(pg_current_wal_lsn()), 8)",
            );
            return String(timeline);
          },
          signal,
        );
      } catch {
        signal.throwIfAborted();
        return undefined;
      }
    },
    async progress(signal) {
      const { status } = await project(signal);
      if (recovering.has(status)) return "recovering";
      return status === "RESTORE_FAILED" ? "failed" : "none";
    },
    async recover(moment, signal) {
      const { ref } = await project(signal);
      // Whatever was meant to be kept before the moment is: the vendor takes whole seconds.
      await new Supabase({ environment, signal }).recoverTo(ref, Math.floor(moment.getTime() / 1000));
    },
  };
}
