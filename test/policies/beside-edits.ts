import { cloudflare, render, vercel } from "../../policies/model/tokens.ts";
import {
  add,
  all,
  append,
  type Edit,
  type Inputs,
  inside,
  inZone,
  list,
  ofProject,
  set,
} from "../recording/edited.ts";
import { expression } from "./edge-attacks.ts";
import type { Case } from "./kinds-edits.ts";

// What stands beside what the policies used to look at: the second region, the other call of a batch, the script that a
// page makes itself, previews and what is kept.

const zoned = (type: string, inputs: Inputs, name = "another"): Edit => add(type, name, inputs, inZone);
const blocked = (expression: string): Edit =>
  append("edge-waf-custom", "rules", { action: "block", enabled: true, ref: "another", expression });
const signIn = (domain: string, inputs: Inputs = {}, name = "another"): Edit =>
  add(cloudflare.access, name, { name, domain, type: "self_hosted", ...inputs });
const bots = (inputs: Inputs): Edit => zoned(cloudflare.botManagement, inputs);
const past = (actionParameters: Inputs): Edit =>
  append("edge-waf-custom", "rules", {
    action: "skip",
    enabled: true,
    ref: "probes",
    expression: 'http.request.uri.path in {"/api/health" "/api/metrics"}',
    actionParameters,
  });
const requests = (headers: Inputs, on = "true"): Edit =>
  zoned(cloudflare.ruleset, {
    kind: "zone",
    name: "another",
    phase: "http_request_late_transform",
    rules: [{ action: "rewrite", enabled: true, expression: on, actionParameters: { headers } }],
  });
const routed = (target: string, change: Inputs): Edit =>
  atVercel(vercel.route, {
    name: "another",
    route: { src: "/(.*)", transforms: [{ type: "request.headers", target, ...change }] },
  });
const named = (name: string, content: string): Edit =>
  zoned(cloudflare.dnsRecord, { name, type: "CNAME", content, proxied: true, ttl: 1 });
const worker = (source: Inputs): Edit =>
  add(render.backgroundWorker, "another", {
    name: "jobs",
    region: "frankfurt",
    startCommand: "npm run worker",
    runtimeSource: {
      nativeRuntime: {
        runtime: "node",
        buildCommand: "npm ci",
        repoUrl: "https://github.com/optropic/platform",
        ...source,
      },
    },
  });
const site = (name: string): Edit =>
  add(render.staticSite, name, {
    name,
    repoUrl: "https://github.com/optropic/platform",
    branch: "main",
    buildCommand: "npm ci && npm run build",
    autoDeployTrigger: "off",
  });
/** Gives resources a provider of another installation. */
const elsewhere =
  (url: string, ...names: readonly string[]): Edit =>
  (stack) => {
    const type = "pulumi:providers:grafana";
    const added = add(type, "elsewhere", { url })(stack);
    const urn = added.resources.at(-1)?.urn ?? "";
    return {
      ...added,
      resources: added.resources.map((one) => (names.includes(one.name) ? { ...one, provider: urn } : one)),
    };
  };
const other = "https://other.grafana.net";

const atVercel = (type: string, inputs: Inputs): Edit => add(type, "another", inputs, ofProject);
const regions = (change: Inputs): Edit =>
  set("web-project", ({ resourceConfig }) => ({ resourceConfig: inside(resourceConfig, change) }));
const kept = (expirationProduction: string): Edit => set("web-retention", () => ({ expirationProduction }));
const scripts = (sources: string): Edit =>
  set("edge-response-headers", ({ rules }) => ({
    rules: list(rules).map((rule) =>
      JSON.parse(JSON.stringify(rule).replaceAll("script-src 'self'", `script-src 'self'${sources}`)),
    ),
  }));

/** A second web service, with all that the first one has but what is given. */
const second =
  (change: Inputs, name = "reports"): Edit =>
  (stack) => {
    const { inputs } = stack.resources.find((one) => one.name === "api-service") ?? { inputs: {} };
    const own = { ...inputs, name, customDomains: [], envVars: { LOG_FORMAT: { value: "json" } } };
    return add(render.webService, name, { ...own, ...change })(stack);
  };
const from = (branch: string): Edit =>
  all(
    second({}),
    set("reports", ({ runtimeSource }) => ({
      runtimeSource: inside(runtimeSource, {
        nativeRuntime: inside(Object(runtimeSource).nativeRuntime, { branch }),
      }),
    })),
  );

