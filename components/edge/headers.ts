import type { RulesetRuleActionParametersHeaders } from "@pulumi/cloudflare/types/input.js";
import { RunError } from "@pulumi/pulumi";
import type { EdgeArgs, EdgeScope, ZoneId } from "./args.ts";
import { IMMUTABLE_SECONDS, immutableRequests } from "./cache.ts";
import { allowConnections, apiCsp, serializeCsp } from "./csp.ts";
import { always, and, below, type Expression, equals, not, or } from "./expressions.ts";
import { apiHosts } from "./requests.ts";
import { createRuleset, type Rule } from "./ruleset.ts";

/**
 * Security headers of every response, except for CSP and HSTS: the headers that Helmet sends, stricter where
 * the platform allows it, and a permissions policy that turns off features which the platform does not use.
 */
export const defaultHeaders = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": [
    "accelerometer=()",
    "autoplay=()",
    "browsing-topics=()",
    "camera=()",
    "display-capture=()",
    "encrypted-media=()",
    "fullscreen=(self)",
    "geolocation=()",
    "gyroscope=()",
    "magnetometer=()",
    "microphone=()",
    "midi=()",
    "payment=()",
    "picture-in-picture=()",
    "publickey-credentials-get=(self)",
    "screen-wake-lock=()",
    "sync-xhr=()",
    "usb=()",
    "xr-spatial-tracking=()",
  ].join(", "),
  "Cross-Origin-Opener-Policy": "same-origin",
  // The web host loads from the API host, which is another origin of the same site.
  "Cross-Origin-Resource-Policy": "same-site",
  "Origin-Agent-Cluster": "?1",
  "X-DNS-Prefetch-Control": "off",
  "X-Permitted-Cross-Domain-Policies": "none",
  // Helmet and OWASP say to turn this old filter off: it leaks more than it blocks. The CSP replaces it.
  "X-XSS-Protection": "0",
} as const satisfies Record<string, string>;

/** They name the software behind the edge. Rules cannot change `Server`; Cloudflare sends its own. */
const removedHeaders = ["X-Powered-By", "X-Render-Origin-Server"];

type ResponseHeaderArgs = Pick<
  EdgeArgs,
  "domains" | "edge" | "framework" | "connectOrigins" | "headers" | "further"
>;

/** Response headers (items 4.5, 4.6 and 4.8). Later rules win. Four of the Free plan's ten rules. */
export function createResponseHeaders(scope: EdgeScope, zoneId: ZoneId, args: ResponseHeaderArgs): void {
  const rules = [securityRule(args), apiRule(args), ...assetRules(args)];
  createRuleset(scope, zoneId, "responseHeaders", { rules, extra: args.edge.extraRules });
}

function securityRule({ domains, edge, connectOrigins = [], headers = {} }: ResponseHeaderArgs): Rule {
  const csp = serializeCsp(allowConnections(edge.csp, [`https://${domains.api}`, ...connectOrigins]));
  return headerRule("security_headers", "Security headers of every response", always, {
    ...setHeaders(
      mergeHeaders(defaultHeaders, headers, csp === "" ? {} : { "Content-Security-Policy": csp }),
    ),
    ...removeHeaders(removedHeaders),
  });
}

function apiRule(args: ResponseHeaderArgs): Rule {
  const [, ...more] = apiHosts(args);
  const first = equals("http.host", args.domains.api);
  const [second, ...others] = more.map((host) => equals("http.host", host));
  return headerRule(
    "api_csp",
    "The API serves no pages, so it needs no sources",
    second === undefined ? first : or(first, ...others, second),
    setHeaders({ "Content-Security-Policy": serializeCsp(apiCsp) }),
  );
}

function assetRules(args: ResponseHeaderArgs): Rule[] {
  const requests = immutableRequests(args);
  const succeeded = below("http.response.code", 400);
  return [
    headerRule(
      "immutable_assets",
      "Browsers need not ask again for a file whose name holds its hash",
      and(requests, succeeded),
      setHeaders({ "Cache-Control": `public, max-age=${IMMUTABLE_SECONDS}, immutable` }),
    ),
    headerRule(
      "failed_assets",
      "Nobody keeps an error in place of such a file",
      and(requests, not(succeeded)),
      setHeaders({ "Cache-Control": "no-store" }),
    ),
  ];
}

type Headers = Readonly<Record<string, string>>;

/** Of the same name in any letter case, the last value wins; the first spelling stays. */
function mergeHeaders(...layers: readonly Headers[]): Headers {
  const merged = new Map<string, [string, string]>();
  for (const [name, value] of layers.flatMap((layer) => Object.entries(layer))) {
    const key = name.toLowerCase();
    merged.set(key, [merged.get(key)?.[0] ?? name, value]);
  }
  return Object.fromEntries(merged.values());
}

type HeaderChanges = Record<string, RulesetRuleActionParametersHeaders>;

function headerRule(ref: string, description: string, when: Expression, headers: HeaderChanges): Rule {
  return { ref, description, when, action: "rewrite", actionParameters: { headers } };
}

function setHeaders(headers: Headers): HeaderChanges {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      headerName(name),
      { operation: "set", value: headerValue(name, value) },
    ]),
  );
}

function removeHeaders(names: readonly string[]): HeaderChanges {
  return Object.fromEntries(names.map((name) => [name, { operation: "remove" }]));
}

/** RFC 9110, section 5.1. */
function headerName(name: string): string {
  if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) return name;
  throw new RunError(`${JSON.stringify(name)} is not a header name: use letters, digits, and dashes only.`);
}

/** RFC 9110, section 5.5, without the obsolete bytes above ASCII. */
function headerValue(name: string, value: string): string {
  if (/^[!-~]([ -~]*[!-~])?$/.test(value)) return value;
  throw new RunError(
    `The header ${name} cannot be ${JSON.stringify(value)}: use visible ASCII on one line, with no space at either end.`,
  );
}
