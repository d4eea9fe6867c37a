import { cloudflare, vercel } from "../../policies/model/tokens.ts";
import { add, all, append, type Edit, inZone, ofProject, set, variables } from "../recording/edited.ts";

type Edits = Readonly<Record<string, Edit>>;

const phase = (name: string, ...rules: readonly object[]): Edit =>
  add(
    cloudflare.ruleset,
    "another",
    {
      kind: "zone",
      name: "another",
      phase: name,
      rules: rules.map((rule) => ({ enabled: true, expression: "true", ...rule })),
    },
    inZone,
  );
const redirect = (targetUrl: object, expression = "true"): Edit =>
  phase("http_request_dynamic_redirect", {
    action: "redirect",
    expression,
    actionParameters: { fromValue: { statusCode: 301, targetUrl } },
  });
/** A redirect of a list. */
const listed = (item: object): Edit =>
  all(
    zoned(cloudflare.list, { name: "moved", kind: "redirect", items: [{ redirect: item }] }),
    phase("http_request_redirect", {
      action: "redirect",
      expression: "http.request.full_uri in $moved",
      actionParameters: { fromList: { name: "moved", key: "http.request.full_uri" } },
    }),
  );
const origin = (actionParameters: object, expression = "true"): Edit =>
  phase("http_request_origin", { action: "route", expression, actionParameters });
const rewrite = (expression: string, path: object): Edit =>
  phase("http_request_transform", { action: "rewrite", expression, actionParameters: { uri: { path } } });
const configured = (actionParameters: object): Edit =>
  phase("http_config_settings", { action: "set_config", actionParameters });
const page = (actions: object, target = "*optropic.example/*"): Edit =>
  add(cloudflare.pageRule, "another", { status: "active", target, actions }, inZone);
const zoned = (type: string, inputs: object): Edit => add(type, "another", { ...inputs }, inZone);
const atVercel = (type: string, inputs: object): Edit => add(type, "another", { ...inputs }, ofProject);
const setting = (settingId: string, value: unknown): Edit =>
  zoned(cloudflare.zoneSetting, { settingId, value });
const service = (inputs: Record<string, unknown>): Edit => set("api-service", () => inputs);
const environment = (inputs: object): Edit =>
  set("api-project", ({ environments }) => ({
    environments: Object.fromEntries(
      Object.entries(Object(environments)).map(([name, one]) => [name, { ...Object(one), ...inputs }]),
    ),
  }));
const project = (inputs: Record<string, unknown>): Edit => set("web-project", () => inputs);
const start = (startCommand: string): Edit => service({ startCommand });
const release = (preDeployCommand: string): Edit => service({ preDeployCommand });
const build = (buildCommand: string): Edit =>
  set("api-service", ({ runtimeSource }) => ({
    runtimeSource: { nativeRuntime: { ...Object(Object(runtimeSource).nativeRuntime), buildCommand } },
  }));
const custom = (rule: object): Edit => append("edge-waf-custom", "rules", { enabled: true, ...rule });

