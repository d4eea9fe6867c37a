import { hosts, type MetricName, scrapeJobs } from "../../../metrics/contract.ts";
import { counter, gauge, type InputSeries, type Phases, type Scenario } from "./scenario.ts";

const api = { host: "api" };
const route = { method: "GET", route: "/api/orders" };

/** A thousand requests in each step, so many of which fail. */
function failing(phases: readonly (readonly [steps: number, failures: number])[]): InputSeries[] {
  const of = (status: string, values: Phases) =>
    counter("optropic_http_requests_total", { ...api, ...route, status }, values);
  return [
    of(
      "200",
      phases.map(([steps, failures]) => [steps, 1000 - failures]),
    ),
    of("500", phases),
  ];
}

const budget: Scenario[] = [
  {
    alert: "error-budget-burn-fast",
    title: "does not fire for forty minutes of 20 %, which are not yet 2 % of the budget",
    input: failing([
      [60, 0],
      [40, 200],
      [30, 0],
    ]),
    moments: [
      { at: 60, firing: [] },
      { at: 100, firing: [] },
      { at: 130, firing: [] },
    ],
  },
  {
    alert: "error-budget-burn-fast",
    title: "fires after a quarter of an hour in which everything fails, and resolves within five minutes",
    input: failing([
      [60, 0],
      [20, 1000],
      [60, 0],
    ]),
    moments: [
      { at: 60, firing: [] },
      // Above 14.4 % of the hour from minute 69 on.
      { at: 70, firing: [] },
      { at: 71, firing: [api] },
      { at: 83, firing: [api] },
      // The hour is still bad, but the last five minutes are not.
      { at: 85, firing: [] },
    ],
  },
  {
    alert: "error-budget-burn-slow",
    title: "fires when 11 % fail for hours, and resolves within half an hour",
    input: failing([
      [360, 0],
      [300, 110],
      [60, 0],
    ]),
    moments: [
      { at: 360, firing: [] },
      // Above 6 % of six hours from minute 557 on.
      { at: 570, firing: [] },
      { at: 572, firing: [api] },
      { at: 673, firing: [api] },
      { at: 674, firing: [] },
    ],
  },
  {
    alert: "error-budget-burn-slow",
    title: "does not fire at five times the budget's rate",
    input: failing([[600, 50]]),
    moments: [{ at: 600, firing: [] }],
  },
  {
    alert: "error-budget-burn-steady",
    title: "fires when 2.5 % fail for two days, and resolves within six hours",
    stepSeconds: 600,
    input: failing([
      [432, 0],
      [288, 25],
      [72, 0],
    ]),
    moments: [
      { at: 4320, firing: [] },
      // Above 1 % of three days from step 605 on, and for an hour at step 611.
      { at: 6100, firing: [] },
      { at: 6110, firing: [api] },
      { at: 7200, firing: [api] },
      { at: 7560, firing: [] },
    ],
  },
  {
    alert: "error-budget-burn-steady",
    title: "does not fire at nine tenths of the budget's rate",
    stepSeconds: 600,
    input: failing([[600, 9]]),
    moments: [{ at: 6000, firing: [] }],
  },
];

const connections: Scenario[] = [
  {
    alert: "database-connections",
    title: "fires when 17 of 20 are in use for five minutes, and resolves",
    input: [
      gauge("optropic_db_connections_max", api, [[40, 20]]),
      gauge("optropic_db_connections", { ...api, state: "active" }, [
        [10, 2],
        [10, 7],
        [20, 2],
      ]),
      gauge("optropic_db_connections", { ...api, state: "idle_in_transaction" }, [
        [10, 0],
        [10, 10],
        [20, 0],
      ]),
    ],
    moments: [
      { at: 14, firing: [] },
      { at: 15, firing: [api] },
      { at: 19, firing: [api] },
      { at: 20, firing: [] },
    ],
  },
  {
    alert: "database-connections",
    title: "does not fire at 79 %, the rest being open but idle",
    input: [
      gauge("optropic_db_connections_max", api, [[30, 100]]),
      gauge("optropic_db_connections", { ...api, state: "idle" }, [[30, 21]]),
      gauge("optropic_db_connections", { ...api, state: "active" }, [[30, 79]]),
    ],
    moments: [{ at: 29, firing: [] }],
  },
  {
    alert: "database-connection-errors",
    title: "fires when connections fail, and resolves five minutes after the last failure",
    input: [
      counter("optropic_db_connection_errors_total", api, [
        [10, 0],
        [10, 1],
        [20, 0],
      ]),
    ],
    moments: [
      { at: 10, firing: [] },
      { at: 12, firing: [] },
      { at: 13, firing: [api] },
      { at: 23, firing: [api] },
      { at: 25, firing: [] },
    ],
  },
  {
    alert: "database-connection-errors",
    title: "does not fire for failures of long ago, nor when a restart resets the counter",
    input: [{ series: 'optropic_db_connection_errors_total{host="api"}', values: "7x20 0x20" }],
    moments: [
      { at: 5, firing: [] },
      { at: 22, firing: [] },
      { at: 30, firing: [] },
    ],
  },
];

