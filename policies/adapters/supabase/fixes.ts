import type { Fixes } from "../../model/adapter.ts";

/** How to meet at Supabase what policies ask for. */
export const fixes: Fixes = {
  "application-uses-pooler": "At Supabase its host is *.pooler.supabase.com, and its port 6543.",
  "one-region": "At Supabase that is region, such as eu-central-1.",
};
