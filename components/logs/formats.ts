import type { Settings } from "../../config/settings.ts";

/** How Vercel's drain posts to an aggregator. */
export interface DrainFormat {
  /** `json` sends an array per request, `ndjson` an object per line. */
  readonly deliveryFormat: "json" | "ndjson";
  /** Headers of each request, at most five. `group` is the name under which a stack's logs are collected. */
  readonly headers: (token: string, group: string) => Record<string, string>;
}

/** The format that an aggregator accepts, according to the vendors' documentation. */
export function formatFor(aggregator: Settings["logs"]["aggregator"]): DrainFormat {
  return formats[aggregator];
}

const formats: Record<Settings["logs"]["aggregator"], DrainFormat> = {
  // `/loki/api/v1/raw` of Alloy's loki.source.api accepts one line per entry; Loki itself has no such path.
  // https://grafana.com/docs/alloy/latest/reference/components/loki/loki.source.api/
  loki: {
    deliveryFormat: "ndjson",
    headers: (token) => ({ Authorization: `Bearer ${token}` }),
  },
  // `/api/v2/logs` accepts an array. https://docs.datadoghq.com/api/latest/logs/#send-logs
  datadog: {
    deliveryFormat: "json",
    headers: (token) => ({ "DD-API-KEY": token }),
  },
  // `/ingest/bulk` accepts one object per line, with a bearer token.
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