const backups: Scenario[] = [
  {
    alert: "backup-overdue",
    title: "fires an hour after a day without a backup, and resolves with the next one",
    // Unix time begins with the test: a backup at 0, the next after 26 hours.
    input: [
      gauge("optropic_backup_last_success_timestamp_seconds", {}, [
        [1560, 0],
        [30, 1560 * 60],
      ]),
    ],
    moments: [
      { at: 1440, firing: [] },
      { at: 1500, firing: [] },
      { at: 1501, firing: [{}] },
      { at: 1559, firing: [{}] },
      { at: 1560, firing: [] },
    ],
  },
  {
    alert: "backup-overdue",
    title: "does not fire for daily backups of which one takes half an hour longer",
    input: [
      gauge("optropic_backup_last_success_timestamp_seconds", {}, [
        [1470, 0],
        [1400, 1470 * 60],
      ]),
    ],
    moments: [
      { at: 1469, firing: [] },
      { at: 1500, firing: [] },
      { at: 2860, firing: [] },
    ],
  },
];

/** One series of each name that the rules read, there for so long. */
function everything(minutes: number, without: readonly string[] = [], until = 0): InputSeries[] {
  const alive = (name: string): Phases =>
    without.includes(name)
      ? [
          [until, 1],
          [minutes - until, "absent"],
        ]
      : [[minutes, 1]];
  const names: MetricName[] = [
    "optropic_backup_last_success_timestamp_seconds",
    "optropic_db_connection_errors_total",
    "optropic_db_connections",
    "optropic_db_connections_max",
    "optropic_http_requests_total",
    "optropic_process_memory_bytes",
    "optropic_process_memory_limit_bytes",
  ];
  return [
    ...hosts.map((host) =>
      gauge("up", { instance: host, job: "metrics", scrape_job: scrapeJobs[host] }, alive(scrapeJobs[host])),
    ),
    ...hosts.map((host) => gauge("optropic_build_info", { host, version: "1", commit: "c" }, alive(host))),
    ...names.map((name) => ({
      series: name,
      values: gauge("optropic_db_cache_hit_ratio", api, alive(name)).values,
    })),
    { series: "optropic_http_request_duration_seconds_count", values: `1x${minutes}` },
    gauge("probe_success", { instance: "u", job: "optropic-health", probe: "p" }, [[minutes, 1]]),
  ];
}

const missing: Scenario[] = [
  {
    alert: "metrics-missing",
    title: "does not fire when every series that a rule reads is there",
    input: everything(30),
    moments: [{ at: 29, firing: [] }],
  },
  {
    alert: "metrics-missing",
    title: "fires when one host or one series is gone for ten minutes, and says which",
    input: everything(40, ["web", "optropic-web", "optropic_db_connections"], 10),
    moments: [
      { at: 9, firing: [] },
      { at: 19, firing: [] },
      {
        at: 20,
        firing: [
          { series: "up", scrape_job: "optropic-web" },
          { series: "optropic_build_info", host: "web" },
          { series: "optropic_db_connections" },
        ],
      },
    ],
  },
  {
    alert: "metrics-missing",
    title: "resolves when the series is back",
    input: [
      ...everything(40).filter(({ series }) => !series.startsWith("probe_success")),
      gauge("probe_success", { instance: "u", job: "optropic-health", probe: "p" }, [
        [15, "absent"],
        [25, 1],
      ]),
    ],
    moments: [
      { at: 9, firing: [] },
      { at: 14, firing: [{ series: "probe_success" }] },
      { at: 15, firing: [] },
    ],
  },
];

export const objectiveScenarios: readonly Scenario[] = [...budget, ...connections, ...backups, ...missing];
