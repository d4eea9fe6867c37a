import { beforeAll, describe, expect, test } from "vitest";
import { cloudflare } from "../../policies/model/tokens.ts";
import { add, all, append, type Edit, inZone, list, objecting, set, variables } from "../recording/edited.ts";
import { type RecordedStack, recordPlatform } from "../recording/stacks.ts";

// The recorded production with one thing changed at its hosts, in its DNS or its cache.

let production: RecordedStack;

beforeAll(async () => {
  production = await recordPlatform();
}, 60_000);

const service = (inputs: Record<string, unknown>): Edit => set("api-service", () => inputs);
const runtime = (edit: Record<string, unknown>): Edit =>
  set("api-service", ({ runtimeSource }) => ({
    runtimeSource: { nativeRuntime: { ...Object(Object(runtimeSource).nativeRuntime), ...edit } },
  }));
const repository = (edit: Record<string, unknown>): Edit =>
  set("web-project", ({ gitRepository }) => ({ gitRepository: { ...Object(gitRepository), ...edit } }));
const record = (inputs: Record<string, unknown>, type: string = cloudflare.dnsRecord): Edit =>
  add(
    type,
    "another",
    { type: "A", name: "origin.optropic.example", proxied: false, ttl: 1, ...inputs },
    inZone,
  );
const cache = (expression: string, parameters: object): Edit =>
  append("edge-cache", "rules", {
    action: "set_cache_settings",
    enabled: true,
    expression,
    actionParameters: parameters,
  });
const kept = { cache: true, edgeTtl: { mode: "override_origin", default: 7200 } };

const flood = (overrides: object): Edit =>
  add(
    cloudflare.ruleset,
    "flood",
    {
      kind: "zone",
      phase: "ddos_l7",
      rules: [{ action: "execute", enabled: true, expression: "true", actionParameters: { overrides } }],
    },
    inZone,
  );
const skipped: Edit = set("edge-waf-managed", ({ rules }) => ({
  rules: [
    {
      action: "skip",
      enabled: true,
      expression: "true",
      actionParameters: { rules: { efb7b8c949ac4650a09736fc376e9aee: "5de7edfa648c4d6891dc3e7f84534ffa" } },
    },
    ...list(rules),
  ],
}));
const weakConnections = {
  NODE_OPTIONS: "--tls-cipher-list=eNULL:aNULL",
  NODE_TLS_MIN_VERSION: "TLSv1",
  TLS_CIPHERS: "DEFAULT:@SECLEVEL=0",
  SSLKEYLOGFILE: "/tmp/keys",
  SMTP_SECURE: "false",
  OTEL_EXPORTER_OTLP_INSECURE: "true",
};
const project = (inputs: Record<string, unknown>): Edit => set("web-project", () => inputs);

describe("what breaks an item of the hosts", () => {
  test.each<[policy: string, what: string, Edit]>([
    ["waf-managed-rules", "rules are skipped by their ids", skipped],
    ["waf-managed-rules", "floods are not stopped", flood({ sensitivityLevel: "eoff" })],
    [
      "waf-managed-rules",
      "floods of one kind are only logged",
      flood({ categories: [{ category: "botnets", action: "log" }] }),
    ],
    ...Object.entries(weakConnections).map(([name, value]): [string, string, Edit] => [
      "connections-encrypted",
      name,
      variables({ [name]: value }),
    ]),
    [
      "node-env-production",
      "errors are reported as of development",
      variables({ SENTRY_ENVIRONMENT: "development" }),
    ],
    ["commands-for-production", "variables come from a file", variables({ NODE_OPTIONS: "--env-file=.env" })],
    [
      "vercel-project-closed",
      "OPTIONS is let past",
      project({ optionsAllowlist: { paths: [{ value: "/" }] } }),
    ],
    ["vercel-project-closed", "a secret lets past", project({ protectionBypassForAutomation: true })],
    ["vercel-git-repository", "an old Node.js", project({ nodeVersion: "18.x" })],
    [
      "render-service-configured",
      "a fork is deployed",
      runtime({ branch: "feature/x", repoUrl: "https://github.com/someone/fork" }),
    ],
    [
      "render-service-configured",
      "a fork's main branch is deployed",
      runtime({ repoUrl: "https://github.com/someone/platform" }),
    ],
    ["render-service-configured", "a branch of development is deployed", runtime({ branch: "develop" })],
    [
      "render-service-configured",
      "the service is in maintenance",
      service({ maintenanceMode: { enabled: true, uri: "" } }),
    ],
    ["render-auto-deploy", "every path is ignored", runtime({ buildFilter: { ignoredPaths: ["**"] } })],
    [
      "render-auto-deploy",
      "an image is deployed",
      service({ runtimeSource: { image: { imageUrl: "ghcr.io/optropic/api", tag: "3.0.0" } } }),
    ],
    [
      "render-custom-domain",
      "the domain is Render's",
      service({ customDomains: [{ name: "optropic-api.onrender.com" }] }),
    ],
    ["render-health-check", "the path has a space", service({ healthCheckPath: "/api/health " })],
    ["vercel-git-repository", "a feature is deployed", repository({ productionBranch: "feature/x" })],
    ["vercel-git-repository", "a fork is deployed", repository({ repo: "someone/fork" })],
    ["vercel-git-repository", "changes are ignored", set("web-project", () => ({ ignoreCommand: "exit 0" }))],
    ["cdn-enabled", "a record shows the origin", record({ type: "CNAME", content: "cname.vercel-dns.com" })],
    [
      "cdn-enabled",
      "a record of the older class shows it",
      record({ type: "CNAME", content: "CNAME.vercel-dns.com." }, cloudflare.record),
    ],
    [
      "dns-records",
      "the web leads to its own machine",
      set("edge-web", () => ({ type: "A", content: "127.0.0.1" })),
    ],
    [
      "dns-records",
      "the web leads to a private network",
      set("edge-web", () => ({ type: "A", content: "10.1.2.3" })),
    ],
    ["dns-records", "the web leads elsewhere", set("edge-web", () => ({ content: "pages.someone.example" }))],
    ["cdn-cache-rules", "everything is kept", cache("true", kept)],
    ["cdn-cache-rules", "the API is kept", cache('starts_with(http.request.uri.path, "/api/")', kept)],
    ["cdn-cache-rules", "pages of visitors are kept", cache('not http.cookie contains "session"', kept)],
    [
      "cdn-cache-rules",
      "a page rule keeps everything",
      add(
        cloudflare.pageRule,
        "cache",
        {
          status: "active",
          target: "*optropic.example/*",
          actions: { cacheLevel: "cache_everything", edgeCacheTtl: 3600 },
        },
        inZone,
      ),
    ],
  ])("%s: %s", (policy, _, edit) => {
    expect(objecting(edit(production), policy)).toEqual([policy]);
  });
});

