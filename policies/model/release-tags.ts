import type { OrganizationRulesetArgs, RepositoryRulesetArgs } from "@pulumi/github";
import { known, type ResourceOf, type Stack, select, some } from "../framework/index.ts";
import { coversRefs, mayMatchBoth } from "../values/ref-cover.ts";
import { ofRepository, type Repository } from "./repositories.ts";
import { github } from "./tokens.ts";

/**
 * What is missing so that nobody can move or delete a tag that production is deployed from; undefined where an active
 * ruleset keeps each tag of the pattern. Throws UnknownRead.
 */
export function tagFault(stack: Stack, repository: Repository, pattern: string): string | undefined {
  const ref = `refs/tags/${pattern}`;
  const own = ofRepository(stack, repository, github.ruleset, (ruleset) => isFor(ruleset, ref));
  const organization = select(stack.ofType(github.organizationRuleset), (ruleset) => isFor(ruleset, ref));
  const rulesets: ResourceOf<RepositoryRulesetArgs | OrganizationRulesetArgs>[] = [...own, ...organization];
  if (rulesets.length === 0) {
    return "no active ruleset of tags covers all of them";
  }
  const open = (["update", "deletion"] as const).find(
    (rule) => !some(rulesets, (ruleset) => ruleset.at("rules", rule).boolean() === true),
  );
  if (open !== undefined) {
    return `${open} is not among the rules of ${rulesets[0]?.name}`;
  }
  const bypassed = rulesets.find((ruleset) => known(() => ruleset.at("bypassActors").items().length > 0));
  return bypassed === undefined ? undefined : `some actors may bypass ${bypassed.name}`;
}

function isFor(ruleset: ResourceOf<RepositoryRulesetArgs | OrganizationRulesetArgs>, ref: string): boolean {
  const refs = ruleset.at("conditions", "refName");
  return (
    ruleset.at("target").string() === "tag" &&
    ruleset.at("enforcement").string() === "active" &&
    some(
      refs.at("includes").items(),
      (it) => ["~ALL", ref].includes(it.string() ?? "") || coversRefs(it.string() ?? "", ref),
    ) &&
    !some(refs.at("excludes").items(), (it) => it.string() === "~ALL" || mayMatchBoth(it.string() ?? "", ref))
  );
}
