import { createServer } from "node:http";
import { healthCheckJob, scrapeJobs } from "../../../metrics/contract.ts";
import { ruleFile } from "../../../metrics/prometheus.ts";
import { listen } from "./listen.ts";
import { type Prometheus, startPrometheus, type Target } from "./prometheus.ts";
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

/** @param requests how many each host is sent at a time */
export async function startPlatform(requests = { api: 6, web: 4 }): Promise<Platform> {
  const running: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of running.splice(0).reverse()) await end();
  };
  try {
    const [api, web] = await Promise.all([startService("api"), startService("web")]);
    running.push(api.stop, web.stop);
    const checks = await startHealthChecks([api, web]);
    running.push(checks.stop);
    const prometheus = await startPrometheus(
      [...[api, web].map(target), { address: checks.address, path: "/metrics", labels: {} }],
      ruleFile(rules({ scale })),
    );
    running.push(prometheus.stop, api.load(requests.api), web.load(requests.web));
    return { api, web, prometheus, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function target({ host, origin }: Service): Target {
  return {
    address: new URL(origin).host,
    path: "/api/metrics",
    labels: { job: "integrations/metrics_endpoint", scrape_job: scrapeJobs[host] },
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
  return {
    address: `127.0.0.1:${await listen(server)}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
