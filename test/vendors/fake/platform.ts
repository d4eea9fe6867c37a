import type { Settings } from "../../../config/settings.ts";
import type { DeclaredResource } from "../../../verify/declared.ts";
import { cloudflareToken, type FakeCloudflareState, fakeCloudflare } from "./cloudflare.ts";
import { type FakeGitHubState, fakeGitHub, githubToken, healthyGitHub } from "./github.ts";
import { type FakeGrafanaState, fakeGrafana, grafanaToken } from "./grafana.ts";
import { healthyRender, healthyVercel } from "./healthy.ts";
import { healthyCloudflare } from "./healthy-edge.ts";
import { healthyGrafana, healthyPagerDuty, healthySentry, healthySupabase } from "./healthy-services.ts";
import { type FakePagerDutyState, fakePagerDuty, pagerDutyToken } from "./pagerduty.ts";
import {
  type FakePrometheusState,
  fakePrometheus,
  healthyPrometheus,
  prometheusToken,
} from "./prometheus.ts";
import { type FakeRenderState, fakeRender, renderToken } from "./render.ts";
import { type FakeSentryState, fakeIngest, fakeSentry, sentryKey, sentryToken } from "./sentry.ts";
import { type FakeServer, startFake } from "./server.ts";
import { type FakeStagingState, fakeStaging, healthyStaging, stagingToken } from "./staging-metrics.ts";
import { type FakeSupabaseState, fakeSupabase, supabaseToken } from "./supabase.ts";
import { type FakeVercelState, fakeVercel, vercelToken } from "./vercel.ts";

/** What all vendors know of one platform. */
export interface VendorStates {
  readonly vercel: FakeVercelState;
  readonly render: FakeRenderState;
  readonly supabase: FakeSupabaseState;
  readonly cloudflare: FakeCloudflareState;
  readonly sentry: FakeSentryState;
  readonly grafana: FakeGrafanaState;
  readonly pagerduty: FakePagerDutyState;
  readonly github: FakeGitHubState;
  readonly prometheus: FakePrometheusState;
  readonly staging: FakeStagingState;
}

/** The APIs of the vendors on loopback. What is written there stays until {@link FakePlatform.reset}. */
export interface FakePlatform {
  readonly server: FakeServer;
  /** Variables with the tokens and the addresses of this server. */
  readonly environment: Readonly<Record<string, string>>;
  /** The DSN of the Sentry project, whose host is this server. */
  readonly sentryDsn: string;
  readonly states: VendorStates;
  /** Puts everything back to what is declared, and answers properly again. */
  reset(): void;
  stop(): Promise<void>;
}

export interface PlatformOptions {
  /** Resources of a preview, which Cloudflare and Grafana then have. */
  readonly declared?: readonly DeclaredResource[];
  /** The time at the vendors. */
  readonly now?: () => number;
}

export async function startPlatform(
  settings: Settings,
  { declared = [], now = Date.now }: PlatformOptions = {},
): Promise<FakePlatform> {
  const healthy = (): VendorStates => ({
    vercel: healthyVercel(settings),
    render: healthyRender(settings),
    supabase: healthySupabase(settings, now()),
    cloudflare: healthyCloudflare(settings, declared),
    sentry: healthySentry(settings, now()),
    grafana: healthyGrafana(settings, declared),
    pagerduty: healthyPagerDuty(settings, now()),
    github: healthyGitHub(settings.project.repository),
    prometheus: healthyPrometheus(),
    staging: healthyStaging(),
  });
  const states = healthy();
  const server = await startFake([
    fakeVercel(states.vercel),
    fakeRender(states.render),
    fakeSupabase(states.supabase),
    fakeCloudflare(states.cloudflare),
    fakeSentry(states.sentry),
    fakeIngest(states.sentry),
    fakeGrafana(states.grafana),
    fakePagerDuty(states.pagerduty),
    fakeGitHub(states.github),
    fakePrometheus(states.prometheus),
    fakeStaging(states.staging),
  ]);
  return {
    server,
    environment: {
      ...{ VERCEL_API_TOKEN: vercelToken, OPTROPIC_VERCEL_URL: `${server.url}/vercel` },
      ...{ RENDER_API_KEY: renderToken, OPTROPIC_RENDER_URL: `${server.url}/render` },
      ...{ SUPABASE_ACCESS_TOKEN: supabaseToken, OPTROPIC_SUPABASE_URL: `${server.url}/supabase` },
      ...{ CLOUDFLARE_API_TOKEN: cloudflareToken, OPTROPIC_CLOUDFLARE_URL: `${server.url}/cloudflare` },
      ...{ SENTRY_AUTH_TOKEN: sentryToken, OPTROPIC_SENTRY_URL: `${server.url}/sentry` },
      ...{ GRAFANA_AUTH: grafanaToken, OPTROPIC_GRAFANA_URL: `${server.url}/grafana` },
      ...{ GITHUB_TOKEN: githubToken, GITHUB_API_URL: `${server.url}/github` },
      ...{ PROMETHEUS_TOKEN: prometheusToken, PROMETHEUS_URL: `${server.url}/prometheus` },
      ...{ STAGING_PROMETHEUS_TOKEN: stagingToken, STAGING_PROMETHEUS_URL: `${server.url}/staging` },
      ...{ PAGERDUTY_TOKEN: pagerDutyToken, OPTROPIC_PAGERDUTY_URL: `${server.url}/pagerduty` },
    },
    sentryDsn: `${server.url.replace("://", `://${sentryKey}@`)}/ingest/4501`,
    states,
    reset() {
      const fresh = healthy();
      Object.assign(states.vercel, fresh.vercel);
      Object.assign(states.render, fresh.render);
      Object.assign(states.supabase, fresh.supabase);
      Object.assign(states.cloudflare, fresh.cloudflare);
      Object.assign(states.sentry, fresh.sentry);
      Object.assign(states.grafana, fresh.grafana);
      Object.assign(states.pagerduty, fresh.pagerduty);
      Object.assign(states.github, fresh.github);
      Object.assign(states.prometheus, fresh.prometheus);
      Object.assign(states.staging, fresh.staging);
      server.behave();
    },
    stop: () => server.stop(),
  };
}
