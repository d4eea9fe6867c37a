import { furtherScrapeJob, healthCheckJob, type LabelOf, scrapeJobs } from "./contract.ts";
import {
  age,
  countOf,
  gauge,
  increase,
  mean,
  observations,
  orZero,
  partAbove,
  quantile,
  type Range,
  rate,
  ratio,
  slope,
  type Where,
} from "./queries.ts";

type Requests = "optropic_http_requests_total";
type Durations = "optropic_http_request_duration_seconds";
type Statements = "optropic_db_query_duration_seconds";

/** What a query covers: the range that it looks back, the labels that it keeps, the series that it takes. */
export interface Scope<Name extends Requests | Durations | Statements> {
  readonly range: Range;
  readonly by?: readonly LabelOf<Name>[];
  readonly where?: Where<Name>;
}

/** What the gauges of a host take. */
export interface HostScope {
  readonly where?: { readonly host?: Where<Requests>["host"] };
}

const byHost = { by: ["host"] } as const;
const failed = { status: { matches: "5.." } } as const;

/** Requests by the second. */
export function requestRate(scope: Scope<Requests>): string {
  return rate("optropic_http_requests_total", scope);
}

/** Part of the requests that were answered with a 5xx status, 0 to 1 (items A.1 and 6.4). */
export function errorRatio({ where, ...scope }: Scope<Requests>): string {
  return ratio(requestRate({ ...scope, where: { ...where, ...failed } }), requestRate({ ...scope, where }));
}

/** Requests by the second that were answered with a 5xx status. */
export function failureRate({ where, ...scope }: Scope<Requests>): string {
  return requestRate({ ...scope, where: { ...where, ...failed } });
}

/** `errorRatio` for panels: 0 where nothing failed since the start, rather than no series. */
export function shownErrorRatio(scope: Scope<Requests>): string {
  return orZero(errorRatio(scope), requestRate(scope));
}

/** `failureRate` for panels: 0 where nothing failed since the start, rather than no series. */
export function shownFailureRate(scope: Scope<Requests>): string {
  return orZero(failureRate(scope), requestRate(scope));
}

/** Latency at a quantile (0.95 is P95), in seconds (items A.2, 6.2 and 6.3). */
export function latency(q: number, scope: Scope<Durations>): string {
  return quantile(q, "optropic_http_request_duration_seconds", scope);
}

/** Unexpected errors by the second, by host and class. */
export function unexpectedErrors({ range, where }: HostScope & { readonly range: Range }): string {
  return rate("optropic_errors_total", { range, by: ["host", "kind"], where });
}

/** Unexpected errors of every host and class by the second: 0 where there was none yet, so that a new class is a rise. */
export function allUnexpectedErrors({ range }: { readonly range: Range }): string {
  return orZero(rate("optropic_errors_total", { range }), requestRate({ range }));
}

/** Requests in flight, by host. */
export function requestsInFlight({ where }: HostScope = {}): string {
  return gauge("optropic_http_requests_in_flight", "sum", { ...byHost, where });
}

/** Memory of the fullest process of each host, in bytes. */
export function memory({ where }: HostScope = {}): string {
  return gauge("optropic_process_memory_bytes", "max", { ...byHost, where });
}

/** Memory of the fullest process of each host, as a part of its limit (item A.4). */
export function memoryRatio({ where }: HostScope = {}): string {
  const limit = gauge("optropic_process_memory_limit_bytes", "min", { ...byHost, where });
  return ratio(memory({ where }), limit);
}

/** Growth of memory in bytes by the second, by host: a leak where it stays above 0 (items 6.5, 6.6, H6.3). */
export function memoryGrowth({ range, where }: HostScope & { readonly range: Range }): string {
  return slope("optropic_process_memory_bytes", { ...byHost, range, where });
}

