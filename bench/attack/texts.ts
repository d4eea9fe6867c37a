import type { Change } from "./changes.ts";

/** Words of the vendors that say how strict something is, each with words for less. */
const weaker: Readonly<Record<string, readonly string[]>> = {
  on: ["off"],
  off: ["on"],
  strict: ["flexible", "full"],
  "1.2": ["1.0", "1.1"],
  block: ["log"],
  deny: ["log", "bypass"],
  execute: ["log"],
  rate_limit: ["log"],
  enabled: ["disabled"],
  active: ["disabled"],
  protected: ["unprotected"],
  failure: ["none"],
  critical: ["info", "warning"],
  high: ["low"],
  cloudflare: ["none"],
  require: ["disable", "prefer", "allow"],
  production: ["development", "staging"],
  transaction: ["session"],
  json: ["text"],
  ndjson: ["json"],
  info: ["debug", "trace"],
  private: ["public"],
  read: ["write"],
  pull: ["admin"],
  push: ["admin", "maintain"],
  preventative: ["audit"],
  selected: ["all"],
  squash: ["merge"],
  standard_protection_new: ["none"],
  checksPass: ["commit", "off"],
  "=": ["!="],
  gt: ["lt"],
  allow: ["deny"],
  Alerting: ["OK"],
  NoData: ["OK", "KeepLast"],
  Error: ["OK", "KeepLast"],
  OK: ["NoData"],
  GET: ["POST"],
  free: ["pro"],
  pro: ["free"],
  standard: ["free", "starter"],
  set: ["remove", "add"],
  schedule_reference: ["user_reference"],
  drop: ["send"],
  team: ["user"],
};

/** Changes that a text of that kind invites, beside those of every text. */
export function* textChanges(text: string, path: readonly string[]): Generator<Change> {
  const key = path.at(-1) ?? "";
  for (const word of weaker[text] ?? []) yield { operator: "weaken", to: word };
  if (key === "expression" && !text.startsWith("is_number")) yield* expressionChanges(text);
  if (key === "expr") yield* queryChanges(text);
  if (/(?:^|; )default-src /.test(text)) yield* contentPolicyChanges(text);
  if (/command$/i.test(key)) yield { operator: "weaken", to: "true" };
  if (/^\S+@\S+\.\S+$/.test(text)) yield { operator: "reroute", to: "someone@example.com" };
  if (/^https?:\/\//.test(text)) {
    yield { operator: "reroute", to: text.replace(/^(https?:\/\/)[^/:,]+/, "$1elsewhere.example") };
    yield { operator: "weaken", to: text.replace(/^https:/, "http:") };
  } else if (/^[\w.-]+\.(?:example|com|org|net|io|goog|co)(?::\d+)?$/.test(text)) {
    yield { operator: "reroute", to: text.replace(/^[\w.-]+/, "elsewhere.example") };
  }
  if (/^\d+ ?(?:s|m|h|d|w|y|hours)$/.test(text)) {
    yield { operator: "weaken", to: "10000h" };
    yield { operator: "weaken", to: "0s" };
  }
  if (/^[\d*/ ,]+$/.test(text) && text.split(" ").length === 5) {
    yield { operator: "weaken", to: "0 0 31 2 *" };
    yield { operator: "weaken", to: "0 0 1 1 *" };
  }
  if (/^https:\/\/\S+,https:/.test(text)) yield { operator: "widen", to: `${text},*` };
  if (/^postgres(?:ql)?:/.test(text)) yield* connectionChanges(text);
}

/** A rule that matches less, and one that matches other requests. */
function* expressionChanges(text: string): Generator<Change> {
  yield { operator: "weaken", to: `(${text}) and http.request.method eq "GET"` };
  yield { operator: "weaken", to: `(${text}) and not http.cookie contains "debug"` };
  yield { operator: "weaken", to: `not (${text})` };
  yield { operator: "weaken", to: "false" };
  yield { operator: "widen", to: "true" };
}

/** A query that fires less often or never. */
function* queryChanges(text: string): Generator<Change> {
  const changed: [string, string][] = [
    ["weaken", text.replace(/ > ([\d.]+)/, (_, figure) => ` > ${Number(figure) * 1000 + 1}`)],
    ["weaken", text.replace(" > ", " < ")],
    ["weaken", text.replace(" == 0", " == 2")],
    ["reroute", text.replace(/="[^"]+"/, '="elsewhere"')],
    ["weaken", text.replace(/\[\w+\]/, "[5s]")],
    ["weaken", text.replace(/\[(\w+)\]/, "[$1] offset 1d")],
    ["weaken", `(${text}) and on() (vector(0) > 1)`],
    ["weaken", `(${text}) unless on() vector(1)`],
    ["rename", text.replace(/\b([a-z]+_[a-z_]+)\b(?=[{[])/, "$1_old")],
    ["weaken", text.replace(/"5\.\."/, '"599"')],
  ];
  for (const [operator, to] of changed) {
    if (to !== text) yield { operator: operator === "weaken" ? "weaken" : "reroute", to };
  }
}

function* contentPolicyChanges(text: string): Generator<Change> {
  const directives = text.split("; ");
  for (const [index, directive] of directives.entries()) {
    yield { operator: "remove", to: directives.toSpliced(index, 1).join("; "), note: directive };
    if (directive.includes(" ")) {
      const [name] = directive.split(" ");
      for (const source of ["*", "'unsafe-inline'", "http:"]) {
        const to = directives.toSpliced(index, 1, `${name} ${source}`).join("; ");
        yield { operator: "widen", to, note: `${name} ${source}` };
      }
    }
  }
}

function* connectionChanges(text: string): Generator<Change> {
  yield { operator: "weaken", to: text.replace("sslmode=require", "sslmode=prefer") };
  yield { operator: "weaken", to: text.replace(/[?&]sslmode=require/, "") };
  yield {
    operator: "weaken",
    to: text.replace("sslmode=require", "sslmode=require&sslaccept=accept_invalid_certs"),
  };
  yield { operator: "reroute", to: text.replace(/@[^/:]+/, "@elsewhere.example") };
  yield { operator: "reroute", to: text.replace(/\/\/[^:.]+/, "//postgres") };
  yield { operator: "reroute", to: text.replace(":6543", ":5432") };
}
