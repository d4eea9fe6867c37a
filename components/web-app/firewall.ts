import { FirewallConfig, type FirewallConfigArgs } from "@pulumi/vercel/firewallConfig.js";
import type { Project } from "@pulumi/vercel/project.js";
import type { WebAppArgs, WebAppScope } from "./args.ts";

type FirewallArgs = Pick<WebAppArgs, "team" | "apiPath" | "loginPath" | "rateLimits">;

/** The application firewall: managed rulesets and rate limits (items 4.4, 4.7 and 4.8). */
export function raiseFirewall(scope: WebAppScope, args: FirewallArgs, project: Project): void {
  new FirewallConfig(
    ...scope.child("firewall", {
      teamId: args.team,
      projectId: project.id,
      enabled: true,
      managedRulesets,
      rules: rateLimitRules(args),
    }),
  );
}

const deny = { active: true, action: "deny" };

/**
 * Every group of the OWASP core ruleset denies (items 4.7 and 4.8). Bot protection only logs: a challenge needs
 * a browser, so it would reject health probes and the API's own clients.
 */
const managedRulesets: NonNullable<FirewallConfigArgs["managedRulesets"]> = {
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

/** Rate limits, the stricter one first: Vercel applies rules in order (item 4.4). */
function rateLimitRules(args: FirewallArgs): NonNullable<FirewallConfigArgs["rules"]> {
  return {
    rules: [
      limitRule("Login rate limit", loginConditions(args.loginPath), args.rateLimits.login),
      limitRule("API rate limit", [[below(args.apiPath ?? "/api")]], args.rateLimits.api),
    ],
  };
}

type Condition = Readonly<Record<"type" | "op" | "value", string>>;

const below = (value: string): Condition => ({ type: "path", op: "pre", value });

/** The login by itself, and after others in a batch: tRPC joins several procedures in one path with commas. */
function loginConditions(loginPath: string): Condition[][] {
  const parent = loginPath.slice(0, loginPath.lastIndexOf("/") + 1);
  const procedure = loginPath.slice(parent.length);
  return procedure === ""
    ? [[below(loginPath)]]
    : [[below(loginPath)], [below(parent), { type: "path", op: "sub", value: `,${procedure}` }]];
}

function limitRule(
  name: string,
  groups: readonly (readonly Condition[])[],
  limit: WebAppArgs["rateLimits"]["api"],
) {
  return {
    name,
    description: `At most ${limit.requests} requests in ${limit.periodSeconds} s from one address`,
    active: true,
    conditionGroups: groups.map((conditions) => ({ conditions: [...conditions] })),
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

/** Vercel blocks an address for full minutes, 60 at most: https://vercel.com/changelog/vercel-waf-now-supports-persistent-actions */
function blockDuration(seconds: number): string {
  return `${Math.min(60, Math.ceil(seconds / 60))}m`;
}
