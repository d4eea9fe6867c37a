import type { FirewallConfigArgs } from "@pulumi/vercel";
import type { ResourceOf, Stack } from "../framework/index.ts";
import { actsOn, literals, usesPattern } from "../values/cloudflare-expression.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import { vercelRuleActsOn } from "../values/vercel-condition.ts";
import type { RateLimit } from "./edge.ts";
import { edgeZoneOf } from "./edge-zones.ts";
import { isOn } from "./given.ts";
import { ownedBy } from "./links.ts";
import { deployedBy, type Rule, rulesOf } from "./rulesets.ts";
import type { Site } from "./sites.ts";
import { vercel } from "./tokens.ts";
import { conditionsOf, letsPast, pathsLetPast } from "./waf.ts";

export type { RateLimit } from "./edge.ts";

/** The limits in front of a site, by its zone and by its Vercel project. Throws UnknownRead. */
export function limitsOf(stack: Stack, site: Site): RateLimit[] {
  const { zone, project, edge } = site;
  return [
    ...(edge?.limits() ?? []),
    ...(zone === undefined
      ? []
      : rulesOf(stack, zone, "http_ratelimit")
          .flatMap((rule) => limitsBy(stack, rule))
          .map(afterRewriting(stack, site))),
    ...(project === undefined ? [] : firewallsOf(stack, project).flatMap(vercelLimits)),
  ];
}

/** Limits come after the rules that give requests another path. */
function afterRewriting(stack: Stack, site: Site): (limit: RateLimit) => RateLimit {
  const zone = edgeZoneOf(stack, site);
  const seen = (request: SampleRequest) => zone?.rewritten(request).map((it) => it.request) ?? [request];
  return (limit) => ({
    ...limit,
    actsOn: (request) => seen(request).every((it) => limit.actsOn(it)),
    counts: (request, code) => seen(request).every((it) => limit.counts(it, code)),
  });
}

/** Those of one rule of a zone or its account: its own, or those of the ruleset that it deploys, where it acts. */
function limitsBy(stack: Stack, rule: Rule): RateLimit[] {
  const expression = rule.entry.at("expression").string() ?? "";
  const deployed = isOn(rule.entry.at("enabled")) ? deployedBy(stack, rule).flatMap(cloudflareLimit) : [];
  return [
    ...cloudflareLimit(rule),
    ...deployed.map((limit) => ({
      ...limit,
      names: [...limit.names, ...literals(expression)],
      usesPattern: limit.usesPattern || usesPattern(expression),
      actsOn: (request: SampleRequest) => limit.actsOn(request) && actsOn(expression, request) === true,
    })),
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
  const counting = entry.at("ratelimit", "countingExpression").string() || expression;
  return [
    {
      resource,
      rate: requests / period,
      names: [...literals(expression), ...literals(counting)],
      usesPattern: usesPattern(expression) || usesPattern(counting),
      chosenKey: entry.at("ratelimit", "characteristics").strings().find(isChosen),
      actsOn: (request) => actsOn(expression, request) === true,
      counts: (request, responseCode) => actsOn(counting, { ...request, responseCode }) === true,
    },
  ];
}

/** Cloudflare's names of what a request is counted by that its sender cannot choose at will. */
const given =
  /^(?:cf\.colo\.id|cf\.unique_visitor_id|ip\.(?:src|geoip|asn).*|http\.(?:host|request\.(?:method|uri\.path)))$/;

const isChosen = (characteristic: string): boolean => !given.test(characteristic);

const firewallsOf = ownedBy([vercel.firewall], "projectId");

function vercelLimits(firewall: ResourceOf<FirewallConfigArgs>): RateLimit[] {
  if (firewall.at("enabled").boolean() === false || letsPast(firewall)) {
    return [];
  }
  const exempt = new Set(pathsLetPast(firewall));
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
      const groups = conditionsOf(rule);
      const acts = (request: SampleRequest) =>
        !exempt.has(request.path) && vercelRuleActsOn(groups, request) === true;
      return [
        {
          resource: firewall,
          rate: requests / seconds,
          names: groups.flatMap((group) => group.flatMap(({ values }) => values)),
          usesPattern: groups.some((group) => group.some(({ op }) => op === "re")),
          chosenKey: limit
            .at("keys")
            .strings()
            .find((key) => !["ip", "ja4"].includes(key)),
          actsOn: acts,
          counts: acts,
        },
      ];
    });
}