/** A map of variables that is made without the generator of one of them. */
const madeWithout =
  (name: string, property: string, generator: string): Edit =>
  (stack) => ({
    ...stack,
    resources: stack.resources.map((one) => {
      const urns = one.propertyDependencies[property]?.filter((urn) => !urn.endsWith(`::${generator}`));
      return one.name === name && urns !== undefined
        ? { ...one, propertyDependencies: { ...one.propertyDependencies, [property]: urns } }
        : one;
    }),
  });

export const brokenBesides: readonly Case[] = [
  [
    "database-roles-connect",
    "rows are hidden from who backs up",
    set("database-backup-role", () => ({ bypassRowLevelSecurity: false })),
  ],
  [
    "secrets-distinct",
    "nothing is generated for SECRET_KEY",
    madeWithout("api-variables", "envVars", "secrets-secret-key"),
  ],
  ["render-health-check", "a second service has no health check", second({ healthCheckPath: undefined })],
  [
    "render-autoscaling",
    "a second service does not scale",
    second({ autoscaling: undefined, numInstances: 2 }),
  ],
  [
    "commands-for-production",
    "a second service is started for development",
    second({ startCommand: "npm run dev" }),
  ],
  ["render-service-configured", "a second service is built from another branch", from("develop")],
  ["one-region", "a second service is in another place", second({ region: "oregon" })],
  [
    "rate-limit-login",
    "login may come after another call of a batch",
    expression('starts_with(lower(http.request.uri.path), "/api/trpc/login")', 0),
  ],
  [
    "one-region",
    "functions also run at the other end of the world",
    regions({ functionDefaultRegions: ["fra1", "syd1"] }),
  ],
  [
    "one-region",
    "functions run where an older property says",
    set("web-project", () => ({ serverlessFunctionRegion: "sfo1" })),
  ],
  ...[
    "blob:",
    "filesystem:",
    "mediastream:",
    "https://*.azureedge.net",
    "https://*.b-cdn.net",
    "https://*.co.uk",
  ].map((source): Case => ["csp-restricts-scripts", `scripts run from ${source}`, scripts(` ${source}`)]),
  ["vercel-deployments-kept", "what served is gone after a day", kept("1d")],
  [
    "vercel-project-closed",
    "previews are open",
    set("web-project", () => ({ vercelAuthentication: { deploymentType: "none" } })),
  ],
  [
    "vercel-project-closed",
    "one preview is open",
    atVercel(vercel.protectionException, { alias: "next.optropic.example" }),
  ],
  ["visitors-let-in", "a sign-in stands before the metrics", signIn("api.optropic.example/api/metrics")],
  ["visitors-let-in", "a sign-in stands before what begins so", signIn("api.optropic.example/api/h*")],
  [
    "visitors-let-in",
    "a sign-in under its older name stands before the metrics",
    add("cloudflare:index/accessApplication:AccessApplication", "another", {
      domain: "api.optropic.example/api/metrics",
    }),
  ],
  ["visitors-let-in", "every program is challenged", bots({ fightMode: true })],
  ["visitors-let-in", "programs are stopped", bots({ sbfmDefinitelyAutomated: "block" })],
  [
    "visitors-let-in",
    "programs are let past another check than the one on bots",
    all(bots({ sbfmDefinitelyAutomated: "block" }), past({ products: ["bic"] })),
  ],
  [
    "visitors-let-in",
    "programs are stopped at Vercel",
    all(
      set("web-firewall", ({ managedRulesets }) => ({
        managedRulesets: inside(managedRulesets, { botProtection: { active: true, action: "challenge" } }),
      })),
    ),
  ],
  [
    "visitors-let-in",
    "the agent of the checks is stopped",
    zoned(cloudflare.userAgentRule, {
      mode: "block",
      configuration: { target: "ua", value: "synthetic-monitoring-agent/v0.9" },
    }),
  ],
  [
    "visitors-let-in",
    "the cloud is stopped that checks come from",
    zoned(cloudflare.accessRule, {
      mode: "js_challenge",
      configuration: { target: "asn", value: "AS14618" },
    }),
  ],
  [
    "visitors-let-in",
    "the metrics are for an office alone",
    blocked('(http.request.uri.path eq "/api/metrics" and not ip.src in {203.0.113.0/24})'),
  ],
  [
    "visitors-let-in",
    "a lockdown of the health check",
    zoned(cloudflare.lockdown, { urls: ["api.optropic.example/api/health"] }),
  ],
  [
    "visitors-let-in",
    "a rule sets the mode of an attack",
    zoned(cloudflare.ruleset, {
      kind: "zone",
      name: "another",
      phase: "http_config_settings",
      rules: [
        {
          action: "set_config",
          enabled: true,
          expression: "true",
          actionParameters: { securityLevel: "under_attack" },
        },
      ],
    }),
  ],
  ...[
    { Authorization: { operation: "remove" } },
    { Cookie: { operation: "remove" } },
    { Origin: { operation: "set", value: "https://optropic.example" } },
    { "X-Forwarded-Host": { operation: "set", value: "admin.optropic.example" } },
    { "X-Original-URL": { operation: "set", value: "/admin" } },
    { "X-Tenant": { operation: "set", expression: 'http.request.headers["x-customer"][0]' } },
    { "X-User-Id": { operation: "set", expression: 'http.request.headers["x-impersonate"][0]' } },
    { "X-Forwarded-For": { operation: "set", expression: 'http.request.headers["x-client"][0]' } },
  ].map(
    (headers): Case => [
      "traffic-reaches-host",
      `requests get another ${Object.keys(headers)[0]}`,
      requests(headers),
    ],
  ),
  [
    "traffic-reaches-host",
    "the API gets no cookie",
    requests({ cookie: { operation: "remove" } }, 'starts_with(http.request.uri.path, "/api/")'),
  ],
  ["traffic-reaches-host", "pages get no credentials", routed('{"key":"authorization"}', { op: "delete" })],
  [
    "traffic-reaches-host",
    "pages get a cookie",
    routed('{"key":{"eq":"cookie"}}', { op: "set", args: "a=b" }),
  ],
  [
    "traffic-reaches-host",
    "a gateway to IPFS answers",
    zoned(cloudflare.web3Hostname, { name: "optropic.example", target: "ipfs" }),
  ],
  [
    "traffic-reaches-host",
    "a bucket answers",
    zoned(cloudflare.r2CustomDomain, {
      bucketName: "files",
      domain: "api.optropic.example",
      enabled: true,
      minTls: "1.2",
    }),
  ],
  ["dns-records-arrive", "a name leads to Vercel that no project has", named("blog", "cname.vercel-dns.com")],
  ["dns-records-arrive", "a name leads to a service that is gone", named("old", "old-api.onrender.com")],
  [
    "no-literal-secrets",
    "an environment of Pulumi ESC is a file",
    add("pulumiservice:index:Environment", "another", {
      organization: "optropic",
      name: "production",
      yaml: { path: "esc/production.yaml" },
    }),
  ],
  ["production-code-own", "a worker names no branch", worker({ autoDeploy: true })],
  [
    "production-code-own",
    "a worker stays as it is",
    worker({ branch: "release/production", autoDeployTrigger: "off" }),
  ],
  [
    "production-code-own",
    "a worker stays so by the older switch",
    worker({ branch: "main", autoDeploy: false }),
  ],
  ["production-code-own", "a site stays as it is", site("shop")],
  ["providers-arrive", "a contact point is in another Grafana", elsewhere(other, "observability-pagerduty")],
  ["providers-arrive", "the routes are in another Grafana", elsewhere(other, "observability-notifications")],
  ["providers-arrive", "alerts are in another Grafana", elsewhere(other, "observability-alerts-database")],
  [
    "metrics-scraped",
    "metrics are collected in another Grafana",
    elsewhere(other, "observability-scrape-api"),
  ],
  ["health-checked-outside", "checks run in another Grafana", elsewhere(other, "observability-health-api")],
  [
    "vercel-project-closed",
    "programs pass the protection by a secret that the program shows",
    atVercel(vercel.protectionBypass, { note: "tests", secret: "tests-of-the-previews-2026-autumn" }),
  ],
];

