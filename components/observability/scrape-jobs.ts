import { MetricsEndpointScrapeJob } from "@pulumi/grafana/connections/metricsEndpointScrapeJob.js";
import * as pulumi from "@pulumi/pulumi";
import { furtherScrapeJob, hosts, scrapeJobs } from "../../metrics/contract.ts";
import { measured, type ObservabilityArgs, type ObservabilityScope } from "./args.ts";

/**
 * A scrape job for each host's metrics endpoint (item 5.4). Its series have the label `scrape_job` with the name
 * given here. Grafana Cloud sets their label `job` from identifiers of its own, so nothing selects by it.
 *
 * Grafana Cloud scrapes the public URL, through the host's load balancer, so each scrape reaches one of the
 * instances: the endpoint must answer for all of them.
 */
export function createScrapeJobs(
  scope: ObservabilityScope,
  args: Pick<ObservabilityArgs, "observability" | "hosts" | "metricsToken" | "further">,
): MetricsEndpointScrapeJob[] {
  const { grafana, metricsPath, scrapeIntervalSeconds } = args.observability;
  const all = [
    ...hosts.map((host) => ({ host, name: scrapeJobs[host], url: args.hosts[host] })),
    ...measured(args).map(({ name, url }) => ({ host: name, name: furtherScrapeJob(name), url })),
  ];
  return all.map(
    ({ host, name, url }) =>
      new MetricsEndpointScrapeJob(
        ...scope.named("scrape", `scrape-${host}`, {
          stackId: grafana.stackId,
          name,
          url: `${url}${metricsPath}`,
          enabled: true,
          scrapeIntervalSeconds,
          authenticationMethod: "bearer",
          authenticationBearerToken: pulumi.secret(args.metricsToken),
        }),
      ),
  );
}
