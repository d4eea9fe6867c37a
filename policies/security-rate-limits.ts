import { type Fault, fault, known, policy, type Stack, some, type Verdict } from "./framework/index.ts";
import { bypassOf, type Protection } from "./model/bypasses.ts";
import { recordsFor, servingDomains } from "./model/domains.ts";
import { edgeZoneOf } from "./model/edge-zones.ts";
import { allScrapes } from "./model/facts.ts";
import { limitsOf, type RateLimit } from "./model/rate-limits.ts";
import { judgeSites, notProxied, requestTo, type Site } from "./model/sites.ts";
import { stackOutput } from "./model/stack-outputs.ts";
import { applicationHosts } from "./model/variables.ts";
import { representativePaths } from "./values/representative-paths.ts";
import type { SampleRequest } from "./values/sample-request.ts";

// Item 4.4.

const absent = "No public host is declared, so none has a rate limit.";

export const apiRateLimit = policy({
  name: "rate-limit-api",
  items: ["4.4"],
  title: "The API must have a rate limit at the edge.",
  severity: "high",
  fix: "Add a rule with ratelimit and action block to the zone's cloudflare.Ruleset of phase http_ratelimit, that acts on every request to the API and counts by address (ip.src).",
  url: "https://developers.cloudflare.com/waf/rate-limiting-rules/",
  thresholds: {
    maximumPerMinute: {
      description: "Most requests a minute of one address.",
      default: 6000,
      minimum: 1,
      maximum: 6000,
    },
  },
  check: (stack, threshold) =>
    judgeSites(
      stack,
      absent,
      (site) => !servesApi(stack, site) || judgeApi(stack, site, threshold("maximumPerMinute")),
    ),
});

export const loginRateLimit = policy({
  name: "rate-limit-login",
  items: ["4.4"],
  title: "Login must have a tighter rate limit than the rest of the API.",
  severity: "high",
  fix: "Add a rule only for POST requests to the login path to the same ruleset, counted by address (ip.src), with fewer requests per second than the API's rule.",
  url: "https://developers.cloudflare.com/waf/rate-limiting-rules/best-practices/",
  thresholds: {
    maximumPerMinute: {
      description: "Most attempts a minute from one address.",
      default: 600,
      minimum: 1,
      maximum: 600,
    },
  },
  check: (stack, threshold) =>
    judgeSites(
      stack,
      absent,
      (site) => !servesApi(stack, site) || judgeLogin(stack, site, threshold("maximumPerMinute")),
    ),
});

/** Services are the API; without any, the hosts of pages are, and without a host of the application every site is. */
function servesApi(stack: Stack, site: Site): boolean {
  const all = applicationHosts(stack);
  const services = all.filter(({ kind }) => kind === "service");
  const serving = services.length > 0 ? services : all;
  return serving.length === 0 || serving.some(({ resource }) => resource === site.application);
}

const protection: Protection = { name: "the rate limits", phase: "http_ratelimit", product: "rateLimit" };

/** What lets requests past the limits of the zone; the firewall of Vercel is not behind them. */
function judgeBypass(stack: Stack, site: Site): Verdict {
  const wrong = site.zone && bypassOf(stack, site, site.zone, protection);
  return wrong === undefined || { ...wrong, found: `${site.host}: ${wrong.found}.` };
}

function judgeApi(stack: Stack, site: Site, maximumPerMinute: number): Verdict {
  const limits = limitsOf(stack, site);
  const missed = missedCall(stack, site, limits.filter(countsEach));
  if (missed !== undefined) {
    return `No rate limit acts on the API of ${site.host}${notProxied(site)}${reasonOf(limits, missed)}.`;
  }
  const rate = apiRate(stack, site, limits);
  return rate * 60 > maximumPerMinute
    ? `The rate limit on the API of ${site.host} lets ${perMinute(rate)} requests per minute through, so it hardly ever acts; at most ${maximumPerMinute} may pass.`
    : judgeBypass(stack, site);
}

/** What the message adds where limits are there that do not count. */
function reasonOf(limits: readonly RateLimit[], missed: SampleRequest): string {
  const chosen = limits.find((limit) => limit.chosenKey !== undefined && limit.actsOn(missed));
  if (chosen !== undefined) {
    return `: the one of ${chosen.resource.name} counts by ${chosen.chosenKey}, which the caller chooses`;
  }
  return limits.length === 0 ? "" : `: ${missed.method} ${missed.path} has none`;
}

