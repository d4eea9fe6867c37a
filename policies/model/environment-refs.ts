import type { RepositoryEnvironmentArgs } from "@pulumi/github";
import {
  type AnyValue,
  type Fault,
  fault,
  type ResourceOf,
  type Stack,
  type Verdict,
} from "../framework/index.ts";
import { aliasOf, protectionsOf, rulesFor } from "./branch-sources.ts";
import { tagFault } from "./release-tags.ts";
import { ofRepository, type Repository } from "./repositories.ts";
import { github } from "./tokens.ts";

/** Whether an environment is production: by the name that the setting gives, by its short form, or as a part of it. */
export function isProductionPart(stack: Stack, name: AnyValue): boolean {
  // GitHub tells no letter case apart.
  const text = name.string()?.toLowerCase() ?? "";
  return ["prod", stack.declared.productionEnvironment].includes(text) || partOfProduction.test(text);
}

/** A region or a part of production, such as `production-eu`. */
const partOfProduction = /^(?:prod|production)[-_/](?!preview|pre|staging|test|copy)/;

/** Judges what may be deployed to an environment: only branches and tags that rules guard. Throws UnknownRead. */
export function judgeRefs(
  stack: Stack,
  repository: Repository,
  environment: ResourceOf<RepositoryEnvironmentArgs>,
): Verdict {
  const { label } = repository;
  const refs = environment.at("deploymentBranchPolicy");
  const isCustom = refs.at("customBranchPolicies").boolean();
  const isProtected = refs.at("protectedBranches").boolean();
  if (isCustom === isProtected) {
    return fault(
      refs,
      isCustom === true
        ? "GitHub rejects a policy of branches that is both protectedBranches and customBranchPolicies."
        : `Any branch or tag of ${label} may be deployed to production.`,
    );
  }
  if (isCustom === undefined || isProtected === undefined) {
    return fault(refs, "GitHub asks for both protectedBranches and customBranchPolicies, one of them true.");
  }
  return isCustom ? byPattern(stack, repository, environment) : byProtection(stack, repository, refs);
}

/**
 * The protected branches are those with branch protection, which rulesets are not; without any, GitHub lets every
 * branch be deployed.
 */
function byProtection(stack: Stack, repository: Repository, at: AnyValue): Verdict {
  const { label } = repository;
  const protections = protectionsOf(stack, repository);
  if (protections.length === 0) {
    return fault(
      at,
      `No branch of ${label} has branch protection, so any branch may be deployed to production: rulesets do not count here.`,
      "Set customBranchPolicies to true and protectedBranches to false, and declare a github.RepositoryEnvironmentDeploymentPolicy for each branch or tag.",
    );
  }
  for (const { pattern, place } of protections) {
    if (!rulesFor(stack, repository, place).some((rules) => rules.approvals() > 0)) {
      return fault(
        pattern,
        `Branches that match ${pattern.string()} may be deployed to production, and code reaches them without approval.`,
      );
    }
  }
  return true;
}

/** Each pattern of what may be deployed is of branches that rules guard, or of tags with a name of their own. */
function byPattern(
  stack: Stack,
  repository: Repository,
  environment: ResourceOf<RepositoryEnvironmentArgs>,
): Verdict {
  const name = environment.at("environment").string()?.toLowerCase();
  const allowed = ofRepository(
    stack,
    repository,
    github.environmentRefs,
    (refs) => refs.at("environment").string()?.toLowerCase() === name,
  );
  for (const refs of allowed) {
    const tag = refs.at("tagPattern").string();
    if (tag !== undefined && !/^[\w.-]/.test(tag)) {
      return fault(refs.at("tagPattern"), `Any tag that matches ${tag} may be deployed to production.`);
    }
    const kept = tag === undefined ? undefined : tagFault(stack, repository, tag);
    if (kept !== undefined) {
      return fault(
        refs.at("tagPattern"),
        `Tags that match ${tag} may be deployed to production, and ${kept}.`,
        "Declare a github.RepositoryRuleset of target tag, with enforcement active, for the pattern, with the rules update and deletion and without bypassActors.",
      );
    }
    const branch = refs.at("branchPattern").string();
    const open = branchFault(stack, repository, refs.at("branchPattern"));
    if (open !== undefined) return open;
    if (tag === undefined && branch === undefined) {
      return fault(refs.at("branchPattern"), `${refs.name} names neither branches nor tags.`);
    }
  }
  const older = ofRepository(
    stack,
    repository,
    github.environmentBranches,
    (branches) => branches.at("environmentName").string()?.toLowerCase() === name,
  ).map((branches) => branches.at("name"));
  const open = older.map((branch) => branchFault(stack, repository, branch)).find((it) => it !== undefined);
  if (open !== undefined) return open;
  return (
    allowed.length + older.length > 0 ||
    fault(
      environment.at("deploymentBranchPolicy"),
      `No branch or tag may be deployed to ${environment.at("environment").string()}: no github.RepositoryEnvironmentDeploymentPolicy names one.`,
    )
  );
}

/** Rules have to guard every branch that a pattern takes. */
function branchFault(stack: Stack, repository: Repository, pattern: AnyValue): Fault | undefined {
  const branch = pattern.string();
  const place = { what: "branches", anyOf: [`refs/heads/${branch}`] };
  return branch === undefined ||
    rulesFor(stack, repository, { ...place, ...aliasOf(stack, repository, branch) }).length > 0
    ? undefined
    : fault(
        pattern,
        `Branches that match ${branch} may be deployed to production, and no rules guard all of them.`,
      );
}
