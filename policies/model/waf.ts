import type { types as cloudflareTypes } from "@pulumi/cloudflare";
import type { FirewallConfigArgs, types } from "@pulumi/vercel";
import {
  type Fault,
  fault,
  type Resource,
  type ResourceOf,
  type Stack,
  type Value,
} from "../framework/index.ts";
import { isCloudflare } from "../values/cloudflare-networks.ts";
import { pathsOf } from "../values/expression-paths.ts";
import type { VercelCondition } from "../values/vercel-condition.ts";
import { bypassOf, exemption, type Protection } from "./bypasses.ts";
import { isOn } from "./given.ts";
import { ownedBy } from "./links.ts";
import { missedPath, reachOf } from "./reach.ts";
import { type Rule, rulesOf } from "./rulesets.ts";
import { knownHealthPath, type Site } from "./sites.ts";
import { vercel } from "./tokens.ts";
import type { Zone } from "./zones.ts";

/** Cloudflare's own rule sets: https://developers.cloudflare.com/waf/managed-rules/ */
const owasp = { id: "4814384a9e5d4991b9815dcfc25d2f1f", name: "OWASP Core Ruleset" };
const managedRulesets = [
  { id: "efb7b8c949ac4650a09736fc376e9aee", name: "Cloudflare Managed Ruleset" },
  owasp,
] as const;

type ManagedRuleset = (typeof managedRulesets)[number];

/** Last rule of the OWASP ruleset, which acts when the score of a request passes the threshold. */
const scoreRule = "6179ae15870a4bb7b2d480d4843b323c";

/** The lowest sensitivity that Cloudflare offers, as a score. */
const highestThreshold = 60;

/** Categories that a site with a database and pages cannot do without; level 1 is all of OWASP's base. */
const essential: ReadonlySet<string> = new Set(["sqli", "xss", "rce", "paranoia-level-1"]);

const protection: Protection = {
  name: "the managed rules",
  phase: "http_request_firewall_managed",
  product: "waf",
};

/**
 * What keeps managed rules from a site's requests; undefined when nothing does. The rules are Cloudflare's two rule
 * sets, or those against injection in the firewall of Vercel. Throws UnknownRead.
 */
export function wafFault(stack: Stack, site: Site): Fault | undefined {
  const { zone, project, edge } = site;
  const atEdge = edge?.managedRules();
  if (edge !== undefined && (atEdge === undefined || zone === undefined)) {
    return atEdge;
  }
  const fault =
    (project && bypassAtVercel(stack, project)) ??
    (zone === undefined ? unguarded(stack, project) : cloudflareFault(stack, site, zone));
  const isBypassed = project !== undefined && bypassAtVercel(stack, project) !== undefined;
  const stopsAtVercel =
    project !== undefined && !isBypassed && firewallsOf(stack, project).some(stopsInjection);
  if (fault === undefined || stopsAtVercel) {
    return undefined;
  }
  return fault;
}

function unguarded(stack: Stack, project: Resource | undefined): Fault {
  const exempt = project === undefined ? [] : firewallsOf(stack, project).flatMap((it) => pathsLetPast(it));
  return {
    found:
      exempt.length === 0
        ? "no managed rules act on it"
        : `the firewall of its project lets ${exempt.join(", ")} past, and no other managed rules act there`,
  };
}

function cloudflareFault(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  const bypass = bypassOf(stack, site, zone, protection) ?? floodFault(stack, site, zone);
  if (bypass !== undefined) {
    return bypass;
  }
  const managed = rulesOf(stack, zone, protection.phase);
  for (const ruleset of managedRulesets) {
    const fault = executionFault(managed, ruleset, site);
    if (fault !== undefined) {
      return typeof fault === "string" ? { found: `the ${ruleset.name} ${fault}` } : fault;
    }
  }
  return undefined;
}

/** Rules run in their order: a rule that skips counts only for what comes after it. */
function executionFault(
  rules: readonly Rule[],
  { id, name }: ManagedRuleset,
  site: Site,
): string | Fault | undefined {
  let missed: string | undefined;
  for (const rule of rules) {
    const parameters = rule.entry.at("actionParameters");
    const action = rule.entry.at("action").string();
    if (!isOn(rule.entry.at("enabled"))) {
      continue;
    }
    const named = action === "skip" ? namedRules(parameters, id) : undefined;
    if (named !== undefined) {
      const what = `the rules ${named} of the ${name}`;
      const wrong = exemption(rule, site, { ...protection, name: what });
      const isFalseAlarm = id !== owasp.id && isExceptionOf(rule, site);
      if (wrong !== undefined && !isFalseAlarm) {
        return wrong.isUnproved === true ? wrong : { ...wrong, fix: exceptionFix };
      }
    }
    if (action === "skip" && skips(parameters, id)) {
      const wrong = exemption(rule, site, { ...protection, name: `the ${name}` });
      if (wrong !== undefined) {
        return wrong;
      }
    }
    if (action === "execute" && parameters.at("id").string() === id) {
      const path = missedPath(rule.entry.at("expression").string() ?? "", site);
      if (path === undefined) {
        return overrideFault(parameters.at("overrides"));
      }
      missed ??= path;
    }
  }
  return missed === undefined
    ? "does not run"
    : `runs only on some requests: its expression is not true of requests such as ${site.host}${missed}`;
}