const brand = (type: string, name: string, inputs: object): Edit =>
  add(type, `brand-${name}`, { zoneId: "brand-zone-id", ...inputs });

/** A zone of its own that sends everybody to the application. */
const redirecting: Edit = all(
  (stack) => {
    const added = add(cloudflare.zone, "brand", {
      name: "optropic-brand.example",
      account: { id: "0".repeat(32) },
    })(stack);
    return {
      ...added,
      resources: added.resources.map((resource) =>
        resource.name === "brand"
          ? { ...resource, outputs: { ...resource.outputs, id: "brand-zone-id" } }
          : resource,
      ),
    };
  },
  ...Object.entries({
    ssl: "strict",
    min_tls_version: "1.2",
    always_use_https: "on",
    http3: "on",
    security_header: {
      strict_transport_security: {
        enabled: true,
        max_age: 31536000,
        include_subdomains: true,
        preload: true,
        nosniff: true,
      },
    },
  }).map(([settingId, value]) => brand(cloudflare.zoneSetting, settingId, { settingId, value })),
  brand(cloudflare.universalSsl, "ssl-on", { enabled: true }),
  brand(cloudflare.dnsRecord, "caa", {
    type: "CAA",
    name: "@",
    ttl: 1,
    data: { flags: 0, tag: "issue", value: "letsencrypt.org" },
  }),
  brand(cloudflare.dnsRecord, "a", { type: "A", name: "@", content: "192.0.2.1", proxied: true, ttl: 1 }),
  brand(cloudflare.dnssec, "dnssec", { status: "active" }),
  brand(cloudflare.ruleset, "redirect", {
    name: "r",
    kind: "zone",
    phase: "http_request_dynamic_redirect",
    rules: [
      {
        action: "redirect",
        expression: "true",
        actionParameters: {
          fromValue: { statusCode: 301, targetUrl: { value: "https://optropic.example" } },
        },
      },
    ],
  }),
);

describe("what a platform may do at its hosts", () => {
  test.each<[what: string, Edit]>([
    ["floods are stopped earlier", flood({ sensitivityLevel: "default" })],
    ["memory and source maps are set", variables({ NODE_OPTIONS: "--enable-source-maps --tls-min-v1.3" })],
    ["the lowest version is 1.2", variables({ TLS_MIN_VERSION: "TLSv1.2" })],
    ["no null ciphers are taken", variables({ TLS_CIPHERS: "HIGH:!aNULL:!MD5:!RC4" })],
    ["another zone only redirects", redirecting],
    [
      "the main branch is deployed",
      all(runtime({ branch: "main" }), repository({ productionBranch: "main" })),
    ],
    [
      "documentation does not deploy the service",
      runtime({ buildFilter: { ignoredPaths: ["docs/**", "**/*.md"] } }),
    ],
    [
      "the web is built where something changed",
      set("web-project", () => ({ ignoreCommand: "git diff --quiet HEAD^ HEAD ./" })),
    ],
    [
      "documentation is at another host",
      record({ type: "CNAME", name: "docs.optropic.example", content: "optropic.github.io" }),
    ],
    [
      "mail is at another host",
      record({ type: "MX", name: "optropic.example", content: "mail.optropic-mail.example", priority: 10 }),
    ],
    ["images are kept", cache('starts_with(http.request.uri.path, "/images/")', kept)],
    [
      "the origin says what is kept",
      cache('http.request.uri.path eq "/pricing"', { cache: true, edgeTtl: { mode: "respect_origin" } }),
    ],
  ])("%s", (_, edit) => {
    expect(objecting(edit(production))).toEqual([]);
  });
});
