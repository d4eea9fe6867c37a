import { cloudflare, render, vercel } from "../../policies/model/tokens.ts";
import {
  add,
  all,
  append,
  type Edit,
  type Inputs,
  inside,
  inZone,
  leading,
  list,
  ofProject,
  set,
} from "../recording/edited.ts";
import { cached, expression, header, limits, pageRule, value } from "./edge-attacks.ts";
import { unknown } from "./fixture.ts";
import type { Case } from "./kinds-edits.ts";

// What stands in front of the hosts and decides what reaches them, and what runs beside them.

const zoned = (type: string, inputs: Inputs, name = "another"): Edit => add(type, name, inputs, inZone);
const phase = (name: string, rule: object, resource = "another"): Edit =>
  zoned(
    cloudflare.ruleset,
    { kind: "zone", name: resource, phase: name, rules: [{ enabled: true, expression: "true", ...rule }] },
    resource,
  );
const custom = (action: string, expression: string): Edit =>
  append("edge-waf-custom", "rules", { enabled: true, action, expression });

/** A certificate in place of Universal SSL. */
const certified = (...hosts: string[]): Edit =>
  all(
    set("edge-universal-ssl", () => ({ enabled: false })),
    zoned(cloudflare.certificatePack, {
      type: "advanced",
      certificateAuthority: "lets_encrypt",
      validationMethod: "txt",
      validityDays: 90,
      hosts,
    }),
  );

const dotFiles = (expression: string): Edit =>
  set("edge-waf-custom", ({ rules }) => ({
    rules: list(rules).map((rule) =>
      Object(rule).ref === "hidden_files" ? { ...Object(rule), expression } : rule,
    ),
  }));
const redirect = (targetUrl: object, expression: string): Edit =>
  phase("http_request_dynamic_redirect", {
    action: "redirect",
    expression,
    actionParameters: { fromValue: { statusCode: 301, targetUrl } },
  });
const issue = (text: string): Edit =>
  set("edge-caa-issue-letsencrypt.org", ({ data }) => ({ data: inside(data, { value: text }) }));

/** Rules that redirect to https in place of the zone's setting. */
const redirected = (...expressions: string[]): Edit =>
  all(
    set("edge-always-use-https", () => ({ value: "off" })),
    ...expressions.map((expression, place) =>
      phase(
        "http_request_dynamic_redirect",
        {
          action: "redirect",
          expression,
          actionParameters: {
            fromValue: {
              statusCode: 301,
              targetUrl: { expression: 'concat("https://", http.host, http.request.uri.path)' },
            },
          },
        },
        `https-${place}`,
      ),
    ),
  );
const compressed = (expression: string, ...names: string[]): Edit =>
  phase("http_response_compression", {
    action: "compress_response",
    expression,
    actionParameters: { algorithms: names.map((name) => ({ name })) },
  });
const bucketDomain = (inputs: Inputs): Edit =>
  zoned(cloudflare.r2CustomDomain, {
    bucketName: "optropic-assets",
    domain: "assets.optropic.example",
    enabled: true,
    ...inputs,
  });
const customHostname = (settings: Inputs): Edit =>
  zoned(cloudflare.customHostname, {
    hostname: "app.customer.example",
    ssl: { method: "http", type: "dv", settings },
  });
const cacheControl = (actionParameters: Inputs, expression = "true"): Edit =>
  phase("http_response_cache_settings", { action: "set_cache_control", expression, actionParameters });
const removed = { operation: "remove" };
/** A sign-in before a part of a host, with what Access answers to preflights. */
const signIn = (domain: string, corsHeaders: Inputs): Edit =>
  zoned(cloudflare.access, { name: "staff", type: "self_hosted", domain, corsHeaders });
const rewritten = (expression: string, path: Inputs): Edit =>
  phase("http_request_transform", { action: "rewrite", expression, actionParameters: { uri: { path } } });
