import { snakeCase } from "../../lib/text.ts";
import type { VercelFirewall } from "../../vendors/vercel.ts";

type Rule = VercelFirewall["rules"][number];

/** A project's firewall in the words of the provider. */
export function firewallAttributes({ firewallEnabled, crs, managedRules, rules, ips }: VercelFirewall) {
  // A set that is off is there, too, and the provider leaves it out.
  const owasp = activeIn(crs);
  const others = activeIn(managedRules);
  const managed = {
    ...(owasp !== undefined && { owasp }),
    ...Object.fromEntries(
      Object.entries(others ?? {}).filter(([name]) =>
        ["bot_protection", "ai_bots", "bot_filter"].includes(name),
      ),
    ),
  };
  return {
    enabled: firewallEnabled,
    ...(Object.keys(managed).length > 0 && { managed_rulesets: managed }),
    ...(rules.length > 0 && { rules: { rule: rules.map(ruleAttributes) } }),
    ...(ips.length > 0 && {
      ip_rules: { rule: ips.map(({ hostname, ip, notes, action }) => ({ hostname, ip, notes, action })) },
    }),
  };
}

function activeIn(sets: VercelFirewall["crs"]): Record<string, object> | undefined {
  const active = Object.entries(sets ?? {}).filter(([, set]) => set.active);
  return active.length === 0
    ? undefined
    : Object.fromEntries(active.map(([name, { action }]) => [snakeCase(name), { active: true, action }]));
}

function ruleAttributes({ name, description, active, conditionGroup, action: { mitigate } }: Rule) {
  const limit = mitigate?.rateLimit;
  return {
    ...{ name, description, active },
    condition_group: conditionGroup.map(({ conditions }) => ({
      conditions: conditions.map(({ type, op, neg, key, value }) => ({
        ...{ type, op, neg: neg ?? false, key },
        ...(Array.isArray(value)
          ? { values: value.map(String) }
          : value !== null && value !== undefined && { value: String(value) }),
      })),
    })),
    action: mitigate && {
      ...{ action: mitigate.action, action_duration: mitigate.actionDuration },
      rate_limit: limit && {
        ...{ algo: limit.algo, window: limit.window, limit: limit.limit, keys: limit.keys },
        action: limit.action ?? "rate_limit",
      },
      redirect: mitigate.redirect,
    },
  };
}
