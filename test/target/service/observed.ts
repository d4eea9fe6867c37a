import type { HostMetrics } from "../metrics.ts";
import type { App } from "./app.ts";
import type { ServiceOptions } from "./options.ts";
import { spoiled } from "./spoil.ts";

/** What monitoring asks: the health check and the metrics. */
export function addObserved(
  app: App,
  options: ServiceOptions,
  metricsOf: (request: { readonly host: string }) => HostMetrics,
): void {
  const { settings, has, database } = options;
  const { api, observability } = settings;
  app.get(api.healthCheckPath, async (_, reply) => {
    await database.ping();
    if (has("health-empty")) return reply.code(204).header("cache-control", "no-store").send();
    if (has("health-word")) {
      return reply
        .type("text/plain")
        .header("cache-control", "public, max-age=0, must-revalidate")
        .header("age", "0")
        .send("OK\n");
    }
    if (has("health-failing")) return reply.code(404).send({ status: "ok" });
    if (has("health-of-the-build")) reply.header("x-vercel-cache", "PRERENDER");
    if (has("database-down-beside")) {
      return reply.header("cache-control", "no-store").send({ status: "ok", database: "disconnected" });
    }
    return reply.header("cache-control", has("health-cached") ? "public, max-age=60" : "no-store").send({
      status: has("health-degraded") ? "degraded" : "ok",
      version: settings.release,
      checks: { database: has("health-of-database") ? { status: "down" } : "ok" },
    });
  });
  app.get(observability.metricsPath, async (request, reply) => {
    const { authorization } = request.headers;
    const isOwn =
      authorization === `Bearer ${options.metricsToken}` ||
      (has("metrics-token-unset") && authorization === "Bearer undefined");
    if (!isOwn && !has("metrics-open")) {
      return reply.code(has("metrics-hidden") ? 404 : 401).send({ error: "a token is required" });
    }
    const registry = metricsOf(request).registry;
    return reply
      .type(registry.contentType)
      .header("cache-control", "no-store")
      .send(spoiled(has, await registry.metrics()));
  });
}
