import { describe, expect, test } from "vitest";
import { cloudflare, render, vercel } from "../../policies/model/tokens.ts";
import { corsHeader, corsOriginsExact, corsOriginsListed } from "../../policies/security-cors.ts";
import { projected, withApiVariable, withOriginHeader, withOrigins } from "./edge-edits.ts";
import { headerRule, ruleset } from "./edge-rules.ts";
import { type Fixture, outcomeOf, production, secret, unknown, withProps } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

const statusOf = (...args: Parameters<typeof outcomeOf>) => outcomeOf(...args).status;

describe("the list of origins", () => {
  test.each(["CORS_ORIGINS", "CORS_ORIGIN", "CORS_ALLOWED_ORIGINS", "ALLOWED_ORIGINS"])(
    "may be %s",
    (key) => {
      const stack = withProps(passingStack(), "web-CORS_ORIGINS", { key });
      expect(statusOf(corsOriginsListed, stack)).toBe("passed");
      expect(statusOf(corsOriginsExact, withProps(stack, "web-CORS_ORIGINS", { value: secret("*") }))).toBe(
        "violated",
      );
    },
  );

  test.each([
    "https://optropic.example",
    "https://optropic.example https://app.optropic.example:8443",
    '["https://optropic.example"]',
  ])("may be written %s", (value) => {
    expect(statusOf(corsOriginsExact, withOrigins(passingStack(), value))).toBe("passed");
  });

  test("may hold an origin of somebody else that the settings list", () => {
    const partner = "https://app.partner.example";
    const stack = withOrigins(passingStack(), `https://optropic.example,${partner}`);
    const listing = { ...production, isSupplied: (text: string) => text === partner };
    expect(outcomeOf(corsOriginsExact, stack).violations[0]?.found).toContain("no setting lists it");
    expect(statusOf(corsOriginsExact, stack, listing)).toBe("passed");
  });

  test("is unknown where it is, and no violation", () => {
    expect(
      statusOf(corsOriginsExact, withProps(passingStack(), "web-CORS_ORIGINS", { value: unknown })),
    ).toBe("unknown");
    expect(
      statusOf(corsOriginsListed, withProps(passingStack(), "api-variables", { envVars: unknown })),
    ).toBe("unknown");
  });

  test("is named in the message, cut short, with what is wrong and how many more", () => {
    const long = `https://${"a".repeat(200)}.example/`;
    const { violations } = outcomeOf(corsOriginsExact, withOrigins(passingStack(), `${long},*,null`));
    const [violation] = violations;
    expect(violation?.resource).toContain("web-CORS_ORIGINS");
    expect(violation?.found).toMatch(/CORS_ORIGINS has "https:\/\/a{72}": not an exact origin.*and 2 more\./);
  });

  test("is judged at every host", () => {
    const stack = withApiVariable(withOrigins(passingStack(), "*"), "CORS_ORIGINS", "http://a.example");
    expect(outcomeOf(corsOriginsExact, stack).violations).toHaveLength(2);
  });
});

describe("the header in rules", () => {
  test.each([
    { value: "https://optropic.example" },
    { operation: "remove" },
    { value: undefined, expression: undefined },
  ])("may be %j", (edit) => {
    expect(statusOf(corsHeader, withOriginHeader(passingStack(), edit))).toBe("passed");
  });

  test("may repeat the caller's origin where the rule says which callers it is for", () => {
    const rule = (expression: string) => ({
      ...headerRule({}, expression),
      actionParameters: {
        headers: {
          "Access-Control-Allow-Origin": {
            operation: "set",
            expression: 'http.request.headers["origin"][0]',
          },
        },
      },
    });
    const stack = (expression: string) => [
      ...passingStack(),
      ruleset("more-headers", "http_response_headers_transform", [rule(expression)]),
    ];
    const listed = 'any(http.request.headers["origin"][*] in {"https://optropic.example"})';
    expect(statusOf(corsHeader, stack(listed))).toBe("passed");
    expect(statusOf(corsHeader, stack('http.host eq "api.optropic.example"'))).toBe("violated");
  });

  test("does not count in a rule that is off", () => {
    const off = { ...headerRule({ "Access-Control-Allow-Origin": "*" }), enabled: false };
    const stack = [...passingStack(), ruleset("more-headers", "http_response_headers_transform", [off])];
    expect(statusOf(corsHeader, stack)).toBe("passed");
  });

  test("is judged at Render's static sites, at Vercel and in buckets", () => {
    const site = (value: string): Fixture => ({
      type: render.staticSite,
      name: "docs",
      props: { headers: [{ name: "Access-Control-Allow-Origin", path: "/*", value }] },
    });
    const route = (value: string) =>
      projected(vercel.route, "route", {
        route: { src: "/api", headers: { "access-control-allow-origin": value } },
      });
    const bucket = (value: string): Fixture => ({
      type: cloudflare.r2Cors,
      name: "uploads",
      props: { rules: [{ allowed: { origins: [value] } }] },
    });
    for (const make of [site, route, bucket]) {
      expect(statusOf(corsHeader, [make("https://optropic.example")])).toBe("passed");
      expect(statusOf(corsHeader, [make("*")])).toBe("violated");
      expect(statusOf(corsHeader, [make(unknown)])).toBe("unknown");
    }
  });
});
