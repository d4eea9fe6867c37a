import { type Resource, type Stack, some } from "../framework/index.ts";
import { addOnsOf } from "./databases.ts";
import { supabase } from "./tokens.ts";

/** Days of point-in-time recovery that Supabase sells, by the variant of the add-on. */
export const recoveryDays: ReadonlyMap<string, number> = new Map([
  ["pitr_7", 7],
  ["pitr_14", 14],
  ["pitr_28", 28],
]);

/** Supabase sends what was written away every two minutes at the latest; Render's recovery is no worse. */
export const recoveryLossMinutes = 2;

/** Add-ons of a Supabase project that recover it to a point in time. Throws UnknownRead. */
export function recoveryAddOns(stack: Stack, project: Resource): Resource[] {
  return addOnsOf(stack, project, (addOn) => addOn.at("type").string() === "pitr");
}

/** Whether a database can be recovered to a point in time. Throws UnknownRead. */
export function hasRecovery(stack: Stack, database: Resource): boolean {
  if (database.type !== supabase.project) {
    return hasRenderRecovery(database);
  }
  return some(recoveryAddOns(stack, database), (addOn) =>
    recoveryDays.has(addOn.at("variant").string() ?? ""),
  );
}

/** Render recovers each paid database to a point in time: https://render.com/docs/postgresql-backups */
export function hasRenderRecovery(database: Resource): boolean {
  return database.at("plan").string() !== "free";
}
