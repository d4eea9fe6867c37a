import { Ruleset } from "@pulumi/cloudflare/ruleset.js";
import type { RulesetRule } from "@pulumi/cloudflare/types/input.js";
import type { Expression } from "./expressions.ts";
import type { EdgeScope } from "./scope.ts";

/** Phases of a zone that the edge fills. A zone holds one ruleset for each phase. */
export type Phase =
  | "http_request_firewall_custom"
  | "http_request_firewall_managed"
  | "http_ratelimit"
  | "http_request_cache_settings"
  | "http_response_headers_transform";

/** A rule: `ref` is its identity when rules are reordered, `when` its expression. */
export interface Rule extends Omit<RulesetRule, "expression" | "enabled" | "id" | "ref" | "description"> {
  readonly ref: string;
  readonly description: string;
  readonly when: Expression;
}

/** The zone's ruleset for a phase, named `<edge>-<suffix>`. */
export function createRuleset(
  { name, zoneId, options }: EdgeScope,
  suffix: string,
  phase: Phase,
  rules: readonly Rule[],
): Ruleset {
  return new Ruleset(
    `${name}-${suffix}`,
    {
      zoneId,
      kind: "zone",
      phase,
      name: `${name}-${suffix}`,
      rules: rules.map(({ when, ...rule }) => ({ ...rule, expression: when.text, enabled: true })),
    },
    options,
  );
}
