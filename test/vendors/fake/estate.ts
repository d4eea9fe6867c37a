import { cloudflareToken, type FakeCloudflareState, fakeCloudflare } from "./cloudflare.ts";
import { type FakeGrafanaState, fakeGrafana, grafanaToken } from "./grafana.ts";
import { type FakeRenderState, fakeRender, renderToken } from "./render.ts";
import { type FakeServer, startFake } from "./server.ts";
import { type FakeSupabaseState, fakeSupabase, supabaseToken } from "./supabase.ts";
import { type FakeVercelState, fakeVercel, vercelToken } from "./vercel.ts";

/** What the vendors have of a platform that nobody has adopted yet. */
export interface Estate {
  readonly server: FakeServer;
  readonly environment: Readonly<Record<string, string>>;
  /** With the tokens of Render and of Supabase, too. */
  readonly whole: Readonly<Record<string, string>>;
  readonly states: {
    readonly cloudflare: FakeCloudflareState;
    readonly vercel: FakeVercelState;
    readonly grafana: FakeGrafanaState;
    readonly render: FakeRenderState;
    readonly supabase: FakeSupabaseState;
  };
  stop(): Promise<void>;
}

/** What no command may show. */
export const canary = "canary-hunter2-of-the-estate";

/**
 * A platform that was made by hand: a zone of 40 records with weak settings, two projects at Vercel, at Render a service, a
 * worker, a private service, a job, a site and a key value store, a project at Supabase, and a Grafana stack with a dashboard, an alert and one contact point. What
 * Cloudflare, Vercel and Grafana have of it is 64 resources.
 */
export async function startEstate(): Promise<Estate> {
  const states = {
    ...{ cloudflare: cloudflare(), vercel: vercel(), grafana: grafana() },
    ...{ render: render(), supabase: supabase() },
  };
  const server = await startFake([
    fakeCloudflare(states.cloudflare),
    fakeVercel(states.vercel),
    fakeGrafana(states.grafana),
    fakeRender(states.render),
    fakeSupabase(states.supabase),
  ]);
  const environment = {
    ...{ CLOUDFLARE_API_TOKEN: cloudflareToken, OPTROPIC_CLOUDFLARE_URL: `${server.url}/cloudflare` },
    ...{ VERCEL_API_TOKEN: vercelToken, OPTROPIC_VERCEL_URL: `${server.url}/vercel` },
    ...{ GRAFANA_AUTH: grafanaToken, OPTROPIC_GRAFANA_URL: `${server.url}/grafana` },
    GRAFANA_URL: "https://acme.grafana.net",
  };
  const whole = {
    ...environment,
    ...{ RENDER_API_KEY: renderToken, OPTROPIC_RENDER_URL: `${server.url}/render` },
    ...{ SUPABASE_ACCESS_TOKEN: supabaseToken, OPTROPIC_SUPABASE_URL: `${server.url}/supabase` },
  };
  return { server, environment, whole, states, stop: () => server.stop() };
}

function cloudflare(): FakeCloudflareState {
  const named: [name: string, type: string, content: string, proxied?: boolean][] = [
    ["acme.test", "CNAME", "cname.vercel-dns.com", true],
    ["www.acme.test", "CNAME", "cname.vercel-dns.com", true],
    ["app.acme.test", "CNAME", "cname.vercel-dns.com"],
    ["api.acme.test", "CNAME", "acme-api.onrender.com", true],
    ["acme.test", "TXT", "v=spf1 include:_spf.google.com ~all"],
    ["_dmarc.acme.test", "TXT", "v=DMARC1; p=none"],
    ["mail.acme.test", "A", "192.0.2.10"],
    ["vpn.acme.test", "A", "192.0.2.11"],
    ["status.acme.test", "CNAME", "statuspage.example"],
  ];
  const services = Array.from({ length: 31 }, (_, index): (typeof named)[number] => [
    `svc${index}.acme.test`,
    "A",
    `192.0.2.${20 + index}`,
    index % 2 === 0,
  ]);
  return {
    account: { id: "a".repeat(32), name: "Acme" },
    zones: [{ id: "zone-acme", name: "acme.test", status: "active", paused: false, plan: "pro" }],
    settings: { ssl: "full", min_tls_version: "1.0", always_use_https: "on" },
    rulesets: {
      http_request_firewall_custom: [
        {
          ...{ id: "rule-1", ref: "ours", action: "block", expression: '(ip.geoip.country eq "XX")' },
          ...{ description: "ours", enabled: true },
        },
      ],
    },
    records: [...named, ...services].map(([name, type, content, proxied = false], index) => ({
      ...{ id: `record-${index}`, type, name, content, proxied, ttl: 1 },
    })),
    dnssec: "disabled",
    universalSsl: true,
    packs: [],
    normalization: { type: "cloudflare", scope: "incoming" },
  };
}

