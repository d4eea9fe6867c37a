import cookie from "@fastify/cookie";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import Fastify from "fastify";
import type { Settings } from "../../../config/settings.ts";
import type { Identity } from "../authority.ts";
import { hostOf, type ServiceOptions } from "./options.ts";
import { mayCall } from "./spoil.ts";

export type App = Awaited<ReturnType<typeof newApp>>;

function newApp(identity: Identity) {
  return Fastify({
    http2: true,
    https: { allowHTTP1: true, ...identity, minVersion: "TLSv1.2" },
    bodyLimit: 3 * 1024 * 1024,
    forceCloseConnections: true,
  });
}

/** An application with the plugins that protect it. */
export async function createApp({ settings, identity, has, round }: ServiceOptions): Promise<App> {
  const { domains, api, edge } = settings;
  const app = newApp(identity);
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
    keyGenerator: ({ ip, headers }) =>
      `${round()} ${has("limit-believes-headers") ? (headers["x-forwarded-for"] ?? ip) : ip}`,
    allowList: (request) => {
      const isLogin = request.url === api.loginPath;
      if (has(isLogin ? "login-unlimited" : "api-unlimited")) return true;
      return !(hostOf(request) === domains.api || request.url.startsWith("/api/"));
    },
  });
  return app;
}

function cspDirectives(csp: Settings["edge"]["csp"]): Record<string, string[]> {
  return Object.fromEntries(Object.entries(csp));
}