function judgeLogin(stack: Stack, site: Site, maximumPerMinute: number): Verdict {
  const all = limitsOf(stack, site).filter((limit) => limitsLogin(stack, limit, site));
  const logins = all.filter(countsFailures(stack, site));
  const [chosen] = all;
  if (chosen === undefined) {
    return (
      rewrittenLogin(stack, site) ??
      `The login of ${site.host} has no rate limit of its own${notProxied(site)}.`
    );
  }
  if (logins.length === 0) {
    return chosen.chosenKey === undefined
      ? `The rate limit on the login of ${site.host} does not count every failed attempt.`
      : `The rate limit on the login of ${site.host} counts by ${chosen.chosenKey}, which the caller chooses.`;
  }
  const loginRate = Math.min(...logins.map(({ rate }) => rate));
  if (loginRate * 60 > maximumPerMinute) {
    return `The rate limit on login lets ${perMinute(loginRate)} attempts per minute through; at most ${maximumPerMinute} may pass.`;
  }
  const batched = batchesOf(loginPathOf(stack) ?? callNamed(logins)).find(
    (path) => !logins.some((limit) => limit.actsOn(requestTo(site, path, "POST"))),
  );
  if (batched !== undefined) {
    return `The rate limit on the login of ${site.host} does not act on each request that holds it, and tRPC takes several calls in one request: ${batched} has none.`;
  }
  const rate = apiRate(stack, site, limitsOf(stack, site));
  return rate === 0 || loginRate < rate
    ? judgeBypass(stack, site)
    : `The rate limit on login is not tighter than the API's: ${perMinute(loginRate)} against ${perMinute(rate)} requests per minute.`;
}

/** The login with another call after and before it, where it is one of tRPC: https://trpc.io/docs/client/links/httpBatchLink */
function batchesOf(path: string | undefined): string[] {
  const [, root, procedure] = /^(.*\/)([\w.]+)$/.exec(path ?? "") ?? [];
  const isCall = root?.endsWith("/trpc/") || procedure?.includes(".");
  return root === undefined || procedure === undefined || !isCall
    ? []
    : [`${root}${procedure},user.me`, `${root}user.me,${procedure}`];
}

/** The login that limits name, where the program does not export its path. */
const callNamed = (limits: readonly RateLimit[]): string | undefined =>
  limits.flatMap(({ names }) => names).find((name) => /\/trpc\/[\w.]*$/.test(name) && isLogin(name));

/** A rule that takes the login from under its limits. */
function rewrittenLogin(stack: Stack, site: Site): Fault | undefined {
  const path = loginPathOf(stack);
  const zone = path === undefined ? undefined : edgeZoneOf(stack, site);
  const changed = zone?.rewritten(requestTo(site, path, "POST")).find(({ by }) => by !== undefined);
  return (
    changed?.by &&
    fault(
      changed.by.at,
      `A rule of ${changed.by.resource.name} rewrites the path ${path} before limits see it, and no limit of the login of ${site.host} acts on the new one.`,
      "Let the limit act on the new path, or rewrite the path at the host.",
    )
  );
}

/** A limit holds where it counts each request by what the caller cannot choose. */
const countsEach = (limit: RateLimit): boolean => limit.chosenKey === undefined;

/** Where the program exports its login path, the API is in the same folder. */
function apiRoot(stack: Stack): string | undefined {
  // A login at the root, such as /login, says nothing of where the API is.
  const folder = /^(\/[^/]+)\/./.exec(loginPathOf(stack) ?? "")?.[1];
  return folder === undefined ? undefined : `${folder}/`;
}