/** What keeps Cloudflare from stopping floods, which it does at a high sensitivity without being asked. */
function floodFault(stack: Stack, site: Site, zone: Zone): Fault | undefined {
  for (const rule of rulesOf(stack, zone, "ddos_l7")) {
    const overrides = rule.entry.at("actionParameters", "overrides");
    const all = [
      overrides.as<Flood>(),
      ...overrides
        .at("categories")
        .items()
        .map((it) => it.as<Flood>()),
      ...overrides
        .at("rules")
        .items()
        .map((it) => it.as<Flood>()),
    ];
    const lax = isOn(rule.entry.at("enabled")) ? all.find(isLax) : undefined;
    if (lax !== undefined && reachOf(rule.entry.at("expression").string() ?? "", site).kind !== "none") {
      return fault(lax, `an override of ${rule.resource.name} takes the protection from floods back`);
    }
  }
  return undefined;
}

type Flood = Pick<
  cloudflareTypes.input.RulesetRuleActionParametersOverrides,
  "action" | "enabled" | "sensitivityLevel"
>;

const isLax = (override: Value<Flood>): boolean =>
  isDefused(override) || ["low", "eoff"].includes(override.at("sensitivityLevel").string() ?? "");

type Parameters = cloudflareTypes.input.RulesetRuleActionParameters;

const skips = (parameters: Value<Parameters>, id: string): boolean =>
  parameters.at("ruleset").string() === "current" || parameters.at("rulesets").strings().includes(id);

/**
 * Rules of a rule set that are skipped by their ids, of which only Cloudflare knows what they stop. One of OWASP's only
 * adds to a score, but for the last, which acts on it.
 */
function namedRules(parameters: Value<Parameters>, id: string): string | undefined {
  const [, listed] =
    parameters
      .at("rules")
      .entries()
      .find(([ruleset]) => ruleset === id) ?? [];
  if (listed === undefined) {
    return undefined;
  }
  const rules = idsIn(listed);
  const acting = id === owasp.id ? rules.filter((rule) => rule === scoreRule) : rules;
  return acting.length === 0 ? undefined : acting.join(", ");
}

/**
 * Whether a rule that skips others by their ids is how Cloudflare would have a false alarm dealt with: few of them, for
 * paths that it names in full, with a reason. The rest of the rule set acts there too.
 *
 * Source: Cloudflare, WAF, Handle false positives, and Create exceptions.
 */
