import { beforeAll, describe, expect, test } from "vitest";
import { cloudflare, vercel } from "../../policies/model/tokens.ts";
import { add, all, append, type Edit, inZone, list, objecting, set } from "../recording/edited.ts";
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
  managed,
  pageRule,
  phases,
  remove,
  skip,
  skipping,
  value,
} from "./edge-attacks.ts";

// The recorded production with one thing changed at the edge: what a platform may well do is accepted by all
// policies.

let production: RecordedStack;

beforeAll(async () => {
  production = await recordPlatform();
}, 60_000);

describe("what a platform may do at the edge", () => {
  test.each<[what: string, Edit]>([
    [
      "a host that is not the application's skips the managed rules",
      skipping('http.host eq "docs.optropic.example"'),
    ],
    [
      "a path of another host skips them",
      skipping('http.host eq "cdn.optropic.example" and starts_with(http.request.uri.path, "/upload/")'),
    ],
    ["verified bots skip the rules on bots", skipping("cf.client.bot", phases("http_request_sbfm"))],
    [
      "a rule that is off skips everything",
      append("edge-waf-custom", "rules", { ...skip("true", managed), enabled: false }),
    ],
    [
      "a page rule for another host is lenient",
      pageRule({ disableSecurity: true }, "static.optropic.example/*"),
    ],
    ["a page rule caches less", pageRule({ browserCacheTtl: 0 })],
    [
      "an address is blocked",
      add(
        cloudflare.accessRule,
        "block",
        { mode: "block", configuration: { target: "ip", value: "192.0.2.1" } },
        inZone,
      ),
    ],
    [
      "the health check is not limited",
      expression(`${api} and not http.request.uri.path eq "/api/health"`, 1),
    ],
    [
      "metrics that are read with a token are not limited",
      expression(`${api} and not http.request.uri.path eq "/api/metrics"`, 1),
    ],
    [
      "login is limited by a pattern",
      expression('http.request.uri.path matches "(?i)^/api/trpc/([^/]*,)?login"', 0),
    ],
    [
      "files are kept by their URL",
      set("edge-cache", ({ rules }) => ({
        rules: list(rules).map((rule, place) =>
          place === 0
            ? {
                ...Object(rule),
                expression: 'http.request.full_uri wildcard "https://optropic.example/_next/static/*"',
              }
            : rule,
        ),
      })),
    ],
    ["what is kept is left to the host, which keeps such files", cached(everything)],
    ["the account has the limits", accountLimits('cf.zone.plan eq "ENT"')],
    [
      "pages are asked for each time",
      header(
        "Cache-Control",
        value("private, no-cache"),
        'http.response.content_type.media_type eq "text/html"',
      ),
    ],
    [
      "a record says how to speak to the edge",
      httpsRecord({ priority: 1, target: ".", value: 'alpn="h3,h2"' }),
    ],
    [
      "login is limited by posts",
      expression('http.request.uri.path contains "login" and http.request.method eq "POST"', 0),
    ],
    [
      "failed logins are counted",
      counted({ countingExpression: `${login} and http.response.code in {401 403}` }, 0),
    ],
    [
      "one rule limits reads, another writes",
      all(
        expression(`${api} and http.request.method in {"GET" "HEAD" "OPTIONS"}`, 1),
        append("edge-rate-limits", "rules", {
          action: "block",
          enabled: true,
          expression: `${api} and not http.request.method in {"GET" "HEAD" "OPTIONS"}`,
          ratelimit: {
            characteristics: ["cf.colo.id", "ip.src"],
            period: 60,
            requestsPerPeriod: 200,
            mitigationTimeout: 60,
          },
        }),
      ),
    ],
    [
      "visitors behind one address are told apart",
      counted({ characteristics: ["cf.colo.id", "cf.unique_visitor_id"] }),
    ],
    ["a header that says the software is removed", header("X-Powered-By", remove)],
    [
      "HSTS lasts two years",
      header("Strict-Transport-Security", value("max-age=63072000; includeSubDomains; preload")),
    ],
    [
      "one page may be framed by none",
      header("X-Frame-Options", value("DENY"), 'http.request.uri.path eq "/account"'),
    ],
    [
      "a host that is not the application's has no policy",
      header("Content-Security-Policy", remove, 'http.host eq "docs.optropic.example"'),
    ],
  ])("%s", (_, edit) => {
    // What the zone's plan has to include is judged apart from what the rules do.
    expect(objecting(edit(production)).filter((name) => !name.startsWith("plan-"))).toEqual([]);
  });

  test("Vercel challenges a path", () => {
    const challenge = {
      name: "x",
      active: true,
      conditionGroups: [{ conditions: [{ type: "path", op: "pre", value: "/admin" }] }],
      action: { action: "challenge" },
    };
    const edit = set("web-firewall", ({ rules }) => ({
      rules: { rules: [...list(Object(rules).rules), challenge] },
    }));
    expect(production.resources.some(({ type }) => type === vercel.firewall)).toBe(true);
    expect(objecting(edit(production))).toEqual([]);
  });
});
