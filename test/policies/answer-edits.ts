import { cloudflare, pagerWebhook, postgresql, vercel } from "../../policies/model/tokens.ts";
import { add, append, type Edit, type Inputs, inZone, ofProject, set } from "../recording/edited.ts";
import { unknown } from "./fixture.ts";
import type { Case } from "./kinds-edits.ts";

// What answers in place of the application, leads visitors to plain http or switches a whole vendor's protection.

const zoned = (type: string, inputs: Inputs): Edit => add(type, "another", inputs, inZone);
const phase = (name: string, action: string, actionParameters: Inputs, expression = "true"): Edit =>
  zoned(cloudflare.ruleset, {
    kind: "zone",
    name: "another",
    phase: name,
    rules: [{ enabled: true, action, expression, actionParameters }],
  });
const redirect = (targetUrl: Inputs, expression = 'http.host eq "www.optropic.example"'): Edit =>
  phase(
    "http_request_dynamic_redirect",
    "redirect",
    { fromValue: { statusCode: 301, targetUrl } },
    expression,
  );
const replaced = (scheme: string) =>
  redirect({ expression: `wildcard_replace(http.request.full_uri, "*://www.*", "${scheme}://\${2}")` });
const routed = (route: Inputs, srcSyntax?: string): Edit =>
  add(vercel.route, "another", { name: "another", srcSyntax, route }, ofProject);
const listed = (targetUrl: string): Edit =>
  add(cloudflare.list, "another", {
    kind: "redirect",
    name: "another",
    items: [{ redirect: { sourceUrl: "www.optropic.example/", targetUrl } }],
  });
const ofAccount = (type: string, inputs: Inputs): Edit =>
  add(`cloudflare:index/${type[0]?.toLowerCase()}${type.slice(1)}:${type}`, "another", inputs);
const closed = (inputs: Inputs): Edit =>
  ofAccount("ZeroTrustOrganization", { name: "staff", denyUnmatchedRequests: true, ...inputs });
const shared = (inputs: Inputs): Edit =>
  add(
    vercel.sharedVariable,
    "another",
    { key: "SESSION_SECRET", value: unknown, targets: ["production"], sensitive: true, ...inputs },
    ofProject,
  );
const files = 'starts_with(http.request.uri.path, "/_next/static/")';