/** The login's limit with its own expression among another. */
const loginWhere = (form: (own: string) => string): Edit =>
  limits((rule) => ({ expression: form(String(rule.expression)) }), 0);
const assetErrors = (...statusCodeTtls: object[]): Edit =>
  cached({
    action: "set_cache_settings",
    enabled: true,
    expression: 'starts_with(http.request.uri.path, "/_next/static/")',
    actionParameters: {
      cache: true,
      browserTtl: { mode: "override_origin", default: 31_536_000 },
      edgeTtl: { mode: "override_origin", default: 31_536_000, statusCodeTtls },
    },
  });
const bypassed = (expression: string, actionParameters: Inputs = { cache: false }): Edit =>
  append("edge-cache", "rules", {
    action: "set_cache_settings",
    enabled: true,
    expression,
    actionParameters,
  });
const balanced = (pool: Inputs, balancer: Inputs = {}): Edit =>
  all(
    zoned(
      cloudflare.pool,
      { name: "api", origins: [{ name: "api", address: "optropic-api.onrender.com" }], ...pool },
      "pool",
    ),
    zoned(
      cloudflare.loadBalancer,
      {
        name: "api.optropic.example",
        proxied: true,
        defaultPools: [unknown],
        fallbackPool: unknown,
        ...balancer,
      },
      "balancer",
    ),
    leading("balancer", "defaultPools", "pool"),
  );

const firewalled = (condition: object): Edit =>
  set("web-firewall", ({ rules }) => ({
    rules: {
      rules: [
        ...list(Object(rules).rules),
        {
          name: "closed",
          active: true,
          action: { action: "deny" },
          conditionGroups: [{ conditions: [condition] }],
        },
      ],
    },
  }));

const routed = (route: object, src = "/(.*)"): Edit =>
  add(vercel.route, "another", { name: "another", route: { src, ...route } }, ofProject);

const own = "https://github.com/optropic/platform";
const built = (repoUrl: string, branch: string): Inputs => ({
  nativeRuntime: { repoUrl, branch, runtime: "node", buildCommand: "npm ci && npm run build" },
});
/** What runs beside the service, with its variables. */
const beside = (type: string, runtimeSource: Inputs, more: Inputs = {}): Edit =>
  all(
    add(type, "mailer", {
      name: "mailer",
      plan: "starter",
      region: "frankfurt",
      startCommand: "node mailer.js",
      runtimeSource,
      ...more,
    }),
    (stack) => ({
      ...stack,
      resources: stack.resources.map((one) =>
        one.name === "api-variables-link"
          ? {
              ...one,
              propertyDependencies: {
                ...one.propertyDependencies,
                serviceIds: [
                  ...(one.propertyDependencies.serviceIds ?? []),
                  ...stack.resources.filter(({ name }) => name === "mailer").map(({ urn }) => urn),
                ],
              },
            }
          : one,
      ),
    }),
  );
const app = (spec: Inputs): Edit =>
  add("digitalocean:index/app:App", "tasks", { spec: { name: "tasks", region: "fra", ...spec } });

