import { contract, healthCheckJob, hosts, scrapeJobs } from "../../../metrics/contract.ts";

interface InputSeries {
  readonly series: string;
  readonly values: string;
}

const minutes = 90;

/** A series that grows by so much each minute, or stays at a value. */
const grows = (series: string, step: number): InputSeries => ({ series, values: `0+${step}x${minutes}` });
const stays = (series: string, value: number): InputSeries => ({ series, values: `${value}+0x${minutes}` });

/** Requests by the minute on each route of each host, and how many of them fail. */
const requests = 6000;
const failures = 120;

/**
 * An hour and a half in which everything that the checklist's alerts are about happens, on each host and just beyond
 * what they allow: 2 % of requests fail, all take 1.2 seconds, memory and connections run out, no target answers.
 */
export function firingWorld(checkTargets: readonly string[]): InputSeries[] {
  return [
    ...hosts.flatMap((host) => ofHost(host, scrapeJobs[host])),
    ...checkTargets.flatMap((instance) =>
      ["Frankfurt", "London", "Ohio"].flatMap((probe) => {
        const labels = `{instance="${instance}",job="${healthCheckJob}",probe="${probe}"}`;
        return [
          stays(`probe_success${labels}`, 0),
          grows(`probe_all_success_sum${labels}`, 0),
          grows(`probe_all_success_count${labels}`, 1),
        ];
      }),
    ),
    ...ofExporters,
    stays('optropic_backup_last_success_timestamp_seconds{instance="api:443",job="optropic-api"}', -200_000),
  ];
}

function ofHost(host: string, job: string): InputSeries[] {
  const target = `instance="${host}:443",job="${job}",scrape_job="${job}"`;
  const own = `host="${host}",${target}`;
  const routes = ["/api/trpc/:procedure", "/"];
  return [
    stays(`up{${target}}`, 0),
    stays(`optropic_process_memory_bytes{${own}}`, 70e9),
    stays(`optropic_process_memory_limit_bytes{${own}}`, 72e9),
    stays(`optropic_db_connections{${own},state="active"}`, 510),
    stays(`optropic_db_connections{${own},state="idle"}`, 0),
    stays(`optropic_db_connections_max{${own}}`, 520),
    grows(`optropic_db_connection_errors_total{${own}}`, 60),
    ...routes.flatMap((route) => {
      const labels = `${own},method="GET",route="${route}"`;
      return [
        grows(`optropic_http_requests_total{${labels},status="200"}`, requests - failures),
        grows(`optropic_http_requests_total{${labels},status="503"}`, failures / 2),
        grows(`optropic_http_requests_total{${labels},status="500"}`, failures / 2),
        ...histogram("optropic_http_request_duration_seconds", labels),
      ];
    }),
  ];
}

function histogram(name: "optropic_http_request_duration_seconds", labels: string): InputSeries[] {
  return [
    ...contract[name].buckets.map((bound) =>
      grows(`${name}_bucket{${labels},le="${bound}"}`, bound > 1.2 ? requests : 0),
    ),
    grows(`${name}_bucket{${labels},le="+Inf"}`, requests),
    grows(`${name}_count{${labels}}`, requests),
    grows(`${name}_sum{${labels}}`, requests * 1.2),
  ];
}

const node = '{instance="node:9100",job="node"}';
const database = 'instance="db:9187",job="postgres"';

const ofExporters: readonly InputSeries[] = [
  stays(`node_memory_MemTotal_bytes${node}`, 72e9),
  stays(`node_memory_MemAvailable_bytes${node}`, 1e9),
  stays(`process_resident_memory_bytes${node}`, 70e9),
  stays(`pg_up{${database}}`, 0),
  stays(`pg_stat_activity_count{${database},datname="app",state="active"}`, 510),
  stays(`pg_settings_max_connections{${database}}`, 520),
  grows('http_requests_total{code="200",instance="app:80",job="app"}', requests - failures),
  grows('http_requests_total{code="500",instance="app:80",job="app"}', failures),
];