type Right = readonly [what: string, edit: Edit];

export const rightBesides: readonly Right[] = [
  [
    "tests pass the protection by a secret that Vercel makes up",
    atVercel(vercel.protectionBypass, { note: "tests" }),
  ],
  [
    "backups are locked for ever, and nothing deletes them",
    all(
      set("backups-lock", ({ rules }) => ({
        rules: list(rules).map((rule) => inside(rule, { condition: { type: "Indefinite" } })),
      })),
      set("backups-lifecycle", ({ rules }) => ({
        rules: list(rules).map((rule) => inside(rule, { deleteObjectsTransition: undefined })),
      })),
    ),
  ],
  ["a second service has all that the first one has", second({})],
  [
    "documentation has no health check and does not scale",
    second({ healthCheckPath: undefined, autoscaling: undefined }, "docs"),
  ],
  ["functions also run in the country beside", regions({ functionDefaultRegions: ["fra1", "cdg1"] })],
  ["workers of the browser are made by the page", scripts("; worker-src 'self' blob:")],
  ["scripts of any own host run", scripts(" https://*.optropic.example")],
  ["what served is kept for a week", kept("1w")],
  ["a sign-in stands before a folder of the staff", signIn("optropic.example/admin")],
  [
    "a sign-in leaves out what is asked",
    all(
      signIn("api.optropic.example/api/h*"),
      signIn(
        "api.optropic.example/api/health",
        { policies: [{ name: "all", decision: "bypass", includes: [{ everyone: {} }] }] },
        "open",
      ),
    ),
  ],
  [
    "programs are challenged but for checks",
    all(bots({ sbfmDefinitelyAutomated: "managed_challenge" }), past({ phases: ["http_request_sbfm"] })),
  ],
  ["programs that learn are blocked", bots({ aiBotsProtection: "block", fightMode: false })],
  [
    "the staff's folder is for an office",
    blocked('(starts_with(http.request.uri.path, "/admin") and not ip.src in {203.0.113.0/24})'),
  ],
  [
    "the metrics are for a list of those who ask",
    blocked('(http.request.uri.path eq "/api/metrics" and not ip.src in $grafana_probes)'),
  ],
  [
    "the metrics are for an office and a list of those who ask",
    blocked(
      '(http.request.uri.path eq "/api/metrics" and not ip.src in $office and not ip.src in $grafana_probes)',
    ),
  ],
  [
    "metrics without a token are stopped",
    blocked(
      '(http.request.uri.path eq "/api/metrics" and not any(http.request.headers["authorization"][*] contains "Bearer"))',
    ),
  ],
  [
    "requests get the time and the caller's address",
    requests({
      "X-Request-Start": { operation: "set", expression: "to_string(http.request.timestamp.sec)" },
      "X-Real-IP": { operation: "set", expression: "ip.src" },
      "X-Forwarded-Host": { operation: "remove" },
    }),
  ],
  [
    "requests get what they asked for",
    requests({
      "X-Forwarded-Host": { operation: "set", expression: "http.host" },
      "X-Original-URL": { operation: "set", expression: "http.request.full_uri" },
    }),
  ],
  [
    "requests to one host get its name and its customer",
    requests(
      {
        "X-Forwarded-Host": { operation: "set", value: "optropic.example" },
        "X-Tenant": { operation: "set", value: "optropic" },
      },
      'http.host eq "optropic.example"',
    ),
  ],
  [
    "requests without an agent are stopped at Vercel",
    set("web-firewall", ({ rules }) => ({
      rules: {
        rules: [
          ...list(Object(rules).rules),
          {
            name: "Without an agent",
            active: true,
            action: { action: "deny" },
            conditionGroups: [{ conditions: [{ type: "user_agent", op: "nex" }] }],
          },
        ],
      },
    })),
  ],
  ["documentation is released by hand", site("docs")],
  [
    "previews of documentation are open",
    add(vercel.project, "docs", {
      name: "optropic-docs",
      gitForkProtection: true,
      gitRepository: { type: "github", repo: "optropic/docs", productionBranch: "main" },
      vercelAuthentication: { deploymentType: "none" },
    }),
  ],
  [
    "files are asked for without cookies",
    requests({ cookie: { operation: "remove" } }, 'starts_with(http.request.uri.path, "/_next/static/")'),
  ],
  [
    "a worker is deployed as the service is",
    worker({ branch: "release/production", autoDeployTrigger: "checksPass" }),
  ],
  ["a name leads to a page of another vendor", named("status", "optropic.statuspage.io")],
  [
    "a contact point has a provider of the same Grafana",
    elsewhere("https://optropic-example.grafana.net/", "observability-pagerduty"),
  ],
  [
    "previews are open to an office alone",
    set("web-project", () => ({
      vercelAuthentication: { deploymentType: "none" },
      trustedIps: { deploymentType: "standard_protection", addresses: [{ value: "192.0.2.1" }] },
    })),
  ],
];
