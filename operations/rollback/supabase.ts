import { Failure, reasonOf } from "../../lib/failure.ts";
import { VendorProblem } from "../../vendors/problem.ts";
import { Supabase, type SupabaseProject } from "../../vendors/supabase.ts";
import { NotDone } from "../release/step.ts";
import type { DatabaseRecovery, Progress } from "./database.ts";

export interface SupabasePlace {
  /** Of the project. */
  name: string;
  /** Id or slug. */
  organization: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** @throws {Failure} where the reference of the project is not the one that is meant */
  expect(ref: string): void;
}

/**
 * The statuses of a project, by what they say of a recovery. Every other one, such as RESTARTING or INACTIVE, is of
 * something under way: the vendor pauses a project to recover it, and people pause and resize projects, too.
 */
const statuses: Readonly<Record<string, Progress["state"]>> = {
  ACTIVE_HEALTHY: "none",
  ACTIVE_UNHEALTHY: "none",
  UNKNOWN: "none",
  RESTORING: "recovering",
  RESTORE_FAILED: "failed",
  INIT_FAILED: "failed",
  PAUSE_FAILED: "failed",
  REMOVED: "failed",
};

/** Point-in-time recovery by Supabase's Management API. */
export function supabaseRecovery({
  name,
  organization,
  environment,
  expect,
}: SupabasePlace): Pick<DatabaseRecovery, "window" | "progress" | "recover"> {
  const project = async (api: Supabase): Promise<SupabaseProject> => {
    const found = (await api.projects()).filter(
      (each) => each.name === name && each.organizations.includes(organization),
    );
    const [one, ...others] = found;
    if (one === undefined || others.length > 0) {
      throw new Failure("failed", `Supabase has ${found.length} projects named ${name} in the organization`);
    }
    expect(one.ref);
    return one;
  };
  const apiOf = (signal: AbortSignal): Supabase => new Supabase({ environment, signal });
  return {
    async window(signal) {
      const api = apiOf(signal);
      const { pitr_enabled, physical_backup_data: range } = await api.backups((await project(api)).ref);
      const [earliest, latest] = [
        range?.earliest_physical_backup_date_unix,
        range?.latest_physical_backup_date_unix,
      ];
      if (!pitr_enabled || typeof earliest !== "number" || typeof latest !== "number") return undefined;
      return { earliest: new Date(earliest * 1000), latest: new Date(latest * 1000) };
    },
    async progress(signal) {
      const { status } = await project(apiOf(signal));
      return { state: statuses[status] ?? "busy", said: status };
    },
    async recover(moment, signal) {
      const api = apiOf(signal);
      const { ref } = await project(api).catch((error: unknown) => {
        signal.throwIfAborted();
        throw new NotDone(reasonOf(error));
      });
      try {
        // Whatever was meant to be kept before the moment is: the vendor takes whole seconds.
        await api.recoverTo(ref, Math.floor(moment.getTime() / 1000));
      } catch (error) {
        throw isRefusal(error) ? new NotDone(error.message) : error;
      }
    },
  };
}

/** A request that was refused began nothing; one that took too long (408) may have. */
function isRefusal(error: unknown): error is VendorProblem {
  if (!(error instanceof VendorProblem)) return false;
  const { status = 0, reason } = error;
  return reason === "no-credential" || (status >= 400 && status < 500 && status !== 408);
}
