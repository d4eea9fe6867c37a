import type { Adapter } from "../model/adapter.ts";
import { awsAdapter } from "./aws/index.ts";
import { cloudflareAdapter } from "./cloudflare.ts";
import { datadogAdapter } from "./datadog.ts";
import { digitaloceanAdapter } from "./digitalocean.ts";
import { githubAdapter } from "./github.ts";
import { grafanaAdapter } from "./grafana.ts";
import { neonAdapter } from "./neon.ts";
import { onCallAdapter } from "./oncall.ts";
import { opsgenieAdapter } from "./opsgenie.ts";
import { pagerdutyAdapter } from "./pagerduty.ts";
import { postgresqlAdapter } from "./postgresql.ts";
import { pulumiCloudAdapter } from "./pulumi-cloud.ts";
import { renderAdapter } from "./render.ts";
import { sentryAdapter } from "./sentry.ts";
import { supabaseAdapter } from "./supabase.ts";
import { vercelAdapter } from "./vercel.ts";

/** Every vendor that the pack knows, each with what it has of the model. To add one is to add a line here. */
export const adapters: readonly Adapter[] = [
  cloudflareAdapter,
  vercelAdapter,
  renderAdapter,
  supabaseAdapter,
  awsAdapter,
  neonAdapter,
  digitaloceanAdapter,
  grafanaAdapter,
  datadogAdapter,
  pagerdutyAdapter,
  opsgenieAdapter,
  onCallAdapter,
  sentryAdapter,
  postgresqlAdapter,
  githubAdapter,
  pulumiCloudAdapter,
];
