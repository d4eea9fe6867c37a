import type { FeatureName } from "../../config/plan-features.ts";
import { known, type Stack } from "../framework/index.ts";
import { tokenize } from "../values/cloudflare-tokens.ts";
import type { PlanUse } from "./plan-uses.ts";
import type { Rule } from "./rulesets.ts";
import { cloudflare } from "./tokens.ts";
import { inZone, type Zone, zones } from "./zones.ts";

/** The subscription that the stack declares for a zone. Throws UnknownRead. */
export function subscriptionOf(stack: Stack, zone: Zone) {
  return inZone(stack, zone, cloudflare.subscription)[0];
}

/** The plans of the provider's rate plans: https://developers.cloudflare.com/api/resources/zones/subresources/subscriptions/ */
const ratePlans: Readonly<Record<string, string>> = {
  free: "free",
  lite: "free",
  partners_free: "free",
  pro: "pro",
  pro_plus: "pro",
  partners_pro: "pro",
  business: "business",
  partners_business: "business",
  enterprise: "enterprise",
  partners_enterprise: "enterprise",
  partners_ent: "enterprise",
};

/** Id of the plan that a subscription buys; as it is written where Cloudflare has no such plan. Throws UnknownRead. */
export function planOfSubscription(subscription: NonNullable<ReturnType<typeof subscriptionOf>>): string {
  const id = subscription.at("ratePlan", "id").string() ?? "free";
  return ratePlans[id.toLowerCase()] ?? id;
}

/** Rate limits of each zone. */
export function rateLimitUses(stack: Stack): PlanUse[] {
  return inPhase(stack, "http_ratelimit", (rules) => {
    const limits = rules.map(({ entry }) => entry.at("ratelimit"));
    const longest = (seconds: number, blocked: number) => () =>
      limits.some(
        (limit) =>
          (limit.at("period").number() ?? 0) > seconds ||
          (limit.at("mitigationTimeout").number() ?? 0) > blocked,
      );
    const reads = (rank: number) => () =>
      rules.some(({ entry }) =>
        wordsOf(entry.at("expression").string()).some((word) => fieldRank(word) >= rank),
      );
    const counts = (rank: number) => () =>
      limits.some((limit) =>
        limit
          .at("characteristics")
          .strings()
          .some((name) => characteristicRank(name) >= rank),
      );
    return [
      ["cloudflareSecondRateLimit", () => rules.length > 1],
      ["cloudflareMinuteRateLimit", longest(10, 10)],
      ["cloudflareHostRateLimit", reads(1)],
      ["cloudflareThirdRateLimit", () => rules.length > 2],
      ["cloudflareLongRateLimit", longest(60, 3600)],
      [
        "cloudflareMethodRateLimit",
        () =>
          reads(2)() ||
          counts(2)() ||
          limits.some((limit) => (limit.at("countingExpression").string() ?? "") !== ""),
      ],
      ["cloudflareSixthRateLimit", () => rules.length > 5],
      ["cloudflareThrottle", () => rules.some(isThrottle)],
      ["cloudflareHourRateLimit", longest(600, 86_400)],
      ["cloudflareHeaderRateLimit", () => reads(3)() || counts(3)()],
      ["cloudflareRegularExpressions", () => rules.some(isRegular)],
    ];
  });
}

/** Managed and custom firewall rules of each zone. */
export function firewallUses(stack: Stack): PlanUse[] {
  return [
    ...inPhase(stack, "http_request_firewall_managed", (rules) => [
      [
        "cloudflareManagedRules",
        () => rules.some(({ entry }) => entry.at("actionParameters", "id").string() !== freeManagedRuleset),
      ],
    ]),
    ...inPhase(stack, "http_response_firewall_managed", (rules) => [
      ["cloudflareSensitiveData", () => rules.length > 0],
    ]),
    ...inPhase(stack, "http_request_firewall_custom", (rules) => [
      ["cloudflareLoggedRule", () => rules.some(({ entry }) => entry.at("action").string() === "log")],
      ["cloudflareAttackScore", reads(rules, /^cf\.waf\.score\.class$/)],
      ["cloudflareEnterpriseFields", reads(rules, enterpriseFields)],
      ["cloudflareSixthCustomRule", () => rules.length > 5],
      ["cloudflareManyCustomRules", () => rules.length > 20],
      ["cloudflareMostCustomRules", () => rules.length > 100],
      ["cloudflareRegularExpressions", () => rules.some(isRegular)],
    ]),
  ];
}

/** Cloudflare Free Managed Ruleset: https://developers.cloudflare.com/waf/managed-rules/ */
const freeManagedRuleset = "77454fe2d30c4220b5701f6fdfb893ba";

/**
 * Fields and lists that Enterprise has, or sells with an add-on: bot scores without verified bots, the numbers
 * of attack scores without their class, scanned uploads, and Cloudflare's own IP lists.
 */
const enterpriseFields =
  /^cf\.(?:bot_management\.(?!verified_bot$)|waf\.score(?!\.class$)|waf\.content_scan\.)|^\$cf\./;

/** Response headers and cache rules of each zone. */
export function edgeRuleUses(stack: Stack): PlanUse[] {
  return ["http_response_headers_transform", "http_request_cache_settings"].flatMap((phase) =>
    inPhase(stack, phase, (rules) => [
      ["cloudflareEdgeHours", () => rules.some((rule) => edgeSeconds(rule) < 7200)],
      ["cloudflareEdgeMinutes", () => rules.some((rule) => edgeSeconds(rule) < 3600)],
      ["cloudflareCacheKey", () => rules.some(hasCacheKey)],
      ["cloudflareEleventhRule", () => rules.length > 10],
      ["cloudflareManyRules", () => rules.length > 25],
      ["cloudflareMostRules", () => rules.length > 50],
      ["cloudflareRegularExpressions", () => rules.some(isRegular)],
    ]),
  );
}

