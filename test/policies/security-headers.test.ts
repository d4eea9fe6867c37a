import { describe, expect, test } from "vitest";
import { cloudflare, render, vercel } from "../../policies/model/tokens.ts";
import { cspPlugins, cspScripts } from "../../policies/security-csp.ts";
import * as headers from "../../policies/security-headers.ts";
import { csp, omit, projected, withHeaders, withHsts, withRules } from "./edge-edits.ts";
import { headerRule, headerRules, pageHeaders, ruleset, zoned } from "./edge-rules.ts";
import { type Fixture, outcomeOf, unknown, violated, without, withProps } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

const statusOf = (...[policy, stack]: Parameters<typeof outcomeOf>) => outcomeOf(policy, stack).status;

const messages = (...[policy, stack]: Parameters<typeof outcomeOf>) =>
  outcomeOf(policy, stack).violations.map(({ found }) => found);

const policies = [...Object.values(headers), cspScripts, cspPlugins];

describe("rules of the zone", () => {
  test.each([
    "true",
    'ends_with(http.host, "optropic.example")',
    'http.host in {"optropic.example" "api.optropic.example"}',
    "http.response.code ge 200",
    'not starts_with(http.request.uri.path, "/static/")',
  ])("act on every page with %s", (expression) => {
    expect(violated(withRules(passingStack(), [headerRule(pageHeaders, expression)]))).toEqual([]);
  });

  test.each([
    'http.host eq "www.optropic.example"',
    'http.request.uri.path eq "/"',
    'starts_with(http.request.uri.path, "/account/")',
    'ip.src.country eq "DE"',
    "http.response.code lt 500",
    "http.response.code eq 200",
    'not (http.response.code eq 403 and starts_with(http.request.uri.path, "/account/"))',
    "(not readable",
    "not ssl",
  ])("do not with %s", (expression) => {
    const stack = withRules(passingStack(), [headerRule(pageHeaders, expression)]);
    expect(statusOf(headers.referrerHeader, stack)).toBe("violated");
    expect(statusOf(cspScripts, stack)).toBe("violated");
  });

  test("run in their order, the last one that sets or removes a header winning", () => {
    const weak = headerRule({ "referrer-policy": "unsafe-url" });
    expect(statusOf(headers.referrerHeader, withRules(passingStack(), [weak, headerRule(pageHeaders)]))).toBe(
      "passed",
    );
    expect(statusOf(headers.referrerHeader, withRules(passingStack(), [headerRule(pageHeaders), weak]))).toBe(
      "violated",
    );
  });

  test("may add a policy to one that is sent already, and both count", () => {
    const added = (value: string) => ({
      ...headerRule({}),
      actionParameters: { headers: { "Content-Security-Policy": { operation: "add", value } } },
    });
    const weak = withHeaders(passingStack(), { ...pageHeaders, ...csp("script-src", "*") });
    const rules = (value: string) =>
      withRules(weak, [headerRule({ ...pageHeaders, ...csp("script-src", "*") }), added(value)]);
    expect(statusOf(cspScripts, rules("script-src 'self'"))).toBe("passed");
    expect(statusOf(cspScripts, rules("img-src 'self'"))).toBe("violated");
  });

  test("may be an account's", () => {
    const account: Fixture = {
      type: cloudflare.ruleset,
      name: "account-headers",
      props: {
        accountId: "0123456789abcdef0123456789abcdef",
        kind: "root",
        phase: "http_response_headers_transform",
        rules: [headerRule(pageHeaders, 'cf.zone.name eq "optropic.example" and cf.zone.plan eq "ENT"')],
      },
    };
    const stack = [...without(passingStack(), "edge-response-headers"), account];
    expect(violated(stack)).toEqual([]);
  });

  test("may write a value as an expression that is a string, and no other", () => {
    const computed = (expression: string) =>
      withRules(passingStack(), [
        ...headerRules(omit(pageHeaders, "Referrer-Policy")),
        {
          ...headerRule({}),
          actionParameters: { headers: { "Referrer-Policy": { operation: "set", expression } } },
        },
      ]);
    expect(statusOf(headers.referrerHeader, computed('"same-origin"'))).toBe("passed");
    expect(messages(headers.referrerHeader, computed("http.request.uri.path"))[0]).toContain("is computed");
  });

  test("do not act on a host whose record is not proxied, nor in a paused zone", () => {
    const unproxied = withProps(passingStack(), "edge-api", { proxied: false });
    expect(messages(headers.referrerHeader, unproxied)).toEqual([
      expect.stringContaining(
        "api.optropic.example/ sends no Referrer-Policy, because its record edge-api is not proxied.",
      ),
    ]);
    const paused = withProps(passingStack(), "edge-zone", { paused: true });
    expect(messages(headers.referrerHeader, paused)).toHaveLength(2);
  });

  test("are unknown where their values are", () => {
    const rule = {
      ...headerRule({}),
      actionParameters: { headers: { "Referrer-Policy": { operation: "set", value: unknown } } },
    };
    const stack = withRules(passingStack(), [...headerRules(pageHeaders), rule]);
    expect(statusOf(headers.referrerHeader, stack)).toBe("unknown");
    expect(statusOf(headers.permissionsHeader, stack)).toBe("passed");
  });
});

