import { type BackupStore, backupStore } from "../../config/backup-store.ts";
import { vendorName } from "../../config/naming.ts";
import type { Settings } from "../../config/settings.ts";
import type { DrillFinding } from "../../evidence/drill.ts";
import { spokenDuration } from "../../lib/units.ts";
import { recoveryDays, recoveryLossMinutes } from "../../policies/model/recovery.ts";
import { longestGap } from "../../policies/values/schedule.ts";
import type { ShownResource } from "../../preview/index.ts";

/** What the pages on recovery are made of. */
export interface RecoveryFacts {
  readonly stack: string;
  readonly settings: Settings;
  readonly store: BackupStore;
  /** Names at the vendors. */
  readonly names: { readonly database: string; readonly job: string };
  /** Resources of the stack that recovery rests on, by name. */
  readonly resources: readonly ShownResource[];
  /** Evidence of the last restore drill; none where there was no drill yet. */
  readonly drill: DrillFinding | undefined;
  /** Figures in words. */
  readonly words: Readonly<Record<"rpo" | "rto" | "interval" | "grace" | "recoveryLoss", string>>;
  /** Days of point-in-time recovery that Supabase sells, the fewest first. */
  readonly recoveryOffers: readonly number[];
}

export function recoveryFacts(
  settings: Settings,
  found: { stack: string; resources: readonly ShownResource[]; drill: DrillFinding | undefined },
): RecoveryFacts {
  const { objectives, backups, project, stage } = settings;
  return {
    stack: found.stack,
    settings,
    store: backupStore(settings),
    names: {
      database: vendorName(project, stage, "database"),
      job: vendorName(project, stage, "backup"),
    },
    resources: found.resources.filter(isForRecovery).sort((one, other) => (one.name < other.name ? -1 : 1)),
    drill: found.drill,
    words: {
      rpo: minutes(objectives.rpoMinutes),
      rto: minutes(objectives.rtoMinutes),
      interval: minutes(longestGap(backups.schedule) ?? Number.POSITIVE_INFINITY),
      grace: minutes(backups.graceMinutes),
      recoveryLoss: minutes(recoveryLossMinutes),
    },
    recoveryOffers: [...recoveryDays.values()].sort((one, other) => one - other),
  };
}

function isForRecovery({ urn, type, custom }: ShownResource): boolean {
  const isPart = /supabase:index\/project:Project$|:AddOn$|cronMonitor:CronMonitor$/.test(type);
  return custom && (isPart || urn.includes("optropic:index:Backups$"));
}

function minutes(count: number): string {
  return Number.isFinite(count) ? spokenDuration(count * 60) : "an unlimited time";
}