export const diverted: Edits = {
  "a redirect elsewhere": redirect({ value: "https://elsewhere.example.org/" }),
  "a redirect to a host that only begins like it": redirect({
    expression: 'concat("https://optropic.example.evil.org", http.request.uri.path)',
  }),
  "a redirect whose host goes on with the path": redirect({
    expression: 'concat("https://optropic.example", http.request.uri.query)',
  }),
  "a redirect to plain http": redirect({ expression: 'concat("http://", http.host, http.request.uri.path)' }),
  "a redirect to a computed URL": redirect({ expression: 'http.request.headers["x-next"][0]' }),
  "another origin": origin({ origin: { host: "elsewhere.example.org" } }),
  "a service of somebody else": origin({ origin: { host: "somebody.onrender.com" } }),
  "another name for the origin": origin(
    { hostHeader: "elsewhere.example.org" },
    'http.host eq "api.optropic.example"',
  ),
  "an origin without TLS": origin({ origin: { port: 80 } }),
  "the port of a container": origin({ origin: { port: 10000 } }, 'http.host eq "api.optropic.example"'),
  "another page for a health check": rewrite('http.request.uri.path eq "/api/health"', {
    value: "/robots.txt",
  }),
  "a status page for a health check": redirect(
    { value: "https://status.optropic.example/" },
    'http.host eq "api.optropic.example" and http.request.uri.path eq "/api/health"',
  ),
  "another host for a health check": redirect(
    { expression: 'concat("https://optropic.example", http.request.uri.path)' },
    'http.host eq "api.optropic.example" and http.request.uri.path eq "/api/health"',
  ),
  "another path for what is measured": redirect(
    { expression: 'concat("https://api.optropic.example/v2", http.request.uri.path)' },
    'ends_with(http.request.uri.path, "/metrics")',
  ),
  "a page rule that forwards a health check": page(
    { forwardingUrl: { url: "https://status.optropic.example/", statusCode: 302 } },
    "api.optropic.example/api/health*",
  ),
  "a list that redirects a health check": listed({
    sourceUrl: "api.optropic.example/api",
    targetUrl: "https://status.optropic.example/",
    subpathMatching: true,
  }),
  "a redirect of a health check at Vercel": atVercel(vercel.bulkRedirects, {
    redirects: [{ source: "/api/health", destination: "/status", statusCode: 302 }],
  }),
  "a route of a health check at Vercel": atVercel(vercel.route, {
    name: "status",
    route: { src: "^/api/health$", dest: "/status.html" },
  }),
  "a computed page for what is measured": rewrite('ends_with(http.request.uri.path, "/metrics")', {
    expression: 'http.request.headers["x-next"][0]',
  }),
  "one page for every request": phase("http_request_transform", {
    action: "rewrite",
    actionParameters: { uri: { path: { value: "/soon" } } },
  }),
  "errors that are answered as successes": phase("http_custom_errors", {
    action: "serve_error",
    expression: "http.response.code ge 500",
    actionParameters: { statusCode: 200, content: "ok" },
  }),
  "a page rule that forwards": page({
    forwardingUrl: { url: "https://elsewhere.example.org/$1", statusCode: 302 },
  }),
  "a page rule that resolves elsewhere": page({ resolveOverride: "elsewhere.example.org" }),
  "a page rule with another name": page({ hostHeaderOverride: "elsewhere.example.org" }),
  "a Worker in front": zoned(cloudflare.workersRoute, { pattern: "*optropic.example/*", script: "proxy" }),
  "a Worker in its place": zoned(cloudflare.workersDomain, {
    hostname: "api.optropic.example",
    service: "proxy",
  }),
  "a snippet": zoned(cloudflare.snippetRules, { rules: [{ expression: "true", snippetName: "change" }] }),
  "a load balancer to pools of elsewhere": zoned(cloudflare.loadBalancer, {
    name: "api.optropic.example",
    defaultPools: ["pool"],
    fallbackPool: "pool",
    proxied: true,
  }),
  "a TCP proxy": zoned(cloudflare.spectrum, {
    protocol: "tcp/443",
    dns: { type: "CNAME", name: "api.optropic.example" },
  }),
  "a route of Vercel": atVercel(vercel.route, {
    name: "proxy",
    route: { src: "/(.*)", dest: "https://elsewhere.example.org/$1" },
  }),
  "a redirect of Vercel": atVercel(vercel.bulkRedirects, {
    redirects: [{ source: "/", destination: "https://elsewhere.example.org", statusCode: 301 }],
  }),
  "one page that Vercel redirects to plain http": atVercel(vercel.bulkRedirects, {
    redirects: [
      { source: "/old", destination: "/new", statusCode: 301 },
      { source: "/signin", destination: "http://optropic.example/login", statusCode: 308 },
    ],
  }),
  "a route that redirects to plain http": atVercel(vercel.route, {
    name: "another",
    route: { src: "/signin", dest: "http://optropic.example/login", status: 308 },
  }),
  "a route that redirects past the zone": atVercel(vercel.route, {
    name: "another",
    route: { src: "^/(.*)$", dest: "https://optropic-web.vercel.app/$1", status: 308 },
  }),
};

export const lockedOut: Edits = {
  "a rule that blocks everything": custom({ action: "block", expression: "true" }),
  "a rule that challenges the host": custom({
    action: "managed_challenge",
    expression: 'http.host in {"optropic.example" "api.optropic.example"}',
  }),
  "a lockdown of the site": zoned(cloudflare.lockdown, {
    urls: ["*optropic.example/*"],
    configurations: [{ target: "ip", value: "198.51.100.9" }],
  }),
  "a sign-in for production": project({ vercelAuthentication: { deploymentType: "all_deployments" } }),
  "named addresses for production": project({
    trustedIps: { addresses: [{ value: "198.51.100.9" }], deploymentType: "all_deployments" },
  }),
  "a challenge for everybody": atVercel(vercel.attackMode, {
    enabled: true,
    attackModeActiveUntil: 4_102_444_800_000,
  }),
  "a page rule that challenges calls of the API": page(
    { securityLevel: "under_attack" },
    "api.optropic.example/api/*",
  ),
  "a service for a private network": service({ ipAllowLists: [{ cidrBlock: "10.0.0.0/8" }] }),
  "an environment for the office": environment({ ipAllowLists: [{ cidrBlock: "203.0.113.0/24" }] }),
};

