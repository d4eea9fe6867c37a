import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HttpAnswer } from "../../verify/network/http.ts";
import { scoreCookies } from "../../verify/observatory/cookies.ts";
import { parsePolicies, scoreCsp } from "../../verify/observatory/csp.ts";
import {
  scoreFraming,
  scoreHsts,
  scoreRedirection,
  scoreReferrer,
  scoreResourcePolicy,
  scoreSharing,
  scoreSniffing,
} from "../../verify/observatory/headers.ts";
import { metaHeaders, tagsOf } from "../../verify/observatory/markup.ts";
import { gradeOf } from "../../verify/observatory/score.ts";
import { scoreScripts } from "../../verify/observatory/scripts.ts";

// The points are those of MDN's page "Tests and scoring" of the HTTP Observatory.

describe("the points of a Content Security Policy", () => {
  it.each<[number, string[], string[]]>([
    [10, ["default-src 'none'; form-action 'none'"], []],
    [5, ["default-src 'self'"], []],
    [0, ["script-src 'nonce-abc' 'unsafe-inline'; object-src 'none'"], []],
    [0, ["script-src 'nonce-abc' 'strict-dynamic' https: 'unsafe-inline'; object-src 'none'"], []],
    [0, ["default-src 'self'; style-src 'unsafe-inline'"], []],
    [-10, ["default-src 'self'; script-src 'self' 'unsafe-eval'"], []],
    [-10, ["default-src 'self'; img-src http://images.example"], []],
    [-20, ["default-src 'self'; font-src http://fonts.example"], []],
    [-20, ["default-src 'self' 'unsafe-inline'"], []],
    [-20, ["script-src 'self'"], []],
    [-20, ["default-src 'self'; script-src data:"], []],
    [-20, ["default-src 'self'; object-src *"], []],
    [-20, ["DEFAULT-SRC *"], []],
    [-25, ["script-src 'strict-dynamic'; object-src 'none'"], []],
    [-25, ["default-src 'self'; default-src 'none'"], []],
    [-25, ["x"], []],
    [-25, [], []],
    [-25, [], ["frame-ancestors 'none'"]],
    [5, [], ["default-src 'self'"]],
    [5, ["default-src 'self' *"], ["default-src 'self'"]],
    [5, ["default-src 'self' *, default-src 'self'"], []],
    [5, ["default-src 'self'; report-uri /a; report-uri /b"], []],
  ])("are %d for %j and %j in the page", (points, headers, metas) => {
    expect(scoreCsp(headers, metas).points).toBe(points);
  });

  it("are given to any text", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 3 }), (headers) => {
        expect([10, 5, 0, -10, -20, -25]).toContain(scoreCsp(headers, []).points);
        parsePolicies(headers);
      }),
    );
  });
});

describe("the points of cookies", () => {
  it.each<[number, boolean, string[]]>([
    [0, true, []],
    [5, true, ["sessionid=x; Secure; HttpOnly; SameSite=Lax"]],
    [5, true, ["a=1; Secure; SameSite=None"]],
    [0, true, ["a=1; Secure"]],
    [-5, true, ["a=1"]],
    [-20, false, ["a=1"]],
    [-10, true, ["sessionid=x; HttpOnly"]],
    [-40, false, ["login=x; HttpOnly"]],
    [-30, true, ["sessionid=x; Secure; SameSite=Lax"]],
    [-20, true, ["a=1; Secure; SameSite=Sometimes"]],
    [-20, true, ["a=1; SameSite=None"]],
    [-20, true, ["csrftoken=1; Secure; HttpOnly"]],
    [-30, true, ["a=1", "sess=x; Secure"]],
    [0, true, ["heroku-session-affinity=1"]],
  ])("are %d (HSTS %s) for %j", (points, hasHsts, headers) => {
    expect(scoreCookies(headers, hasHsts).points).toBe(points);
  });
});

describe("the points of scripts", () => {
  const integrity = 'integrity="sha384-x"';
  it.each<[number, string]>([
    [0, "<p>nothing</p>"],
    [0, '<script src="/a.js"></script>'],
    [0, '<script src="https://static.optropic.example/a.js"></script>'],
    [5, `<script src="/a.js" ${integrity}></script>`],
    [5, `<script src="https://cdn.example/a.js" ${integrity}></script>`],
    [-5, '<script src="https://cdn.other/a.js"></script>'],
    [-20, `<script src="http://cdn.other/a.js" ${integrity}></script>`],
    [-50, '<script src="//cdn.other/a.js"></script>'],
    [-50, "<SCRIPT async src=http://cdn.other/a.js></SCRIPT>"],
    [0, '<!-- <script src="//cdn.other/a.js"></script> --><script>"<script src=//x.other/a.js>"</script>'],
  ])("are %d for %s", (points, page) => {
    expect(scoreScripts(tagsOf(page), "app.optropic.example", "text/html; charset=utf-8").points).toBe(
      points,
    );
  });

  it("are none for what is not a page", () => {
    const tags = tagsOf('<script src="//cdn.other/a.js"></script>');
    expect(scoreScripts(tags, "optropic.example", "application/json").points).toBe(0);
  });

  it("are counted in any page, in time that grows with its length", () => {
    fc.assert(fc.property(fc.string({ maxLength: 2000 }), (page) => void tagsOf(page)));
    for (const piece of ["<script ", "<!--", "<script a='", "<script>", "=", "<meta \"'", '<a b="', "</"]) {
      expect(tagsOf(piece.repeat(20_000)).length).toBeLessThanOrEqual(5000);
    }
  });
});

