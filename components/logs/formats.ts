import type { Settings } from "../../config/settings.ts";

/** How Vercel's drain posts to an aggregator. */
export interface DrainFormat {
  /** `json` is an array in each request, `ndjson` an object on each line. */
  readonly deliveryFormat: "json" | "ndjson";
  /** Headers of each request, at most five; `group` is the name that keeps a stack's logs together. */
  readonly headers: (token: string, group: string) => Record<string, string>;
}

/** What each aggregator takes, from the vendors' pages. */
export function formatFor(aggregator: Settings["logs"]["aggregator"]): DrainFormat {
  return formats[aggregator];
}

const formats: Record<Settings["logs"]["aggregator"], DrainFormat> = {
  // `/loki/api/v1/raw` of Alloy's loki.source.api takes a line for each entry; Loki itself has no such path.
  // https://grafana.com/docs/alloy/latest/reference/components/loki/loki.source.api/
  loki: {
    deliveryFormat: "ndjson",
    headers: (token) => ({ Authorization: `Bearer ${token}` }),
  },
  // `/api/v2/logs` takes an array. https://docs.datadoghq.com/api/latest/logs/#send-logs
  datadog: {
    deliveryFormat: "json",
    headers: (token) => ({ "DD-API-KEY": token }),
  },
  // `/ingest/bulk` takes an object on each line, by bearer token.
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_HTTP_Endpoints.html
  cloudwatch: {
    deliveryFormat: "ndjson",
    headers: (token, group) => ({
      Authorization: `Bearer ${token}`,
      "x-aws-log-group": group,
      "x-aws-log-stream": "vercel",
    }),
  },
};