export const weakened: Edits = {
  "bodies of requests that no rule has read": configured({ requestBodyBuffering: "none" }),
  "a setting that is not known": configured({ inspection: false }),
  "development mode": setting("development_mode", "on"),
  "no security level": setting("security_level", "essentially_off"),
  "a challenge for every client": setting("security_level", "under_attack"),
  "pages from an archive": setting("always_online", "on"),
  "one answer for all queries": setting("cache_level", "simplified"),
  "broken ciphers": setting("ciphers", ["ECDHE-RSA-AES128-GCM-SHA256", "RC4-SHA"]),
  "plain http beside the redirect": setting("always_use_https", "off"),
  "a second value of one setting": setting("http2", "off"),
  "a rule for one host": phase("http_config_settings", {
    action: "set_config",
    expression: 'http.host eq "api.optropic.example"',
    actionParameters: { securityLevel: "off" },
  }),
  "a page rule for one path": page({ securityLevel: "essentially_off" }, "optropic.example/api/*"),
};

export const unsafeCommands: Edits = {
  "a server for development": start("npm run dev"),
  "a framework's server for development": start("npx next dev"),
  "a bundler that serves": start("npx vite --host"),
  "a manager for development": start("npx pm2-dev dist/index.js"),
  "a server that reloads": start("npx nodemon src/index.ts"),
  "an open debugger": start("node --inspect=0.0.0.0:9229 dist/index.js"),
  "no variables": start("env -i npm start"),
  "a variable less": start("env -u NODE_ENV npm start"),
  "a variable that is unset": start("unset DATABASE_URL; npm start"),
  "a failure that is a success": start("npm start || true"),
  "data lost before each release": release("npx prisma migrate reset --force"),
  "a schema that is pushed": release("npx prisma db push --accept-data-loss"),
  "migrations of development": release("npx prisma migrate dev"),
  "a migration that may fail": release("npx prisma migrate deploy || true"),
  "no migration": release("true"),
  "a build that may fail": build("npm ci && npm run build || true"),
  "a build that fails in its first step": build("npm ci; npm run build; exit 0"),
  "no build": build("echo skipped"),
  "a build for development": project({ buildCommand: "NODE_ENV=development next build" }),
  "a build that never ends": project({ buildCommand: "next dev" }),
  "packages from anybody": project({ installCommand: "NODE_TLS_REJECT_UNAUTHORIZED=0 npm ci" }),
  "no build in a shell": project({ buildCommand: "bash -c 'exit 0'" }),
};

const switchedBy = (name: string, value: string): [string, Edit] => [
  `${name}=${value}`,
  variables({ [name]: value }),
];

export const switched: Edits = Object.fromEntries([
  switchedBy("RATE_LIMIT_ENABLED", "false"),
  switchedBy("DISABLE_RATE_LIMIT", "1"),
  switchedBy("APP_HELMET", "off"),
  switchedBy("DISABLE_AUTH", "true"),
  switchedBy("SKIP_AUTH_IN_PRODUCTION", "yes"),
  switchedBy("COOKIE_SECURE", "false"),
  switchedBy("CSRF_PROTECTION", "0"),
  switchedBy("SENTRY_ENABLED", "false"),
  switchedBy("METRICS_ENABLED", "no"),
  switchedBy("SENTRY_SAMPLE_RATE", "0"),
  switchedBy("EXPOSE_STACK_TRACES", "true"),
]);

