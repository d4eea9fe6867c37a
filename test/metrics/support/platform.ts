import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { healthCheckJob, scrapeJobs } from "../../../metrics/contract.ts";
import { ruleFile } from "../../../metrics/prometheus.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { rules } from "./rules.ts";
import { type Service, startService } from "./service.ts";

/** Both hosts with traffic, their health checks from three regions, and a Prometheus that evaluates the rules. */
export interface Platform {
  readonly api: Service;
  readonly web: Service;
  readonly prometheus: Prometheus;
  stop(): Promise<void>;
}

/** Five minutes of a rule are a second here. */
export const scale = 1 / 300;

export async function startPlatform(): Promise<Platform> {
  const [api, web] = await Promise.all([startService("api"), startService("web")]);
  const checks = await startHealthChecks([api, web]);
  const services = [api, web].map(({ host, origin }) => ({
    address: new URL(origin).host,
    path: "/api/metrics",
    labels: { job: "integrations/metrics_endpoint", scrape_job: scrapeJobs[host] },
  }));
  const prometheus = await startPrometheus(
    [...services, { address: checks.address, path: "/metrics", labels: {} }],
    ruleFile(rules({ scale })),
  );
  const loads = [api.load(12), web.load(4)];
  return {
    api,
    web,
    prometheus,
    async stop() {
      await Promise.all(loads.map((stop) => stop()));
      await Promise.all([api.stop(), web.stop(), prometheus.stop(), checks.stop()]);
    },
  };
}

const regions = ["Frankfurt", "London", "Ohio"];

/** The synthetic checks: they call the health endpoints whenever they are scraped. */
async function startHealthChecks(services: readonly Service[]) {
  const server = createServer(async (_, response) => {
    const lines = await Promise.all(
      services.map(async ({ host, origin }) => {
        const ok = await fetch(`${origin}/api/health`).then(
          (answer) => answer.ok,
          () => false,
        );
        const labels = `job="${healthCheckJob}",instance="https://${host}.optropic.example/api/health"`;
        return regions.map((probe) => `probe_success{${labels},probe="${probe}"} ${ok ? 1 : 0}\n`).join("");
      }),
    );
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
    response.end(`# TYPE probe_success gauge\n${lines.join("")}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