function loginPathOf(stack: Stack): string | undefined {
  const output = stackOutput(stack, "loginPath");
  const path = output === undefined || output.isUnknown ? undefined : output.string();
  return path?.startsWith("/") ? path : undefined;
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Calls of the API that stand for all, as far as the limits tell them apart. */
function callsOf(stack: Stack, site: Site, limits: readonly RateLimit[], root: string): SampleRequest[] {
  const texts = [...limits.flatMap(({ names }) => names), ...(edgeZoneOf(stack, site)?.rewriteNames() ?? [])];
  const exempt = new Set([
    ...[site.healthPath, stackOutput(stack, "healthCheckPath")].flatMap((it) =>
      it === undefined || it.isUnknown ? [] : (it.string() ?? []),
    ),
    ...scrapedPaths(stack, site.host),
  ]);
  return representativePaths(texts, [root])
    .filter((path) => path.startsWith(root) && !exempt.has(path) && !isLogin(path))
    .flatMap((path) => methods.map((method) => requestTo(site, path, method)));
}

/** Metrics of a host that a job reads with credentials: a limit there would only keep the job away. */
function scrapedPaths(stack: Stack, host: string): string[] {
  return allScrapes(stack).flatMap((job) => {
    const url = URL.parse(known(() => job.url()) ?? "");
    return url?.hostname === host && known(() => job.hasMethod()) === true ? [url.pathname] : [];
  });
}

/** A call that no limit surely acts on; undefined where each has one. */
function missedCall(stack: Stack, site: Site, limits: readonly RateLimit[]): SampleRequest | undefined {
  const root = apiRoot(stack);
  if (root !== undefined) {
    return missedUnder(root, stack, site, limits);
  }
  const named = limits.flatMap(({ names }) =>
    names.filter((name) => /^\/[\w-]+\/?$/.test(name) && !isLogin(name)),
  );
  const roots = [
    "/",
    "/api/",
    "/api/v1/",
    "/v1/",
    "/graphql",
    ...named.map((name) => `${name.replace(/\/$/, "")}/`),
  ];
  const missed = roots.map((candidate) => missedUnder(candidate, stack, site, limits));
  return missed.includes(undefined) ? undefined : missed[0];
}

function missedUnder(
  root: string,
  stack: Stack,
  site: Site,
  limits: readonly RateLimit[],
): SampleRequest | undefined {
  const whole = methods.map((method) => ({ ...requestTo(site, root, method), isOpenEnded: true }));
  // A regular expression may leave out what no sample is.
  const readable = limits.filter(
    (limit) => !limit.usesPattern || whole.every((request) => acts(limit, request)),
  );
  if (whole.every((request) => readable.some((limit) => acts(limit, request)))) {
    return undefined;
  }
  const calls = callsOf(stack, site, limits, root);
  return calls.find((call) => !readable.some((limit) => acts(limit, call)));
}

/** Whether it surely acts on a request and counts it, whatever the response. */
const acts = (limit: RateLimit, request: SampleRequest): boolean =>
  limit.actsOn(request) && [200, 400, 401, 404, 500].every((code) => limit.counts(request, code));

/** Requests a second that one caller has at the API; 0 where there is no limit. */
function apiRate(stack: Stack, site: Site, limits: readonly RateLimit[]): number {
  const api = limits.filter((limit) => isForApi(stack, limit, site));
  return Math.max(0, ...api.map(({ rate }) => rate));
}

const apiPaths = ["orders/17", "v1/orders/17"];

/** A rule for the API acts on its calls at large: on the host, on /api, or on another folder at its root. */
function isForApi(stack: Stack, limit: RateLimit, site: Site): boolean {
  const roots = limit.names.filter((name) => /^\/[\w-]+\/?$/.test(name) && !isLogin(name));
  const folders = [
    apiRoot(stack) ?? "/",
    "/",
    "/api/",
    ...roots.map((root) => `${root.replace(/\/$/, "")}/`),
  ];
  const paths = ["/graphql", ...folders.flatMap((folder) => apiPaths.map((path) => `${folder}${path}`))];
  return paths.some((path) => methods.some((method) => limit.actsOn(requestTo(site, path, method))));
}

const loginPaths = [
  "/login",
  "/signin",
  "/auth/login",
  "/api/login",
  "/api/auth/login",
  "/api/auth/signin",
  "/api/trpc/login",
  "/api/v1/login",
];

/** A rule for login acts on attempts at its path, or on a host that has it, and not on the API at large. */
function limitsLogin(stack: Stack, limit: RateLimit, site: Site): boolean {
  return (
    attempts(stack, limit, site).some((request) => limit.actsOn(request)) && !isForApi(stack, limit, site)
  );
}

const countsFailures =
  (stack: Stack, site: Site) =>
  (limit: RateLimit): boolean =>
    countsEach(limit) &&
    attempts(stack, limit, site).some(
      (request) => limit.actsOn(request) && [401, 403].some((code) => limit.counts(request, code)),
    );

/** Attempts to log in: at the path that the program exports, else at one that the rule names or that is usual. */
function attempts(stack: Stack, limit: RateLimit, site: Site): SampleRequest[] {
  const path = loginPathOf(stack);
  const named = limit.names.filter(isLogin);
  const usual = [...loginPaths, ...named.filter((name) => name.startsWith("/"))];
  // Login may be at another host of the same zone, which the rule then names: by its name, or since the stack serves it.
  // Where the program exports the path, it is the API's own.
  const others =
    path === undefined
      ? limit.names.filter((name) => isHost(name) && (isLogin(name) || isServed(stack, name)))
      : [];
  const hosts = [site.host, ...others];
  const onPath = hosts.flatMap((host) =>
    (path === undefined ? usual : [path]).map((it) => requestTo({ ...site, host }, it, "POST")),
  );
  return [...onPath, ...others.filter(isLogin).map((host) => requestTo({ ...site, host }, "/", "POST"))];
}

const isServed = (stack: Stack, host: string): boolean =>
  some([servingDomains(stack), recordsFor(stack)], (find) => find(host.toLowerCase()).length > 0);

const isHost = (name: string): boolean => /^[\w-]+(\.[\w-]+)+$/.test(name);

const isLogin = (name: string): boolean => /log-?_?in|sign-?_?in|auth|session|password/i.test(name);

const perMinute = (rate: number): string => String(Math.round(rate * 6000) / 100);