describe("settings of the zone", () => {
  const bare = withHsts(
    withHeaders(passingStack(), { "Content-Security-Policy": pageHeaders["Content-Security-Policy"] ?? "" }),
    { nosniff: false },
  );

  test("send nosniff with HSTS", () => {
    expect(statusOf(headers.nosniffHeader, bare)).toBe("violated");
    expect(statusOf(headers.nosniffHeader, withHsts(bare, { nosniff: true }))).toBe("passed");
  });

  test("send Cloudflare's managed set of security headers", () => {
    const managed = (enabled: boolean) =>
      zoned(cloudflare.managedTransforms, "managed", {
        managedResponseHeaders: [{ id: "add_security_headers", enabled }],
      });
    const set = [headers.nosniffHeader, headers.frameHeader, headers.referrerHeader];
    expect(set.map((policy) => statusOf(policy, [...bare, managed(true)]))).toEqual([
      "passed",
      "passed",
      "passed",
    ]);
    expect(statusOf(headers.permissionsHeader, [...bare, managed(true)])).toBe("violated");
    expect(statusOf(headers.nosniffHeader, [...bare, managed(false)])).toBe("violated");
  });
});

describe("hosts without a zone", () => {
  const atVercel = (route: Record<string, unknown>, props: Record<string, unknown> = {}): Fixture[] => [
    { type: vercel.project, name: "web-project", props: {} },
    projected(vercel.domain, "web-domain", { domain: "optropic.example" }),
    projected(vercel.route, "headers", { route, ...props }),
  ];
  const statuses = (stack: Fixture[]) => new Set(policies.map((policy) => statusOf(policy, stack)));

  test.each([
    { src: "/(.*)" },
    { src: "^/.*$" },
    { src: "/:path*" },
    { src: "/(.*)", has: [{ type: "host", value: "optropic.example" }] },
  ])("are sent the headers of Vercel's route %j", (route) => {
    expect(statuses(atVercel({ ...route, headers: pageHeaders }))).toEqual(new Set(["passed"]));
  });

  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ src: "/account/(.*)" }, {}],
    [{ src: "/" }, { srcSyntax: "equals" }],
    [{ src: "/(.*)", has: [{ type: "cookie", key: "beta" }] }, {}],
    [{ src: "/(.*)", missings: [{ type: "header", key: "x-raw" }] }, {}],
    [{ src: "/(.*)" }, { enabled: false }],
    [{ src: "/(" }, {}],
  ])("are not sent those of Vercel's route %j %j", (route, props) => {
    expect(statusOf(headers.nosniffHeader, atVercel({ ...route, headers: pageHeaders }, props))).toBe(
      "violated",
    );
  });

  test("are sent what Vercel's transforms set", () => {
    const transforms = Object.entries(pageHeaders).map(([key, value]) => ({
      type: "response.headers",
      op: "set",
      target: JSON.stringify({ key }),
      args: JSON.stringify(value),
    }));
    expect(statuses(atVercel({ src: "/(.*)", transforms }))).toEqual(new Set(["passed"]));
  });

  test("are sent what Render's static sites set", () => {
    const site = (path: string): Fixture => ({
      type: render.staticSite,
      name: "docs",
      props: {
        customDomains: [{ name: "docs.optropic.example" }],
        headers: Object.entries(pageHeaders).map(([name, value]) => ({ name, value, path })),
      },
    });
    expect(statuses([site("/*")])).toEqual(new Set(["passed"]));
    expect(statusOf(headers.nosniffHeader, [site("/docs/*")])).toBe("violated");
  });

  test("that redirect, show previews or are the platform's own serve no pages", () => {
    const extra = (name: string, props: Record<string, unknown>) => projected(vercel.domain, name, props);
    const stack = [
      ...atVercel({ src: "/(.*)", headers: pageHeaders }),
      { type: vercel.project, name: "bare-project", props: {} },
      ...[
        extra("redirect", { domain: "www.example.org", redirect: "optropic.example" }),
        extra("preview", { domain: "next.example.org", gitBranch: "next" }),
        extra("own", { domain: "bare.vercel.app" }),
      ].map((fixture) => ({ ...fixture, from: { projectId: ["bare-project"] } })),
    ];
    expect(statuses(stack)).toEqual(new Set(["passed"]));
    const serving = extra("serving", { domain: "example.org" });
    const more = [...stack, { ...serving, from: { projectId: ["bare-project"] } }];
    expect(messages(headers.nosniffHeader, more)).toEqual([expect.stringContaining("example.org/ sends no")]);
  });
});

