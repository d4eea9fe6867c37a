import { describe, expect, it } from "vitest";
import { args, type Declared, declare, headersOf, inputs, rules, withEdge } from "./edge-mock.ts";
import { matches } from "./edge-rules-language.ts";

describe("the edge's firewall", () => {
  it("keeps the rules of the zone beside its own, in their place and phase", async () => {
    const rule = (ref: string, phase: "http_ratelimit" | "http_request_firewall_custom") => ({
      ...{ ref, phase, description: "theirs", expression: "true", action: "log" as const, enabled: false },
    });
    const extraRules = {
      before: [rule("first", "http_request_firewall_custom"), rule("limit", "http_ratelimit")],
      after: [rule("last", "http_request_firewall_custom")],
    };
    const { declared } = await declare(withEdge({ extraRules }));
    expect(inputs(declared, "edge-waf-custom").rules).toMatchObject([
      { ref: "first", action: "log", expression: "true", enabled: false },
      { ref: "other_ports" },
      { ref: "hidden_files" },
      { ref: "last" },
    ]);
    expect(inputs(declared, "edge-rate-limits").rules).toMatchObject([
      { ref: "limit" },
      { ref: "login" },
      { ref: "api" },
    ]);
  });

  it("runs both managed rulesets on every request", async () => {
    const { declared } = await declare(args);
    expect(inputs(declared, "edge-waf-managed")).toMatchObject({
      kind: "zone",
      phase: "http_request_firewall_managed",
      rules: [
        {
          action: "execute",
          enabled: true,
          expression: "true",
          actionParameters: { id: "efb7b8c949ac4650a09736fc376e9aee" },
        },
        {
          action: "execute",
          enabled: true,
          expression: "true",
          actionParameters: {
            id: "4814384a9e5d4991b9815dcfc25d2f1f",
            overrides: {
              categories: [2, 3, 4].map((level) => ({
                category: `paranoia-level-${level}`,
                enabled: false,
              })),
              rules: [{ id: "6179ae15870a4bb7b2d480d4843b323c", action: "block", scoreThreshold: 40 }],
            },
          },
        },
      ],
    });
  });

  it("takes another paranoia level, threshold and action", async () => {
    const { declared } = await declare({
      ...args,
      owasp: { paranoiaLevel: 4, scoreThreshold: 25, action: "log" },
    });
    expect(rules(declared, "edge-waf-managed")[1]?.actionParameters).toEqual({
      id: "4814384a9e5d4991b9815dcfc25d2f1f",
      overrides: {
        rules: [{ id: "6179ae15870a4bb7b2d480d4843b323c", action: "log", scoreThreshold: 25 }],
      },
    });
  });

  it("blocks other ports and dot files, and lets the hosts' own checks through", async () => {
    const { declared } = await declare(args);
    const custom = rules(declared, "edge-waf-custom");
    expect(custom.map(({ action }) => action)).toEqual(["block", "block"]);
    const blocked = (request: { path?: string; port?: number }) =>
      custom.some(({ expression }) => matches(expression, request));
    expect(blocked({ port: 8443 })).toBe(true);
    expect(blocked({ path: "/.env" })).toBe(true);
    expect(blocked({ path: "/app/.git/config" })).toBe(true);
    expect(blocked({ path: "/.well-known/acme-challenge/token" })).toBe(false);
    expect(blocked({ path: "/docs/v1.2/index.html", port: 80 })).toBe(false);
  });
});

describe("the edge's rate limits", () => {
  it("limits sign-ins tighter than the API, by address", async () => {
    const { declared } = await declare(args);
    const common = { characteristics: ["cf.colo.id", "ip.src"], period: 60, mitigationTimeout: 600 };
    expect(inputs(declared, "edge-rate-limits")).toMatchObject({
      phase: "http_ratelimit",
      rules: [
        { ref: "login", action: "block", enabled: true, ratelimit: { ...common, requestsPerPeriod: 10 } },
        { ref: "api", action: "block", enabled: true, ratelimit: { ...common, requestsPerPeriod: 300 } },
      ],
    });
  });

  it("matches the API host and /api/ on every host", async () => {
    const { declared } = await declare(args);
    const api = rules(declared, "edge-rate-limits")[1]?.expression ?? "";
    expect(matches(api, { host: "api.optropic.example", path: "/" })).toBe(true);
    expect(matches(api, { host: "optropic.example", path: "/api/health" })).toBe(true);
    expect(matches(api, { host: "optropic.example", path: "/apiary" })).toBe(false);
  });
});

