import type { Measure } from "../values/alert-measures.ts";
import { isOfOtherStage } from "../values/stage-names.ts";

const other: Measure = { kind: "other" };

const units: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800, mo: 2_592_000 };

/** Seconds of the window that a query looks at, such as `last_5m`. */
export function windowOf(query: string): number {
  const [, count = "0", unit = "m"] = /last_(\d+)(mo|[mhdw])/.exec(query) ?? [];
  return Number(count) * (units[unit] ?? 60);
}

/**
 * What a monitor of Datadog measures: `avg(last_5m):… > 0.01`, by the names of its metrics. A query that the pack does
 * not read measures something else.
 */
export function measureOf(query: string, type: string): Measure {
  const text = query.replaceAll(/\s+/g, " ").trim();
  const window = windowOf(text);
  if (type === "service check") {
    return /^"?datadog\.agent\.up|http\.can_connect|process\.up|"\w+\.can_connect/.test(text)
      ? { kind: "down", from: /postgres/.test(text) ? "database" : "scrape", all: false, window: 60 }
      : other;
  }
  const [, body = "", operator = "", bound = ""] =
    /^(?:avg|min|max|sum|percentile|change)\([^)]*\):(.*?) ?(>=?|<=?|==) ?(-?[\d.]+)$/.exec(text) ?? [];
  const value = Number(bound);
  if (body === "" || Number.isNaN(value)) {
    return other;
  }
  return operator.startsWith(">") ? above(body, value, window) : below(body, value, window);
}

/** The number that a query compares with, at its end. */
export function boundOf(query: string): number | undefined {
  const bound = /(?:>=?|<=?|==)\s*(-?[\d.]+)\s*$/.exec(query)?.[1];
  return bound === undefined ? undefined : Number(bound);
}

/** The environment that a query is limited to and that is not production by its name. */
export function otherEnvironmentOf(query: string): string | undefined {
  const names = [
    ...query.matchAll(
      /\b(?:env|environment|stage|host|db|dbname|database|cluster|cluster_name|namespace|kube_namespace):([\w.-]+)/gi,
    ),
  ].map(([, name = ""]) => name);
  return names.find(isOfOtherStage);
}

/** Tags by which a metric is that of one application, or of a part of one. */
const applicationTag =
  /^(?:service|app|application|host|container_name|kube_deployment|task_family|servicename)$/i;
const partTag =
  /^(?:resource_name|http\.(?:route|url|path)|route|path|url|endpoint|version|http\.status_code|status_code)$/i;

/**
 * The values of a tag that a query is limited to, as each of its scopes says: `{service:api,env:prod}`, `{service:api OR
 * service:web}` or `{service IN (api,web)}`. A part of an application is never all of it, whatever its value.
 */
export function limitsIn(query: string): ReadonlyMap<string, Limit> {
  const limits = new Map<string, Limit>();
  for (const [, scope = ""] of query.matchAll(/\{([^{}]*)\}/g)) {
    for (const [tag, values] of taken(scope)) {
      const before = limits.get(tag)?.values;
      limits.set(tag, {
        values: before === undefined ? values : before.filter((value) => values.includes(value)),
        isPart: partTag.test(tag),
      });
    }
  }
  return limits;
}

export interface Limit {
  readonly values: readonly string[];
  /** Set where there is always something else, such as another path. */
  readonly isPart: boolean;
}

function taken(scope: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  const lists = scope.matchAll(/([!-]|\bNOT\s+)?\b([\w.]+)(?::([^\s,()]+)|\s+IN\s*\(([^)]*)\))/gi);
  for (const [, not, tag = "", one, several] of lists) {
    const named = (several ?? one ?? "").split(",").map((text) => text.trim());
    // What is left out by name is found among the values that others have.
    const isLimit = (applicationTag.test(tag) || partTag.test(tag)) && !named.some((text) => text === "*");
    // A class of statuses, such as 5*, is not one of them.
    const isClass = /status/i.test(tag) && named.every((text) => !/^\d{3}$/.test(text));
    if (not === undefined && isLimit && !isClass) {
      values.set(tag.toLowerCase(), [...(values.get(tag.toLowerCase()) ?? []), ...named]);
    }
  }
  return values;
}

const errors = /\b(?:trace\.[\w.]+\.errors|[\w.]*(?:5xx|errors?|httpcode_target_5xx|http_5xx)[\w.]*)\{/i;
const hits = /\b(?:trace\.[\w.]+\.hits|[\w.]*(?:request_count|requests?|hits)[\w.]*)\{/i;

const memory = /\bmem(?:ory)?\.(?:usage|used|rss|working_set)\{/i;
const memoryLimit = /\bmem(?:ory)?\.(?:limits?|total|hard_limit)\{/i;

function above(body: string, value: number, window: number): Measure {
  const [dividend = "", divisor] = body.split(" / ");
  if (divisor !== undefined && errors.test(dividend) && hits.test(divisor)) {
    const isPercent = /\* ?100|100 ?\*/.test(body);
    return { kind: "error ratio", above: isPercent ? value / 100 : value, window };
  }
  const quantile = /^p(\d+):|:p(\d+):|^percentile.*p(\d+)/.exec(body);
  const latency = /\b(trace\.[\w.]+|[\w.]*(?:duration|latency|response_time)[\w.]*)\{/.exec(body)?.[1];
  if (quantile !== null && latency !== undefined) {
    const share = Number(quantile[1] ?? quantile[2] ?? quantile[3]) / 100;
    return {
      kind: "latency",
      quantile: share,
      aboveSeconds: /_ms\b|milliseconds/.test(latency) ? value / 1000 : value,
      window,
    };
  }
  if (divisor !== undefined && memory.test(dividend) && memoryLimit.test(divisor)) {
    const isPercent = /\* ?100|100 ?\*/.test(body);
    return { kind: "memory", above: isPercent ? value / 100 : value, isShare: true };
  }
  if (/mem(?:ory)?[\w.]*(?:pct|percent|utilization|usage_pct)|mem\.(?:usage|in_use)\b/.test(body)) {
    return { kind: "memory", above: value > 1 ? value / 100 : value, isShare: true };
  }
  if (/(?:postgresql|rds)[\w.]*\.percent_usage_connections/.test(body)) {
    return { kind: "connections", above: value > 1 ? value / 100 : value, isShare: true };
  }
  if (/(?:postgresql|rds)[\w.]*connections\{/.test(body)) {
    return { kind: "connections", above: value, isShare: false };
  }
  return /connection[\w.]*(?:error|fail)|(?:error|fail)[\w.]*connection/.test(body)
    ? { kind: "failed connections", above: (value * 60) / Math.max(window, 60) }
    : other;
}

function below(body: string, value: number, window: number): Measure {
  if (/mem(?:ory)?[\w.]*pct_usable/.test(body)) {
    return { kind: "memory", above: 1 - value, isShare: true };
  }
  return /healthy_host_count|\.up\{|synthetics[\w.]*/.test(body) && value >= 1
    ? { kind: "down", from: /synthetics/.test(body) ? "outside" : "scrape", all: false, window }
    : other;
}
