import { describe, expect, test } from "vitest";
import { cloudflare, vercel } from "../../policies/model/tokens.ts";
import { alwaysHttps, strictTransport } from "../../policies/security-https.ts";
import { projected, withHsts, withRules } from "./edge-edits.ts";
import { headerRule, headerRules, pageHeaders, ruleset, zoned } from "./edge-rules.ts";
import { type Fixture, outcomeOf, production, unknown, without, withProps } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

const statusOf = (...[policy, stack]: Parameters<typeof outcomeOf>) => outcomeOf(policy, stack).status;

const open = without(passingStack(), "edge-always-use-https");

function redirect(expression: string, target: Record<string, unknown>, edit: Record<string, unknown> = {}) {
  return ruleset("edge-redirects", "http_request_dynamic_redirect", [
    {
      action: "redirect",
      expression,
      actionParameters: { fromValue: { statusCode: 301, targetUrl: target } },
      ...edit,
    },
  ]);
}

const toHttps = { expression: 'concat("https://", http.host, http.request.uri.path)' };

describe("plain http", () => {
  test.each([
    redirect("not ssl", toHttps),
    redirect("(not ssl)", {
      expression: 'wildcard_replace(http.request.full_uri, r"http://*", r"https://$\u007b1}")',
    }),
    redirect('http.request.full_uri wildcard "http://*"', toHttps),
    zoned(cloudflare.pageRule, "https", {
      status: "active",
      target: "http://*optropic.example/*",
      actions: { alwaysUseHttps: true },
    }),
  ])("may be redirected by a rule: $props", (rule) => {
    expect(statusOf(alwaysHttps, [...open, rule])).toBe("passed");
  });

  test.each([
    redirect("ssl", toHttps),
    redirect('not ssl and http.host eq "optropic.example"', toHttps),
    redirect('not ssl and starts_with(http.request.uri.path, "/login")', toHttps),
    redirect("not ssl and ip.src eq 192.0.2.1", toHttps),
    redirect("not ssl", { value: "http://www.optropic.example" }),
    redirect("not ssl", toHttps, { enabled: false }),
    zoned(cloudflare.pageRule, "https", {
      status: "disabled",
      target: "http://*optropic.example/*",
      actions: { alwaysUseHttps: true },
    }),
    zoned(cloudflare.pageRule, "https", {
      status: "active",
      target: "http://optropic.example/login",
      actions: { alwaysUseHttps: true },
    }),
  ])("is not redirected by a rule for less: $props", (rule) => {
    expect(statusOf(alwaysHttps, [...open, rule])).toBe("violated");
  });

  test("is answered by a paused zone", () => {
    const paused = withProps(passingStack(), "edge-zone", { paused: true });
    const { violations } = outcomeOf(alwaysHttps, paused);
    expect(violations.map(({ found }) => found)).toEqual([expect.stringContaining("The zone is paused")]);
  });

  test("is redirected by Vercel and Render themselves", () => {
    const bare: Fixture = { type: vercel.domain, name: "web-domain", props: { domain: "optropic.example" } };
    expect(statusOf(alwaysHttps, [bare])).toBe("passed");
  });
});

describe("HSTS", () => {
  const year = "max-age=31536000; includeSubDomains; preload";
  const unset = without(passingStack(), "edge-security-header");
  const byRule = (value: string, expression?: string) =>
    withRules(unset, [
      ...headerRules(pageHeaders),
      headerRule({ "strict-transport-security": value }, expression),
    ]);

  test("may be a response header of every page", () => {
    expect(statusOf(strictTransport, byRule(year))).toBe("passed");
    expect(statusOf(strictTransport, byRule(year, "http.response.code lt 400"))).toBe("passed");
  });

  test.each([
    ["a day", byRule("max-age=86400; includeSubDomains; preload"), 3],
    ["one host alone", byRule(year, 'http.host eq "optropic.example"'), 1],
    ["one visitor alone", byRule(year, "ip.src eq 192.0.2.1"), 2],
  ])("as a response header for %s is too little", (_, stack, hosts) => {
    expect(outcomeOf(strictTransport, stack).violations).toHaveLength(hosts);
  });

  test("may be a header of Vercel's routes where no zone stands in front", () => {
    const bare = (headers: Record<string, string>): Fixture[] => [
      { type: vercel.project, name: "web-project", props: {} },
      projected(vercel.domain, "web-domain", { domain: "optropic.example" }),
      projected(vercel.route, "secure", { route: { src: "/(.*)", headers } }),
    ];
    expect(statusOf(strictTransport, bare({ "Strict-Transport-Security": year }))).toBe("passed");
    expect(statusOf(strictTransport, bare({ "Strict-Transport-Security": "max-age=60" }))).toBe("violated");
    expect(statusOf(strictTransport, bare({}))).toBe("violated");
  });

  test("is reported on the setting, with what is wrong with it", () => {
    const { violations } = outcomeOf(
      strictTransport,
      withHsts(passingStack(), { max_age: 86_400, preload: false }),
    );
    expect(violations).toEqual([
      expect.objectContaining({
        resource: expect.stringContaining("::edge-security-header"),
        property: "value",
        found: expect.stringContaining("HSTS has a max-age of 86400 seconds, not 31536000 or more."),
      }),
    ]);
  });

  test("may be asked for longer by pack configuration, never for less", () => {
    const ask = (minimumSeconds: number) =>
      outcomeOf(strictTransport, passingStack(), production, { minimumSeconds }).status;
    expect(ask(63_072_000)).toBe("violated");
    expect(ask(60)).toBe("passed");
  });

  test("is unknown where its value is", () => {
    expect(statusOf(strictTransport, withHsts(passingStack(), { max_age: unknown }))).toBe("unknown");
  });
});