/** Processor time that is used, as a part of what the host gives. */
export function processorRatio({ range, where }: HostScope & { readonly range: Range }): string {
  return ratio(
    rate("optropic_process_cpu_seconds_total", { ...byHost, range, where }),
    gauge("optropic_process_cpu_limit_cores", "sum", { ...byHost, where }),
  );
}

/** Delay of the event loop, in seconds, by host. */
export function eventLoopDelay({ where }: HostScope = {}): string {
  return gauge("optropic_event_loop_delay_seconds", "max", { ...byHost, where });
}

/** Open connections to the database, by host and state. */
export function connections({ where }: HostScope = {}): string {
  return gauge("optropic_db_connections", "sum", { by: ["host", "state"], where });
}

/** Connections in use as a part of those that the hosts may open, by host (item A.5). Pools keep idle ones open. */
export function connectionRatio({ where }: HostScope = {}): string {
  return ratio(
    gauge("optropic_db_connections", "sum", { ...byHost, where: { ...where, state: { not: "idle" } } }),
    gauge("optropic_db_connections_max", "sum", { ...byHost, where }),
  );
}

/** Requests that wait for a connection, by host. */
export function waitingForConnection({ where }: HostScope = {}): string {
  return gauge("optropic_db_pool_waiting", "sum", { ...byHost, where });
}

/** Connections that failed in the range, by host (item A.5). */
export function connectionErrors({ range, where }: HostScope & { readonly range: Range }): string {
  return increase("optropic_db_connection_errors_total", { ...byHost, range, where });
}

/** Statements by the second. */
export function statementRate(scope: Scope<Statements>): string {
  return observations("optropic_db_query_duration_seconds", scope);
}

/** Time of a statement at a quantile, in seconds. */
export function statementLatency(q: number, scope: Scope<Statements>): string {
  return quantile(q, "optropic_db_query_duration_seconds", scope);
}

/** Mean time of a statement, in seconds. */
export function statementMean(scope: Scope<Statements>): string {
  return mean("optropic_db_query_duration_seconds", scope);
}

/** Part of the statements that took longer than half a second. */
export function slowStatementRatio(scope: Scope<Statements>): string {
  return partAbove(0.5, "optropic_db_query_duration_seconds", scope);
}

/** Mean time of each of the slowest statements, in seconds (items 3.8 and 6.7). */
export function slowStatements(): string {
  return gauge("optropic_db_slow_statement_seconds", "max", { by: ["statement"] });
}

/** Part of the blocks that the database found in its cache, 0 to 1. */
export function cacheHitRatio(): string {
  return gauge("optropic_db_cache_hit_ratio", "min");
}

/** How far the slowest replica is behind, in seconds. */
export function replicationLag(): string {
  return gauge("optropic_db_replication_lag_seconds", "max");
}

/** Age of the newest backup, in seconds (items 3.2, 8.2 and 8.7). */
export function backupAge(): string {
  return age("optropic_backup_last_success_timestamp_seconds");
}

/** What is running, by host, version and commit. */
export function builds(): string {
  return gauge("optropic_build_info", "max", { by: ["host", "version", "commit"] });
}

/**
 * 1 where a host answered the last scrape, else 0, by scrape job (item A.3).
 *
 * @param further parts of the platform with hosts beside the first of each kind
 */
export function scrapes(further: readonly string[] = []): string {
  const jobs = [...Object.values(scrapeJobs), ...further.map(furtherScrapeJob)];
  const where = { scrape_job: { matches: jobs.join("|") } };
  return gauge("up", "max", { by: ["scrape_job"], where });
}

/** Part of the regions whose last call of a health check succeeded, 0 to 1, by URL (item 5.7). */
export function healthChecks(): string {
  return gauge("probe_success", "avg", { by: ["instance"], where: { job: healthCheckJob } });
}

/** Regions whose last call of a health check failed, by URL; nothing where none did. */
export function failingRegions(): string {
  return countOf("probe_success", 0, { by: ["instance"], where: { job: healthCheckJob } });
}
