import type { Adapter } from "../model/adapter.ts";
import { cloudflareAdapter } from "./cloudflare.ts";
import { renderAdapter } from "./render.ts";
import { supabaseAdapter } from "./supabase.ts";
import { vercelAdapter } from "./vercel.ts";

/** Every vendor that the pack knows, each with what it has of the model. To add one is to add a line here. */
export const adapters: readonly Adapter[] = [
  cloudflareAdapter,
  vercelAdapter,
  renderAdapter,
  supabaseAdapter,
];