export const brokenFronts: readonly Case[] = [
  ...(
    [
      ["files that begin with a dot are blocked", dotFiles('(http.request.uri.path contains "/.")')],
      [
        "such files are blocked but for an office",
        dotFiles('(http.request.uri.path contains "/." and not ip.src in {203.0.113.0/24})'),
      ],
      ["plain http is blocked", custom("block", "not ssl")],
      [
        "the path asks for a sign-in",
        add(cloudflare.access, "challenges", {
          accountId: "0123456789abcdef0123456789abcdef",
          type: "self_hosted",
          domain: "optropic.example/.well-known",
          policies: [{ decision: "allow", includes: [{ emailDomain: { domain: "optropic.example" } }] }],
        }),
      ],
      [
        "the path asks for a sign-in, as one of several destinations",
        add(cloudflare.access, "challenges", {
          accountId: "0123456789abcdef0123456789abcdef",
          type: "self_hosted",
          destinations: [
            { type: "public", uri: "tools.optropic.example" },
            { type: "public", uri: "optropic.example/.well-known" },
          ],
          policies: [{ decision: "allow", includes: [{ emailDomain: { domain: "optropic.example" } }] }],
        }),
      ],
      [
        "the path is redirected",
        redirect(
          { value: "https://www.optropic.example/" },
          'starts_with(http.request.uri.path, "/.well-known/")',
        ),
      ],
      [
        "the path is rewritten",
        rewritten('starts_with(http.request.uri.path, "/.well-known/")', { value: "/404" }),
      ],
      [
        "the path is for named addresses",
        zoned(cloudflare.lockdown, {
          urls: ["optropic.example/.well-known/*"],
          configurations: [{ target: "ip", value: "198.51.100.9" }],
        }),
      ],
    ] as const
  ).map(([what, edit]): Case => ["certificate-challenges-answered", what, edit]),
  [
    "caa-permits-hosts",
    "an authority may ask by DNS alone",
    issue("letsencrypt.org; validationmethods=dns-01"),
  ],
  [
    "caa-permits-hosts",
    "an authority may issue for one account",
    issue("letsencrypt.org; accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/1"),
  ],
  ...(
    [
      ["only reads are redirected", '(not ssl and http.request.method eq "GET")'],
      ["only one host is redirected", '(not ssl and http.host eq "optropic.example")'],
      ["the API is left out", '(not ssl and not starts_with(http.request.uri.path, "/api/"))'],
      ["one path is left out", '(not ssl and http.request.uri.path ne "/api/webhooks/stripe")'],
      ["only browsers are redirected", '(not ssl and http.user_agent contains "Mozilla")'],
    ] as const
  ).map(([what, text]): Case => ["https-always", what, redirected(text)]),
  ...(
    [
      [
        "by media type",
        'http.response.content_type.media_type in {"application/javascript" "text/javascript" "text/css"}',
      ],
      ["of styles", 'http.response.content_type.media_type eq "text/css"'],
      ["of pages", 'http.response.content_type.media_type eq "text/html"'],
      ["by extension", 'http.request.uri.path.extension in {"js" "css"}'],
      ["of some browsers", 'http.user_agent contains "Chrome"'],
    ] as const
  ).map(
    ([what, text]): Case => [
      "assets-compressed",
      `files are sent as they are, ${what}`,
      compressed(text, "none"),
    ],
  ),
  [
    "tls-certificate-declared",
    "the only certificate leaves the API out",
    certified("optropic.example", "www.optropic.example"),
  ],
  ["tls-minimum-version", "a bucket's domain takes TLS 1.0", bucketDomain({ minTls: "1.0" })],
  ["tls-minimum-version", "a bucket's domain says nothing, which is TLS 1.0", bucketDomain({})],
  ["tls-minimum-version", "a customer's host takes TLS 1.1", customHostname({ minTlsVersion: "1.1" })],
  [
    "zone-settings-safe",
    "a bucket's domain takes broken ciphers",
    bucketDomain({ minTls: "1.2", ciphers: ["DES-CBC3-SHA"] }),
  ],
  ["zone-settings-safe", "URLs are not normalized", set("edge-url-normalization", () => ({ scope: "none" }))],
  ["zone-settings-safe", "the zone only answers DNS", zoned(cloudflare.zoneDns, { zoneMode: "dns_only" })],
  ...(
    [
      ["at the host of pages alone", (it: string) => `(http.host eq "optropic.example" and ${it})`],
      ["at all hosts but the API's", (it: string) => `(not http.host eq "api.optropic.example" and ${it})`],
      ["before the redirect to https alone", (it: string) => `(not ssl and ${it})`],
    ] as const
  ).map(([what, form]): Case => ["rate-limit-login", `login is limited ${what}`, loginWhere(form)]),
  [
    "rate-limit-login",
    "two calls in one request are no login",
    expression('lower(http.request.uri.path) eq "/api/trpc/login"', 0),
  ],
  ...(
    [
      ["to a fixed path", 'starts_with(http.request.uri.path, "/api/trpc/login")', { value: "/v2/session" }],
      [
        "below another folder",
        'starts_with(http.request.uri.path, "/api/trpc/")',
        { expression: 'concat("/rpc", http.request.uri.path)' },
      ],
      ["by a pattern", "true", { expression: 'regex_replace(http.request.uri.path, "^/api/", "/v2/")' }],
      [
        "by a wildcard",
        "true",
        { expression: `wildcard_replace(http.request.uri.path, "/api/trpc/*", "/x/$\{1}")` },
      ],
    ] as const
  ).map(
    ([what, text, path]): Case => ["rate-limit-login", `login is rewritten ${what}`, rewritten(text, path)],
  ),
  [
    "rate-limit-login",
    "the first of many rewriting rules may take the path of the login",
    zoned(cloudflare.ruleset, {
      kind: "zone",
      name: "another",
      phase: "http_request_transform",
      rules: [0, 1, 2, 3, 4, 5, 6].map((place) => ({
        enabled: true,
        action: "rewrite",
        expression: `http.cookie contains "v${place}="`,
        actionParameters: {
          uri: {
            path: {
              expression: `concat(${place === 0 ? `"/v0", http.request.uri.path` : `http.request.uri.path, "/v${place}"`})`,
            },
          },
        },
      })),
    }),
  ],
  [
    "production-code-own",
    "a worker is built from a fork",
    beside(render.backgroundWorker, built("https://github.com/jdoe/platform", "main")),
  ],
  [
    "production-code-own",
    "a worker is built from a branch that nobody reviews",
    beside(render.backgroundWorker, built(own, "mailer")),
  ],
  [
    "production-code-own",
    "a worker with the secrets runs somebody's image",
    beside(render.backgroundWorker, { image: { imageUrl: "docker.io/jdoe/mailer", tag: "1.2.0" } }),
  ],
  [
    "production-code-own",
    "a job is built from a fork",
    beside(render.cronJob, built("https://github.com/jdoe/platform", "main"), { schedule: "0 3 * * *" }),
  ],
  [
    "production-code-own",
    "a site is built from a fork",
    add(render.staticSite, "site", {
      name: "site",
      repoUrl: "https://github.com/jdoe/site",
      branch: "main",
      buildCommand: "npm run build",
    }),
  ],
  [
    "production-code-own",
    "a component at DigitalOcean is built from a branch that nobody reviews",
    app({ workers: [{ name: "tasks", github: { repo: "optropic/platform", branch: "feature/tasks" } }] }),
  ],
  [
    "cors-header-restricted",
    "a rule gives every request the platform's origin",
    phase("http_request_late_transform", {
      action: "rewrite",
      actionParameters: { headers: { Origin: value("https://optropic.example") } },
    }),
  ],
  ["header-software-hidden", "a rule names the program", header("X-Powered-By", value("Express"))],
  ["header-software-hidden", "a rule names a version", header("Server", value("web/2.4.1"))],
  [
    "log-fields-without-credentials",
    "the edge logs how callers sign in",
    phase("http_log_custom_fields", {
      action: "log_custom_field",
      actionParameters: { requestFields: [{ name: "authorization" }] },
    }),
  ],
  [
    "visitors-let-in",
    "the health check is challenged",
    custom("managed_challenge", 'http.request.uri.path eq "/api/health"'),
  ],
  [
    "visitors-let-in",
    "the API is challenged",
    custom("managed_challenge", 'starts_with(http.request.uri.path, "/api/")'),
  ],
  [
    "visitors-let-in",
    "the health check is for one network",
    custom("block", 'http.request.uri.path eq "/api/health" and not ip.src in {203.0.113.0/24}'),
  ],
  [
    "visitors-let-in",
    "the API is for who has a certificate",
    custom("block", 'starts_with(http.request.uri.path, "/api/") and not cf.tls_client_auth.cert_verified'),
  ],
  [
    "visitors-let-in",
    "pages are for one agent",
    custom("managed_challenge", 'not http.user_agent contains "Mozilla"'),
  ],
  [
    "visitors-let-in",
    "the health check is for some countries",
    custom("block", 'http.request.uri.path contains "health" and ip.src.country ne "DE"'),
  ],
  [
    "visitors-let-in",
    "an older rule stops the health check",
    zoned(cloudflare.firewallRule, {
      action: { mode: "block" },
      filter: { expression: 'http.request.uri.path eq "/api/health"', paused: false },
    }),
  ],
  ["visitors-let-in", "the health check asks for a sign-in", signIn("api.optropic.example/api/health", {})],
  [
    "visitors-let-in",
    "Vercel's firewall lets one network in",
    firewalled({ type: "ip_address", op: "eq", value: "203.0.113.7", neg: true }),
  ],
  ["visitors-let-in", "nothing may be sent", custom("block", 'http.request.method eq "POST"')],
  ["visitors-let-in", "metrics are blocked", custom("block", 'http.request.uri.path eq "/api/metrics"')],
  [
    "visitors-let-in",
    "Vercel's firewall denies every page",
    firewalled({ type: "path", op: "pre", value: "/" }),
  ],
  [
    "traffic-reaches-host",
    "calls are redirected to where no rule acts",
    redirect(
      { expression: 'concat("https://optropic-api.onrender.com", http.request.uri.path)' },
      'http.host eq "api.optropic.example"',
    ),
  ],
  ["traffic-reaches-host", "the only pool is off", balanced({ enabled: false })],
  [
    "traffic-reaches-host",
    "the only origin is off",
    balanced({ origins: [{ name: "api", address: "optropic-api.onrender.com", enabled: false }] }),
  ],
  [
    "traffic-reaches-host",
    "a load balancer answers health checks",
    balanced(
      {},
      {
        rules: [
          {
            name: "health",
            condition: 'http.request.uri.path eq "/api/health"',
            fixedResponse: { statusCode: 200, messageBody: "ok" },
          },
        ],
      },
    ),
  ],
  [
    "traffic-reaches-host",
    "a load balancer answers whatever comes",
    balanced({}, { rules: [{ name: "closed", fixedResponse: { statusCode: 503, messageBody: "closed" } }] }),
  ],
  ...(
    [
      ["to an environment that the stack does not declare", { dest: "https://staging.optropic.example/$1" }],
      ["to an error", { status: 503 }],
    ] as const
  ).map(([what, route]): Case => ["traffic-reaches-host", `Vercel leads every page ${what}`, routed(route)]),
  [
    "cdn-cache-rules",
    "Vercel keeps every page for all",
    routed({ headers: { "Vercel-CDN-Cache-Control": "max-age=3600" } }),
  ],
  [
    "cdn-cache-rules",
    "shared caches keep every page",
    routed({ headers: { "Cache-Control": "public, s-maxage=3600" } }),
  ],
  [
    "cdn-cache-rules",
    "answers are no longer private",
    cacheControl({ noStore: removed, private: removed, sMaxage: { operation: "set", value: 3600 } }),
  ],
  [
    "cdn-cache-rules",
    "answers of a part of the API are no longer private",
    cacheControl({ noStore: removed, private: removed }, 'starts_with(http.request.uri.path, "/api/orders")'),
  ],
  [
    "cdn-cache-rules",
    "pages are public in place of private",
    cacheControl({ private: removed, public: { operation: "set" } }),
  ],
  [
    "cors-header-restricted",
    "a sign-in answers every origin",
    signIn("api.optropic.example/api/admin", { allowAllOrigins: true, allowedMethods: ["GET"] }),
  ],
  [
    "cors-header-restricted",
    "a sign-in answers somebody else's origin",
    signIn("*.optropic.example/api/admin", { allowedOrigins: ["https://elsewhere.example.org"] }),
  ],
  [
    "assets-cached-a-year",
    "an error is kept in place of a file for a day",
    assetErrors({ statusCode: 404, value: 86_400 }),
  ],
  ...(
    [
      ["who has any cookie", '(http.cookie ne "")'],
      ["whose cookies have a length", "len(http.cookie) gt 0"],
      ["who comes for the first time", 'http.cookie eq ""'],
      ["who is no robot", "not cf.client.bot"],
      ["who has a telephone", 'http.user_agent contains "iPhone"'],
      ["whose page is the application's", 'http.referer contains "optropic.example"'],
      ["whose browser loads a script", 'any(http.request.headers["sec-fetch-dest"][*] eq "script")'],
    ] as const
  ).map(
    ([who, expression]): Case => [
      "assets-cached-a-year",
      `files are not kept for ${who}`,
      bypassed(expression),
    ],
  ),
  [
    "assets-cached-a-year",
    "each visitor has a copy",
    bypassed("true", { cacheKey: { customKey: { header: { includes: ["User-Agent"] } } } }),
  ],
  ["assets-cached-a-year", "files that are there are not kept", assetErrors({ statusCode: 200, value: 0 })],
];

