import { createServer as createPlainServer, type Server } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { brotliCompressSync, constants } from "node:zlib";
import cookie from "@fastify/cookie";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import Fastify from "fastify";
import * as z from "zod";
import type { Settings } from "../../config/settings.ts";
import type { Identity } from "./authority.ts";
import { type Fault, faults } from "./faults.ts";
import { HostMetrics } from "./metrics.ts";

/** Who may log in. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

export interface ServiceOptions {
  readonly settings: Settings;
  readonly identity: Identity;
  readonly account: Account;
  readonly metricsToken: string;
  readonly commit: string;
  /** Whether something goes wrong at the moment. */
  readonly has: (fault: Fault) => boolean;
  /** Counts up when the rate limits start anew. */
  readonly round: () => number;
  /** The authority's list of revoked certificates, and where it stands. */
  readonly revoked: () => Buffer | undefined;
  readonly revokedAt: string;
  /** What the health check asks. */
  readonly database: Database;
}

export interface Database {
  ping(): Promise<void>;
}

const script = "document.documentElement.dataset.ready = 'yes';\n".repeat(40);
const packed = brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
export const assetPath = "/_next/static/app-5f2c91d0.js";

/** The value of a session's cookie. */
const session = "canary-session-9b1d";

const loginInput = z.object({ email: z.string().max(200), password: z.string().max(200) });

