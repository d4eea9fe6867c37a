import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { actsOn, literals } from "../../../policies/values/cloudflare-expression.ts";
import type { SampleRequest } from "../../../policies/values/sample-request.ts";

const request: SampleRequest = {
  host: "app.example.com",
  path: "/api/Orders/17",
  method: "POST",
  scheme: "https",
  zone: "example.com",
  responseCode: 200,
  contentType: "application/json",
};

describe("actsOn", () => {
  test.each([
    "true",
    "(true)",
    "ssl",
    "not not ssl",
    'http.host eq "app.example.com"',
    'http.host == "app.example.com"',
    'http.host in {"www.example.com" "app.example.com"}',
    'ends_with(http.host, ".example.com")',
    'starts_with(http.request.uri.path, "/api/")',
    'lower(http.request.uri.path) eq "/api/orders/17"',
    'http.request.uri.path contains "Orders"',
    'http.request.uri.path matches "^/api/[A-Z]"',
    'http.request.uri.path ~ r"^/api/\\w+/\\d+$"',
    'http.request.uri.path wildcard "/API/*"',
    'http.request.uri.path strict wildcard "/api/*/17"',
    'http.request.full_uri wildcard r"https://*.example.com/*"',
    'http.request.uri.path matches "(?i)^/API/orders/"',
    'http.request.uri.path matches "^/(?i:API)/"',
    'http.request.method ne "GET"',
    "http.response.code lt 400",
    "http.response.code in {200 201}",
    "len(http.host) ge 15",
    'cf.zone.name eq "example.com" and cf.zone.plan eq "ENT"',
    'http.request.method eq "GET" or http.request.method eq "POST"',
    "true or ip.src eq 192.0.2.1",
    'ssl xor http.request.method eq "GET"',
    '!(http.host eq "www.example.com") && ssl',
    'http.response.content_type.media_type eq "application/json"',
    `regex_replace(http.host, "^a(pp)", "$\{1}") eq "pp.example.com"`,
    `wildcard_replace(http.request.uri.path, "/API/*", "/v2/$\{1}") eq "/v2/Orders/17"`,
    'concat("/x", http.request.uri.path) eq "/x/api/Orders/17"',
    'starts_with(concat("/x", http.cookie), "/x")',
  ])("%s", (expression) => {
    expect(actsOn(expression, request)).toBe(true);
  });

  test.each([
    "false",
    "not true",
    'http.host eq "www.example.com"',
    'http.host in {"www.example.com"}',
    'http.request.uri.path eq "/api/orders/17"',
    'http.request.uri.path strict wildcard "/API/*"',
    'http.request.uri.path wildcard "/api"',
    'starts_with(http.request.uri.path, "/admin")',
    "not ssl",
    "ssl and false or false",
    "false and ip.src eq 192.0.2.1",
    'ssl xor http.request.method eq "POST"',
    "http.response.code gt 299",
    'http.request.full_uri wildcard "https://app.example.com/_next/static/*"',
    'http.request.full_uri eq "https://app.example.com/api/Orders/17/lines"',
    'starts_with(http.request.uri, "/api/Orders/17/")',
    'http.request.uri.path matches "^(?-i:/API)"',
  ])("not %s", (expression) => {
    expect(actsOn(expression, request)).toBe(false);
  });

  test.each([
    "ip.src eq 192.0.2.1",
    "ip.src in {192.0.2.0/24 2001:db8::/32}",
    "ip.src in $allowed_networks",
    "cf.edge.server_port in {80 443}",
    "cf.threat_score gt 10",
    "cf.bot_management.score in {1..29}",
    'http.request.headers["origin"][0] eq "https://app.example.com"',
    'any(http.request.headers["x-a"][*] eq "b")',
    'http.cookie contains "session"',
    'regex_replace(http.cookie, "a", "b") eq "b"',
    'concat(http.host, http.cookie) eq "app.example.com"',
    "not ip.src eq 192.0.2.1",
    'http.request.full_uri eq "https://app.example.com/api/Orders/17"',
    'http.request.full_uri wildcard "https://app.example.com/api/Orders/17?export=*"',
    'starts_with(http.request.uri, "/api/Orders/17?")',
    String.raw`http.request.uri.path matches "\\A/api"`,
    'http.request.uri.path matches "[[:alpha:]]"',
  ])("cannot tell %s", (expression) => {
    expect(actsOn(expression, request)).toBeUndefined();
  });

  test.each([
    "",
    "(",
    "true)",
    "true true",
    'http.host eq "app',
    "http.host eq",
    "and true",
    "{",
    'http.host in {"a"',
    "lower(http.host",
    'http.request.headers["a"',
    "true ; false",
    'http.request.uri.path matches "("',
    "http.host",
    '"text"',
    "1",
  ])("cannot read %j", (expression) => {
    expect(actsOn(expression, request)).toBeUndefined();
  });

  test("binds not closer than and, and closer than xor, and closer than or", () => {
    expect(actsOn("true or true and false", request)).toBe(true);
    expect(actsOn("(true or true) and false", request)).toBe(false);
    expect(actsOn("not false and false", request)).toBe(false);
    expect(actsOn("not (false and false)", request)).toBe(true);
    expect(actsOn("true xor true and false", request)).toBe(true);
  });

  test("agrees with logic on any formula", () => {
    type Formula = { text: string; value: boolean };
    const leaf = fc.boolean().map((value): Formula => ({ text: String(value), value }));
    const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
      formula: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        leaf,
        tie("formula").map(({ text, value }) => ({ text: `not (${text})`, value: !value })),
        fc
          .tuple(tie("formula"), fc.constantFrom("and", "or", "xor", "&&", "||", "^^"), tie("formula"))
          .map(([one, operator, other]) => ({
            text: `(${one.text}) ${operator} (${other.text})`,
            value: combine(one.value, operator, other.value),
          })),
      ),
    }));
    fc.assert(
      fc.property(formula, ({ text, value }) => {
        expect(actsOn(text, request)).toBe(value);
      }),
    );
  });

  test("compares any string with itself, quoted or raw", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => {
        const quoted = `"${text.replace(/["\\]/g, "\\$&")}"`;
        expect(actsOn(`${quoted} eq ${quoted}`, request)).toBe(true);
        expect(literals(`http.host ne ${quoted}`)).toEqual([text]);
        expect(literals(`http.host ne r##"${text.replaceAll('"', "'")}"##`)).toEqual([
          text.replaceAll('"', "'"),
        ]);
      }),
    );
  });

  test("takes any text, and gives up on depth and length", () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void actsOn(text, request)));
    expect(actsOn("(".repeat(4000), request)).toBeUndefined();
    expect(actsOn(`${"not ".repeat(1000)}true`, request)).toBe(true);
    expect(actsOn(`true${" ".repeat(5000)}`, request)).toBeUndefined();
  });
});

function combine(one: boolean, operator: string, other: boolean): boolean {
  switch (operator) {
    case "and":
    case "&&":
      return one && other;
    case "or":
    case "||":
      return one || other;
    default:
      return one !== other;
  }
}
