import { healthCheckJob, scrapeJobs } from "../../../metrics/contract.ts";
import { counter, gauge, histogram, type Phases, type Scenario } from "./scenario.ts";

const api = { host: "api" };
const route = { method: "GET", route: "/api/orders" };

function requests(status: string, phases: Phases, host = "api") {
  return counter("optropic_http_requests_total", { ...route, host, status }, phases);
}

function durations(phases: Parameters<typeof histogram>[2], host = "api") {
  return histogram("optropic_http_request_duration_seconds", { ...route, host }, phases);
}

const errorRate: Scenario[] = [
  {
    alert: "high-error-rate",
    title: "fires when 2 % of requests fail for five minutes, and resolves",
    input: [
      requests("200", [
        [10, 100],
        [20, 98],
        [15, 100],
      ]),
      requests("503", [
        [10, 0],
        [20, 2],
        [15, 0],
      ]),
    ],
    moments: [
      { at: 10, firing: [] },
      // Above 1 % of the window from minute 13 on.
      { at: 17, firing: [] },
      { at: 18, firing: [api] },
      { at: 31, firing: [api] },
      { at: 34, firing: [] },
    ],
  },
  {
    alert: "high-error-rate",
    title: "fires for the first failures that there ever were, and for that host alone",
    input: [
      requests("200", [[30, 100]]),
      requests("200", [[30, 100]], "web"),
      requests(
        "500",
        [
          [10, "absent"],
          [20, 5],
        ],
        "web",
      ),
    ],
    moments: [
      { at: 10, firing: [] },
      { at: 20, firing: [{ host: "web" }] },
    ],
  },
  {
    alert: "high-error-rate",
    title: "does not fire at 0.9 %, nor for answers that are the client's fault",
    input: [requests("200", [[30, 500]]), requests("404", [[30, 491]]), requests("500", [[30, 9]])],
    moments: [{ at: 30, firing: [] }],
  },
  {
    alert: "high-error-rate",
    title: "does not fire for a burst of a minute",
    input: [
      requests("200", [[30, 100]]),
      requests("500", [
        [10, 0],
        [1, 50],
        [19, 0],
      ]),
    ],
    moments: [
      { at: 15, firing: [] },
      { at: 16, firing: [] },
      { at: 20, firing: [] },
    ],
  },
  {
    alert: "high-error-rate",
    title: "does not fire where there is no traffic",
    input: [
      requests("200", [
        [10, 100],
        [20, 0],
      ]),
      requests("500", [
        [10, 0],
        [20, 0],
      ]),
    ],
    moments: [
      { at: 15, firing: [] },
      { at: 30, firing: [] },
    ],
  },
];

const latency: Scenario[] = [
  {
    alert: "high-latency-p95",
    title: "fires when one request in ten takes 0.8 s, and resolves",
    input: durations([
      [10, { 0.1: 100 }],
      [20, { 0.1: 90, 0.8: 10 }],
      [15, { 0.1: 100 }],
    ]),
    moments: [
      { at: 10, firing: [] },
      { at: 17, firing: [] },
      { at: 18, firing: [api] },
      { at: 31, firing: [api] },
      { at: 34, firing: [] },
    ],
  },
  {
    alert: "high-latency-p95",
    title: "does not fire when every request takes 0.4 s, nor when one in a hundred takes 3 s",
    input: [...durations([[30, { 0.4: 100 }]]), ...durations([[30, { 0.1: 99, 3: 1 }]], "web")],
    moments: [{ at: 30, firing: [] }],
  },
  {
    alert: "high-latency-p99",
    title: "fires when one request in fifty takes 2 s, and resolves",
    input: durations([
      [10, { 0.1: 100 }],
      [20, { 0.1: 98, 2: 2 }],
      [15, { 0.1: 100 }],
    ]),
    moments: [
      { at: 10, firing: [] },
      { at: 17, firing: [] },
      { at: 18, firing: [api] },
      { at: 31, firing: [api] },
      { at: 34, firing: [] },
    ],
  },
  {
    alert: "high-latency-p99",
    title: "does not fire when one request in ten takes 0.9 s, nor without traffic",
    input: [
      ...durations([[30, { 0.1: 90, 0.9: 10 }]]),
      ...durations(
        [
          [10, { 2: 10 }],
          [20, {}],
        ],
        "web",
      ),
    ],
    moments: [{ at: 30, firing: [] }],
  },
];

const target = (host: keyof typeof scrapeJobs) => ({
  instance: `${host}.optropic.example`,
  job: "integrations/metrics_endpoint",
  scrape_job: scrapeJobs[host],
});
const check = (probe: string) => ({
  instance: "https://api.optropic.example/api/health",
  job: healthCheckJob,
  probe,
});

const availability: Scenario[] = [
  {
    alert: "service-down",
    title: "fires when a host has not answered for two minutes, and resolves",
    input: [
      gauge("up", target("api"), [
        [10, 1],
        [10, 0],
        [10, 1],
      ]),
      gauge("up", target("web"), [[30, 1]]),
    ],
    moments: [
      { at: 9, firing: [] },
      { at: 11, firing: [] },
      { at: 12, firing: [{ scrape_job: "optropic-api" }] },
      { at: 19, firing: [{ scrape_job: "optropic-api" }] },
      { at: 20, firing: [] },
    ],
  },
  {
    alert: "service-down",
    title: "does not fire for a scrape that failed once, nor for another job",
    input: [
      gauge("up", target("api"), [
        [10, 1],
        [1, 0],
        [10, 1],
      ]),
      gauge("up", { ...target("web"), scrape_job: "another" }, [[21, 0]]),
    ],
    moments: [
      { at: 10, firing: [] },
      { at: 12, firing: [] },
      { at: 20, firing: [] },
    ],
  },
  {
    alert: "health-check-failing",
    title: "fires when two regions of three see a failure, and resolves",
    input: [
      gauge("probe_success", check("Frankfurt"), [
        [10, 1],
        [10, 0],
        [10, 1],
      ]),
      gauge("probe_success", check("London"), [
        [10, 1],
        [10, 0],
        [10, 1],
      ]),
      gauge("probe_success", check("Ohio"), [[30, 1]]),
    ],
    moments: [
      { at: 9, firing: [] },
      { at: 11, firing: [] },
      { at: 12, firing: [{ instance: check("London").instance }] },
      { at: 20, firing: [] },
    ],
  },
  {
    alert: "health-check-failing",
    title: "does not fire when one region alone sees a failure",
    input: [
      gauge("probe_success", check("Frankfurt"), [[30, 0]]),
      gauge("probe_success", check("London"), [[30, 1]]),
    ],
    moments: [{ at: 30, firing: [] }],
  },
];

const megabyte = 1_000_000;

const memory: Scenario[] = [
  {
    alert: "high-memory",
    title: "fires when a process is above 90 % for five minutes, and resolves",
    input: [
      gauge("optropic_process_memory_limit_bytes", api, [[40, 512 * megabyte]]),
      gauge("optropic_process_memory_bytes", api, [
        [10, 300 * megabyte],
        [10, 470 * megabyte],
        [10, 300 * megabyte],
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
    alert: "high-memory",
    title: "does not fire at 89 %",
    input: [
      gauge("optropic_process_memory_limit_bytes", api, [[30, 100 * megabyte]]),
      gauge("optropic_process_memory_bytes", api, [[30, 89 * megabyte]]),
    ],
    moments: [{ at: 29, firing: [] }],
  },
];

export const serviceScenarios: readonly Scenario[] = [...errorRate, ...latency, ...availability, ...memory];
