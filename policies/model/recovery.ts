import type { ProjectArgs } from "@pulumi/supabase";
import { type ResourceOf, type Stack, some } from "../framework/index.ts";
import { addOnsOf, type Database } from "./databases.ts";
import type { RenderPostgresArgs } from "./other-args.ts";
import { render, supabase } from "./tokens.ts";

/** Days of point-in-time recovery that Supabase sells, by the variant of the add-on. */
export const recoveryDays: ReadonlyMap<string, number> = new Map([
  ["pitr_7", 7],
  ["pitr_14", 14],
  ["pitr_28", 28],
]);

/** Supabase archives what was written within two minutes; Render's recovery is at least as good. */
export const recoveryLossMinutes = 2;

/** Add-ons of a Supabase project that recover it to a point in time. Throws UnknownRead. */
export function recoveryAddOns(stack: Stack, project: ResourceOf<ProjectArgs>) {
  return addOnsOf(stack, project, (addOn) => addOn.at("type").string() === "pitr");
}

/** Whether a database can be recovered to a point in time. Throws UnknownRead. */
export function hasRecovery(stack: Stack, database: Database): boolean {
  if (database.is(supabase.project)) {
    return some(recoveryAddOns(stack, database), (addOn) =>
      recoveryDays.has(addOn.at("variant").string() ?? ""),
    );
  }
  return database.is(render.postgres) && hasRenderRecovery(database);
}

/** Render recovers each paid database to a point in time: https://render.com/docs/postgresql-backups */
export function hasRenderRecovery(database: ResourceOf<RenderPostgresArgs>): boolean {
  return database.at("plan").string() !== "free";
}
