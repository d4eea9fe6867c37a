import { Counter, Gauge, Histogram, type Metric, Registry } from "prom-client";
import { contract, type Host, type MetricName } from "../../metrics/contract.ts";

/** The series of the contract for one host, as an application exports them with prom-client. */
export class HostMetrics {
  readonly registry = new Registry();
  #host: Host;
  #series = new Map<MetricName, Metric>();

  constructor(host: Host, build: { version: string; commit: string }) {
    this.#host = host;
    for (const name of namesOf(contract)) this.#series.set(name, this.#create(name));
    const process = () => globalThis.process.memoryUsage().rss;
    this.#gauge("optropic_process_memory_bytes", () => process());
    this.#gauge("optropic_process_memory_limit_bytes", () => 16 * 1024 ** 3);
    this.#gauge("optropic_process_cpu_limit_cores", () => 1);
    this.#gauge("optropic_event_loop_delay_seconds", () => 0.001);
    this.#gauge("optropic_http_requests_in_flight", () => 0);
    this.#gauge("optropic_db_connections_max", () => 10);
    this.#gauge("optropic_db_pool_waiting", () => 0);
    this.#gauge("optropic_db_cache_hit_ratio", () => 0.99);
    this.#gauge("optropic_db_replication_lag_seconds", () => 0);
    this.#set("optropic_db_connections", { host, state: "active" }, 1);
    this.#set("optropic_db_slow_statement_seconds", { host, statement: "1" }, 0.002);
    this.#set("optropic_build_info", { host, ...build }, 1);
    this.#set("optropic_backup_last_success_timestamp_seconds", {}, Date.now() / 1000);
    this.#count("optropic_db_connection_errors_total", { host }, 0);
    this.#count("optropic_process_cpu_seconds_total", { host }, 1);
    this.#observe("optropic_db_query_duration_seconds", { host, operation: "findMany" }, 0.002);
    // Those that it answered before it was asked: a process without a past cannot be judged.
    for (let request = 0; request < 500; request += 1) {
      this.begin();
      this.end("GET", "/", 200, 0.004);
    }
  }

  begin(): void {
    const gauge = this.#series.get("optropic_http_requests_in_flight");
    if (gauge instanceof Gauge) gauge.inc({ host: this.#host });
  }

  end(method: string, route: string, status: number, seconds: number): void {
    const host = this.#host;
    const gauge = this.#series.get("optropic_http_requests_in_flight");
    if (gauge instanceof Gauge) gauge.dec({ host });
    this.#count("optropic_http_requests_total", { host, method, route, status: String(status) }, 1);
    this.#observe("optropic_http_request_duration_seconds", { host, method, route }, seconds);
  }

  failed(kind: string): void {
    this.#count("optropic_errors_total", { host: this.#host, kind }, 1);
  }

  #create(name: MetricName): Metric {
    const { type, help, labels } = contract[name];
    const common = { name, help, labelNames: [...labels], registers: [this.registry] };
    if (type === "counter") return new Counter(common);
    if (type === "gauge") return new Gauge(common);
    return new Histogram({ ...common, buckets: [...contract[name].buckets] });
  }

  #gauge(name: MetricName, read: () => number): void {
    this.#set(name, { host: this.#host }, read());
  }

  #set(name: MetricName, labels: Record<string, string>, value: number): void {
    const gauge = this.#series.get(name);
    if (gauge instanceof Gauge) gauge.set(labels, value);
  }

  #count(name: MetricName, labels: Record<string, string>, by: number): void {
    const counter = this.#series.get(name);
    if (counter instanceof Counter) counter.inc(labels, by);
  }

  #observe(name: MetricName, labels: Record<string, string>, value: number): void {
    const histogram = this.#series.get(name);
    if (histogram instanceof Histogram) histogram.observe(labels, value);
  }
}

function namesOf<Names extends string>(record: Readonly<Record<Names, unknown>>): Names[] {
  return Object.keys(record).filter((name): name is Names => name in record);
}
