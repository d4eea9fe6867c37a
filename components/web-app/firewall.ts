import type { FirewallConfigArgs } from "@pulumi/vercel/firewallConfig.js";
import type { Settings } from "../../config/settings.ts";

type RateLimit = Settings["edge"]["rateLimits"]["api"];

export interface FirewallRulesArgs {
  /** Prefix of the API's paths, such as `/api`. */
  apiPath: string;
  /** Path of the login endpoint. */
  loginPath: string;
  rateLimits: Settings["edge"]["rateLimits"];
}

/**
 * Rate limits of the application firewall, the tighter one first: Vercel applies rules in their order
 * (item 4.4).
 */
export function firewallRules(args: FirewallRulesArgs): NonNullable<FirewallConfigArgs["rules"]> {
  return {
    rules: [
      limitRule("Login rate limit", args.loginPath, args.rateLimits.login),
      limitRule("API rate limit", args.apiPath, args.rateLimits.api),
    ],
  };
}

const deny = { active: true, action: "deny" };

/**
 * The whole OWASP core rule set denies (items 4.7 and 4.8). Bot protection only logs: a challenge needs a
 * browser, and would turn away health probes and the API's own clients.
 */
export const managedRulesets: NonNullable<FirewallConfigArgs["managedRulesets"]> = {
  owasp: {
    xss: deny,
    sqli: deny,
    lfi: deny,
    rfi: deny,
    rce: deny,
    gen: deny,
    ma: deny,
    sd: deny,
    sf: deny,
    php: deny,
    java: deny,
  },
  botProtection: { active: true, action: "log" },
};

function limitRule(name: string, path: string, limit: RateLimit) {
  return {
    name,
    description: `At most ${limit.requests} requests in ${limit.periodSeconds} s from one address`,
    active: true,
    conditionGroups: [{ conditions: [{ type: "path", op: "pre", value: path }] }],
    action: {
      action: "rate_limit",
      rateLimit: {
        algo: "fixed_window",
        keys: ["ip"],
        limit: limit.requests,
        window: limit.periodSeconds,
        // Answers 429.
        action: "rate_limit",
      },
      actionDuration: blockDuration(limit.blockSeconds),
    },
  };
}

/** Vercel blocks an address for whole minutes, 60 at most: https://vercel.com/changelog/vercel-waf-now-supports-persistent-actions */
function blockDuration(seconds: number): string {
  return `${Math.min(60, Math.ceil(seconds / 60))}m`;
}
