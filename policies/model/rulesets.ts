import type { RulesetArgs, types } from "@pulumi/cloudflare";
import { known, type Resource, type ResourceOf, type Stack, type Value } from "../framework/index.ts";
import { actsOn } from "../values/cloudflare-expression.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import { isOn } from "./given.ts";
import { perStack } from "./per-stack.ts";
import { cloudflare } from "./tokens.ts";
import { inZone, type Zone } from "./zones.ts";

/** One rule of a phase, in the order in which Cloudflare runs them. */
export interface Rule {
  readonly resource: Resource;
  /** The rule as the provider has it. */
  readonly entry: Value<types.input.RulesetRule>;
}

/**
 * The rules of a phase for a zone: those of the account's own ruleset, then the zone's.
 * Throws UnknownRead where they cannot be told.
 */
export function rulesOf(stack: Stack, zone: Zone, phase: string): Rule[] {
  const isPhase = (ruleset: ResourceOf<RulesetArgs>) => ruleset.at("phase").string() === phase;
  const rulesets = [
    ...accountRulesets(stack).filter(isPhase),
    ...inZone(stack, zone, cloudflare.ruleset, isPhase),
  ];
  return rulesets.flatMap((resource) =>
    resource
      .at("rules")
      .items()
      .map((entry) => ({ resource, entry })),
  );
}

/**
 * The rules of the account's custom ruleset that a rule deploys, which act where that rule does as well; empty where
 * the stack does not declare it, or it is not sure which one it is. Throws UnknownRead.
 */
export function deployedBy(stack: Stack, { resource, entry }: Rule): Rule[] {
  if (entry.at("action").string() !== "execute") {
    return [];
  }
  const id = entry.at("actionParameters", "id");
  const customs = stack
    .ofType(cloudflare.ruleset)
    .filter((ruleset) => ruleset !== resource && known(() => ruleset.at("kind").string()) === "custom");
  const [only, ...others] = customs.filter((ruleset) =>
    id.isUnknown ? resource.dependencies.includes(ruleset) : ruleset.id === id.string(),
  );
  return only === undefined || others.length > 0
    ? []
    : only
        .at("rules")
        .items()
        .map((inner) => ({ resource: only, entry: inner }))
        .filter((inner) => inner.entry.at("action").string() !== "execute");
}

/**
 * Whether a rule is on and surely acts on a request. A rule whose expression asks for what a sample does not
 * say, or cannot be read, does not surely act. Throws UnknownRead.
 */
export function surelyActsOn(rule: Rule, request: SampleRequest): boolean {
  return (
    isOn(rule.entry.at("enabled")) && actsOn(rule.entry.at("expression").string() ?? "", request) === true
  );
}

/** Whether a rule is on and acts on a request; undefined where that is not sure. Throws UnknownRead. */
export function mayActOn({ entry }: Rule, request: SampleRequest): boolean | undefined {
  return isOn(entry.at("enabled")) ? actsOn(entry.at("expression").string() ?? "", request) : false;
}

/** Entry points of an account: they run for each of its zones, before the zone's own. */
const accountRulesets = perStack((stack) =>
  stack
    .ofType(cloudflare.ruleset)
    .filter((ruleset) => !ruleset.at("kind").isUnknown && ruleset.at("kind").string() === "root"),
);
