import type { Expr, Matcher, Selector } from "./promql-ast.ts";
import { selectorsIn } from "./promql-reads.ts";

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
  if (/connection|pg_stat_activity|num_?backends|(^|_)pool_/.test(name)) {
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
  return /request|http|response|rpc_/.test(name) ? requestsOf(selector) : "other";
}

/** The one thing that all selectors of an expression measure; undefined for several. */
export function subjectIn(expr: Expr): Subject | undefined {
  const [first, ...others] = new Set(selectorsIn(expr).map(subjectOf));
  return others.length === 0 ? first : undefined;
}

function requestsOf({ metric, matchers }: Selector): Subject {
  const byStatus = matchers.filter(({ label }) => isStatusLabel(label));
  if (byStatus.length === 0) {
    return "requests";
  }
  const takesAll = (values: readonly string[]) =>
    values.every((value) => byStatus.every((matcher) => takes(matcher, value)));
  // The platform's own series have codes.
  const forms = metric.startsWith("optropic_") ? statusForms.slice(0, 1) : statusForms;
  for (const { errors, success } of forms) {
    const failed = takesAll(errors);
    const served = takesAll([success]);
    if (failed !== served) {
      return failed ? "failed requests" : "served requests";
    }
  }
  return "other";
}

export const isStatusLabel = (label: string): boolean => statusLabels.test(label);

const statusLabels = /^(?:http_)?(?:response_)?(?:status|code|status_code|status_class|code_class)$/;

/** Forms that exporters give a status in: codes, their classes, words. */
const statusForms = [
  { errors: ["500", "502", "503", "504"], success: "200" },
  { errors: ["5xx"], success: "2xx" },
  { errors: ["error"], success: "success" },
];

/** Whether a matcher may compare in such a way. */
export const isOperator = (text: string | undefined): text is Matcher["operator"] =>
  text !== undefined && ["=", "!=", "=~", "!~"].includes(text);

/** Whether a matcher takes a value of its label; regular expressions are anchored at both ends. */
export function takes({ operator, value }: Matcher, label: string): boolean {
  const equal = operator === "=" || operator === "!=" ? value === label : matchesAll(value, label);
  return operator === "=" || operator === "=~" ? equal : !equal;
}

function matchesAll(pattern: string, text: string): boolean {
  if (patternFault(pattern) !== undefined) {
    return false;
  }
  const [, flags = "", rest = ""] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(pattern) ?? [];
  try {
    return new RegExp(`^(?:${rest})$`, `s${flags.replaceAll("s", "")}`).test(text);
  } catch {
    return false;
  }
}

const longestPattern = 2000;

/**
 * Why Prometheus refuses a regular expression, or the pack does not try it; undefined of one that both read. RE2 has
 * neither look-around nor references, and a repetition inside a repetition may take a backtracking engine forever.
 */
export function patternFault(pattern: string): string | undefined {
  if (/\(\?(?:[=!]|<[=!]|>)|\\[1-9]|\\k</.test(pattern)) {
    return "has look-around or a reference, which Prometheus refuses";
  }
  return pattern.length > longestPattern || /\([^()]*[+*}][^()]*\)(?:[+*]|\{\d)/.test(pattern)
    ? "repeats a repetition, which the pack does not try"
    : undefined;
}
