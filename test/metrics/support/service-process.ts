import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { availableParallelism } from "node:os";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { behaviourSchema } from "./behaviour.ts";
import { Exporter } from "./exporter.ts";
import { listen } from "./listen.ts";
import { Pool } from "./pool.ts";

/**
 * A small service that exports the contract, in a process of its own so that its memory, its processor time and its
 * end are real. Argument: the host that it stands for. Its first line is its port.
 *
 * GET /api/metrics and /api/health; PUT /behaviour says what is to go wrong; everything else is a request that needs
 * the database.
 */
const host = process.argv[2] === "web" ? "web" : "api";
const megabyte = 1024 * 1024;
const exporter = new Exporter(host);
const pool = new Pool(20, 100);
const loopDelay = monitorEventLoopDelay({ resolution: 5 });
loopDelay.enable();
const memoryLimit = process.memoryUsage.rss() + 120 * megabyte;

let behaviour = behaviourSchema.parse({});
let leaked: Buffer[] = [];
let kept = 0;
let inFlight = 0;
let served = 0;
let processorSeconds = 0;

// Counters begin at 0 before the first event: an increase from nothing is none.
exporter.count("optropic_http_requests_total", { method: "GET", route: "unmatched", status: "500" }, 0);
exporter.count("optropic_db_connection_errors_total", {}, 0);
exporter.count("optropic_errors_total", { kind: "InternalError" }, 0);

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error));
  });
});
process.stdout.write(`${await listen(server)}\n`);
// It must not outlive the tests, however they end.
process.stdin.resume().on("end", () => process.exit());

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://service");
  if (pathname === "/api/metrics") return sendMetrics(response);
  if (pathname === "/behaviour") return changeBehaviour(request, response);
  const started = performance.now();
  inFlight += 1;
  const status = pathname === "/api/health" ? 200 : await work();
  inFlight -= 1;
  const labels = { method: request.method ?? "GET", route: routeOf(pathname) };
  exporter.count("optropic_http_requests_total", { ...labels, status: `${status}` });
  exporter.observe("optropic_http_request_duration_seconds", labels, (performance.now() - started) / 1000);
  response.writeHead(status, { "content-type": "application/json" }).end(`{"status":${status}}`);
}

/** The status of a request that needs the database. */
async function work(): Promise<number> {
  served += 1;
  // Spread evenly, so that a hundred requests in a row have just that many failures.
  const share = behaviour.failuresPercent / 100;
  const fails = Math.floor(served * share) > Math.floor((served - 1) * share);
  if (behaviour.leakBytes > 0 && leakedBytes() < 110 * megabyte)
    leaked.push(Buffer.alloc(behaviour.leakBytes, 1));
  if (!(await pool.acquire())) {
    exporter.count("optropic_db_connection_errors_total", {});
    return 503;
  }
  const started = performance.now();
  // Up to half as much again, so that requests that began together do not end together.
  await delay(behaviour.delayMs * (1 + ((served * 0.618) % 1) / 2));
  const seconds = (performance.now() - started) / 1000;
  exporter.observe("optropic_db_query_duration_seconds", { operation: "findMany" }, seconds);
  exporter.set("optropic_db_slow_statement_seconds", { statement: "1" }, seconds);
  if (behaviour.keepConnections) kept += 1;
  else pool.release();
  if (fails) exporter.count("optropic_errors_total", { kind: "InternalError" });
  return fails ? 500 : 200;
}

async function sendMetrics(response: ServerResponse): Promise<void> {
  const { user, system } = process.cpuUsage();
  const seconds = (user + system) / 1e6;
  exporter.count("optropic_process_cpu_seconds_total", {}, seconds - processorSeconds);
  processorSeconds = seconds;
  exporter.set("optropic_process_cpu_limit_cores", {}, availableParallelism());
  exporter.set("optropic_process_memory_bytes", {}, process.memoryUsage.rss());
  exporter.set("optropic_process_memory_limit_bytes", {}, memoryLimit);
  exporter.set("optropic_event_loop_delay_seconds", {}, loopDelay.percentile(99) / 1e9);
  loopDelay.reset();
  exporter.set("optropic_http_requests_in_flight", {}, inFlight);
  exporter.set("optropic_db_connections", { state: "active" }, pool.active);
  exporter.set("optropic_db_connections", { state: "idle" }, pool.idle);
  exporter.set("optropic_db_connections_max", {}, pool.max);
  exporter.set("optropic_db_pool_waiting", {}, pool.waiting);
  exporter.set("optropic_db_cache_hit_ratio", {}, 0.99);
  exporter.set("optropic_db_replication_lag_seconds", {}, 0);
  const backup = Date.now() / 1000 - behaviour.backupAgeSeconds;
  exporter.set("optropic_backup_last_success_timestamp_seconds", {}, backup);
  exporter.set("optropic_build_info", { version: "3.0.0", commit: "0000000" }, 1);
  response.writeHead(200, { "content-type": exporter.registry.contentType });
  response.end(await exporter.registry.metrics());
}

async function changeBehaviour(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  behaviour = behaviourSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
  if (behaviour.leakBytes === 0) {
    leaked = [];
    globalThis.gc?.();
  }
  if (!behaviour.keepConnections) for (; kept > 0; kept -= 1) pool.release();
  response.writeHead(204).end();
}

function leakedBytes(): number {
  return leaked.reduce((sum, { length }) => sum + length, 0);
}

function routeOf(pathname: string): string {
  return pathname.replace(/^(\/api\/trpc\/).+/, "$1:procedure").replace(/\/\d+(?=\/|$)/g, "/:id");
}
