import type { ResourceTypes } from "../../model/resource-type.ts";
import { supabase } from "../../model/tokens.ts";

/** Types of Supabase's provider up to version 1.10. */
export const resourceTypes: ResourceTypes = {
  vendor: "Supabase",
  judged: Object.values(supabase),
  harmless: [["is a copy of the database for previews", ["Branch"]]],
  doubtful: [
    { name: "Apikey", may: "may pass every row-level policy" },
    { name: "EdgeFunction", may: "runs code beside the application with the keys of the database" },
    { name: "EdgeFunctionSecrets", may: "gives secrets to code beside the application" },
  ],
};