function vercel(): FakeVercelState {
  const project = (name: string, domain: string) => ({
    ...{ id: `prj_${name}`, name: `acme-${name}`, framework: "nextjs", autoAssignCustomDomains: true },
    link: { type: "github", org: "acme", repo: name, productionBranch: "main" },
    domains: [{ name: domain, verified: true }],
    envs: ["DATABASE_URL", "JWT_SECRET", "SENTRY_DSN", "NEXTAUTH_SECRET"].map((key) => ({
      ...{ id: `env_${name}_${key}`, key, type: "encrypted", target: ["production"], value: canary },
    })),
    ...{ deployments: [], serving: "", lines: [] },
  });
  return {
    team: { id: "team_acme", slug: "acme", name: "Acme", billing: { plan: "pro" } },
    projects: [project("shop", "acme.test"), project("admin", "app.acme.test")],
    misconfigured: new Set(),
  };
}

function render(): FakeRenderState {
  const service = (name: string, type: string, more: Record<string, unknown>) => ({
    ...{
      id: `srv-${name}`,
      name: `acme-${name}`,
      type,
      autoDeployTrigger: "commit",
      suspended: "not_suspended",
    },
    ...{ branch: "main", repo: "https://github.com/acme/shop", suspenders: [] },
    serviceDetails: {
      ...{ env: "node", plan: "starter", region: "oregon", numInstances: 1 },
      envSpecificDetails: { buildCommand: "npm ci", startCommand: `npm run ${name}` },
      ...more,
    },
    ...{ domains: [], envs: [{ key: "DATABASE_URL", value: canary }], deploys: [], lines: [] },
  });
  const api = service("api", "web_service", {
    healthCheckPath: "/healthz",
    url: "https://acme-api.onrender.com",
  });
  return {
    owner: { id: "tea-acme", name: "Acme", email: "ops@acme.test", type: "team" },
    services: [
      { ...api, domains: [{ id: "cdm-1", name: "api.acme.test", verificationStatus: "verified" }] },
      service("worker", "background_worker", {}),
      {
        ...service("search", "private_service", {
          ...{ env: "docker", disk: { id: "dsk-1", name: "index", mountPath: "/var/data", sizeGB: 10 } },
          envSpecificDetails: { dockerfilePath: "./search/Dockerfile", dockerContext: "." },
        }),
        files: [{ name: "license.pem", content: canary }],
      },
      service("digest", "cron_job", { schedule: "0 7 * * 1" }),
      {
        ...service("guide", "static_site", { buildCommand: "npm run guide", publishPath: "guide/dist" }),
        domains: [{ id: "cdm-2", name: "guide.acme.test", verificationStatus: "verified" }],
        routes: [{ type: "rewrite", source: "/*", destination: "/index.html" }],
        headers: [{ path: "/*", name: "X-Frame-Options", value: "DENY" }],
      },
    ],
    keyValues: [{ id: "red-1", name: "acme-queue", plan: "starter", region: "oregon", ipAllowList: [] }],
    groups: [],
  };
}

function supabase(): FakeSupabaseState {
  return {
    organization: { id: "org-acme", slug: "acme-org", plan: "pro" },
    projects: [
      { ref: "acmeacmeacmeacmeacme", name: "Acme's data", region: "eu-west-1", status: "ACTIVE_HEALTHY" },
    ],
    addons: [{ type: "compute_instance", variant: "ci_medium" }],
    ...{ pitr: false, newestPhysical: null, daily: [], auth: {} },
    ssl: { database: false, applied: true },
    networks: { v4: ["203.0.113.0/24"], v6: [], status: "applied", entitlement: "allowed" },
    pooler: { mode: "transaction", size: 15 },
  };
}

const errorRate = 'sum(rate(http_requests_total{status=~"5.."}[5m]))/sum(rate(http_requests_total[5m]))';

function grafana(): FakeGrafanaState {
  const data = [
    {
      ...{ refId: "A", datasourceUid: "prom", relativeTimeRange: { from: 300, to: 0 } },
      model: { refId: "A", expr: `${errorRate} > 0.01` },
    },
    {
      ...{ refId: "B", datasourceUid: "__expr__", relativeTimeRange: { from: 0, to: 0 } },
      model: {
        ...{ refId: "B", type: "threshold", expression: "A" },
        conditions: [{ evaluator: { type: "gt", params: [0] } }],
      },
    },
  ];
  return {
    folders: [{ uid: "ops", title: "Ops" }],
    dashboards: [
      {
        ...{ uid: "main", title: "Main" },
        panels: [{ id: 1, title: "Errors", type: "timeseries", targets: [{ expr: errorRate }] }],
      },
    ],
    dataSource: { uid: "prom", status: "OK" },
    rules: [
      {
        ...{ uid: "r1", title: "errors", ruleGroup: "api", folderUID: "ops", isPaused: false },
        ...{ health: "ok", state: "inactive", condition: "B", for: "5m", data },
      },
    ],
    policy: { receiver: "slack", group_by: ["alertname"] },
    firing: [],
    contactPoints: [
      { uid: "cp1", name: "slack", type: "slack", settings: { url: `https://hooks.slack.test/${canary}` } },
    ],
    broken: new Set(),
    tested: [],
  };
}
