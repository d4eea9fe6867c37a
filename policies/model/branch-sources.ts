import type { BranchProtectionArgs, OrganizationRulesetArgs, RepositoryRulesetArgs } from "@pulumi/github";
import {
  type AnyValue,
  every,
  type Resource,
  type ResourceOf,
  type Stack,
  select,
  some,
} from "../framework/index.ts";
import { coversRefs, mayMatchBoth } from "../values/ref-cover.ts";
import { matchesRef } from "../values/ref-pattern.ts";
import { ofRepository, type Repository } from "./repositories.ts";
import { github } from "./tokens.ts";

/** Refs that rules are for: a name or a pattern of which every name counts, and what else stands for it. */
export interface Branches {
  readonly what: string;
  readonly anyOf: readonly string[];
  readonly alias?: string;
}

/** The rules of branches, however GitHub keeps them. Every read throws UnknownRead. */
export interface BranchRules {
  readonly resource: Resource;
  readonly requires: (check: string) => boolean;
  readonly isCurrent: () => boolean;
  readonly approvals: () => number;
  readonly asksOwners: () => boolean;
  readonly asksAgain: () => boolean;
  readonly resolvesConversations: () => boolean;
  readonly keeps: (history: "nonFastForward" | "deletion") => boolean;
  readonly hasBypass: () => boolean;
}

/** What a default branch is usually called. */
export const defaultNames: readonly string[] = ["refs/heads/main", "refs/heads/master"];

/** The names by which the stack says what the default branch is. Throws UnknownRead. */
export function declaredDefaults(stack: Stack, repository: Repository): readonly string[] {
  const declared = ofRepository(stack, repository, github.branchDefault).map((one) => one.at("branch"));
  const older = repository.resource?.at("defaultBranch");
  return [...declared, ...(older === undefined ? [] : [older])].flatMap((name) => name.string() ?? []);
}

/**
 * The alias of a branch that is the default one: as the stack says, else by the names that it usually has. Throws
 * UnknownRead.
 */
export function aliasOf(stack: Stack, repository: Repository, branch: string): Pick<Branches, "alias"> {
  const declared = declaredDefaults(stack, repository);
  const isDefault =
    declared.length > 0
      ? declared.every((name) => name === branch)
      : defaultNames.includes(`refs/heads/${branch}`);
  return isDefault ? { alias: "~DEFAULT_BRANCH" } : {};
}

/** The rules that hold for every one of the branches. Throws UnknownRead. */
export function rulesFor(stack: Stack, repository: Repository, place: Branches): BranchRules[] {
  const own = ofRepository(stack, repository, github.ruleset, (ruleset) => isFor(ruleset, place));
  const organization = select(
    stack.ofType(github.organizationRuleset),
    (ruleset) => isOfOrganization(ruleset, repository) && isFor(ruleset, place),
  );
  return [
    ...own.map((ruleset) => fromRuleset(ruleset)),
    ...organization.map((ruleset) => fromRuleset(ruleset, ruleset)),
    ...protections(stack, repository, place),
  ];
}

function isFor(
  ruleset: ResourceOf<RepositoryRulesetArgs | OrganizationRulesetArgs>,
  place: Branches,
): boolean {
  if (ruleset.at("target").string() !== "branch" || ruleset.at("enforcement").string() !== "active") {
    return false;
  }
  const refs = ruleset.at("conditions", "refName");
  const covers = (pattern: string) =>
    pattern === "~ALL" || pattern === place.alias || place.anyOf.some((ref) => coversRefs(pattern, ref));
  const mayExclude = (pattern: string) =>
    pattern === "~ALL" || pattern === place.alias || place.anyOf.some((ref) => mayMatchBoth(pattern, ref));
  return (
    some(refs.at("includes").items(), (pattern) => covers(pattern.string() ?? "")) &&
    !some(refs.at("excludes").items(), (pattern) => mayExclude(pattern.string() ?? ""))
  );
}

/** A ruleset of the organization is for repositories by name; one by id or property is not known to be for this. */
function isOfOrganization(ruleset: ResourceOf<OrganizationRulesetArgs>, { label }: Repository): boolean {
  const names = ruleset.at("conditions", "repositoryName");
  const covers = (pattern: string) => pattern === "~ALL" || matchesRef(pattern, label);
  return (
    some(names.at("includes").items(), (name) => covers(name.string() ?? "")) &&
    !some(names.at("excludes").items(), (name) => mayMatchBoth(name.string() ?? "", label))
  );
}

/** Apps at GitHub that run a repository's jobs: GitHub Actions, Azure Pipelines, CircleCI, Travis CI. */
const runners: ReadonlySet<number> = new Set([15_368, 9426, 18_001, 67]);

