import type { Settings } from "../../config/settings.ts";
import { and, type Expression, equals, not, or, startsWith } from "./expressions.ts";
import { apiRequests } from "./rate-limits.ts";
import { createRuleset } from "./ruleset.ts";
import type { EdgeScope } from "./scope.ts";

/** A year, the longest that HTTP caches were asked to keep a response (RFC 2616, section 14.21). */
export const IMMUTABLE_SECONDS = 31_536_000;

/** Where each framework puts files whose name holds the hash of their content. */
const immutablePrefixes = {
  nextjs: "/_next/static/",
  remix: "/assets/",
  nuxtjs: "/_nuxt/",
  sveltekit: "/_app/immutable/",
  astro: "/_astro/",
  vite: "/assets/",
} as const satisfies Record<Settings["web"]["framework"], string>;

/** Requests for such files. The API host has none: what lies under the same path there is data. */
export function immutableRequests(framework: Settings["web"]["framework"], apiHost: string): Expression {
  return and(
    startsWith("http.request.uri.path", immutablePrefixes[framework]),
    not(equals("http.host", apiHost)),
  );
}

/**
 * Cache rules (items 6.8, 6.9 and 7.8). Everything else follows the host's own headers, and Cloudflare keeps
 * no HTML. The last rule that matches wins, so an API path is never kept.
 */
export function createCacheRules(
  scope: EdgeScope,
  args: { readonly apiHost: string; readonly immutable: Expression },
): void {
  createRuleset(scope, "cache", "http_request_cache_settings", [
    {
      ref: "immutable_assets",
      description: "Files named after their content are kept a year, at the edge and in browsers",
      when: args.immutable,
      action: "set_cache_settings",
      actionParameters: {
        cache: true,
        edgeTtl: {
          mode: "override_origin",
          default: IMMUTABLE_SECONDS,
          // -1 is no-store: the override would keep an error for a year as well.
          statusCodeTtls: [{ statusCodeRange: { from: 400 }, value: -1 }],
        },
        browserTtl: { mode: "override_origin", default: IMMUTABLE_SECONDS },
      },
    },
    {
      ref: "never_cached",
      description: "Neither the API nor what certificate authorities and hosts ask for is kept",
      when: or(apiRequests(args.apiHost), startsWith("http.request.uri.path", "/.well-known/")),
      action: "set_cache_settings",
      actionParameters: { cache: false },
    },
  ]);
}
