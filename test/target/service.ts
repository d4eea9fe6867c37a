import { HostMetrics } from "./metrics.ts";
import { createApp } from "./service/app.ts";
import { addAccounts } from "./service/login.ts";
import { addObserved } from "./service/observed.ts";
import { hostOf, type ServiceOptions } from "./service/options.ts";
import { addPages } from "./service/pages.ts";
import { createPlain } from "./service/plain.ts";
import { spoil, vary } from "./service/spoil.ts";

export type { Account, Database } from "./service/options.ts";

/** The web application and the API as the edge shows them, in one process. */
export async function createService(options: ServiceOptions) {
  const { settings, has, round } = options;
  const { domains } = settings;
  const isApi = (request: { readonly host: string }): boolean => hostOf(request) === domains.api;
  const metrics = new Map<string, HostMetrics>();
  const metricsOf = (request: { readonly host: string }): HostMetrics => {
    const host = isApi(request) ? "api" : "web";
    const isOld = hostOf(request) === domains.redirect && has("redirect-host-serves");
    const served = isOld ? "0123456789abcdef" : (options.served?.(host) ?? options.commit);
    const build = { version: settings.release, commit: served };
    const key = `${host} ${round()} ${build.commit}`;
    const known = metrics.get(key) ?? new HostMetrics(host, build);
    metrics.set(key, known);
    return known;
  };

  const app = await createApp(options);
  app.addHook("preParsing", async (request, reply, body) => {
    if (Number(request.headers["content-length"] ?? 0) <= 64 * 1024) return body;
    // Nobody reads it, but it has to come to its end.
    for await (const _ of body);
    return reply.code(has("oversized-bodies") ? 500 : 413).send({ error: "too large" });
  });
  app.addHook("onRequest", async (request, reply) => {
    metricsOf(request).begin();
    if (has("challenged")) {
      return reply.code(403).header("cf-mitigated", "challenge").type("text/html").send("Just a moment...");
    }
    const isServedThere = has("redirect-host-serves") && request.url === settings.observability.metricsPath;
    if (has("gateway-down")) return reply.code(502).type("text/html").send("Bad Gateway");
    if (hostOf(request) === domains.redirect && !isServedThere) {
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
      reply.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
      if (has("api-csp-unsafe")) reply.header("content-security-policy", unsafe);
      if (has("framing-by-policy-of-any"))
        reply.header("content-security-policy", "default-src 'none'; frame-ancestors https:");
      if (has("framing-allowed")) {
        reply.header("content-security-policy", "default-src 'none'").header("x-frame-options", "ALLOWALL");
      }
      if (has("policies-of-halves")) {
        const halves =
          "default-src 'self' 'unsafe-inline'; frame-ancestors 'none', script-src 'unsafe-inline'";
        reply.header("content-security-policy", halves);
      }
    }
    if (has("cors-of-a-router") && request.url.endsWith("/noSuchProcedure"))
      reply.header("access-control-allow-origin", request.headers.origin ?? "*");
    if (has("cors-preflight-fails") && request.method === "OPTIONS") reply.code(404);
    if (has("http2-resets") && "stream" in request.raw) request.raw.stream.close(2);
    vary(has, reply);
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
    if (has("page-with-stack-trace") && request.url.endsWith("/no-such-page")) {
      const trace = "Error: x<br> &nbsp; &nbsp;at render (file:///app/page.js:3:7)";
      return reply.code(404).type("text/html").send(trace);
    }
    if (has("attribute-reflected")) {
      const asked = decodeURIComponent(request.url.replaceAll(/%(?![0-9A-F]{2})|%E0.*/gi, ""));
      const escaped = asked.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      return reply.code(404).type("text/html").send(`<input name="asked" value="${escaped}">`);
    }
    if (has("errors-with-routes")) {
      const page = `<p>Please select a page from the list, or <a href="/app/help/contact.html">ask</a>.</p>`;
      return reply.code(404).type("text/html").send(page);
    }
    return reply.code(404).send({ error: "not found" });
  });
  addPages(app, options);
  addAccounts(app, options);
  addObserved(app, options, metricsOf);
  await app.ready();
  return { app, plain: createPlain(options) };
}
