import { MetricsEndpointScrapeJob } from "@pulumi/grafana/connections/metricsEndpointScrapeJob.js";
import * as pulumi from "@pulumi/pulumi";
import { hosts, scrapeJobs } from "../../metrics/contract.ts";
import type { HostUrls, ObservabilityScope } from "./scope.ts";

export interface ScrapeJobsArgs {
  readonly stackId: string;
  readonly hosts: HostUrls;
  /** Path of the metrics endpoint. */
  readonly path: string;
  /** 30, 60 or 120: Grafana Cloud takes no other. */
  readonly intervalSeconds: number;
  /** Bearer token that the endpoint asks for. */
  readonly token: pulumi.Input<string>;
}

/**
 * A scrape job of each host's metrics endpoint (item 5.4). Its series have the label `scrape_job` with the
 * name given here; their `job` is made by Grafana Cloud from its own identifiers, so nothing selects by it.
 *
 * Grafana Cloud scrapes the public URL, through the host's load balancer, so each scrape reaches one of the
 * instances: the endpoint must answer for all of them.
 */
export function createScrapeJobs(
  scope: ObservabilityScope,
  args: ScrapeJobsArgs,
): MetricsEndpointScrapeJob[] {
  return hosts.map(
    (host) =>
      new MetricsEndpointScrapeJob(
        `${scope.name}-scrape-${host}`,
        {
          stackId: args.stackId,
          name: scrapeJobs[host],
          url: `${args.hosts[host]}${args.path}`,
          enabled: true,
          scrapeIntervalSeconds: args.intervalSeconds,
          authenticationMethod: "bearer",
          authenticationBearerToken: pulumi.secret(args.token),
        },
        scope.options,
      ),
  );
}