describe("the edge's response headers", () => {
  it("sends security headers and the CSP with every response, and no software names", async () => {
    const { declared } = await declare(args);
    const [first] = rules(declared, "edge-response-headers");
    expect(first).toMatchObject({ action: "rewrite", enabled: true, expression: "true" });
    const headers = headersOf(first);
    expect(headers).toMatchObject({
      "X-Content-Type-Options": { operation: "set", value: "nosniff" },
      "X-Frame-Options": { operation: "set", value: "DENY" },
      "Referrer-Policy": { operation: "set", value: "strict-origin-when-cross-origin" },
      "Cross-Origin-Opener-Policy": { operation: "set", value: "same-origin" },
      "Cross-Origin-Resource-Policy": { operation: "set", value: "same-site" },
      "X-Powered-By": { operation: "remove" },
    });
    expect(headers["Permissions-Policy"]?.value).toContain("camera=()");
    expect(headers["Content-Security-Policy"]).toEqual({
      operation: "set",
      value:
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; upgrade-insecure-requests; connect-src 'self' https://api.optropic.example",
    });
  });

  it("gives the API a policy without sources, after the common one", async () => {
    const { declared } = await declare(args);
    const api = rules(declared, "edge-response-headers")[1];
    expect(api?.expression).toBe('http.host eq "api.optropic.example"');
    expect(headersOf(api)).toEqual({
      "Content-Security-Policy": {
        operation: "set",
        value: "default-src 'none'; frame-ancestors 'none'",
      },
    });
  });

  it("lets pages call further origins", async () => {
    const { declared } = await declare({ ...args, connectOrigins: ["https://o0.ingest.de.sentry.io"] });
    const csp = headersOf(rules(declared, "edge-response-headers")[0])["Content-Security-Policy"]?.value;
    expect(csp).toContain("connect-src 'self' https://api.optropic.example https://o0.ingest.de.sentry.io");
  });

  it("sends no CSP where the settings have none, which the policies object to", async () => {
    const { declared } = await declare(withEdge({ csp: {} }));
    expect(headersOf(rules(declared, "edge-response-headers")[0])).not.toHaveProperty(
      "Content-Security-Policy",
    );
  });

  it("replaces a header whatever the case of its name, and adds others", async () => {
    const { declared } = await declare({
      ...args,
      headers: { "referrer-policy": "no-referrer", "Document-Policy": "js-profiling" },
    });
    const headers = headersOf(rules(declared, "edge-response-headers")[0]);
    expect(headers["Referrer-Policy"]?.value).toBe("no-referrer");
    expect(headers).not.toHaveProperty("referrer-policy");
    expect(headers["Document-Policy"]?.value).toBe("js-profiling");
  });

  it.each([
    [{ "X-Frame-Options": "DENY\r\nSet-Cookie: a=b" }, "The header X-Frame-Options cannot be"],
    [{ "X-Frame-Options": "" }, "The header X-Frame-Options cannot be"],
    [{ "X Frame": "DENY" }, '"X Frame" is not a header name'],
  ])("refuses the headers %j", async (headers, message) => {
    await expect(declare({ ...args, headers })).rejects.toThrow(message);
  });

  it("tells browsers to keep hashed files for good, and their errors never", async () => {
    const { declared } = await declare(args);
    const cacheControl = (request: { host?: string; path: string; status?: number }) =>
      rules(declared, "edge-response-headers")
        .filter(({ expression }) => matches(expression, request))
        .map((rule) => headersOf(rule)["Cache-Control"]?.value)
        .findLast((value) => value !== undefined);
    const path = "/_next/static/chunks/main-0a1b.js";
    expect(cacheControl({ path, status: 200 })).toBe("public, max-age=31536000, immutable");
    expect(cacheControl({ path, status: 304 })).toBe("public, max-age=31536000, immutable");
    expect(cacheControl({ path, status: 404 })).toBe("no-store");
    expect(cacheControl({ path, host: "api.optropic.example" })).toBeUndefined();
    expect(cacheControl({ path: "/" })).toBeUndefined();
  });
});

describe("the edge's cache", () => {
  const verdict = (declared: ReadonlyMap<string, Declared>, host: string, path: string): unknown =>
    rules(declared, "edge-cache")
      .filter(({ expression }) => matches(expression, { host, path }))
      .at(-1)?.actionParameters.cache;

  it("keeps hashed files a year, and errors not at all", async () => {
    const { declared } = await declare(args);
    expect(rules(declared, "edge-cache")[0]).toMatchObject({
      action: "set_cache_settings",
      enabled: true,
      actionParameters: {
        cache: true,
        edgeTtl: {
          mode: "override_origin",
          default: 31_536_000,
          statusCodeTtls: [{ statusCodeRange: { from: 400 }, value: -1 }],
        },
        browserTtl: { mode: "override_origin", default: 31_536_000 },
      },
    });
    expect(verdict(declared, "optropic.example", "/_next/static/css/0a1b.css")).toBe(true);
  });

  it("keeps nothing of the API and of the checks of authorities and hosts", async () => {
    const { declared } = await declare(args);
    expect(verdict(declared, "api.optropic.example", "/_next/static/main.js")).toBe(false);
    expect(verdict(declared, "optropic.example", "/api/trpc/session")).toBe(false);
    expect(verdict(declared, "optropic.example", "/.well-known/vercel/jwe")).toBe(false);
    expect(verdict(declared, "optropic.example", "/prices")).toBeUndefined();
  });

  it.each([
    ["nextjs", "/_next/static/a.js"],
    ["remix", "/assets/a.js"],
    ["nuxtjs", "/_nuxt/a.js"],
    ["sveltekit", "/_app/immutable/a.js"],
    ["astro", "/_astro/a.js"],
    ["vite", "/assets/a.js"],
  ] as const)("knows where %s puts hashed files", async (framework, path) => {
    const { declared } = await declare({ ...args, framework });
    expect(verdict(declared, "optropic.example", path)).toBe(true);
  });
});
