import { ofCloudflare } from "./cloudflare.ts";
import { ofGitHub } from "./github.ts";
import { ofGrafana } from "./grafana.ts";
import { ofPagerDuty } from "./pagerduty.ts";
import { ofRender } from "./render.ts";
import { ofSentry } from "./sentry.ts";
import { ofSupabase } from "./supabase.ts";
import { ofVercel } from "./vercel.ts";

/** The routes of each vendor by their documents. */
export const documented = {
  supabase: ofSupabase,
  render: ofRender,
  pagerduty: ofPagerDuty,
  sentry: ofSentry,
  vercel: ofVercel,
  cloudflare: ofCloudflare,
  grafana: ofGrafana,
  github: ofGitHub,
} as const;
