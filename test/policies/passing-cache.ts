import type { Fixture } from "./fixture.ts";
import { ruleset, zoneSetting } from "./passing-edge.ts";

const year = 31_536_000;

/** What the cache keeps: files of Next.js that are named after their content. */
export const immutableRule = {
  action: "set_cache_settings",
  enabled: true,
  expression:
    '(starts_with(http.request.uri.path, "/_next/static/") and not http.host eq "api.optropic.example")',
  actionParameters: {
    cache: true,
    edgeTtl: { mode: "override_origin", default: year },
    browserTtl: { mode: "override_origin", default: year },
  },
};

/** What it never keeps. */
export const neverRule = {
  action: "set_cache_settings",
  enabled: true,
  expression: '(http.host eq "api.optropic.example" or starts_with(http.request.uri.path, "/api/"))',
  actionParameters: { cache: false },
};

/** Cache and protocols of a stack that passes, beside its zone. */
export function passingCache(): Fixture[] {
  return [
    ruleset("edge-cache", "http_request_cache_settings", [immutableRule, neverRule]),
    zoneSetting("http2", "on"),
    zoneSetting("http3", "on"),
  ];
}