export const rightFronts: readonly (readonly [what: string, edit: Edit])[] = [
  ["one network is kept out", custom("block", "ip.src in {203.0.113.0/24}")],
  [
    "the staff's pages are for one network",
    custom("block", 'starts_with(http.request.uri.path, "/admin") and not ip.src in {203.0.113.0/24}'),
  ],
  [
    "calls that change something need a header",
    custom(
      "block",
      'starts_with(http.request.uri.path, "/api/orders") and http.request.method eq "POST" and not any(http.request.headers["x-client"][*] eq "app")',
    ),
  ],
  ["known scanners are challenged", custom("managed_challenge", 'http.user_agent contains "sqlmap"')],
  [
    "each header has a rule of its own",
    set("edge-response-headers", ({ rules }) => ({
      rules: list(rules).flatMap((rule, place) =>
        place > 0
          ? [rule]
          : Object.entries(Object(Object(rule).actionParameters).headers).map(([name, change]) => ({
              ...Object(rule),
              ref: name,
              actionParameters: { headers: { [name]: change } },
            })),
      ),
    })),
  ],
  [
    "images are no longer private",
    cacheControl(
      { noStore: removed, private: removed },
      'http.request.uri.path.extension in {"png" "jpg" "webp"}',
    ),
  ],
  [
    "files of the bundler are public",
    cacheControl(
      { private: removed, public: { operation: "set" } },
      'starts_with(http.request.uri.path, "/_next/static/")',
    ),
  ],
  ["a browser may go back to a page", cacheControl({ noStore: removed })],
  ["pages are private", cacheControl({ noStore: removed, private: { operation: "set" } })],
  [
    "Cloudflare is told of answers that it does not keep",
    cacheControl({
      noStore: { ...removed, cloudflareOnly: true },
      private: { ...removed, cloudflareOnly: true },
    }),
  ],
  [
    "a sign-in answers the platform's own origin",
    signIn("api.optropic.example/api/admin", { allowedOrigins: ["https://optropic.example"] }),
  ],
  [
    "a sign-in of a tool answers every origin",
    signIn("tools.optropic.example", { allowAllOrigins: true, allowedMethods: ["GET"] }),
  ],
  ["a release is promoted by hand", set("web-project", () => ({ autoAssignCustomDomains: false }))],
  [
    "two kinds of files that begin with a dot are blocked",
    custom("block", '(http.request.uri.path contains "/.env" or http.request.uri.path contains "/.git")'),
  ],
  ["one folder is denied by Vercel", firewalled({ type: "path", op: "pre", value: "/wp-" })],
  ["some countries are blocked", custom("block", 'ip.src.country in {"KP" "IR"}')],
  ["odd methods are blocked", custom("block", 'http.request.method in {"TRACE" "TRACK"}')],
  [
    "the page of the login is challenged",
    custom("managed_challenge", 'http.host eq "optropic.example" and http.request.uri.path eq "/login"'),
  ],
  [
    "a file is asked for by its short name",
    rewritten('http.request.uri.path eq "/security.txt"', { value: "/.well-known/security.txt" }),
  ],
  ["an authority may ask by http too", issue("letsencrypt.org; validationmethods=http-01,dns-01")],
  [
    "what authorities ask is not redirected",
    redirected('(not ssl and not starts_with(http.request.uri.path, "/.well-known/acme-challenge/"))'),
  ],
  [
    "each host is redirected by name",
    redirected(
      '(not ssl and http.host in {"optropic.example" "www.optropic.example" "api.optropic.example"})',
    ),
  ],
  [
    "two rules redirect all between them",
    redirected(
      '(not ssl and http.host eq "api.optropic.example")',
      '(not ssl and http.host ne "api.optropic.example")',
    ),
  ],
  ["files are compressed by Brotli", compressed("true", "brotli", "gzip")],
  [
    "events are sent at once",
    compressed('http.response.content_type.media_type eq "text/event-stream"', "none"),
  ],
  ["pictures are sent as they are", compressed('http.request.uri.path.extension in {"png" "woff2"}', "none")],
  ["one certificate covers all hosts", certified("optropic.example", "*.optropic.example")],
  ["a bucket's domain takes TLS 1.3", bucketDomain({ minTls: "1.3" })],
  ["a customer's host takes TLS 1.2", customHostname({ minTlsVersion: "1.2" })],
  [
    "a zone's name servers are kept for a day",
    zoned(cloudflare.zoneDns, { zoneMode: "standard", nsTtl: 86_400 }),
  ],
  [
    "login is limited at the API's host",
    loginWhere((it) => `(http.host eq "api.optropic.example" and ${it})`),
  ],
  [
    "login is limited in each batch that holds it",
    expression(
      '(starts_with(http.request.uri.path, "/api/trpc/") and http.request.uri.path contains "login")',
      0,
    ),
  ],
  ["a page that moved is rewritten", rewritten('http.request.uri.path eq "/old"', { value: "/new" })],
  [
    "another name of the login is rewritten to it",
    rewritten('http.request.uri.path eq "/signin"', { value: "/api/trpc/login" }),
  ],
  [
    "pages of one language are rewritten",
    rewritten('starts_with(http.request.uri.path, "/de/")', {
      expression: 'regex_replace(http.request.uri.path, "^/de/", "/de-DE/")',
    }),
  ],
  ["a worker is built as the service is", beside(render.backgroundWorker, built(own, "release/production"))],
  [
    "a worker is built from another repository of the organization",
    beside(render.backgroundWorker, built("https://github.com/optropic/mailer", "main")),
  ],
  [
    "a worker runs an image of the organization",
    beside(render.backgroundWorker, { image: { imageUrl: "ghcr.io/optropic/mailer", tag: "1.2.0" } }),
  ],
  [
    "a tool without the secrets runs a public image",
    add(render.privateService, "gateway", {
      name: "gateway",
      plan: "starter",
      region: "frankfurt",
      runtimeSource: { image: { imageUrl: "docker.io/prom/pushgateway", tag: "v1.9.0" } },
    }),
  ],
  [
    "the host is told the visitor's country",
    phase("http_request_late_transform", {
      action: "rewrite",
      actionParameters: { headers: { "X-Country": { operation: "set", expression: "ip.src.country" } } },
    }),
  ],
  ["a header that names the software is removed", header("Server", { operation: "remove" })],
  [
    "one of two origins is off",
    balanced({
      origins: [
        { name: "api", address: "optropic-api.onrender.com" },
        { name: "spare", address: "optropic-api.onrender.com", enabled: false },
      ],
    }),
  ],
  [
    "files are not kept for editors",
    bypassed('http.cookie contains "__prerender_bypass" or ip.src in {198.51.100.7}'),
  ],
  [
    "files are not kept for programs that log in",
    bypassed('any(http.request.headers["authorization"][*] ne "")'),
  ],
  [
    "pages are not kept for who has a cookie",
    bypassed('http.cookie ne "" and not starts_with(http.request.uri.path, "/_next/static/")'),
  ],
  [
    "errors are kept for a minute",
    assetErrors(
      { statusCodeRange: { from: 400, to: 499 }, value: 60 },
      { statusCodeRange: { from: 500 }, value: -1 },
    ),
  ],
  [
    "the paid plan has smaller pictures",
    zoned(cloudflare.zoneSetting, { settingId: "polish", value: "lossless" }),
  ],
  [
    "https by a page rule",
    all(
      set("edge-always-use-https", () => ({ value: "off" })),
      pageRule({ alwaysUseHttps: true }, "http://*optropic.example/*"),
    ),
  ],
  [
    "calls are forwarded by Vercel to the API",
    routed({ dest: "https://api.optropic.example/api/$1" }, "/api/(.*)"),
  ],
  [
    "the edge logs the number of each request",
    phase("http_log_custom_fields", {
      action: "log_custom_field",
      actionParameters: { requestFields: [{ name: "x-request-id" }] },
    }),
  ],
  [
    "Vercel keeps files for all",
    routed({ headers: { "Cache-Control": "public, s-maxage=86400" } }, "/fonts/(.*)"),
  ],
  ["an old part of the API is gone", routed({ status: 410 }, "/api/v0/(.*)")],
  [
    "an old part of the API is at a host of another stack",
    routed({ dest: "https://legacy.optropic.example/$1" }, "/api/v0/(.*)"),
  ],
  [
    "a load balancer tells robots where to go",
    balanced(
      {},
      {
        rules: [
          {
            name: "robots",
            condition: 'http.request.uri.path eq "/robots.txt"',
            fixedResponse: { statusCode: 200, messageBody: "User-agent: *" },
          },
        ],
      },
    ),
  ],
  [
    "documentation is at the name that its vendor gives it",
    all(
      add(vercel.project, "docs", {
        name: "docs",
        framework: "docusaurus-2",
        gitRepository: { type: "github", repo: "optropic/docs", productionBranch: "main" },
      }),
      redirect({ value: "https://docs.vercel.app/" }, 'http.request.uri.path eq "/docs"'),
    ),
  ],
  ["an old folder is gone", routed({ status: 410 }, "/old/(.*)")],
  [
    "a program is turned away by its name",
    routed({ status: 403, has: [{ type: "header", key: "user-agent", value: "BadBot" }] }),
  ],
  [
    "a load balancer turns a country away",
    balanced(
      {},
      {
        rules: [
          {
            name: "country",
            condition: 'ip.src.country eq "KP"',
            fixedResponse: { statusCode: 403, messageBody: "no" },
          },
        ],
      },
    ),
  ],
  [
    "what authorities ask is left out of a sign-in",
    add(cloudflare.access, "challenges", {
      accountId: "0123456789abcdef0123456789abcdef",
      type: "self_hosted",
      domain: "optropic.example/.well-known/acme-challenge",
      policies: [{ decision: "bypass", includes: [{ everyone: {} }] }],
    }),
  ],
  [
    "nobody is let to another host",
    set("web-firewall", () => ({
      ipRules: { rules: [{ hostname: "preview.optropic.example", ip: "0.0.0.0/0", action: "deny" }] },
    })),
  ],
];
