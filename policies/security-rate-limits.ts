import { policy, type Stack, type Verdict } from "./framework/index.ts";
import { limitsOf, type RateLimit } from "./model/rate-limits.ts";
import { judgeSites, notProxied, requestTo, type Site } from "./model/sites.ts";
import { render, vercel } from "./model/tokens.ts";

// Item 4.4.

const absent = "No public host is declared, so none has a rate limit.";

export const apiRateLimit = policy({
  name: "rate-limit-api",
  items: ["4.4"],
  title: "The API must have a rate limit at the edge.",
  severity: "high",
  fix: "Add a rule with ratelimit and action block to the zone's cloudflare.Ruleset of phase http_ratelimit, or an active rate_limit rule to the vercel.FirewallConfig, that acts on the API's requests.",
  url: "https://developers.cloudflare.com/waf/rate-limiting-rules/",
  check: (stack) =>
    judgeSites(stack, absent, (site) => {
      if (!servesApi(stack, site)) {
        return true;
      }
      const limited = limitsOf(stack, site).some((limit) => limitsApi(limit, site));
      return limited || `No rate limit acts on the API of ${site.host}${notProxied(site)}.`;
    }),
});

export const loginRateLimit = policy({
  name: "rate-limit-login",
  items: ["4.4"],
  title: "Login must have a tighter rate limit than the rest of the API.",
  severity: "high",
  fix: "Add a rule only for the login path to the same ruleset, with fewer requests per second than the API's rule.",
  url: "https://developers.cloudflare.com/waf/rate-limiting-rules/best-practices/",
  check: (stack) =>
    judgeSites(stack, absent, (site) => !servesApi(stack, site) || judgeLogin(limitsOf(stack, site), site)),
});

/** Services at Render are the API; without any, the Vercel projects are, and without those every host is. */
function servesApi(stack: Stack, site: Site): boolean {
  if (stack.ofType(render.webService).length > 0) {
    return site.service?.type === render.webService;
  }
  return stack.ofType(vercel.project).length === 0 || site.project !== undefined;
}

function judgeLogin(limits: readonly RateLimit[], site: Site): Verdict {
  const logins = limits.filter((limit) => limitsLogin(limit, site));
  if (logins.length === 0) {
    return `The login of ${site.host} has no rate limit of its own${notProxied(site)}.`;
  }
  const api = limits.filter((limit) => limitsApi(limit, site));
  const apiRate = Math.max(...api.map(({ rate }) => rate));
  const loginRate = Math.min(...logins.map(({ rate }) => rate));
  return (
    api.length === 0 ||
    loginRate < apiRate ||
    `The rate limit on login is not tighter than the API's: ${perMinute(loginRate)} against ${perMinute(apiRate)} requests per minute.`
  );
}

const apiPaths = ["/api/orders/17", "/api/v1/orders/17", "/v1/orders/17", "/graphql", "/orders/17"];

/** A rule for the API acts on its calls at large: on the host, on /api, or on another folder at its root. */
function limitsApi(limit: RateLimit, site: Site): boolean {
  const roots = limit.names.filter((name) => /^\/[\w-]+\/?$/.test(name) && !isLogin(name));
  const paths = [...apiPaths, ...roots.map((root) => `${root.replace(/\/$/, "")}/orders/17`)];
  return paths.some((path) => actsOnAny(limit, site, path));
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

/** A rule for login acts on its path, or on a host that has it, and not on the API at large. */
function limitsLogin(limit: RateLimit, site: Site): boolean {
  const named = limit.names.filter(isLogin);
  const paths = [...loginPaths, ...named.filter((name) => name.startsWith("/"))];
  // Login may be at another host of the same zone, which the rule then names.
  const hosts = [site.host, ...limit.names.filter(isHost)];
  const onPath = hosts.some((host) => paths.some((path) => actsOnAny(limit, { ...site, host }, path)));
  const onHost = named.filter(isHost).some((host) => actsOnAny(limit, { ...site, host }, "/"));
  return (onPath || onHost) && !limitsApi(limit, site);
}

const isHost = (name: string): boolean => /^[\w-]+(\.[\w-]+)+$/.test(name);

const isLogin = (name: string): boolean => /log-?_?in|sign-?_?in|auth|session|password/i.test(name);

const actsOnAny = (limit: RateLimit, site: Site, path: string): boolean =>
  ["GET", "POST"].some((method) => limit.actsOn(requestTo(site, path, method)));

const perMinute = (rate: number): string => String(Math.round(rate * 6000) / 100);
