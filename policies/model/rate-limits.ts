import type { FirewallConfigArgs, types } from "@pulumi/vercel";
import type { Resource, ResourceOf, Stack, Value } from "../framework/index.ts";
import { actsOn, literals } from "../values/cloudflare-expression.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import { type VercelCondition, vercelRuleActsOn } from "../values/vercel-condition.ts";
import { isOn } from "./given.ts";
import { ownedBy } from "./links.ts";
import { type Rule, rulesOf } from "./rulesets.ts";
import type { Site } from "./sites.ts";
import { vercel } from "./tokens.ts";

/** A rule at the edge that turns requests away when there are too many. */
export interface RateLimit {
  readonly resource: Resource;
  /** Requests a second that it lets through, from one caller. */
  readonly rate: number;
  /** Hosts and paths that the rule names. */
  readonly names: readonly string[];
  readonly actsOn: (request: SampleRequest) => boolean;
}

/** The limits in front of a site, by its zone and by its Vercel project. Throws UnknownRead. */
export function limitsOf(stack: Stack, { zone, project }: Site): RateLimit[] {
  return [
    ...(zone === undefined ? [] : rulesOf(stack, zone, "http_ratelimit").flatMap(cloudflareLimit)),
    ...(project === undefined ? [] : firewallsOf(stack, project).flatMap(vercelLimits)),
  ];
}

/** Actions that stop a request; `log` lets it through. */
const stops: ReadonlySet<string | undefined> = new Set([
  "block",
  "challenge",
  "js_challenge",
  "managed_challenge",
]);

function cloudflareLimit(rule: Rule): RateLimit[] {
  const { entry, resource } = rule;
  const period = entry.at("ratelimit", "period").number();
  const requests = entry.at("ratelimit", "requestsPerPeriod").number();
  if (!isOn(rule.entry.at("enabled")) || !stops.has(entry.at("action").string()) || !period || !requests) {
    return [];
  }
  const expression = entry.at("expression").string() ?? "";
  return [
    {
      resource,
      rate: requests / period,
      names: literals(expression),
      actsOn: (request) => actsOn(expression, request) === true,
    },
  ];
}

const firewallsOf = ownedBy([vercel.firewall], "projectId");

function vercelLimits(firewall: ResourceOf<FirewallConfigArgs>): RateLimit[] {
  if (firewall.at("enabled").boolean() === false) {
    return [];
  }
  return firewall
    .at("rules", "rules")
    .items()
    .flatMap((rule): RateLimit[] => {
      const limit = rule.at("action", "rateLimit");
      const seconds = limit.at("window").number();
      const requests = limit.at("limit").number();
      const isActive =
        rule.at("active").boolean() !== false && rule.at("action", "action").string() === "rate_limit";
      const stopsRequests = !["log", "bypass"].includes(limit.at("action").string() ?? "log");
      if (!isActive || !stopsRequests || !seconds || !requests) {
        return [];
      }
      const groups = rule
        .at("conditionGroups")
        .items()
        .map((group) => group.at("conditions").items().map(toCondition));
      return [
        {
          resource: firewall,
          rate: requests / seconds,
          names: groups.flatMap((group) => group.flatMap(({ values }) => values)),
          actsOn: (request) => vercelRuleActsOn(groups, request) === true,
        },
      ];
    });
}

function toCondition(
  condition: Value<types.input.FirewallConfigRulesRuleConditionGroupCondition>,
): VercelCondition {
  const value = condition.at("value").string();
  return {
    type: condition.at("type").string() ?? "",
    op: condition.at("op").string() ?? "",
    neg: condition.at("neg").boolean() === true,
    values: value === undefined ? condition.at("values").strings() : [value],
  };
}
