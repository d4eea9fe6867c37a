import type { FakeVendor } from "./server.ts";

type Kind = "health" | "errors" | "latency" | "memory";

/** The value of each kind of series at a part of the time that is asked for, 0 to 1; undefined for a gap. */
export type FakePrometheusState = Record<Kind, (part: number) => number | undefined>;

export const prometheusToken = "glc_canary_99887766554433";

export function healthyPrometheus(): FakePrometheusState {
  return {
    health: () => 1,
    errors: () => 0.001,
    latency: () => 0.21,
    // A saw: what is collected, and then freed.
    memory: (part) => 200e6 + 30e6 * ((part * 37) % 1),
  };
}

/** The query of ranges of Prometheus' HTTP API. */
export function fakePrometheus(state: FakePrometheusState): FakeVendor {
  return {
    prefix: "prometheus",
    authorization: `Bearer ${prometheusToken}`,
    routes: {
      "GET /api/v1/query_range": ({ query }) => {
        const [start, end, step] = ["start", "end", "step"].map((name) => Number(query.get(name)));
        const values: [number, string][] = [];
        const value = state[kindOf(query.get("query") ?? "")];
        for (let at = start ?? 0; at <= (end ?? 0); at += step || 60) {
          const found = value((at - (start ?? 0)) / Math.max(1, (end ?? 0) - (start ?? 0)));
          if (found !== undefined) values.push([at, String(found)]);
        }
        const result = values.length === 0 ? [] : [{ metric: { host: "api" }, values }];
        return { body: { status: "success", data: { resultType: "matrix", result } } };
      },
    },
  };
}

function kindOf(query: string): Kind {
  if (query.includes("histogram_quantile")) return "latency";
  if (query.includes("memory")) return "memory";
  return query.includes("5..") ? "errors" : "health";
}