function isExceptionOf({ entry }: Rule, site: Site): boolean {
  const paths = pathsOf(entry.at("expression").string() ?? "");
  const skipped = entry
    .at("actionParameters", "rules")
    .entries()
    .flatMap(([, listed]) => idsIn(listed));
  const words = (entry.at("description").string() ?? "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const open = new Set(["/", knownHealthPath(site)]);
  return (
    skipped.length <= mostSkipped &&
    words.length >= 2 &&
    paths !== undefined &&
    paths.length <= mostPaths &&
    !paths.some((path) => open.has(path) || signsIn.test(path))
  );
}

const mostSkipped = 3;
const mostPaths = 5;

/** Paths at which a rule against injection guards what everybody may try. */
const signsIn = /log-?in|sign-?(?:in|up)|auth|session|password|register|\/graphql\/?$/i;

const exceptionFix =
  'To deal with a false alarm, skip at most three rules by their ids for paths named in full, such as http.request.uri.path eq "/api/webhooks/cms", and give the reason as the description; or waive this policy for the host.';

const idsIn = (listed: Value<string[]>): string[] => listed.string()?.split(/[\s,]+/) ?? listed.strings();

/** A rule or a category that is not essential may be switched off: that is how false alarms are dealt with. */
function overrideFault(overrides: Value<Parameters["overrides"]>): string | undefined {
  if (isDefused(overrides.as<Override>())) {
    return "is switched off, or only logs, by its overrides";
  }
  const category = overrides
    .at("categories")
    .items()
    .find((it) => essential.has(it.at("category").string() ?? "") && isDefused(it.as<Override>()));
  if (category !== undefined) {
    return `is switched off, or only logs, for the category ${category.at("category").string()}`;
  }
  const score = overrides
    .at("rules")
    .items()
    .find((it) => it.at("id").string() === scoreRule);
  if (score !== undefined && isDefused(score.as<Override>())) {
    return "only adds up scores: its last rule is switched off, or only logs";
  }
  const threshold = score?.at("scoreThreshold").number() ?? 0;
  return threshold > highestThreshold ? `acts only from a score of ${threshold}` : undefined;
}

/** An override of all rules, of a category or of one rule. */
type Override = Pick<
  cloudflareTypes.input.RulesetRuleActionParametersOverrides,
  "action" | "enabled" | "sensitivityLevel"
>;

const isDefused = (override: Value<Override>): boolean =>
  override.at("enabled").boolean() === false ||
  override.at("action").string() === "log" ||
  override.at("sensitivityLevel").string() === "eoff";

const firewallsOf = ownedBy([vercel.firewall], "projectId");
const bypassesOf = ownedBy([vercel.firewallBypass], "projectId");

/** What lets requests past the firewall of a project, or switches it off: what the CDN connects from may pass. */
function bypassAtVercel(stack: Stack, project: Resource): Fault | undefined {
  for (const firewall of firewallsOf(stack, project)) {
    if (firewall.at("enabled").boolean() === false) {
      return {
        found: `the firewall ${firewall.name} of its project is switched off`,
        at: firewall.at("enabled"),
      };
    }
    if (letsPast(firewall)) {
      return {
        found: `the firewall ${firewall.name} of its project has a rule that lets requests past`,
        at: firewall.at("rules"),
      };
    }
  }
  const [bypass] = bypassesOf(stack, project, (it) => !isCloudflare(it.at("sourceIp").string() ?? ""));
  return bypass === undefined
    ? undefined
    : {
        found: `${bypass.name} lets ${bypass.at("sourceIp").string()} past the firewall of its project`,
        at: bypass.at("sourceIp"),
      };
}

/** Whether a firewall of Vercel lets requests past its other rules, but those for paths that a rule names in full. */
export function letsPast(firewall: ResourceOf<FirewallConfigArgs>): boolean {
  const byRule = bypassRules(firewall).some((rule) => exactPaths(rule) === undefined);
  const byAddress = firewall
    .at("ipRules", "rules")
    .items()
    .some((rule) => rule.at("action").string() === "bypass");
  return byRule || byAddress;
}

/** Paths, each in full, that a firewall of Vercel lets past its other rules. */
export const pathsLetPast = (firewall: ResourceOf<FirewallConfigArgs>): readonly string[] =>
  bypassRules(firewall).flatMap((rule) => exactPaths(rule) ?? []);

/** Rules by which requests go past the others of a firewall of Vercel. */
export const bypassRules = (firewall: ResourceOf<FirewallConfigArgs>): VercelRule[] =>
  firewall
    .at("rules", "rules")
    .items()
    .filter((rule) => isOn(rule.at("active")) && rule.at("action", "action").string() === "bypass");

type VercelRule = Value<types.input.FirewallConfigRulesRule>;

/** Paths to which each group of a rule's conditions is limited; undefined where one is not, or where they are many. */
function exactPaths(rule: VercelRule): readonly string[] | undefined {
  const groups = conditionsOf(rule).map((group) =>
    group.find(({ type, op, neg }) => type === "path" && !neg && (op === "eq" || op === "inc")),
  );
  const paths = groups.flatMap((condition) => condition?.values ?? []);
  const isLimited = groups.every((condition) => condition !== undefined) && paths.length > 0;
  return isLimited && paths.length <= mostPaths && !paths.includes("/") ? paths : undefined;
}

function stopsInjection(firewall: ResourceOf<FirewallConfigArgs>): boolean {
  const rules = firewall.at("managedRulesets", "owasp");
  return (
    firewall.at("enabled").boolean() !== false &&
    !letsPast(firewall) &&
    pathsLetPast(firewall).length === 0 &&
    [rules.at("sqli"), rules.at("xss")].every(
      (rule) =>
        rule.at("active").boolean() === true &&
        ["deny", "challenge"].includes(rule.at("action").string() ?? ""),
    )
  );
}

/** Groups of conditions, of one of which all have to hold. */
export const conditionsOf = (rule: Value<types.input.FirewallConfigRulesRule>): VercelCondition[][] =>
  rule
    .at("conditionGroups")
    .items()
    .map((group) => group.at("conditions").items().map(toCondition));

function toCondition(
  condition: Value<types.input.FirewallConfigRulesRuleConditionGroupCondition>,
): VercelCondition {
  const value = condition.at("value").string();
  return {
    type: condition.at("type").string() ?? "",
    op: condition.at("op").string() ?? "",
    neg: condition.at("neg").boolean() === true,
    key: condition.at("key").string(),
    values: value === undefined ? condition.at("values").strings() : [value],
  };
}
