import type { BridgedPackage } from "../bridged.ts";

/** Terraform provider supabase/supabase, by Supabase. */
export const supabase: BridgedPackage = {
  name: "supabase",
  version: "1.10.1",
  url: "registry.opentofu.org/supabase/supabase",
};