/** What a setting of a zone needs, by its value. */
const paidSettings: ReadonlyMap<string, readonly [FeatureName, (value: string) => boolean]> = new Map([
  ["polish", ["cloudflarePaidSettings", (value) => value !== "off"]],
  ["h2_prioritization", ["cloudflarePaidSettings", (value) => value !== "off"]],
  ["cname_flattening", ["cloudflarePaidSettings", (value) => value === "flatten_all"]],
  ["ssl", ["cloudflareEnterpriseSettings", (value) => value === "origin_pull"]],
  ["true_client_ip_header", ["cloudflareEnterpriseSettings", (value) => value === "on"]],
  ["prefetch_preload", ["cloudflareEnterpriseSettings", (value) => value === "on"]],
  ["sort_query_string_for_cache", ["cloudflareEnterpriseSettings", (value) => value === "on"]],
  ["origin_error_page_pass_thru", ["cloudflareEnterpriseSettings", (value) => value === "on"]],
] satisfies [string, [FeatureName, (value: string) => boolean]][]);

/** Settings of each zone that not every plan has. */
export function zoneSettingUses(stack: Stack): PlanUse[] {
  return zones(stack).flatMap((zone) =>
    (known(() => inZone(stack, zone, cloudflare.zoneSetting)) ?? []).flatMap((resource): PlanUse[] => {
      const paid = paidSettings.get(known(() => resource.at("settingId").string()) ?? "");
      if (paid === undefined) return [];
      const [feature, isPaid] = paid;
      return [{ resource, zone, features: [[feature, () => isPaid(resource.at("value").string() ?? "")]] }];
    }),
  );
}

function rulesetsOf(stack: Stack, zone: Zone, phase: string) {
  return inZone(stack, zone, cloudflare.ruleset, (ruleset) => ruleset.at("phase").string() === phase);
}

const protections: ReadonlySet<string> = new Set(["http_ratelimit", "http_request_firewall_managed"]);

/** One use for each zone that has rules of the phase, reported on the last of its rulesets. */
function inPhase(
  stack: Stack,
  phase: string,
  features: (rules: readonly Rule[]) => readonly (readonly [FeatureName, () => boolean])[],
): PlanUse[] {
  return zones(stack).flatMap((zone) => {
    const rulesets = known(() => rulesetsOf(stack, zone, phase)) ?? [];
    const rules = rulesets.flatMap((resource) =>
      (known(() => resource.at("rules").items()) ?? []).map((entry): Rule => ({ resource, entry })),
    );
    const resource = rulesets.at(-1);
    return resource === undefined || rules.length === 0
      ? []
      : [{ resource, zone, features: features(rules), isProtection: protections.has(phase) }];
  });
}

/** The time that a rule keeps an answer at the edge; infinity where it sets none. */
function edgeSeconds({ entry }: Rule): number {
  const edgeTtl = entry.at("actionParameters", "edgeTtl");
  return (
    (edgeTtl.at("mode").string() === "override_origin" ? edgeTtl.at("default").number() : undefined) ??
    Number.POSITIVE_INFINITY
  );
}

function hasCacheKey({ entry }: Rule): boolean {
  const key = entry.at("actionParameters", "cacheKey", "customKey");
  return (["queryString", "header", "cookie", "host", "user"] as const).some((part) => key.at(part).exists);
}

/**
 * Enterprise alone may block without a time, which throttles, and challenge for a time; on the other plans a
 * challenge has no time.
 */
function isThrottle({ entry }: Rule): boolean {
  const action = entry.at("action").string() ?? "";
  const seconds = entry.at("ratelimit", "mitigationTimeout").number() ?? 0;
  return action === "block" ? seconds === 0 : action.endsWith("challenge") && seconds > 0;
}

function reads(rules: readonly Rule[], form: RegExp): () => boolean {
  return () =>
    rules.some(({ entry }) => words(entry.at("expression").string()).some((word) => form.test(word)));
}

/** The smallest plan whose rate limits may read a field: 0 for Free, 1 for Pro, 2 for Business, 3 for Enterprise. */
function fieldRank(field: string): number {
  const name = field.replace(/^raw\./, "");
  if (["http.request.uri.path", "cf.client.bot", "cf.bot_management.verified_bot"].includes(name)) return 0;
  if (name === "http.host" || /^http\.request\.(?:full_)?uri(?:\.|$)/.test(name)) return 1;
  return ["http.request.method", "ip.src", "http.user_agent"].includes(name) ? 2 : 3;
}

/** The same for what a rate limit counts by. */
function characteristicRank(name: string): number {
  if (["cf.colo.id", "ip.src"].includes(name)) return 0;
  return name === "cf.unique_visitor_id" ? 2 : 3;
}

/** The fields in an expression: its words with a dot in them. */
function wordsOf(expression: string | undefined): string[] {
  return words(expression).filter((word) => /^(?:http|ip|cf|ssl|raw|tcp|udp|icmp)\./.test(word));
}

function words(expression: string | undefined): string[] {
  return (tokenize(expression ?? "") ?? []).flatMap((token) => (token.kind === "word" ? [token.text] : []));
}

function isRegular({ entry }: Rule): boolean {
  return words(entry.at("expression").string()).some((word) => ["matches", "regex_replace"].includes(word));
}
