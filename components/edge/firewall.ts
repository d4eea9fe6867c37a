import { always, and, contains, not, oneOf, startsWith } from "./expressions.ts";
import { createRuleset, type Rule } from "./ruleset.ts";
import type { EdgeScope } from "./scope.ts";

/** Source of the ids: https://developers.cloudflare.com/waf/managed-rules/ */
export const CLOUDFLARE_MANAGED_RULESET = "efb7b8c949ac4650a09736fc376e9aee";
export const OWASP_CORE_RULESET = "4814384a9e5d4991b9815dcfc25d2f1f";
/** Last rule of the OWASP ruleset, which acts when a request's score passes the threshold. */
const OWASP_SCORE_RULE = "6179ae15870a4bb7b2d480d4843b323c";

const paranoiaLevels = [1, 2, 3, 4] as const;

/** How the OWASP Core Ruleset judges. */
export interface OwaspOptions {
  /** Rules up to this level run; higher levels refuse more, good requests among it. Default 1. */
  readonly paranoiaLevel?: (typeof paranoiaLevels)[number];
  /** Score from which a request is refused: 25 (high), 40 (medium) or 60 (low). Default 40. */
  readonly scoreThreshold?: 25 | 40 | 60;
  /** What happens to such a request. An API's client cannot solve a challenge. Default `block`. */
  readonly action?: "block" | "managed_challenge" | "log";
}

/** Managed WAF rules on every request of the zone (items 4.7 and 4.8). Needs the Pro plan or higher. */
export function createManagedFirewall(scope: EdgeScope, owasp: OwaspOptions): void {
  createRuleset(scope, "waf-managed", "http_request_firewall_managed", [
    {
      ref: "cloudflare_managed",
      description: "Cloudflare Managed Ruleset, each rule with Cloudflare's own action",
      when: always,
      action: "execute",
      actionParameters: { id: CLOUDFLARE_MANAGED_RULESET },
    },
    {
      ref: "owasp_core",
      description: "OWASP Core Ruleset",
      when: always,
      action: "execute",
      actionParameters: { id: OWASP_CORE_RULESET, overrides: owaspOverrides(owasp) },
    },
  ]);
}

function owaspOverrides({ paranoiaLevel = 1, scoreThreshold = 40, action = "block" }: OwaspOptions) {
  const above = paranoiaLevels.filter((level) => level > paranoiaLevel);
  const scoreRule = { id: OWASP_SCORE_RULE, action, scoreThreshold };
  if (above.length === 0) return { rules: [scoreRule] };
  return {
    categories: above.map((level) => ({ category: `paranoia-level-${level}`, enabled: false })),
    rules: [scoreRule],
  };
}

/** Requests that no client of the platform sends. Two of the five custom rules of the Free plan. */
export function createCustomFirewall(scope: EdgeScope): void {
  const rules: Rule[] = [
    {
      ref: "other_ports",
      description: "Only the standard ports: Cloudflare also listens on 8080, 8443 and others",
      when: not(oneOf("cf.edge.server_port", [80, 443])),
      action: "block",
    },
    {
      ref: "hidden_files",
      description: "No file or folder whose name starts with a dot, such as .env and .git",
      when: and(
        contains("http.request.uri.path", "/."),
        not(startsWith("http.request.uri.path", "/.well-known/")),
      ),
      action: "block",
    },
  ];
  createRuleset(scope, "waf-custom", "http_request_firewall_custom", rules);
}