/** The web application and the API as the edge shows them, in one process. */
export async function createService(options: ServiceOptions) {
  const { settings, identity, account, has, round, database } = options;
  const { domains, api, edge, observability } = settings;
  const isApi = (request: Asked): boolean => hostOf(request) === domains.api;
  const build = { version: settings.release, commit: options.commit };
  const metrics = new Map<string, HostMetrics>();
  const metricsOf = (request: Asked): HostMetrics => {
    const host = isApi(request) ? "api" : "web";
    const key = `${host} ${round()}`;
    const known = metrics.get(key) ?? new HostMetrics(host, build);
    metrics.set(key, known);
    return known;
  };

  const app = Fastify({
    http2: true,
    https: { allowHTTP1: true, ...identity, minVersion: "TLSv1.2" },
    bodyLimit: 3 * 1024 * 1024,
    forceCloseConnections: true,
  });
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: cspDirectives(edge.csp) },
    strictTransportSecurity: {
      maxAge: edge.hsts.maxAgeSeconds,
      includeSubDomains: edge.hsts.includeSubdomains,
      preload: edge.hsts.preload,
    },
    frameguard: { action: "deny" },
    referrerPolicy: { policy: "strict-origin-when-cross-origin" },
    crossOriginResourcePolicy: { policy: "same-site" },
  });
  await app.register(cors, {
    origin: (origin, decide) => decide(null, mayCall(edge.corsOrigins, origin, has)),
    credentials: true,
    methods: ["GET", "POST"],
  });
  await app.register(rateLimit, {
    max: edge.rateLimits.api.requests,
    timeWindow: edge.rateLimits.api.periodSeconds * 1000,
    keyGenerator: ({ ip }) => `${round()} ${ip}`,
    allowList: (request) => {
      const isLogin = request.url === api.loginPath;
      if (has(isLogin ? "login-unlimited" : "api-unlimited")) return true;
      return !(isApi(request) || request.url.startsWith("/api/"));
    },
  });

  app.addHook("preValidation", async (request, reply) => {
    const length = Number(request.headers["content-length"] ?? 0);
    if (length > 64 * 1024)
      return reply.code(has("oversized-bodies") ? 500 : 413).send({ error: "too large" });
  });
  app.addHook("onRequest", async (request, reply) => {
    metricsOf(request).begin();
    if (hostOf(request) === domains.redirect) {
      const to = has("redirect-host-elsewhere") ? "elsewhere.example" : domains.web;
      return reply.redirect(`https://${to}${request.url}`, has("redirect-host-temporary") ? 302 : 308);
    }
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unmatched";
    metricsOf(request).end(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
  });
  app.addHook("onSend", async (request, reply) => {
    reply.header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()");
    if (!has("alt-svc-missing")) reply.header("alt-svc", 'h3=":443"; ma=86400');
    if (isApi(request)) {
      const unsafe = "script-src 'unsafe-inline'";
      const policy = has("api-csp-unsafe") ? unsafe : "default-src 'none'; frame-ancestors 'none'";
      reply.header("content-security-policy", policy);
    }
    spoil(has, reply);
  });
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) metricsOf(request).failed(error.name);
    if (has("stack-traces")) return reply.code(status).send({ error: error.stack });
    if (has("paths-in-errors")) return reply.code(status).send({ error: "in /srv/platform/api/login.ts" });
    return reply.code(status).send({ error: status >= 500 ? "internal error" : "the request was refused" });
  });
  app.setNotFoundHandler((request, reply) => {
    if (has("input-reflected")) {
      const asked = decodeURIComponent(request.url.replaceAll(/%(?![0-9A-F]{2})|%E0.*/gi, ""));
      return reply.code(404).type("text/html").send(`There is no ${asked}`);
    }
    return reply.code(404).send({ error: "not found" });
  });

  app.get("/", async (request, reply) => {
    if (isApi(request)) return reply.code(404).send({ error: "not found" });
    if (has("page-unavailable")) return reply.code(404).send({ error: "not found" });
    reply.header("cache-control", "no-cache");
    const page = pageOf(settings);
    const others = '<script src="//cdn.evil.example/x.js"></script>';
    return reply.type("text/html; charset=utf-8").send(has("script-of-others") ? page + others : page);
  });
  app.get("/.well-known/security.txt", async (request, reply) => {
    if (isApi(request) || has("security-txt-missing")) return reply.code(404).send({ error: "not found" });
    const contact = has("security-txt-of-another") ? "nobody@elsewhere.example" : settings.contacts.security;
    const days = has("security-txt-expired") ? -1 : 90;
    const expires = new Date(Date.now() + days * 86_400_000).toISOString();
    return reply
      .type("text/plain; charset=utf-8")
      .send(`Contact: mailto:${contact}\nExpires: ${expires}\nPreferred-Languages: en\n`);
  });
  app.get("/api/account", async (request, reply) => {
    if (request.cookies["__Host-session"] !== session) return reply.code(401).send({ error: "log in" });
    if (has("journey-broken")) return reply.code(503).send({ error: "unavailable" });
    return reply.header("cache-control", "no-store").send({ email: account.email });
  });
  app.get(assetPath, async (request, reply) => {
    if (isApi(request)) return reply.code(404).send({ error: "not found" });
    const kept = has("asset-not-kept") ? "public, max-age=300" : "public, max-age=31536000, immutable";
    reply.header("cache-control", kept).header("vary", "accept-encoding");
    reply.type("text/javascript; charset=utf-8");
    if (has("asset-not-compressed") || !/\bbr\b/.test(request.headers["accept-encoding"] ?? ""))
      return reply.send(script);
    return reply.header("content-encoding", "br").send(packed);
  });
  app.get(api.healthCheckPath, async (_, reply) => {
    await database.ping();
    if (has("health-failing")) return reply.code(404).send({ status: "ok" });
    return reply.header("cache-control", has("health-cached") ? "public, max-age=60" : "no-store").send({
      status: has("health-degraded") ? "degraded" : "ok",
      version: settings.release,
      checks: { database: "ok" },
    });
  });
  app.get(observability.metricsPath, async (request, reply) => {
    const isOwn = request.headers.authorization === `Bearer ${options.metricsToken}`;
    if (!isOwn && !has("metrics-open")) {
      return reply.code(401).send({ error: "a token is required" });
    }
    const registry = metricsOf(request).registry;
    return reply
      .type(registry.contentType)
      .header("cache-control", "no-store")
      .send(spoiled(has, await registry.metrics()));
  });
  const loginLimit = {
    max: edge.rateLimits.login.requests,
    timeWindow: edge.rateLimits.login.periodSeconds * 1000,
  };
  app.post(api.loginPath, { config: { rateLimit: loginLimit } }, async (request, reply) => {
    const { origin } = request.headers;
    if (origin !== undefined && !edge.corsOrigins.includes(origin) && !has("foreign-login")) {
      return reply.code(403).send({ error: "this origin may not" });
    }
    const input = loginInput.safeParse(request.body);
    if (!input.success) return reply.code(400).send({ error: "email and password are required" });
    const { email, password } = input.data;
    if (has("injection-crashes") && email.includes("'")) throw new Error("unterminated quoted string");
    const known = email === account.email;
    reply.header("cache-control", "no-store");
    if (has("account-timed") && known) await wait(600);
    const injected = has("sql-injection") && / or '1'='1'/.test(email);
    const right = known && (password === account.password || has("wrong-password-accepted"));
    if (!right && !injected) {
      const unknown = has("account-enumerable") && !known;
      return reply
        .code(401)
        .send({ error: unknown ? "there is no such account" : "wrong email or password" });
    }
    reply.setCookie("__Host-session", session, {
      path: "/",
      secure: !has("cookie-insecure"),
      httpOnly: !has("cookie-readable"),
      sameSite: has("cookie-cross-site") ? "none" : "lax",
    });
    return reply.send({ result: { data: { ok: true } } });
  });

  await app.ready();
  return { app, plain: createPlain(options) };
}

/** What is read of a request, whichever version of HTTP it came by. */
interface Asked {
  readonly host: string;
}