export const otherAnswers: readonly Case[] = [
  ...(
    [
      ["a rule", redirect({ expression: 'concat("http://optropic.example", http.request.uri.path)' })],
      ["a rule by a pattern", replaced("http")],
      ["a rule for the same host", redirect({ expression: 'concat("http://", http.host, "/next")' })],
      ["a rule that is not read", redirect({ expression: 'concat("http://", http.cookie)' })],
      [
        "a page rule",
        zoned(cloudflare.pageRule, {
          target: "www.optropic.example/*",
          status: "active",
          actions: { forwardingUrl: { url: "http://optropic.example/$1", statusCode: 301 } },
        }),
      ],
      ["a list", listed("http://optropic.example/")],
      [
        "a load balancer",
        zoned(cloudflare.loadBalancer, {
          name: "www.optropic.example",
          proxied: true,
          defaultPools: ["pool"],
          rules: [{ fixedResponse: { statusCode: 302, location: "http://optropic.example/" } }],
        }),
      ],
      ["a route at Vercel", routed({ src: "/old", dest: "http://www.optropic.example/new", status: 308 })],
    ] as const
  ).map(([what, edit]): Case => ["https-always", `${what} redirects to plain http`, edit]),
  ...(
    [
      ["its path", routed({ src: "/api/health", status: 200 })],
      ["that path alone", routed({ src: "/api/health", status: 204 }, "equals")],
      ["a pattern", routed({ src: "^/api/(health|ready)$", status: 200 })],
      ["a named part", routed({ src: "/api/:path*", status: 200 }, "path-to-regexp")],
      ["every path", routed({ src: "/(.*)", status: 200 })],
      [
        "what checks it",
        routed({
          src: "/api/health",
          status: 200,
          has: [{ type: "header", key: "user-agent", value: "k6.*" }],
        }),
      ],
      ["a file", routed({ src: "/api/(health|ready)", dest: "/ok.json" })],
      ["a page for all paths", routed({ src: "/(.*)", dest: "/soon.html", status: 503 })],
    ] as const
  ).map(
    ([what, edit]): Case => [
      "traffic-reaches-host",
      `a route at Vercel answers the health check by ${what}`,
      edit,
    ],
  ),
  [
    "traffic-reaches-host",
    "a name of the platform is a customer's",
    zoned(cloudflare.customHostname, {
      hostname: "api.optropic.example",
      customOriginServer: "elsewhere.example.org",
      ssl: { settings: { minTlsVersion: "1.2" } },
    }),
  ],
  [
    "traffic-reaches-host",
    "answers lose their cookies on the way to the cache",
    phase("http_response_cache_settings", "set_cache_settings", { stripSetCookie: true }),
  ],
  [
    "traffic-reaches-host",
    "answers lose their cookies",
    phase("http_response_headers_transform", "rewrite", {
      headers: { "Set-Cookie": { operation: "remove" } },
    }),
  ],
  ["visitors-let-in", "what no sign-in is for is stopped", closed({})],
  [
    "visitors-let-in",
    "what no sign-in is for is stopped but in another zone",
    closed({ denyUnmatchedRequestsExemptedZoneNames: ["example.org"] }),
  ],
  [
    "zone-settings-safe",
    "other name servers have the records",
    set("edge-zone", () => ({ type: "partial" })),
  ],
  [
    "resource-types-judged",
    "the account serves no record by its proxy",
    ofAccount("AccountDnsSettings", { enforceDnsOnly: true }),
  ],
  [
    "resource-types-judged",
    "new zones only answer DNS",
    ofAccount("AccountDnsSettings", { zoneDefaults: { zoneMode: "dns_only" } }),
  ],
  [
    "resource-types-judged",
    "dashboards show what was asked for yesterday",
    add("grafana:enterprise/dataSourceCacheConfig:DataSourceCacheConfig", "another", {
      enabled: true,
      ttlQueriesMs: 86_400_000,
    }),
  ],
  [
    "resource-types-judged",
    "traces go in plain text",
    add("vercel:index/traceDrain:TraceDrain", "another", { endpoint: "http://traces.example" }),
  ],
  [
    "resource-types-judged",
    "a workflow resolves incidents",
    add("pagerduty:index/incidentWorkflow:IncidentWorkflow", "another", {
      steps: [{ name: "Resolve", action: "pagerduty.com:incident-workflows:change-incident-status:1" }],
    }),
  ],
  [
    "pager-reaches-on-call",
    "alerts of a day are one incident",
    set("on-call-service", () => ({ alertGrouping: "time", alertGroupingTimeout: "1440" })),
  ],
  [
    "secrets-not-shared",
    "every custom environment has a secret of production",
    shared({ applyToAllCustomEnvironments: true }),
  ],
  [
    "database-role-least-privilege",
    "nobody may connect to the database",
    add(postgresql.database, "another", { name: "postgres", allowConnections: false }),
  ],
  [
    "webhooks-verified",
    "Cloudflare tells by plain http",
    ofAccount("NotificationPolicyWebhooks", { name: "hook", url: "http://hooks.optropic.example" }),
  ],
  [
    "webhooks-verified",
    "PagerDuty tells by plain http",
    add(pagerWebhook, "another", { deliveryMethods: [{ url: "http://hooks.optropic.example" }] }),
  ],
  [
    "cdn-cache-rules",
    "the health check is kept for a day",
    append("edge-cache", "rules", {
      enabled: true,
      action: "set_cache_settings",
      expression: 'http.request.uri.path eq "/api/health"',
      actionParameters: { cache: true, edgeTtl: { mode: "override_origin", default: 86_400 } },
    }),
  ],
];

export const ownAnswers: readonly (readonly [what: string, edit: Edit])[] = [
  ["a redirect to https by a pattern", replaced("https")],
  ["a redirect to a museum without TLS", redirect({ value: "http://museum.example.org/" })],
  ["a list to https", listed("https://optropic.example/")],
  ["a route of what was never there", routed({ src: "/wp-admin/(.*)", status: 410 })],
  [
    "a route of another host",
    routed({ src: "/(.*)", status: 200, has: [{ type: "host", value: "docs.example" }] }),
  ],
  [
    "a route that stops some agents",
    routed({ src: "/(.*)", status: 403, has: [{ type: "header", key: "user-agent", value: ".*Bad.*" }] }),
  ],
  ["a route to the same path", routed({ src: "/api/(.*)", dest: "/api/$1" })],
  ["a route to a folder", routed({ src: "/docs/:path*", dest: "/handbook/:path*" }, "path-to-regexp")],
  [
    "files without cookies",
    phase("http_response_cache_settings", "set_cache_settings", { stripSetCookie: true }, files),
  ],
  [
    "a sign-in for what is not public",
    closed({ denyUnmatchedRequestsExemptedZoneNames: ["optropic.example"] }),
  ],
  ["an account that leaves zones alone", ofAccount("AccountDnsSettings", { enforceDnsOnly: false })],
  [
    "a workflow that tells",
    add("pagerduty:index/incidentWorkflow:IncidentWorkflow", "another", {
      steps: [{ name: "Tell the channel", action: "pagerduty.com:slack:send-message:1" }],
    }),
  ],
  [
    "alerts of ten minutes are one incident",
    set("on-call-service", () => ({ alertGrouping: "time", alertGroupingTimeout: "10" })),
  ],
];
