import * as assets from "./assets.ts";
import * as cors from "./cors.ts";
import * as csp from "./csp.ts";
import * as connection from "./database/connection.ts";
import * as lints from "./database/lints.ts";
import * as migrations from "./database/migrations.ts";
import * as performance from "./database/performance.ts";
import * as pooler from "./database/pooler.ts";
import * as roles from "./database/roles.ts";
import * as rows from "./database/rows.ts";
import * as authorities from "./dns/caa.ts";
import * as dnssec from "./dns/dnssec.ts";
import * as nameServers from "./dns/name-servers.ts";
import * as records from "./dns/records.ts";
import * as errors from "./errors.ts";
import * as headers from "./headers.ts";
import * as health from "./health.ts";
import * as http3 from "./http3.ts";
import * as https from "./https.ts";
import * as injection from "./injection.ts";
import * as journeys from "./journeys.ts";
import * as login from "./login.ts";
import * as metrics from "./metrics.ts";
import * as observatory from "./observatory.ts";
import * as preload from "./preload.ts";
import type { Probe } from "./probe.ts";
import * as rateLimits from "./rate-limits.ts";
import * as redirects from "./redirects.ts";
import * as revocation from "./revocation.ts";
import * as secrets from "./secrets.ts";
import * as securityTxt from "./security-txt.ts";
import * as load from "./staging/load.ts";
import * as stagingQuiet from "./staging/quiet.ts";
import * as tls from "./tls.ts";
import * as cloudflare from "./vendors/cloudflare.ts";
import * as cloudflareRules from "./vendors/cloudflare-rules.ts";
import * as day from "./vendors/day.ts";
import * as github from "./vendors/github.ts";
import * as githubRulesets from "./vendors/github-rulesets.ts";
import * as grafana from "./vendors/grafana.ts";
import * as pagerduty from "./vendors/pagerduty.ts";
import * as render from "./vendors/render.ts";
import * as sentry from "./vendors/sentry.ts";
import * as sentryEvent from "./vendors/sentry-event.ts";
import * as supabase from "./vendors/supabase.ts";
import * as vercel from "./vendors/vercel.ts";

/** The files of probes, in the order of the checklist. */
const files: readonly Readonly<Record<string, unknown>>[] = [
  https,
  preload,
  tls,
  revocation,
  headers,
  csp,
  observatory,
  cors,
  rateLimits,
  injection,
  login,
  errors,
  metrics,
  health,
  assets,
  http3,
  redirects,
  records,
  nameServers,
  authorities,
  dnssec,
  connection,
  pooler,
  migrations,
  rows,
  roles,
  lints,
  performance,
  journeys,
  securityTxt,
  github,
  githubRulesets,
  supabase,
  vercel,
  render,
  cloudflare,
  cloudflareRules,
  sentry,
  sentryEvent,
  grafana,
  pagerduty,
  day,
  secrets,
  load,
  stagingQuiet,
];

/** Every probe, in the order of its file and then of its first item. */
export const registry: readonly Probe[] = files.flatMap((file) => Object.values(file).filter(isProbe));

function isProbe(value: unknown): value is Probe {
  return typeof value === "object" && value !== null && "measure" in value;
}