export const accepted: Edits = {
  "a path of the API under its older name": rewrite('http.request.uri.path eq "/api/v1/status"', {
    value: "/api/health",
  }),
  "a page without compression of images": configured({
    polish: "off",
    emailObfuscation: false,
    disableRailgun: true,
  }),
  "a page that challenges every visitor": phase("http_config_settings", {
    action: "set_config",
    expression: 'http.host eq "optropic.example" and http.request.uri.path eq "/signup"',
    actionParameters: { securityLevel: "under_attack" },
  }),
  "a page rule that challenges every visitor of a page": page(
    { securityLevel: "under_attack" },
    "optropic.example/signup*",
  ),
  "an environment for the office beside the one of production": set("api-project", ({ environments }) => ({
    environments: {
      ...Object(environments),
      internal: {
        ...Object(environments).production,
        name: "internal",
        ipAllowLists: [{ cidrBlock: "203.0.113.0/24" }],
      },
    },
  })),
  "an environment that everybody reaches": environment({ ipAllowLists: [{ cidrBlock: "0.0.0.0/0" }] }),
  "the port of TLS": origin({ origin: { port: 443 } }),
  "a redirect to https": redirect(
    { expression: 'concat("https://", http.host, http.request.uri.path)' },
    "not ssl",
  ),
  "a redirect to https by a wildcard": redirect(
    { expression: `wildcard_replace(http.request.full_uri, "http://*", "https://$\{1}")` },
    'http.request.full_uri wildcard "http://*"',
  ),
  "a redirect to the other name": redirect(
    { expression: 'concat("https://optropic.example", http.request.uri.path)' },
    'http.host eq "www.optropic.example"',
  ),
  "the other name by a wildcard": redirect(
    {
      expression: `wildcard_replace(http.request.full_uri, "https://www.optropic.example/*", "https://optropic.example/$\{1}")`,
    },
    'http.request.full_uri wildcard "https://www.optropic.example/*"',
  ),
  "a page rule for the other name": page(
    { forwardingUrl: { url: "https://optropic.example/$1", statusCode: 301 } },
    "www.optropic.example/*",
  ),
  "a list of pages that moved": listed({
    sourceUrl: "optropic.example/blog",
    targetUrl: "https://optropic.example/news",
    subpathMatching: true,
  }),
  "a list that redirects to https": listed({
    sourceUrl: "http://api.optropic.example/",
    targetUrl: "https://api.optropic.example/",
    subpathMatching: true,
  }),
  "a page that moved": redirect({ value: "https://optropic.example/new" }, 'http.request.uri.path eq "/old"'),
  "documents elsewhere": redirect(
    { value: "https://optropic.gitbook.io/" },
    'http.host eq "docs.optropic.example"',
  ),
  "an origin for documents": origin(
    { hostHeader: "optropic.gitbook.io", origin: { host: "optropic.gitbook.io" } },
    'http.host eq "docs.optropic.example"',
  ),
  "a Worker for documents": zoned(cloudflare.workersRoute, {
    pattern: "docs.optropic.example/*",
    script: "docs",
  }),
  "no Worker for the API": zoned(cloudflare.workersRoute, { pattern: "api.optropic.example/*" }),
  "a page for errors": phase("http_custom_errors", {
    action: "serve_error",
    expression: "http.response.code ge 500",
    actionParameters: { statusCode: 503, content: "Back soon" },
  }),
  "a rule for one path": custom({
    action: "block",
    expression: 'http.request.uri.path contains "/wp-admin"',
  }),
  "a rule for some countries": custom({ action: "block", expression: 'ip.geoip.country in {"KP" "IR"}' }),
  "a lockdown of the staff's pages": zoned(cloudflare.lockdown, {
    urls: ["optropic.example/admin*"],
    configurations: [{ target: "ip", value: "198.51.100.9" }],
  }),
  "a stricter security level": setting("security_level", "high"),
  "previews with a sign-in": project({
    vercelAuthentication: { deploymentType: "only_preview_deployments" },
  }),
  "a proxy for statistics": atVercel(vercel.route, {
    name: "statistics",
    route: { src: "/ingest/(.*)", dest: "https://eu.i.posthog.com/$1" },
  }),
  "a link to an old site without TLS": atVercel(vercel.bulkRedirects, {
    redirects: [
      { source: "/museum", destination: "http://museum.example.org/", statusCode: 302 },
      { source: "/old", destination: "https://optropic.example/new", statusCode: 301 },
    ],
  }),
  "a link to elsewhere": atVercel(vercel.bulkRedirects, {
    redirects: [{ source: "/twitter", destination: "https://x.com/optropic", statusCode: 302 }],
  }),
  "another server for production": start("node --max-old-space-size=1024 dist/main.js"),
  "files by a bundler": start("npx vite preview --host --port $PORT"),
  "a build by a bundler": project({ buildCommand: "npx vite build" }),
  "a framework's server": start("npx next start -p $PORT"),
  "migrations at the start": start("npx prisma migrate deploy && node dist/main.js"),
  "packages of development for the build": build("NODE_ENV=development npm ci && npm run build"),
  "a build that says what it does": build("echo building && npm ci && npm run build && npm prune --omit=dev"),
  "other migrations": release("npx knex migrate:latest"),
  "a server for development on a developer's machine": project({ devCommand: "next dev" }),
  "protections that are on": variables({
    RATE_LIMIT_ENABLED: "true",
    COOKIE_SECURE: "1",
    DISABLE_AUTH: "false",
  }),
  "switches of other things": variables({
    FEATURE_NEW_CHECKOUT: "false",
    NEXT_TELEMETRY_DISABLED: "1",
    SKIP_ENV_VALIDATION: "true",
  }),
  "an origin of the staff's own site": variables({
    CORS_ORIGINS: "https://optropic.example,https://admin.optropic.example",
  }),
};
