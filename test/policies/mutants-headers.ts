import { cloudflare, vercel } from "../../policies/model/tokens.ts";
import {
  csp,
  omit,
  projected,
  withApiVariable,
  withHeaders,
  withHsts,
  withOriginHeader,
  withOrigins,
  withRules,
} from "./edge-edits.ts";
import { headerRule, headerRules, pageHeaders } from "./edge-rules.ts";
import { without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

/** Ways to break items 4.3, 4.5, 4.6 and 4.8. */
export const headersMutants: readonly Mutant[] = [
  {
    policy: "cors-origins-listed",
    what: "one host has no list",
    break: (stack) => without(stack, "web-CORS_ORIGINS"),
  },
  {
    policy: "cors-origins-listed",
    what: "the list is for previews",
    break: (stack) => withProps(stack, "web-CORS_ORIGINS", { targets: ["preview"] }),
  },
  { policy: "cors-origins-exact", what: "any origin", break: (stack) => withOrigins(stack, "*") },
  {
    policy: "cors-origins-exact",
    what: "a wildcard among others",
    break: (stack) => withOrigins(stack, "https://optropic.example,https://*.optropic.example"),
  },
  {
    policy: "cors-origins-exact",
    what: "plain http",
    break: (stack) => withOrigins(stack, "http://optropic.example"),
  },
  { policy: "cors-origins-exact", what: "an empty list", break: (stack) => withOrigins(stack, "") },
  {
    policy: "cors-origins-exact",
    what: "any origin at Render",
    break: (stack) => withApiVariable(stack, "CORS_ORIGINS", "*"),
  },
  {
    policy: "header-software-hidden",
    what: "a rule names the server's program",
    break: (stack) => withHeaders(stack, { ...pageHeaders, "X-Powered-By": "Express" }),
  },
  {
    policy: "cors-header-restricted",
    what: "a rule allows any origin",
    break: (stack) => withHeaders(stack, { ...pageHeaders, "access-control-allow-origin": "*" }),
  },
  {
    policy: "cors-header-restricted",
    what: "a rule repeats the caller's origin",
    break: (stack) => withOriginHeader(stack, { expression: 'http.request.headers["origin"][0]' }),
  },
  {
    policy: "cors-header-restricted",
    what: "a rule allows sandboxed pages",
    break: (stack) => withOriginHeader(stack, { value: "null" }),
  },
  {
    policy: "cors-header-restricted",
    what: "a route at Vercel allows any origin",
    break: (stack) => [
      ...stack,
      projected(vercel.route, "open", {
        route: { src: "/api/(.*)", headers: { "Access-Control-Allow-Origin": "*" } },
      }),
    ],
  },
  {
    policy: "cors-header-restricted",
    what: "a transform at Vercel allows any origin",
    break: (stack) => [
      ...stack,
      projected(vercel.route, "open", {
        route: {
          src: "/api/(.*)",
          transforms: [
            {
              type: "response.headers",
              op: "set",
              target: '{"key":"Access-Control-Allow-Origin"}',
              args: '"*"',
            },
          ],
        },
      }),
    ],
  },
  {
    policy: "cors-header-restricted",
    what: "a bucket allows any origin",
    break: (stack) => [
      ...stack,
      {
        type: cloudflare.r2Cors,
        name: "uploads",
        props: { bucketName: "uploads", rules: [{ allowed: { methods: ["PUT"], origins: ["*"] } }] },
      },
    ],
  },
  {
    policy: "header-nosniff",
    what: "neither rule nor setting sends it",
    break: (stack) =>
      withHsts(withHeaders(stack, omit(pageHeaders, "X-Content-Type-Options")), { nosniff: false }),
  },
  {
    policy: "header-nosniff",
    what: "a later rule takes it away from the API",
    break: (stack) =>
      withRules(stack, [
        ...headerRules(pageHeaders),
        {
          ...headerRule({}, 'starts_with(http.request.uri.path, "/api/")'),
          actionParameters: { headers: { "x-content-type-options": { operation: "remove" } } },
        },
      ]),
  },
  {
    policy: "header-frame",
    what: "neither header restricts frames",
    break: (stack) =>
      withHeaders(stack, { ...omit(pageHeaders, "X-Frame-Options"), ...csp("frame-ancestors", "*") }),
  },
  {
    policy: "header-frame",
    what: "the header that is left is obsolete",
    break: (stack) =>
      withHeaders(stack, {
        ...pageHeaders,
        ...csp("frame-ancestors", undefined),
        "X-Frame-Options": "ALLOW-FROM https://partner.example",
      }),
  },
  {
    policy: "header-referrer-policy",
    what: "none is sent",
    break: (stack) => withHeaders(stack, omit(pageHeaders, "Referrer-Policy")),
  },
  {
    policy: "header-referrer-policy",
    what: "other sites get the whole address",
    break: (stack) => withHeaders(stack, { ...pageHeaders, "Referrer-Policy": "unsafe-url" }),
  },
  {
    policy: "header-permissions-policy",
    what: "none is sent",
    break: (stack) => withHeaders(stack, omit(pageHeaders, "Permissions-Policy")),
  },
  {
    policy: "header-permissions-policy",
    what: "every frame gets the camera",
    break: (stack) => withHeaders(stack, { ...pageHeaders, "Permissions-Policy": "camera=*" }),
  },
  {
    policy: "header-permissions-policy",
    what: "only the first page is sent one",
    break: (stack) =>
      withRules(stack, [
        ...headerRules(omit(pageHeaders, "Permissions-Policy")),
        headerRule({ "Permissions-Policy": "camera=()" }, 'http.request.uri.path eq "/"'),
      ]),
  },
  {
    policy: "csp-restricts-scripts",
    what: "the web host has none",
    break: (stack) => withHeaders(stack, omit(pageHeaders, "Content-Security-Policy")),
  },
  {
    policy: "csp-restricts-scripts",
    what: "it is only reported",
    break: (stack) =>
      withHeaders(stack, {
        ...omit(pageHeaders, "Content-Security-Policy"),
        "Content-Security-Policy-Report-Only": pageHeaders["Content-Security-Policy"] ?? "",
      }),
  },
  {
    policy: "csp-restricts-scripts",
    what: "inline scripts run",
    break: (stack) => withHeaders(stack, { ...pageHeaders, ...csp("script-src", "'self' 'unsafe-inline'") }),
  },
  {
    policy: "csp-restricts-scripts",
    what: "text runs as a script",
    break: (stack) => withHeaders(stack, { ...pageHeaders, ...csp("script-src", "'self' 'unsafe-eval'") }),
  },
  {
    policy: "csp-restricts-scripts",
    what: "inline scripts run by default-src",
    break: (stack) =>
      withHeaders(stack, {
        ...pageHeaders,
        ...csp("script-src", undefined, csp("default-src", "'self' 'unsafe-inline'")),
      }),
  },
  {
    policy: "csp-restricts-scripts",
    what: "the rule is for another host",
    break: (stack) =>
      withRules(stack, [
        headerRule(omit(pageHeaders, "Content-Security-Policy")),
        headerRule(
          { "Content-Security-Policy": pageHeaders["Content-Security-Policy"] ?? "" },
          'http.host eq "api.optropic.example"',
        ),
      ]),
  },
  {
    policy: "csp-restricts-base-and-plugins",
    what: "the base URL is free",
    break: (stack) => withHeaders(stack, { ...pageHeaders, ...csp("base-uri", undefined) }),
  },
  {
    policy: "csp-restricts-base-and-plugins",
    what: "plugins come from anywhere",
    break: (stack) => withHeaders(stack, { ...pageHeaders, ...csp("object-src", "*") }),
  },
];
