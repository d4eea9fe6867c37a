import { Ruleset } from "@pulumi/cloudflare/ruleset.js";
import type { RulesetRule } from "@pulumi/cloudflare/types/input.js";
import type { ExtraRules } from "../../config/extra-rules.ts";
import { kebabCase } from "../../lib/text.ts";
import type { EdgeScope, ZoneId } from "./args.ts";
import type { Expression } from "./expressions.ts";

/** The children of an edge that are rulesets. */
export type RulesetKey = "wafManaged" | "wafCustom" | "rateLimits" | "responseHeaders" | "cache";

/** The phase of each. A zone holds one ruleset per phase. */
const phases: Readonly<Record<RulesetKey, ExtraRules["before"][number]["phase"]>> = {
  wafManaged: "http_request_firewall_managed",
  wafCustom: "http_request_firewall_custom",
  rateLimits: "http_ratelimit",
  responseHeaders: "http_response_headers_transform",
  cache: "http_request_cache_settings",
};

/** A rule: `ref` identifies it when rules are reordered, `when` is its expression. */
export interface Rule extends Omit<RulesetRule, "expression" | "enabled" | "id" | "ref" | "description"> {
  readonly ref: string;
  readonly description: string;
  readonly when: Expression;
}

/** The zone's ruleset for a phase: the platform's rules between those that the zone has beside them. */
export function createRuleset(
  scope: EdgeScope,
  zoneId: ZoneId,
  key: RulesetKey,
  { rules, extra }: { rules: readonly Rule[]; extra: ExtraRules | undefined },
): Ruleset {
  const phase = phases[key];
  const beside = (place: keyof ExtraRules): RulesetRule[] =>
    (extra?.[place] ?? []).filter((rule) => rule.phase === phase).map(({ phase: _, ...rule }) => rule);
  return new Ruleset(
    ...scope.child(
      key,
      {
        zoneId,
        kind: "zone",
        phase,
        name: `${scope.name}-${kebabCase(key)}`,
        rules: [
          ...beside("before"),
          ...rules.map(({ when, ...rule }) => ({ ...rule, expression: when.text, enabled: true })),
          ...beside("after"),
        ],
      },
      // Another name means another ruleset to the provider, and the zone would be without rules in between. One that
      // is taken over keeps the name that it has.
      { ignoreChanges: ["name"] },
    ),
  );
}
