import { vendorName } from "../../config/naming.ts";
import type { RollbackParts } from "./parts.ts";

/** A waiver as the setting `waivers` has it. */
export interface RollbackWaiver {
  policy: string;
  resource: string;
  reason: string;
  approvedBy: string;
  until: string;
}

/** For the days between a rollback and its end: auto-deploy is off on purpose. It ends by itself. */
export function waiverOf({ settings }: Pick<RollbackParts, "settings">, now: Date): RollbackWaiver {
  const { waiverDays } = settings.rollout.rollback;
  return {
    policy: "render-auto-deploy",
    resource: vendorName(settings.project, settings.stage, "api"),
    reason: "Rolled back: auto-deploy stays off until optropic rollback --finish",
    approvedBy: settings.contacts.devops,
    until: new Date(now.getTime() + waiverDays * 86_400_000).toISOString().slice(0, 10),
  };
}

/** The lines of a waiver in a YAML list. */
export function waiverText(waiver: RollbackWaiver): string[] {
  return Object.entries(waiver).map(
    ([key, value], index) => `${index === 0 ? "- " : "  "}${key}: ${JSON.stringify(value)}`,
  );
}
