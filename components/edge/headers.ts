import type { RulesetRuleActionParametersHeaders } from "@pulumi/cloudflare/types/input.js";
import { RunError } from "@pulumi/pulumi";
import { apiCsp, type CspDirectives, serializeCsp } from "./csp.ts";
import { always, and, below, type Expression, equals, not } from "./expressions.ts";
import { createRuleset, type Rule } from "./ruleset.ts";
import type { EdgeScope } from "./scope.ts";

/**
 * Security headers of every response but the CSP and HSTS: what Helmet sends, stricter where the platform
 * allows it, and a permissions policy that turns off what the platform does not use.
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
  // The web host loads from the API host: another origin of the same site.
  "Cross-Origin-Resource-Policy": "same-site",
  "Origin-Agent-Cluster": "?1",
  "X-DNS-Prefetch-Control": "off",
  "X-Permitted-Cross-Domain-Policies": "none",
  // The old filter leaked more than it stopped: off, as Helmet and OWASP say. The CSP does its work.
  "X-XSS-Protection": "0",
} as const satisfies Record<string, string>;

/** They name the software behind the edge. Cloudflare lets no rule touch `Server` and sends its own. */
const removedHeaders = ["X-Powered-By", "X-Render-Origin-Server"];

export interface ResponseHeaderArgs {
  readonly csp: CspDirectives;
  /** Replace or add headers by name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly apiHost: string;
  /** Requests for files whose name holds the hash of their content, and how long they are kept, in seconds. */
  readonly immutable: { readonly requests: Expression; readonly seconds: number };
}

/** Response headers (items 4.5, 4.6 and 4.8). Later rules win. Four of the ten rules of the Free plan. */
export function createResponseHeaders(scope: EdgeScope, args: ResponseHeaderArgs): void {
  createRuleset(scope, "response-headers", "http_response_headers_transform", responseHeaderRules(args));
}

function responseHeaderRules({ csp, headers, apiHost, immutable }: ResponseHeaderArgs): Rule[] {
  const policy = serializeCsp(csp);
  const succeeded = below("http.response.code", 400);
  return [
    headerRule("security_headers", "Security headers of every response", always, {
      ...setHeaders(
        mergeHeaders(defaultHeaders, headers, policy === "" ? {} : { "Content-Security-Policy": policy }),
      ),
      ...removeHeaders(removedHeaders),
    }),
    headerRule(
      "api_csp",
      "The API serves no pages, so it needs no sources",
      equals("http.host", apiHost),
      setHeaders({ "Content-Security-Policy": serializeCsp(apiCsp) }),
    ),
    headerRule(
      "immutable_assets",
      "Browsers need not ask again for a file whose name holds its hash",
      and(immutable.requests, succeeded),
      setHeaders({ "Cache-Control": `public, max-age=${immutable.seconds}, immutable` }),
    ),
    headerRule(
      "failed_assets",
      "Nobody keeps an error in place of such a file",
      and(immutable.requests, not(succeeded)),
      setHeaders({ "Cache-Control": "no-store" }),
    ),
  ];
}

type Headers = Readonly<Record<string, string>>;

/** The last of each name wins, whatever its letters' case, and keeps the spelling given first. */
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
  throw new RunError(`${JSON.stringify(name)} is no header name: letters, digits and dashes only.`);
}

/** RFC 9110, section 5.5, without the obsolete bytes above ASCII. */
function headerValue(name: string, value: string): string {
  if (/^[!-~]([ -~]*[!-~])?$/.test(value)) return value;
  throw new RunError(
    `The header ${name} cannot be ${JSON.stringify(value)}: visible ASCII and single lines only, with no space at either end.`,
  );
}