it("headers in a page are read from its meta elements", () => {
  const tags = tagsOf(`<meta http-equiv='Referrer-Policy' content="no-referrer"><meta name=x content=y>`);
  expect(metaHeaders(tags, "referrer-policy")).toEqual(["no-referrer"]);
});

function answer(headers: Record<string, string | string[]>): HttpAnswer {
  return {
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value].flat()])),
    ...{ status: 200, body: "", bytes: Buffer.alloc(0), sentBytes: 0, durationMs: 1 },
  };
}

describe("the points of headers", () => {
  const of = (name: string) => (value?: string) => answer(value === undefined ? {} : { [name]: value });
  const hsts = of("strict-transport-security");
  const referrer = of("referrer-policy");
  const sniffing = of("x-content-type-options");
  const framing = of("x-frame-options");
  const policy = of("cross-origin-resource-policy");
  const origin = "https://stranger.example";
  const shared = (allowed: string, credentials = "true") =>
    answer({ "access-control-allow-origin": allowed, "access-control-allow-credentials": credentials });
  const route = (...urls: string[]) => urls.map((url) => new URL(url));

  it.each<[number, { points: number }]>([
    [0, scoreHsts(hsts("max-age=15552000"))],
    [-10, scoreHsts(hsts("max-age=15551999; includeSubDomains"))],
    [-20, scoreHsts(hsts("includeSubDomains"))],
    [-20, scoreHsts(hsts())],
    [5, scoreReferrer(referrer("unsafe-url, no-referrer"), [])],
    [5, scoreReferrer(referrer("unsafe-url"), ["same-origin"])],
    [-5, scoreReferrer(referrer("origin"), [])],
    [-5, scoreReferrer(referrer("nonsense"), [])],
    [0, scoreReferrer(referrer(), [])],
    [0, scoreSniffing(sniffing("NoSniff"))],
    [-5, scoreSniffing(sniffing("yes"))],
    [-5, scoreSniffing(sniffing())],
    [5, scoreFraming(framing(), true)],
    [0, scoreFraming(framing("DENY"), false)],
    [0, scoreFraming(framing("ALLOW-FROM https://a.example"), false)],
    [-20, scoreFraming(framing("ALLOWALL"), false)],
    [-20, scoreFraming(framing(), false)],
    [10, scoreResourcePolicy(policy("same-site"))],
    [10, scoreResourcePolicy(policy("same-origin"))],
    [0, scoreResourcePolicy(policy("cross-origin"))],
    [-5, scoreResourcePolicy(policy("nobody"))],
    [0, scoreResourcePolicy(policy())],
    [-50, scoreSharing(shared(origin), origin)],
    [0, scoreSharing(shared(origin, "false"), origin)],
    [0, scoreSharing(shared("*"), origin)],
    [0, scoreSharing(shared("https://own.example"), origin)],
    [0, scoreSharing(answer({}), origin)],
    [0, scoreRedirection([])],
    [-20, scoreRedirection(route("http://a.example/"))],
    [0, scoreRedirection(route("http://a.example/", "https://a.example/"))],
    [-5, scoreRedirection(route("http://a.example/", "https://www.a.example/"))],
    [-10, scoreRedirection(route("http://a.example/", "http://www.a.example/", "https://a.example/"))],
    [-20, scoreRedirection(route("http://a.example/", "http://www.a.example/"))],
  ])("are %d for %j", (points, scored) => expect(scored.points).toBe(points));
});

describe("a grade", () => {
  it.each<[string, number, number[]]>([
    ["A+", 100, []],
    ["A+", 125, [5, 10, 10]],
    ["A+", 115, [-10, 25]],
    ["B+", 80, [-20, 25]],
    ["A-", 85, [-15, 30]],
    ["C", 55, [-25, -20]],
    ["D-", 25, [-50, -25]],
    ["F", 0, [-50, -40, -30]],
  ])("is %s for %d points, of %j", (grade, score, points) => {
    expect(gradeOf(points.map((each) => ({ test: "", result: "", points: each })))).toEqual({ grade, score });
  });
});
