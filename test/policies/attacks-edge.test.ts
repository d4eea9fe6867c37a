import { beforeAll, describe, expect, test } from "vitest";
import { cloudflare } from "../../policies/model/tokens.ts";
import { add, all, type Edit, inZone, list, objecting, set } from "../recording/edited.ts";
import { type RecordedStack, recordPlatform } from "../recording/stacks.ts";
import {
  accountLimits,
  api,
  cached,
  counted,
  everything,
  expression,
  header,
  httpsRecord,
  login,
  pageRule,
  phases,
  remove,
  skipping,
  value,
} from "./edge-attacks.ts";

// The recorded production with one thing changed at the edge: what breaks an item is refused by the policy of the
// item.

let production: RecordedStack;

beforeAll(async () => {
  production = await recordPlatform();
}, 60_000);

describe("what breaks an item at the edge", () => {
  test.each<[policy: string, what: string, Edit]>([
    [
      "waf-managed-rules",
      "tRPC skips the managed rules",
      skipping('starts_with(http.request.uri.path, "/api/trpc")'),
    ],
    ["waf-managed-rules", "one path skips them", skipping('http.request.uri.path eq "/api/export"')],
    ["waf-managed-rules", "one method skips them", skipping('http.request.method eq "PATCH"')],
    [
      "waf-managed-rules",
      "an upload skips them",
      skipping('http.request.uri.path matches "^/upload/[0-9]+$"'),
    ],
    [
      "waf-managed-rules",
      "one folder's end skips them",
      skipping('ends_with(http.request.uri.path, ".json")'),
    ],
    ["waf-managed-rules", "a query skips them", skipping('http.request.uri.query contains "debug=1"')],
    ["waf-managed-rules", "a header skips them", skipping('http.request.headers["x-internal"][0] eq "1"')],
    ["waf-managed-rules", "a cookie skips them", skipping('http.cookie contains "staff=1"')],
    ["waf-managed-rules", "a country skips them", skipping('ip.src.country eq "DE"')],
    ["waf-managed-rules", "a user agent skips them", skipping('http.user_agent contains "curl"')],
    ["waf-managed-rules", "an unreadable rule skips them", skipping("whatever(")],
    ["waf-managed-rules", "all but one host skip them", skipping('http.host ne "docs.optropic.example"')],
    ["waf-managed-rules", "a rule skips the older product", skipping("true", { products: ["waf"] })],
    ["waf-managed-rules", "a page rule disables security", pageRule({ disableSecurity: true, waf: "off" })],
    [
      "waf-managed-rules",
      "a page rule of the API turns the rules off",
      pageRule({ waf: "off" }, "https://api.optropic.example/v1/*"),
    ],
    [
      "waf-managed-rules",
      "a network is allowed",
      add(
        cloudflare.accessRule,
        "allow",
        { mode: "whitelist", configuration: { target: "ip_range", value: "192.0.2.0/24" } },
        inZone,
      ),
    ],
    [
      "waf-managed-rules",
      "a country is allowed in the account",
      add(cloudflare.accessRule, "allow", {
        accountId: "0".repeat(32),
        mode: "whitelist",
        configuration: { target: "country", value: "DE" },
      }),
    ],
    [
      "waf-managed-rules",
      "an older firewall rule allows",
      add(
        cloudflare.firewallRule,
        "allow",
        { action: { mode: "allow" }, filter: { expression: 'http.request.uri.path contains "/trpc/"' } },
        inZone,
      ),
    ],
    [
      "waf-managed-rules",
      "the rules run for reads alone",
      set("edge-waf-managed", ({ rules }) => ({
        rules: list(rules).map((rule) => ({
          ...Object(rule),
          expression: 'http.request.method in {"GET" "POST"}',
        })),
      })),
    ],
    [
      "waf-managed-rules",
      "the rules leave one path out",
      set("edge-waf-managed", ({ rules }) => ({
        rules: list(rules).map((rule) => ({
          ...Object(rule),
          expression: 'not http.request.uri.path contains "/webhooks"',
        })),
      })),
    ],
    [
      "rate-limit-login",
      "attempts are counted by a header",
      counted({ characteristics: ["cf.colo.id", 'http.request.headers["x-client-id"]'] }),
    ],
    [
      "rate-limit-api",
      "calls are counted by a header",
      counted({ characteristics: ["cf.colo.id", "ip.src", 'http.request.headers["x-client-id"]'] }),
    ],
    [
      "rate-limit-login",
      "attempts are counted by a cookie",
      counted({ characteristics: ["cf.colo.id", 'http.request.cookies["session"]'] }, 0),
    ],
    [
      "rate-limit-login",
      "only reading the login is limited",
      expression(`(${login} and http.request.method eq "GET")`, 0),
    ],
    [
      "rate-limit-login",
      "another login is limited",
      expression('http.request.uri.path eq "/api/auth/login"', 0),
    ],
    [
      "rate-limit-login",
      "a login with a cookie is limited",
      expression(`${login} and http.cookie contains "a"`, 0),
    ],
    [
      "rate-limit-login",
      "a login by a browser is limited",
      expression(`${login} and http.user_agent contains "Mozilla"`, 0),
    ],
    ["rate-limit-login", "attempts are as good as unlimited", counted({ requestsPerPeriod: 100_000_000 })],
    ["rate-limit-api", "calls are as good as unlimited", counted({ requestsPerPeriod: 100_000_000 }, 1)],
    [
      "rate-limit-login",
      "only successes are counted",
      counted({ countingExpression: "http.response.code eq 200" }, 0),
    ],
    ["rate-limit-api", "nothing is counted", counted({ countingExpression: "false" }, 1)],
    ["rate-limit-api", "only reads are limited", expression(`${api} and http.request.method eq "GET"`, 1)],
    [
      "rate-limit-api",
      "one path is not limited",
      expression(`${api} and not starts_with(http.request.uri.path, "/api/trpc/orders")`, 1),
    ],
    [
      "rate-limit-api",
      "a query is not limited",
      expression(`${api} and not http.request.uri contains "unlimited=1"`, 1),
    ],
    [
      "rate-limit-api",
      "some paths are not limited, by a pattern",
      expression(`${api} and not http.request.uri.path matches "^/api/v[0-9]+/"`, 1),
    ],
    [
      "rate-limit-api",
      "metrics that anybody reads are not limited",
      all(
        expression(`${api} and not http.request.uri.path eq "/api/metrics"`, 1),
        set("observability-scrape-api", () => ({ authenticationMethod: "none" })),
      ),
    ],
    [
      "rate-limit-api",
      "what is below the metrics is not limited",
      expression(`${api} and not starts_with(http.request.uri.path, "/api/metrics")`, 1),
    ],
    [
      "rate-limit-login",
      "another path is limited by a pattern",
      expression('http.request.uri.path matches "(?i)^/api/trpc/logout"', 0),
    ],
    [
      "cdn-cache-rules",
      "pages are kept by their URL",
      cached({
        ...everything,
        expression: 'http.request.full_uri wildcard "https://optropic.example/*"',
        actionParameters: { cache: true, edgeTtl: { mode: "override_origin", default: 31_536_000 } },
      }),
    ],
    [
      "rate-limit-api",
      "the account has limits for another zone",
      accountLimits('cf.zone.name eq "elsewhere.example" and cf.zone.plan eq "ENT"'),
    ],
    [
      "cdn-enabled",
      "a record of type HTTPS shows an address",
      httpsRecord({ priority: 1, target: ".", value: 'ipv4hint="198.51.100.9"' }),
    ],
    [
      "assets-cached-a-year",
      "a host that says nothing of its files decides",
      all(
        cached(everything),
        set("web-project", () => ({ framework: "vite" })),
      ),
    ],
    [
      "assets-cached-a-year",
      "a header takes back what the host says",
      all(
        cached(everything),
        header("Cache-Control", value("no-store"), 'starts_with(http.request.uri.path, "/_next/static/")'),
      ),
    ],
    [
      "rate-limit-api",
      "a rule skips the limits",
      skipping('starts_with(http.request.uri.path, "/api/export")', phases("http_ratelimit")),
    ],
    [
      "rate-limit-login",
      "a header skips the limits",
      skipping('http.request.headers["x-test"][0] eq "1"', phases("http_ratelimit")),
    ],
    [
      "csp-restricts-scripts",
      "it is taken from HTML",
      header(
        "Content-Security-Policy",
        remove,
        'any(http.response.headers["content-type"][*] contains "text/html")',
      ),
    ],
    [
      "csp-restricts-scripts",
      "it is taken from one page",
      header("content-security-policy", remove, 'http.request.uri.path eq "/checkout"'),
    ],
    [
      "csp-restricts-scripts",
      "it is weakened below a folder",
      header(
        "Content-Security-Policy",
        value("default-src *"),
        'starts_with(http.request.uri.path, "/blog")',
      ),
    ],
    [
      "csp-restricts-scripts",
      "it is taken from errors",
      header("Content-Security-Policy", remove, "http.response.code ge 400"),
    ],
    [
      "csp-restricts-scripts",
      "a query takes it away",
      header("Content-Security-Policy", remove, 'http.request.uri.query contains "embed=1"'),
    ],
    [
      "csp-restricts-scripts",
      "a visitor's country takes it away",
      header("Content-Security-Policy", remove, 'ip.src.country eq "US"'),
    ],
    [
      "header-frame",
      "pages for partners may be framed",
      all(
        header("Content-Security-Policy", remove, 'http.request.uri.path wildcard "/embed/*"'),
        header("X-Frame-Options", remove, 'http.request.uri.path wildcard "/embed/*"'),
      ),
    ],
    [
      "header-nosniff",
      "it is taken from scripts",
      header("X-Content-Type-Options", remove, 'http.response.content_type.media_type eq "text/javascript"'),
    ],
    [
      "header-referrer-policy",
      "it is weakened by a cookie",
      header("Referrer-Policy", value("unsafe-url"), 'http.cookie contains "ab=1"'),
    ],
    ["https-hsts", "a rule ends it", header("Strict-Transport-Security", value("max-age=0"))],
    ["https-hsts", "a rule takes it away", header("strict-transport-security", remove)],
    [
      "https-hsts",
      "a rule ends it for one host",
      header("Strict-Transport-Security", value("max-age=31536000"), api),
    ],
    [
      "https-hsts",
      "a rule ends it on one path",
      header("Strict-Transport-Security", value("max-age=60"), 'http.request.uri.path eq "/old"'),
    ],
  ])("%s: %s", (policy, _, edit) => {
    expect(objecting(edit(production), policy)).toEqual([policy]);
  });
});