test("a zone with its own name alone is a site", () => {
  const zone: Fixture = { type: cloudflare.zone, name: "edge-zone", props: { name: "optropic.example" } };
  const rules = ruleset("edge-response-headers", "http_response_headers_transform", [
    headerRule(pageHeaders),
  ]);
  expect(statusOf(cspScripts, [zone])).toBe("violated");
  expect(statusOf(cspScripts, [zone, rules])).toBe("passed");
});

test("a proxied record is a site, by its full name or relative to its zone", () => {
  for (const name of ["docs", "docs.optropic.example"]) {
    const record = zoned(cloudflare.dnsRecord, "docs", {
      type: "CNAME",
      name,
      content: "x.example",
      proxied: true,
    });
    const rule = headerRule(pageHeaders, 'http.host in {"optropic.example" "api.optropic.example"}');
    const stack = [...withRules(passingStack(), [rule]), record];
    expect(messages(headers.referrerHeader, stack)).toEqual([
      expect.stringContaining("docs.optropic.example/ sends no Referrer-Policy."),
    ]);
  }
});

test("the Content-Security-Policy says all that is wrong with it", () => {
  const value = "default-src *; script-src 'unsafe-inline' 'unsafe-eval'";
  const stack = withHeaders(passingStack(), { ...pageHeaders, "Content-Security-Policy": value });
  expect(messages(cspScripts, stack)).toEqual([
    expect.stringContaining(
      "The Content-Security-Policy of optropic.example/ is too weak: script-src has 'unsafe-inline'; script-src has 'unsafe-eval'",
    ),
  ]);
  expect(messages(cspPlugins, stack)).toEqual([expect.stringContaining("no base-uri; default-src has *")]);
});

describe("hosts that are not known yet", () => {
  const service = (customDomains: unknown): Fixture => ({
    type: render.webService,
    name: "api-service",
    props: { customDomains },
  });
  const zone = (name: unknown): Fixture => ({ type: cloudflare.zone, name: `zone-${name}`, props: { name } });

  test.each<[string, Fixture[]]>([
    ["all domains of a service", [service(unknown)]],
    ["one domain of a service", [service([{ name: unknown }])]],
    ["a domain", [projected(vercel.domain, "web-domain", { domain: unknown })]],
    [
      "whether a domain redirects",
      [projected(vercel.domain, "web-domain", { domain: "a.example", redirect: unknown })],
    ],
    ["the name of a zone", [zone(unknown)]],
    [
      "whether a record is proxied",
      [zoned(cloudflare.dnsRecord, "web", { type: "A", name: "a", proxied: unknown })],
    ],
    [
      "which of two zones a host is in",
      [service([{ name: "api.b.example" }]), zone("a.example"), zone(unknown)],
    ],
  ])("make no violation: %s", (_, stack) => {
    for (const policy of [headers.nosniffHeader, headers.frameHeader, cspScripts]) {
      expect(statusOf(policy, stack)).toBe("unknown");
    }
  });

  test("hide no violation at a host that is", () => {
    const stack = [service([{ name: unknown }, { name: "api.b.example" }]), zone("b.example")];
    expect(messages(headers.nosniffHeader, stack)).toEqual([
      expect.stringContaining("api.b.example/ sends no"),
    ]);
  });
});

test("a wildcard record is a site of its own", () => {
  const record = zoned(cloudflare.dnsRecord, "any", {
    type: "A",
    name: "*",
    content: "192.0.2.1",
    proxied: true,
  });
  expect(violated([...passingStack(), record])).toEqual([]);
  const rule = headerRule(pageHeaders, 'http.host in {"optropic.example" "api.optropic.example"}');
  expect(messages(headers.referrerHeader, [...withRules(passingStack(), [rule]), record])).toEqual([
    expect.stringContaining("*.optropic.example/ sends no Referrer-Policy."),
  ]);
});
