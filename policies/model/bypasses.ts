import { type Fault, type ResourceOf, type Stack, unproved } from "../framework/index.ts";
import { isOn } from "./given.ts";
import { pageRulesOf } from "./page-rules.ts";
import { reachOf } from "./reach.ts";
import { deployedBy, type Rule, rulesOf } from "./rulesets.ts";
import type { Site } from "./sites.ts";
import { cloudflare } from "./tokens.ts";
import { inZone, type Zone, zoneSettings } from "./zones.ts";

/** What may be bypassed: a phase of Cloudflare's rulesets, and the products that stood in its place before. */
export interface Protection {
  /** As messages call it. */
  readonly name: string;
  readonly phase: "http_request_firewall_managed" | "http_ratelimit";
  readonly product: "waf" | "rateLimit";
}

/**
 * What lets requests to a site past a protection of its zone, whichever resource says so: a rule that skips, an
 * allowed address, a page rule, a setting. A rule that may reach the site counts unless it is proved not to.
 * Throws UnknownRead.
 */
export function bypassOf(stack: Stack, site: Site, zone: Zone, protection: Protection): Fault | undefined {
  for (const phase of [...earlierPhases, protection.phase]) {
    for (const rule of rulesOf(stack, zone, phase)) {
      const fault = skips(rule, protection, phase)
        ? exemption(rule, site, protection)
        : byDeployed(stack, rule, site, protection, phase);
      if (fault !== undefined) {
        return fault;
      }
    }
  }
  return (
    byFirewallRule(stack, site, zone, protection) ??
    byAccessRule(stack, zone, protection) ??
    byPageRule(stack, site, zone, protection) ??
    bySetting(stack, zone, protection)
  );
}

const earlierPhases = ["http_request_firewall_custom"];

function skips({ entry }: Rule, { phase, product }: Protection, ownPhase: string): boolean {
  if (entry.at("action").string() !== "skip" || !isOn(entry.at("enabled"))) {
    return false;
  }
  const parameters = entry.at("actionParameters");
  return (
    parameters.at("phases").strings().includes(phase) ||
    parameters.at("products").strings().includes(product) ||
    // Among the managed rules it counts only for what comes after it.
    (ownPhase === "http_ratelimit" && parameters.at("ruleset").string() === "current")
  );
}

/** What the custom ruleset that a rule deploys lets past; one that the stack does not declare may skip anything. */
function byDeployed(
  stack: Stack,
  rule: Rule,
  site: Site,
  protection: Protection,
  phase: string,
): Fault | undefined {
  const { entry, resource } = rule;
  const isOther =
    !earlierPhases.includes(phase) || entry.at("action").string() !== "execute" || !isOn(entry.at("enabled"));
  if (isOther || reachOf(entry.at("expression").string() ?? "", site).kind === "none") {
    return undefined;
  }
  const deployed = deployedBy(stack, rule);
  if (deployed.length === 0) {
    return unproved(
      entry.at("actionParameters", "id"),
      `a rule of ${resource.name} runs a custom ruleset that the stack does not declare, which may skip ${protection.name} for requests to ${site.host}`,
      "Declare the custom ruleset in the stack, or waive this policy for the host.",
    );
  }
  return deployed
    .filter((inner) => skips(inner, protection, phase))
    .map((inner) => exemption(inner, site, protection))
    .find((fault) => fault !== undefined);
}

/** What a rule that skips lets past, undefined where it is proved that no request to the site matches it. */
export function exemption({ entry, resource }: Rule, site: Site, { name }: Protection): Fault | undefined {
  const expression = entry.at("expression").string() ?? "";
  return exempted(expression, site, `a rule of ${resource.name} skips ${name}`, entry.at("expression"));
}

function exempted(
  expression: string,
  site: Site,
  what: string,
  at: NonNullable<Fault["at"]>,
): Fault | undefined {
  const reach = reachOf(expression, site);
  switch (reach.kind) {
    case "none":
      return undefined;
    case "all":
      return { found: `${what} for every request to ${site.host}`, at };
    case "some":
      return { found: `${what} for requests such as ${site.host}${reach.path}`, at };
    case "unreadable":
      return unproved(
        at,
        `${what} for requests to ${site.host} that ${reach.field} decides, which the policy cannot read`,
        'Remove the rule, or limit it by http.host eq "…" to a host that is not of the application; where it has to stay, waive this policy for the host.',
      );
  }
}

/** Rules of the older firewall. */
function byFirewallRule(stack: Stack, site: Site, zone: Zone, { name }: Protection): Fault | undefined {
  for (const rule of inZone(stack, zone, cloudflare.firewallRule)) {
    // Before version 6 of the provider the action was a text, and the filter an id.
    const action = rule.at("action").string() ?? rule.at("action", "mode").string() ?? "";
    const filter = rule.at("filter");
    if (!lenient.has(action) || filter.at("paused").boolean() === true) {
      continue;
    }
    const expression = filter.at("expression");
    const what = `the firewall rule ${rule.name} lets requests past ${name}`;
    const fault = expression.exists
      ? exempted(expression.string() ?? "", site, what, expression)
      : unproved(
          filter,
          `${what} for requests that a filter chooses, which the policy cannot read`,
          "Remove the rule: Cloudflare has replaced these rules by those of rulesets.",
        );
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}

const lenient: ReadonlySet<string> = new Set(["allow", "bypass"]);

/** An address, network, country or provider that is allowed passes everything, in one zone or in all. */
function byAccessRule(stack: Stack, zone: Zone, { name }: Protection): Fault | undefined {
  const everywhere = stack.ofType(cloudflare.accessRule).filter((rule) => !isZoned(rule));
  const rule = [...inZone(stack, zone, cloudflare.accessRule), ...everywhere].find(
    (candidate) => candidate.at("mode").string() === "whitelist",
  );
  if (rule === undefined) {
    return undefined;
  }
  const target = rule.at("configuration", "target").string() ?? "";
  const found = `the access rule ${rule.name} lets the ${target.replace("_", " ")} ${rule.at("configuration", "value").string()} past ${name}`;
  return target === "ip" || target === "ip6"
    ? unproved(
        rule.at("mode"),
        found,
        "Remove the access rule; where the address has to pass, waive this policy for the host.",
      )
    : { found, at: rule.at("mode") };
}

function isZoned(rule: ResourceOf<{ zoneId?: unknown }>): boolean {
  return rule.dependenciesOf("zoneId").length > 0 || rule.at("zoneId").isUnknown || rule.at("zoneId").exists;
}

function byPageRule(stack: Stack, site: Site, zone: Zone, { name, product }: Protection): Fault | undefined {
  for (const rule of pageRulesOf(stack, zone, site)) {
    const actions = rule.at("actions");
    const isOff =
      actions.at("disableSecurity").boolean() === true ||
      (product === "waf" && actions.at("waf").string() === "off");
    if (isOff) {
      return {
        found: `the page rule ${rule.name} switches ${name} off for ${rule.at("target").string()}`,
        at: actions,
      };
    }
  }
  return undefined;
}

function bySetting(stack: Stack, zone: Zone, { name, product }: Protection): Fault | undefined {
  const [setting] = product === "waf" ? zoneSettings(stack, zone, "waf") : [];
  return setting?.at("value").string() === "off"
    ? { found: `the setting waf of the zone switches ${name} off`, at: setting.at("value") }
    : undefined;
}
