/**
 * What each phase of Cloudflare's rulesets may do.
 * Source: Cloudflare, Ruleset Engine, Phases list and Rules actions; API, Rulesets.
 */
const challenges = ["block", "challenge", "js_challenge", "managed_challenge", "log"];

/** Actions that no machine passes. */
export const stopActions: ReadonlySet<string | undefined> = new Set(
  challenges.filter((action) => action !== "log"),
);

export const phaseActions: ReadonlyMap<string, readonly string[]> = new Map([
  ["ddos_l4", ["execute"]],
  ["ddos_l7", ["execute"]],
  ["http_config_settings", ["set_config"]],
  ["http_custom_errors", ["serve_error"]],
  ["http_log_custom_fields", ["log_custom_field"]],
  ["http_ratelimit", [...challenges, "execute", "skip"]],
  ["http_request_cache_settings", ["set_cache_settings"]],
  ["http_request_dynamic_redirect", ["redirect"]],
  ["http_request_firewall_custom", [...challenges, "execute", "skip"]],
  ["http_request_firewall_managed", ["execute", "skip", ...challenges]],
  ["http_request_late_transform", ["rewrite"]],
  ["http_request_origin", ["route"]],
  ["http_request_redirect", ["redirect"]],
  ["http_request_sbfm", ["execute", "skip"]],
  ["http_request_transform", ["rewrite"]],
  ["http_response_cache_settings", ["set_cache_settings", "set_cache_control", "set_cache_tags"]],
  ["http_response_compression", ["compress_response"]],
  ["http_response_firewall_managed", ["execute", "skip", ...challenges]],
  ["http_response_headers_transform", ["rewrite"]],
]);

export const rulesetKinds = ["zone", "root", "custom", "managed"];

/** Actions that say nothing without parameters. */
export const needsParameters: ReadonlySet<string> = new Set([
  "compress_response",
  "execute",
  "redirect",
  "rewrite",
  "route",
  "serve_error",
  "set_cache_settings",
  "set_config",
  "skip",
]);

export const headerOperations = ["set", "add", "remove"];

/** Rights of PostgreSQL by kind of object: https://www.postgresql.org/docs/current/ddl-priv.html */
export const privilegesOf: ReadonlyMap<string, readonly string[]> = new Map([
  ["database", ["CREATE", "CONNECT", "TEMPORARY", "TEMP"]],
  ["schema", ["CREATE", "USAGE"]],
  ["table", ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"]],
  ["column", ["SELECT", "INSERT", "UPDATE", "REFERENCES"]],
  ["sequence", ["USAGE", "SELECT", "UPDATE"]],
  ["function", ["EXECUTE"]],
  ["procedure", ["EXECUTE"]],
  ["routine", ["EXECUTE"]],
  ["type", ["USAGE"]],
  ["foreign_data_wrapper", ["USAGE"]],
  ["foreign_server", ["USAGE"]],
]);
