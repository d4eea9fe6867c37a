/**
 * The series that both hosts export and that dashboards, alerts and probes read: the one place that names them.
 * Names, types and units follow Prometheus' conventions (https://prometheus.io/docs/practices/naming): base
 * units, `_total` for counters, ratios from 0 to 1.
 */
export const contract = {
  optropic_http_requests_total: {
    type: "counter",
    unit: "requests",
    labels: ["host", "method", "route", "status"],
    help: "Requests answered.",
  },
  optropic_http_request_duration_seconds: {
    type: "histogram",
    unit: "seconds",
    labels: ["host", "method", "route"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 10],
    help: "Time from the first byte of a request to the last of its answer.",
  },
  optropic_http_requests_in_flight: {
    type: "gauge",
    unit: "requests",
    labels: ["host"],
    help: "Requests that are being answered.",
  },
  optropic_errors_total: {
    type: "counter",
    unit: "errors",
    labels: ["host", "kind"],
    help: "Errors that no code expected, as error tracking gets them.",
  },
  optropic_process_memory_bytes: {
    type: "gauge",
    unit: "bytes",
    labels: ["host"],
    help: "Resident memory of the process.",
  },
  optropic_process_memory_limit_bytes: {
    type: "gauge",
    unit: "bytes",
    labels: ["host"],
    help: "Memory at which the host ends the process.",
  },
  optropic_process_cpu_seconds_total: {
    type: "counter",
    unit: "seconds",
    labels: ["host"],
    help: "Processor time that the process used.",
  },
  optropic_process_cpu_limit_cores: {
    type: "gauge",
    unit: "cores",
    labels: ["host"],
    help: "Processors that the host gives the process; a part of one is a fraction.",
  },
  optropic_event_loop_delay_seconds: {
    type: "gauge",
    unit: "seconds",
    labels: ["host"],
    help: "99th percentile of the event loop's delay since the last scrape.",
  },
  optropic_db_connections: {
    type: "gauge",
    unit: "connections",
    labels: ["host", "state"],
    help: "Open connections of the process to the database.",
  },
  optropic_db_connections_max: {
    type: "gauge",
    unit: "connections",
    labels: ["host"],
    help: "Connections that the process may open.",
  },
  optropic_db_pool_waiting: {
    type: "gauge",
    unit: "requests",
    labels: ["host"],
    help: "Requests that wait for a connection.",
  },
  optropic_db_connection_errors_total: {
    type: "counter",
    unit: "errors",
    labels: ["host"],
    help: "Connections that could not be opened, were lost, or were not free in time.",
  },
  optropic_db_query_duration_seconds: {
    type: "histogram",
    unit: "seconds",
    labels: ["host", "operation"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    help: "Time that a statement took, as the application sees it.",
  },
  optropic_db_slow_statement_seconds: {
    type: "gauge",
    unit: "seconds",
    labels: ["host", "statement"],
    help: "Mean time of each of the ten slowest statements, from pg_stat_statements.",
  },
  optropic_db_cache_hit_ratio: {
    type: "gauge",
    unit: "ratio",
    labels: ["host"],
    help: "Blocks found in the database's cache, of all blocks read.",
  },
  optropic_db_replication_lag_seconds: {
    type: "gauge",
    unit: "seconds",
    labels: ["host"],
    help: "How far the slowest replica is behind; 0 where there is none.",
  },
  optropic_backup_last_success_timestamp_seconds: {
    type: "gauge",
    unit: "seconds",
    labels: [],
    help: "When the newest complete backup in the bucket was made, in Unix time.",
  },
  optropic_build_info: {
    type: "gauge",
    unit: "none",
    labels: ["host", "version", "commit"],
    help: "Always 1; its labels say what is running.",
  },
} as const satisfies Record<`optropic_${string}`, Metric>;

/**
 * Series that the backup job itself reports, beside the time of the last success: to a file for node exporter or
 * to a Pushgateway.
 */
export const backupJob = {
  optropic_backup_duration_seconds: {
    type: "gauge",
    unit: "seconds",
    labels: [],
    help: "How long the last successful backup took.",
  },
  optropic_backup_size_bytes: {
    type: "gauge",
    unit: "bytes",
    labels: [],
    help: "Size of the last successful backup as it is stored.",
  },
  optropic_backup_last_run_timestamp_seconds: {
    type: "gauge",
    unit: "seconds",
    labels: [],
    help: "When the last run of the backup ended, whether it succeeded or not, in Unix time.",
  },
  optropic_backup_last_run_success: {
    type: "gauge",
    unit: "boolean",
    labels: [],
    help: "1 where the last run of the backup succeeded, else 0.",
  },
} as const satisfies Record<`optropic_${string}`, Metric>;

/** Series that the scraper and the synthetic checks add by themselves. */
export const external = {
  up: {
    type: "gauge",
    unit: "boolean",
    labels: ["instance", "job", "scrape_job"],
    help: "1 where the last scrape of a target succeeded, else 0.",
  },
  probe_success: {
    type: "gauge",
    unit: "boolean",
    labels: ["instance", "job", "probe"],
    help: "1 where the last call of a synthetic check succeeded, else 0; one series for each region.",
  },
} as const satisfies Record<string, Metric>;

/** What each label may hold. None may hold what has no bound, such as a path, an id or an address. */
export const labels = {
  host: "`api` (Render) or `web` (Vercel).",
  method: "HTTP method in upper case.",
  route: "Pattern of the route, such as `/api/trpc/:procedure`; `unmatched` where there is none.",
  status: "HTTP status code, such as `200`.",
  kind: "Name of the error's class, such as `TypeError`.",
  state: "`active`, `idle` or `idle_in_transaction`.",
  operation: "Prisma's operation, such as `findMany`.",
  statement: "`queryid` of pg_stat_statements; never the text, which may hold data.",
  version: "Version of the application.",
  commit: "Commit that was built.",
  instance: "Address of the target, or URL of the check.",
  job: "Job as the scraper names it.",
  scrape_job: "Name of the scrape job, `optropic-api` or `optropic-web`.",
  probe: "Region from which the check was made.",
} as const;

/** The hosts that export the contract, by the label `host`. */
export const hosts = ["api", "web"] as const;

/** Names that Grafana gives to what the stack declares there. */
export const scrapeJobs: Readonly<Record<Host, string>> = { api: "optropic-api", web: "optropic-web" };
/** Name of the scrape job of a further host, by the part of the platform that it belongs to. */
export const furtherScrapeJob = (part: string): string => `optropic-${part}`;
export const healthCheckJob = "optropic-health";

export type Host = (typeof hosts)[number];
export type MetricType = "counter" | "gauge" | "histogram";
export type Label = keyof typeof labels;

export interface Metric {
  readonly type: MetricType;
  readonly unit: string;
  readonly labels: readonly Label[];
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
  readonly help: string;
}

export const series = { ...contract, ...external };

export type MetricName = keyof typeof contract;
export type SeriesName = keyof typeof series;
export type SeriesOfType<Type extends MetricType> = {
  [Name in SeriesName]: (typeof series)[Name]["type"] extends Type ? Name : never;
}[SeriesName];
export type LabelOf<Name extends SeriesName> = (typeof series)[Name]["labels"][number];