/** What is changed in an answer, whichever version of HTTP it goes by. */
interface Headers {
  getHeader(name: string): unknown;
  header(name: string, value: string | string[]): unknown;
  removeHeader(name: string): unknown;
}

function pageOf({ links }: Settings): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Optropic</title><script src="${assetPath}"></script></head>
<body><h1>Optropic</h1><a href="${links.statusPage}">Status</a></body></html>
`;
}

function hostOf(request: Asked): string {
  return request.host.replace(/:\d+$/, "").toLowerCase();
}

function mayCall(own: readonly string[], origin: string | undefined, has: ServiceOptions["has"]): boolean {
  if (origin === undefined) return false;
  if (has("cors-reflects")) return true;
  if (has("cors-null") && origin === "null") return true;
  if (has("cors-lookalike") && own.some((each) => origin.startsWith(each))) return true;
  return own.includes(origin) && !has("cors-own-refused");
}

/** What is wrong with the metrics. */
function spoiled(has: ServiceOptions["has"], text: string): string {
  const without = (pattern: RegExp) => text.replaceAll(pattern, "");
  if (has("series-missing")) return without(/^.*optropic_db_pool_waiting.*\n/gm);
  if (has("label-missing")) return without(/,?method="\w+"/g);
  if (has("old-release")) return text.replaceAll(/version="[^"]*"/g, 'version="2.9.9"');
  if (has("old-commit")) return text.replaceAll(/commit="[^"]*"/g, 'commit="0000000"');
  if (has("memory-full")) return text.replace(/^(optropic_process_memory_limit_bytes\{.*\}) .*$/m, "$1 1000");
  if (has("many-errors"))
    return `${text}optropic_http_requests_total{host="x",method="GET",route="/",status="500"} 1000\n`;
  if (has("slow-requests"))
    return text.replaceAll(/^(.*request_duration_seconds_bucket\{le="[\d.]+".*\}) .*$/gm, "$1 0");
  return text;
}

function cspDirectives(csp: Settings["edge"]["csp"]): Record<string, string[]> {
  return Object.fromEntries(Object.entries(csp));
}

/** What is wrong with the headers of every answer. */
function spoil(has: ServiceOptions["has"], reply: Headers): void {
  const hsts = String(reply.getHeader("strict-transport-security"));
  const set = (value: string) => reply.header("strict-transport-security", value);
  const turned: Partial<Record<Fault, readonly [name: string, value: string]>> = {
    "nosniff-missing": ["x-content-type-options", ""],
    "framing-allowed": ["x-frame-options", "ALLOWALL"],
    "referrer-leaked": ["referrer-policy", "unsafe-url"],
    "permissions-missing": ["permissions-policy", ""],
    "opener-policy-missing": ["cross-origin-opener-policy", ""],
    "resource-policy-open": ["cross-origin-resource-policy", "cross-origin"],
    "software-named": ["x-powered-by", "Express"],
    "cors-any-origin": ["access-control-allow-origin", "*"],
  };
  for (const [fault, [name, value]] of Object.entries(turned)) {
    if (!faults.some((each) => each === fault && has(each))) continue;
    if (value === "") reply.removeHeader(name);
    else reply.header(name, value);
  }
  if (has("csp-other-than-declared")) {
    const csp = String(reply.getHeader("content-security-policy"));
    reply.header(
      "content-security-policy",
      csp.replace("img-src 'self'", "img-src 'self' https://images.example"),
    );
  }
  if (has("hsts-twice")) reply.header("strict-transport-security", [hsts, "max-age=300"]);
  if (has("hsts-missing")) reply.removeHeader("strict-transport-security");
  if (has("hsts-short")) set(hsts.replace(/max-age=\d+/, "max-age=300"));
  if (has("hsts-without-subdomains")) set(hsts.replace(/; *includeSubDomains/, ""));
  if (has("hsts-without-preload")) set(hsts.replace(/; *preload/, ""));
}

/** Port 80: nothing but a redirect. */
function createPlain({ has, revoked, revokedAt }: ServiceOptions): Server {
  return createPlainServer((request, response) => {
    if (`http://${request.headers.host}${request.url}` === revokedAt) {
      const list = revoked();
      response
        .writeHead(list === undefined ? 404 : 200, { "content-type": "application/pkix-crl" })
        .end(list);
      return;
    }
    if (has("hsts-over-http")) response.setHeader("strict-transport-security", "max-age=31536000");
    if (has("no-https-redirect")) {
      response.writeHead(200, { "content-type": "text/plain" }).end("hello");
      return;
    }
    const host = has("redirect-elsewhere") ? "elsewhere.example" : request.headers.host;
    const status = has("temporary-redirect") ? 302 : 301;
    response.writeHead(status, { location: `https://${host}${request.url}` }).end();
  });
}
