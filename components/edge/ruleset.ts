import { Ruleset } from "@pulumi/cloudflare/ruleset.js";
import type { RulesetRule } from "@pulumi/cloudflare/types/input.js";
import { kebabCase } from "../../lib/text.ts";
import type { EdgeScope, ZoneId } from "./args.ts";
import type { Expression } from "./expressions.ts";

/** The children of an edge that are rulesets. */
export type RulesetKey = "wafManaged" | "wafCustom" | "rateLimits" | "responseHeaders" | "cache";

/** Phases of a zone that the edge fills. A zone holds one ruleset per phase. */
export type Phase =
  | "http_request_firewall_custom"
  | "http_request_firewall_managed"
  | "http_ratelimit"
  | "http_request_cache_settings"
  | "http_response_headers_transform";

/** A rule: `ref` identifies it when rules are reordered, `when` is its expression. */
export interface Rule extends Omit<RulesetRule, "expression" | "enabled" | "id" | "ref" | "description"> {
  readonly ref: string;
  readonly description: string;
  readonly when: Expression;
}

/** The zone's ruleset for a phase. */
export function createRuleset(
  scope: EdgeScope,
  zoneId: ZoneId,
  key: RulesetKey,
  phase: Phase,
  rules: readonly Rule[],
): Ruleset {
  return new Ruleset(
    ...scope.child(key, {
      zoneId,
      kind: "zone",
      phase,
      name: `${scope.name}-${kebabCase(key)}`,
      rules: rules.map(({ when, ...rule }) => ({ ...rule, expression: when.text, enabled: true })),
    }),
  );
}
