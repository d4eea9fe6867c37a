import { errorRatio, latency } from "../../../metrics/indicators.ts";
import { commits } from "./healthy.ts";
import type { FakeVendor } from "./server.ts";

type Course = (part: number) => number | undefined;

/** What the metrics of staging say, at each part of the time that is asked for, 0 to 1. */
export interface FakeStagingState {
  /** Requests to the API in the window of a load test. */
  requests: Course;
  /** Whether a host was scraped. */
  scraped: Course;
  /** The commit that each host serves. */
  commit: (part: number) => string;
  /** Whether an alert's condition holds, by its expression. */
  fires: (expression: string, part: number) => boolean;
  memory: Course;
  errors: Course;
  p95: Course;
  p99: Course;
}

export const stagingToken = "glc_canary_staging_5544332211";

export function healthyStaging(): FakeStagingState {
  return {
    // A soak of some hours on the fifth day.
    requests: (part) => (part > 0.6 && part < 0.65 ? 5000 : 20),
    scraped: () => 1,
    commit: () => commits.current,
    fires: () => false,
    memory: (part) => 200e6 + 30e6 * ((part * 37) % 1),
    errors: () => 0.001,
    p95: () => 0.2,
    p99: () => 0.4,
  };
}

type Series = readonly [labels: Readonly<Record<string, string>>, course: Course];

/** Prometheus' queries of ranges for what probes of staging ask. */
export function fakeStaging(state: FakeStagingState): FakeVendor {
  return {
    prefix: "staging",
    authorization: `Bearer ${stagingToken}`,
    routes: {
      "GET /api/v1/query_range": ({ query }) => {
        const [start = 0, end = 0, step = 60] = ["start", "end", "step"].map((name) =>
          Number(query.get(name)),
        );
        const result = seriesFor(state, query.get("query") ?? "").flatMap(([metric, course]) => {
          const values: [number, string][] = [];
          for (let at = start; at <= end; at += step) {
            const value = course((at - start) / Math.max(1, end - start));
            if (value !== undefined) values.push([at, String(value)]);
          }
          return values.length === 0 ? [] : [{ metric, values }];
        });
        return { body: { status: "success", data: { resultType: "matrix", result } } };
      },
    },
  };
}

function seriesFor(state: FakeStagingState, query: string): Series[] {
  const hosts = ["web", "api"];
  const ofHosts = (course: Course) => hosts.map((host): Series => [{ host }, course]);
  if (/ [<>]=? [\d.]+|absent\(/.test(query))
    return [[{}, (part) => (state.fires(query, part) ? 1 : undefined)]];
  if (query.startsWith("max by (scrape_job)"))
    return hosts.map((host): Series => [{ scrape_job: `optropic-${host}` }, state.scraped]);
  if (query.startsWith("max by (host, version, commit)")) {
    return [commits.current, commits.previous].flatMap((commit) =>
      hosts.map((host): Series => {
        const course: Course = (part) => (state.commit(part) === commit ? 1 : undefined);
        return [{ host, commit, version: "3.1.0" }, course];
      }),
    );
  }
  if (/ \* \d+$/.test(query) && query.startsWith("sum(")) return [[{}, state.requests]];
  if (query.startsWith("max by (host) (optropic_process_memory_bytes)")) return ofHosts(state.memory);
  if (isAlike(query, `(${errorRatio({ range: 1, by: ["host"] })})`)) return ofHosts(state.errors);
  if (isAlike(query, latency(0.95, { range: 1, by: ["host"] }))) return ofHosts(state.p95);
  if (isAlike(query, latency(0.99, { range: 1, by: ["host"] }))) return ofHosts(state.p99);
  return [];
}

/** Whether a query begins as another one does, but for its range. */
function isAlike(query: string, wanted: string): boolean {
  const plain = (text: string) => text.replaceAll(/\[[^\]]+\]/g, "[]");
  return plain(query).startsWith(plain(wanted));
}
