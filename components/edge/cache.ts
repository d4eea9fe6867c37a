import type { Settings } from "../../config/settings.ts";
import type { EdgeArgs, EdgeScope, ZoneId } from "./args.ts";
import { and, type Expression, equals, not, or, startsWith } from "./expressions.ts";
import { apiHosts, apiRequests } from "./requests.ts";
import { createRuleset, type Rule } from "./ruleset.ts";

/** One year, the longest that HTTP asked caches to keep a response (RFC 2616, section 14.21). */
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

/** Requests for such files. On the API host, the same path holds data. */
export function immutableRequests({
  framework = "nextjs",
  ...args
}: Pick<EdgeArgs, "framework" | "domains" | "further">): Expression {
  const [, ...more] = apiHosts(args);
  return and(
    startsWith("http.request.uri.path", immutablePrefixes[framework]),
    not(equals("http.host", args.domains.api)),
    ...more.map((host) => not(equals("http.host", host))),
  );
}

/**
 * Cache rules (items 6.8, 6.9 and 7.8). Everything else follows the host's own headers, and Cloudflare caches
 * no HTML. The last matching rule wins, so a path of the API is never cached.
 */
export function createCacheRules(
  scope: EdgeScope,
  zoneId: ZoneId,
  args: Pick<EdgeArgs, "framework" | "domains" | "edge" | "further">,
): void {
  const rules: Rule[] = [
    {
      ref: "immutable_assets",
      description: "Files named after their content are kept a year, at the edge and in browsers",
      when: immutableRequests(args),
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
      when: or(apiRequests(args), startsWith("http.request.uri.path", "/.well-known/")),
      action: "set_cache_settings",
      actionParameters: { cache: false },
    },
  ];
  createRuleset(scope, zoneId, "cache", { rules, extra: args.edge.extraRules });
}