function fromRuleset(
  ruleset: ResourceOf<RepositoryRulesetArgs | OrganizationRulesetArgs>,
  organization?: ResourceOf<OrganizationRulesetArgs>,
): BranchRules {
  const rules = ruleset.at("rules");
  const review = rules.at("pullRequest");
  const checks = rules.at("requiredStatusChecks");
  const workflows = organization?.at("rules", "requiredWorkflows");
  return {
    resource: ruleset,
    requires: (name) =>
      (checks.at("doNotEnforceOnCreate").boolean() !== true &&
        some(
          checks.at("requiredChecks").items(),
          (check) =>
            jobName(check.at("context").string() ?? "") === name &&
            // Without the app anyone who may write can set a status of that name, and another app for its own reasons.
            runners.has(check.at("integrationId").number() ?? 0),
        )) ||
      (workflows !== undefined &&
        some(workflows.at("requiredWorkflows").items(), (workflow) =>
          isWorkflowOf(workflow.at("path").string() ?? "", name),
        )),
    isCurrent: () =>
      checks.at("strictRequiredStatusChecksPolicy").boolean() === true ||
      (ruleset.is(github.ruleset) && ruleset.at("rules", "mergeQueue").exists) ||
      workflows?.exists === true,
    approvals: () => review.at("requiredApprovingReviewCount").number() ?? 0,
    asksOwners: () => review.at("requireCodeOwnerReview").boolean() === true,
    asksAgain: () =>
      every(
        ["dismissStaleReviewsOnPush", "requireLastPushApproval"] as const,
        (rule) => review.at(rule).boolean() === true,
      ),
    resolvesConversations: () => review.at("requiredReviewThreadResolution").boolean() === true,
    keeps: (history) => rules.at(history).boolean() === true,
    hasBypass: () => ruleset.at("bypassActors").items().length > 0,
  };
}

/** Branch protection from before there were rulesets; its patterns are of branches, without `refs/heads/`. */
function protections(stack: Stack, repository: Repository, place: Branches): BranchRules[] {
  return select(stack.ofType(github.branchProtection), (protection) => {
    const pattern = `refs/heads/${protection.at("pattern").string() ?? ""}`;
    return isOf(protection, repository) && place.anyOf.some((ref) => coversRefs(pattern, ref));
  }).map(fromProtection);
}

/** The patterns of a repository's branch protection, each with the branches that it is for. Throws UnknownRead. */
export function protectionsOf(
  stack: Stack,
  repository: Repository,
): { pattern: AnyValue; place: Branches }[] {
  return select(stack.ofType(github.branchProtection), (protection) => isOf(protection, repository)).map(
    (protection) => {
      const pattern = protection.at("pattern");
      return { pattern, place: { what: "branches", anyOf: [`refs/heads/${pattern.string() ?? ""}`] } };
    },
  );
}

function isOf(protection: ResourceOf<BranchProtectionArgs>, { resource, label }: Repository): boolean {
  const owners = protection.dependenciesOf("repositoryId").filter((owner) => owner.is(github.repository));
  return owners.length > 0
    ? resource !== undefined && owners.some((owner) => owner === resource)
    : protection.at("repositoryId").string() === label;
}

function fromProtection(protection: ResourceOf<BranchProtectionArgs>): BranchRules {
  const reviews = protection.at("requiredPullRequestReviews");
  const checks = protection.at("requiredStatusChecks");
  const anyReview = (test: (review: ReturnType<typeof reviews.items>[number]) => boolean) =>
    some(reviews.items(), test);
  return {
    resource: protection,
    requires: (name) =>
      some(checks.items(), (entry) =>
        some(entry.at("contexts").items(), (context) => jobName(context.string() ?? "") === name),
      ),
    isCurrent: () => some(checks.items(), (entry) => entry.at("strict").boolean() === true),
    approvals: () =>
      Math.max(0, ...reviews.items().map((it) => it.at("requiredApprovingReviewCount").number() ?? 0)),
    asksOwners: () => anyReview((it) => it.at("requireCodeOwnerReviews").boolean() === true),
    asksAgain: () =>
      anyReview(
        (it) =>
          it.at("dismissStaleReviews").boolean() === true &&
          it.at("requireLastPushApproval").boolean() === true,
      ),
    resolvesConversations: () => protection.at("requireConversationResolution").boolean() === true,
    keeps: (history) =>
      history === "deletion"
        ? protection.at("allowsDeletions").boolean() !== true
        : protection.at("allowsForcePushes").boolean() !== true,
    hasBypass: () =>
      protection.at("enforceAdmins").boolean() !== true ||
      protection.at("forcePushBypassers").items().length > 0 ||
      anyReview((it) => it.at("pullRequestBypassers").items().length > 0),
  };
}

/** Name of the job in a check's name, such as `test` in `CI / test (24)`: a caller before it, a matrix after. */
function jobName(context: string): string {
  const job = context.split(" / ").at(-1) ?? "";
  const matrix = job.indexOf(" (");
  return matrix > 0 && job.endsWith(")") ? job.slice(0, matrix) : job;
}

/** A workflow that every repository must run has the name of the check, or is the one that runs all of them. */
function isWorkflowOf(path: string, check: string): boolean {
  const file =
    path
      .split("/")
      .at(-1)
      ?.replace(/\.ya?ml$/, "") ?? "";
  return file === check || /^(?:ci|checks?|pull-?requests?|verify)$/i.test(file);
}
