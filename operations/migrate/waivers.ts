import { readWaivers } from "../../checklist/waivers.ts";
import type { Settings } from "../../config/settings.ts";
import type { MigrationWaiver } from "./lint.ts";

/** The waivers of migrations that count today, and one sentence for each that does not. */
export function migrationWaivers(
  { rollout, waiverDays, domains }: Pick<Settings, "rollout" | "waiverDays" | "domains">,
  today: Date,
): { valid: MigrationWaiver[]; problems: string[] } {
  const { waivers } = rollout.migration;
  // The same rules as for waivers of policies: a reason, an approver and an end.
  const alike = waivers.map(({ rule, migration, ...rest }) => ({
    policy: rule,
    resource: migration,
    ...rest,
  }));
  const { policies, problems } = readWaivers(JSON.stringify(alike), {}, today.toISOString().slice(0, 10), {
    domain: domains.zone,
    days: waiverDays === undefined ? undefined : String(waiverDays),
  });
  return {
    valid: policies.map(({ policy, resource, ...rest }) => ({ rule: policy, migration: resource, ...rest })),
    problems: problems.map(({ found }) => `rollout.migration.waivers: ${found}`),
  };
}
