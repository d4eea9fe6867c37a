import type { Resource } from "../framework/index.ts";
import { rds } from "./aws-tokens.ts";
import { neon, render, supabase } from "./tokens.ts";

/** Types of the resources that are databases. */
const types: ReadonlySet<string> = new Set([
  supabase.project,
  render.postgres,
  rds.instance,
  rds.cluster,
  neon.project,
]);

export const isDatabase = ({ type }: Resource): boolean => types.has(type);
