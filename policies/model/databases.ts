import type { PropertiesOf, ResourceOf, Stack } from "../framework/index.ts";
import { ownedBy } from "./links.ts";
import { render, supabase } from "./tokens.ts";

/** A database of a vendor that the pack knows. */
export type Database = ResourceOf<PropertiesOf<typeof supabase.project | typeof render.postgres>>;

export function databases(stack: Stack): Database[] {
  return stack.ofType(supabase.project, render.postgres);
}

/** What a Supabase project has: its settings, add-ons and pooler. Each throws UnknownRead if it cannot be told. */
export const settingsOf = ownedBy([supabase.settings], "projectRef");
export const addOnsOf = ownedBy([supabase.addOn, supabase.addOnByModule], "projectRef");
export const poolersOf = ownedBy([supabase.poolerConfig, supabase.poolerConfigByModule], "projectRef");
