import type { EdgeArgs, EdgeScope, OwaspOptions, ZoneId } from "./args.ts";
import { always, and, contains, not, oneOf, startsWith } from "./expressions.ts";
import { createRuleset, type Rule } from "./ruleset.ts";

/** Source of the ids: https://developers.cloudflare.com/waf/managed-rules/ */
export const CLOUDFLARE_MANAGED_RULESET = "efb7b8c949ac4650a09736fc376e9aee";
export const OWASP_CORE_RULESET = "4814384a9e5d4991b9815dcfc25d2f1f";
/** The last rule of the OWASP ruleset, which acts when the score of a request reaches the threshold. */
const OWASP_SCORE_RULE = "6179ae15870a4bb7b2d480d4843b323c";

const paranoiaLevels = [1, 2, 3, 4] as const;

/** Managed WAF rules on every request of the zone (items 4.7 and 4.8). They need the Pro plan or higher. */
export function createManagedFirewall(
  scope: EdgeScope,
  zoneId: ZoneId,
  args: Pick<EdgeArgs, "edge" | "owasp">,
): void {
  const rules: Rule[] = [
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
      actionParameters: { id: OWASP_CORE_RULESET, overrides: owaspOverrides(args.owasp) },
    },
  ];
  createRuleset(scope, zoneId, "wafManaged", { rules, extra: args.edge.extraRules });
}

function owaspOverrides({ paranoiaLevel = 1, scoreThreshold = 40, action = "block" }: OwaspOptions = {}) {
  const above = paranoiaLevels.filter((level) => level > paranoiaLevel);
  const scoreRule = { id: OWASP_SCORE_RULE, action, scoreThreshold };
  if (above.length === 0) return { rules: [scoreRule] };
  return {
    categories: above.map((level) => ({ category: `paranoia-level-${level}`, enabled: false })),
    rules: [scoreRule],
  };
}

/** Blocks requests that no client of the platform sends. Two of the Free plan's five custom rules. */
export function createCustomFirewall(
  scope: EdgeScope,
  zoneId: ZoneId,
  { edge }: Pick<EdgeArgs, "edge">,
): void {
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
  createRuleset(scope, zoneId, "wafCustom", { rules, extra: edge.extraRules });
}
