import type { Matcher, Selector } from "./promql-ast.ts";

/** What a selector's name and labels say that it counts. The words are those of the common exporters. */
export type Subject =
  | "requests"
  | "failed requests"
  | "served requests"
  | "request duration"
  | "up"
  | "memory"
  | "free memory"
  | "database connections"
  | "failed connections"
  | "load"
  | "other";

/** Classifies a selector; a metric that matches several kinds is the first of them. */
export function subjectOf(selector: Selector): Subject {
  const name = selector.metric.toLowerCase();
  if (name === "up" || name === "probe_success" || name.endsWith("_up")) {
    return "up";
  }
  if (/memory|(^|_)mem_|heap|_rss|resident/.test(name)) {
    return /avail|free|buffers|_cached|reclaimable/.test(name) ? "free memory" : "memory";
  }
  if (selector.matchers.some(({ label, value }) => label === "resource" && value === "memory")) {
    return "memory";
  }
  if (/connection|pg_stat_activity|numbackends|(^|_)pool_/.test(name)) {
    return /error|fail|refus|timeout/.test(name) ? "failed connections" : "database connections";
  }
  if (/(^|_)(db|database|pg|postgres|sql|query|cpu|disk|filesystem)(_|$)/.test(name)) {
    return /cpu|disk|filesystem/.test(name) ? "load" : "other";
  }
  if (/duration|latency|response_time|request_time/.test(name) && !name.endsWith("_count")) {
    return "request duration";
  }
  if (/error|fail|exception/.test(name)) {
    return "failed requests";
  }
  return /request|http|response|rpc_/.test(name) ? requestsOf(selector.matchers) : "other";
}

function requestsOf(matchers: readonly Matcher[]): Subject {
  const byStatus = matchers.filter(({ label }) => statusLabels.test(label));
  if (byStatus.length === 0) {
    return "requests";
  }
  const takesAll = (values: readonly string[]) =>
    values.every((value) => byStatus.every((matcher) => takes(matcher, value)));
  for (const { errors, success } of statusForms) {
    const failed = takesAll(errors);
    const served = takesAll([success]);
    if (failed !== served) {
      return failed ? "failed requests" : "served requests";
    }
  }
  return "other";
}

const statusLabels = /^(?:http_)?(?:response_)?(?:status|code|status_code|status_class|code_class)$/;

/** Forms that exporters give a status in: codes, their classes, words. */
const statusForms = [
  { errors: ["500", "502", "503", "504"], success: "200" },
  { errors: ["5xx"], success: "2xx" },
  { errors: ["error"], success: "success" },
];

/** Whether a matcher takes a value of its label; regular expressions are anchored at both ends. */
export function takes({ operator, value }: Matcher, label: string): boolean {
  const equal = operator === "=" || operator === "!=" ? value === label : matchesAll(value, label);
  return operator === "=" || operator === "=~" ? equal : !equal;
}

function matchesAll(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "s").test(text);
  } catch {
    return false;
  }
}
