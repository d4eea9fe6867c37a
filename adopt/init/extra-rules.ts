import { extraRule } from "../../config/extra-rules.ts";
import { type Existing, textOf } from "../resources.ts";

const rulesetType = "cloudflare:index/ruleset:Ruleset";

/** How the program calls its own rulesets, whose rules it declares anyway. */
const own = /^edge-/;

/**
 * Rules that the zone has, in the words of the settings: they stay behind the platform's own. One that the
 * settings have no words for is left out, and `doctor` names it as lost.
 */
export function extraRulesFrom(existing: readonly Existing[]): Record<string, unknown>[] {
  const seen = new Set<string>();
  return existing
    .filter(({ type, properties }) => type === rulesetType && !own.test(textOf(properties, "name") ?? ""))
    .flatMap(({ properties }) => {
      const rules: unknown[] = Array.isArray(properties.rules) ? properties.rules : [];
      return rules.flatMap((rule, index) => {
        const fitting = fitted(rule, textOf(properties, "phase"), index);
        const key = JSON.stringify([fitting?.phase, fitting?.ref]);
        if (fitting === undefined || seen.has(key)) return [];
        seen.add(key);
        return [fitting];
      });
    });
}

function fitted(rule: unknown, phase: string | undefined, index: number) {
  if (typeof rule !== "object" || rule === null) return undefined;
  const { ref, description, expression, action, actionParameters, ratelimit, enabled } = Object.fromEntries(
    Object.entries(rule),
  );
  const given = { phase, expression, action, actionParameters, ratelimit, enabled };
  const parsed = extraRule.safeParse({
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ref: typeof ref === "string" && ref !== "" ? ref : `rule_${index + 1}`,
    ...(typeof description === "string" && description !== "" && { description }),
  });
  return parsed.success ? parsed.data : undefined;
}
