import { type Fault, faults } from "../faults.ts";
import type { ServiceOptions } from "./options.ts";

/** What is changed in an answer, whichever version of HTTP it goes by. */
interface Headers {
  getHeader(name: string): unknown;
  header(name: string, value: string | string[]): unknown;
  removeHeader(name: string): unknown;
  readonly request: { readonly raw: { readonly httpVersionMajor: number } };
}

/** What is wrong with the headers of every answer. */
export function spoil(has: ServiceOptions["has"], reply: Headers): void {
  const hsts = String(reply.getHeader("strict-transport-security"));
  const set = (value: string) => reply.header("strict-transport-security", value);
  const turned: Partial<Record<Fault, readonly [name: string, value: string]>> = {
    "nosniff-missing": ["x-content-type-options", ""],
    "referrer-leaked": ["referrer-policy", "unsafe-url"],
    "permissions-missing": ["permissions-policy", ""],
    "opener-policy-missing": ["cross-origin-opener-policy", ""],
    "resource-policy-open": ["cross-origin-resource-policy", "cross-origin"],
    "software-named": ["x-powered-by", "Express"],
    "cors-any-origin": ["access-control-allow-origin", "*"],
  };
  for (const [fault, [name, value]] of Object.entries(turned)) {
    if (!faults.some((each) => each === fault && has(each))) continue;
    if (value === "") reply.removeHeader(name);
    else reply.header(name, value);
  }
  if (has("csp-other-than-declared")) {
    const csp = String(reply.getHeader("content-security-policy"));
    reply.header(
      "content-security-policy",
      csp.replace("img-src 'self'", "img-src 'self' https://images.example"),
    );
  }
  const csp = String(reply.getHeader("content-security-policy"));
  const setCsp = (value: string) => reply.header("content-security-policy", value);
  if (has("connections-anywhere")) setCsp(csp.replace("connect-src ", "connect-src * "));
  if (has("frames-from-anywhere")) setCsp(`${csp}; frame-src *`);
  if (has("features-for-everybody")) reply.header("permissions-policy", "camera=*, geolocation=()");
  if (has("features-of-nobody")) reply.header("permissions-policy", "interest-cohort=()");
  if (has("offer-for-no-time")) {
    reply.header("alt-svc", String(reply.getHeader("alt-svc")).replace(/; ma=\d+|$/, "; ma=0"));
  }
  if (has("cors-without-vary")) reply.removeHeader("vary");
  if (has("hsts-twice")) reply.header("strict-transport-security", [hsts, "max-age=300"]);
  if (has("hsts-missing")) reply.removeHeader("strict-transport-security");
  if (has("hsts-short")) set(hsts.replace(/max-age=\d+/, "max-age=300"));
  if (has("hsts-without-subdomains")) set(hsts.replace(/; *includeSubDomains/, ""));
  if (has("hsts-without-preload")) set(hsts.replace(/; *preload/, ""));
}

/** What is odd in the headers of every answer, and still right: an edge and the application both send them. */
export function vary(has: ServiceOptions["has"], reply: Headers): void {
  if (has("headers-twice")) {
    for (const name of ["x-content-type-options", "x-frame-options"]) {
      const value = reply.getHeader(name);
      // Node.js sends such a header once only by HTTP/2, where proxies join them.
      const twice = [String(value), String(value)];
      const isOld = reply.request.raw.httpVersionMajor === 1;
      if (value !== undefined) reply.header(name, isOld ? twice : twice.join(", "));
    }
    reply.header("referrer-policy", ["no-referrer", "strict-origin-when-cross-origin, a-policy-to-come"]);
    reply.header("cross-origin-opener-policy", 'same-origin-allow-popups; report-to="coop"');
  }
  if (has("framing-by-policy")) reply.removeHeader("x-frame-options");
  const csp = reply.getHeader("content-security-policy");
  if (has("policy-in-two-headers") && csp !== undefined) {
    reply.header("content-security-policy", ["upgrade-insecure-requests; object-src 'none'", String(csp)]);
  }
  if (has("policy-with-nonce") || has("nonce-reused")) {
    const nonce = has("nonce-reused") ? "c2FtZQ" : Math.random().toString(36).slice(2);
    reply.header(
      "content-security-policy",
      String(csp).replace(/script-src /, `script-src 'nonce-${nonce}' `),
    );
  }
}

/** Whether pages of an origin may call the API. */
export function mayCall(
  own: readonly string[],
  origin: string | undefined,
  has: ServiceOptions["has"],
): boolean {
  if (origin === undefined) return false;
  if (has("cors-reflects")) return true;
  if (has("cors-null") && origin === "null") return true;
  if (has("cors-lookalike") && own.some((each) => origin.startsWith(each))) return true;
  if (has("cors-of-developers") && /^http:\/\/localhost:\d+$/.test(origin)) return true;
  if (has("cors-of-previews") && origin.endsWith(".vercel.app")) return true;
  return own.includes(origin) && !has("cors-own-refused");
}

/** What is wrong with the metrics. */
const spoiling: readonly (readonly [fault: Fault, change: (text: string) => string])[] = [
  ["series-missing", (text) => text.replaceAll(/^.*optropic_db_pool_waiting.*\n/gm, "")],
  ["label-empty", (text) => text.replaceAll(/method="\w+"/g, 'method=""')],
  ["label-missing", (text) => text.replaceAll(/,?method="\w+"/g, "")],
  ["old-release", (text) => text.replaceAll(/version="[^"]*"/g, 'version="2.9.9"')],
  ["old-commit", (text) => text.replaceAll(/commit="[^"]*"/g, 'commit="0000000"')],
  ["memory-full", (text) => text.replace(/^(optropic_process_memory_limit_bytes\{.*\}) .*$/m, "$1 1000")],
  [
    "memory-unlimited",
    (text) => text.replace(/^(optropic_process_memory_limit_bytes\{.*\}) .*$/m, "$1 9223372036854771712"),
  ],
  ["status-untold", (text) => text.replaceAll(/,status="\d+"/g, ',status="unknown"')],
  [
    "slow-requests",
    (text) => text.replaceAll(/^(.*request_duration_seconds_bucket\{le="[\d.]+".*\}) .*$/gm, "$1 0"),
  ],
  [
    "many-errors",
    (text) => `${text}optropic_http_requests_total{host="x",method="GET",route="/",status="500"} 1000\n`,
  ],
  [
    "metrics-in-open-format",
    (text) => {
      const families = text.replaceAll(/^(# (?:TYPE|HELP) \w+)_total /gm, "$1 ");
      const exemplar = ' # {trace_id="4bf92f35"} 0.043 1764331200.520';
      return `${families.replaceAll(/^(\w+_bucket\{.*\} \S+)$/gm, `$1${exemplar}`)}# EOF\n`;
    },
  ],
];

export function spoiled(has: ServiceOptions["has"], text: string): string {
  return spoiling.reduce((shown, [fault, change]) => (has(fault) ? change(shown) : shown), text);
}
