import { promDuration, spokenDuration } from "../../lib/units.ts";
import { backupAge } from "../indicators.ts";
import { above } from "../queries.ts";
import { type AlertContext, type AlertDraft, minute } from "./rule.ts";

/** A backup that is older than the recovery point objective: items 3.2, 8.2 and 8.7. */
export function backupAlerts({ objectives, span }: AlertContext): AlertDraft[] {
  const { rpoMinutes } = objectives;
  return [
    {
      name: "backup-overdue",
      group: "database",
      items: ["3.2", "8.2", "8.7"],
      expr: above(backupAge(), rpoMinutes * minute),
      // Backups do not all take the same time: a daily one may be an hour late, others in proportion.
      for: promDuration(span(Math.ceil(rpoMinutes / 24) * minute)),
      severity: "critical",
      owner: "databaseAdmin",
      summary: "The newest backup is older than the recovery point objective",
      description: `No backup was completed for more than ${spokenDuration(rpoMinutes * minute)}, so more could be lost than the platform promises.`,
      dashboard: "optropic-database",
    },
  ];
}
