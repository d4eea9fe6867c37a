import { createServer as createPlainServer, type Server } from "node:http";
import { brotliCompressSync, constants } from "node:zlib";
import cookie from "@fastify/cookie";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import Fastify from "fastify";
import * as z from "zod";
import type { Settings } from "../../config/settings.ts";
import type { Identity } from "./authority.ts";
import type { Fault } from "./faults.ts";
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
  /** Looks up an account and checks that the database answers. */
  readonly database: Database;
}

export interface Database {
  /** The password of an account. */
  passwordOf(email: string): Promise<string | undefined>;
  ping(): Promise<void>;
}

const script = "document.documentElement.dataset.ready = 'yes';\n".repeat(40);
const packed = brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
export const assetPath = "/_next/static/app-5f2c91d0.js";

const loginInput = z.object({ email: z.string().max(200), password: z.string().max(200) });

/** The web application and the API as the edge shows them, in one process. */
export async function createService(options: ServiceOptions) {
  const { settings, identity, account, has, round, database } = options;
  const { domains, api, edge, observability } = settings;
  const isApi = (request: Asked): boolean => hostOf(request) === domains.api;
  const metrics = {
    api: new HostMetrics("api", { version: settings.release, commit: options.commit }),
    web: new HostMetrics("web", { version: settings.release, commit: options.commit }),
  };
  const metricsOf = (request: Asked) => metrics[isApi(request) ? "api" : "web"];

  const app = Fastify({
    http2: true,
    https: { allowHTTP1: true, ...identity, minVersion: "TLSv1.2" },
    bodyLimit: 64 * 1024,
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
    origin: [...edge.corsOrigins],
    credentials: true,
    methods: ["GET", "POST"],
  });
  await app.register(rateLimit, {
    max: edge.rateLimits.api.requests,
    timeWindow: edge.rateLimits.api.periodSeconds * 1000,
    keyGenerator: ({ ip }) => `${round()} ${ip}`,
    allowList: (request) => !(isApi(request) || request.url.startsWith("/api/")),
  });

  app.addHook("onRequest", async (request, reply) => {
    metricsOf(request).begin();
    if (hostOf(request) === domains.redirect) {
      return reply.redirect(`https://${domains.web}${request.url}`, 308);
    }
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unmatched";
    metricsOf(request).end(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
  });
  app.addHook("onSend", async (request, reply) => {
    reply.header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()");
    if (isApi(request)) {
      reply.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    }
    spoil(has, reply);
  });
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) metricsOf(request).failed(error.name);
    return reply.code(status).send({ error: status >= 500 ? "internal error" : "the request was refused" });
  });
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ error: "not found" }));

  app.get("/", async (request, reply) => {
    if (isApi(request)) return reply.code(404).send({ error: "not found" });
    reply.header("cache-control", "no-cache");
    return reply.type("text/html; charset=utf-8").send(page);
  });
  app.get(assetPath, async (request, reply) => {
    if (isApi(request)) return reply.code(404).send({ error: "not found" });
    reply.header("cache-control", "public, max-age=31536000, immutable").header("vary", "accept-encoding");
    reply.type("text/javascript; charset=utf-8");
    if (!/\bbr\b/.test(request.headers["accept-encoding"] ?? "")) return reply.send(script);
    return reply.header("content-encoding", "br").send(packed);
  });
  app.get(api.healthCheckPath, async (_, reply) => {
    await database.ping();
    return reply.header("cache-control", "no-store").send({
      status: "ok",
      version: settings.release,
      checks: { database: "ok" },
    });
  });
  app.get(observability.metricsPath, async (request, reply) => {
    if (request.headers.authorization !== `Bearer ${options.metricsToken}`) {
      return reply.code(401).send({ error: "a token is required" });
    }
    const registry = metricsOf(request).registry;
    return reply
      .type(registry.contentType)
      .header("cache-control", "no-store")
      .send(await registry.metrics());
  });
  const loginLimit = {
    max: edge.rateLimits.login.requests,
    timeWindow: edge.rateLimits.login.periodSeconds * 1000,
  };
  app.post(api.loginPath, { config: { rateLimit: loginLimit } }, async (request, reply) => {
    const { origin } = request.headers;
    if (origin !== undefined && !edge.corsOrigins.includes(origin)) {
      return reply.code(403).send({ error: "this origin may not" });
    }
    const input = loginInput.safeParse(request.body);
    if (!input.success) return reply.code(400).send({ error: "email and password are required" });
    const { email, password } = input.data;
    const known = await database.passwordOf(email);
    reply.header("cache-control", "no-store");
    if (known === undefined || password !== account.password) {
      return reply.code(401).send({ error: "wrong email or password" });
    }
    reply.setCookie("__Host-session", "s3ssion", {
      path: "/",
      secure: true,
      httpOnly: true,
      sameSite: "lax",
    });
    return reply.send({ result: { data: { ok: true } } });
  });

  await app.ready();
  return { app, plain: createPlain(has) };
}

/** What is read of a request, whichever version of HTTP it came by. */
interface Asked {
  readonly host: string;
}

/** What is changed in an answer, whichever version of HTTP it goes by. */
interface Headers {
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
}

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Optropic</title><script src="${assetPath}"></script></head>
<body><h1>Optropic</h1></body></html>
`;

function hostOf(request: Asked): string {
  return request.host.replace(/:\d+$/, "").toLowerCase();
}

function cspDirectives(csp: Settings["edge"]["csp"]): Record<string, string[]> {
  return Object.fromEntries(Object.entries(csp));
}

/** What is wrong with the headers of every answer. */
function spoil(has: ServiceOptions["has"], reply: Headers): void {
  const hsts = String(reply.getHeader("strict-transport-security"));
  const set = (value: string) => reply.header("strict-transport-security", value);
  if (has("hsts-missing")) reply.removeHeader("strict-transport-security");
  if (has("hsts-short")) set(hsts.replace(/max-age=\d+/, "max-age=300"));
  if (has("hsts-without-subdomains")) set(hsts.replace(/; *includeSubDomains/, ""));
  if (has("hsts-without-preload")) set(hsts.replace(/; *preload/, ""));
}

/** Port 80: nothing but a redirect. */
function createPlain(has: ServiceOptions["has"]): Server {
  return createPlainServer((request, response) => {
    if (has("no-https-redirect")) {
      response.writeHead(200, { "content-type": "text/plain" }).end("hello");
      return;
    }
    const host = has("redirect-elsewhere") ? "elsewhere.example" : request.headers.host;
    const status = has("temporary-redirect") ? 302 : 301;
    response.writeHead(status, { location: `https://${host}${request.url}` }).end();
  });
}
