import type { RepositoryEnvironmentArgs } from "@pulumi/github";
import { fault, judge, known, policy, type ResourceOf, type Stack, type Verdict } from "./framework/index.ts";
import { isProductionPart, judgeRefs } from "./model/environment-refs.ts";
import { isGiven } from "./model/given.ts";
import { ofRepository, type Repository, repositories } from "./model/repositories.ts";
import { github } from "./model/tokens.ts";

// Item 1.5, beside production itself, which is in delivery.ts: what else holds credentials at GitHub.

export const environmentsLimited = policy({
  name: "deployment-environments-limited",
  items: ["1.5"],
  scope: "delivery",
  title:
    "Only branches and tags that rules guard may run with the credentials of an environment, and a release must be approved.",
  severity: "high",
  fix: "Give the github.RepositoryEnvironment a deploymentBranchPolicy with customBranchPolicies true, and a github.RepositoryEnvironmentDeploymentPolicy for each branch; one for releases also reviewers and preventSelfReview.",
  url: "https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments",
  check: (stack) =>
    repositories(stack).flatMap((repository) =>
      ofRepository(stack, repository, github.environment).map((environment) =>
        judge(environment, (): Verdict => {
          const name = environment.at("environment").string()?.toLowerCase() ?? "";
          if (
            isProductionPart(stack, environment.at("environment")) ||
            forPreviews.test(name) ||
            !isGuarded(stack, repository, environment, name)
          ) {
            return true;
          }
          if (/^(?:release|releases|releasing)$/.test(name)) {
            const approval = approvalFault(environment);
            if (approval !== true) return approval;
          }
          const refs = judgeRefs(stack, repository, environment);
          return refs === true || typeof refs === "string"
            ? refs
            : { ...refs, found: refs.found.replaceAll("deployed to production", `deployed to ${name}`) };
        }),
      ),
    ),
});

/** What shows a pull request or a branch to people, and has no credentials of production. */
const forPreviews =
  /(?:^|[-_/ ])(?:previews?|pr|pull-requests?|reviews?|dev|development|tests?|testing|ci|staging|stage|qa|uat|demo|github-pages|docs?|storybook|sandbox)(?:$|[-_/ ])/;

/** Whether something says that an environment is more than a name: its purpose, people who approve, limits or secrets. */
function isGuarded(
  stack: Stack,
  repository: Repository,
  environment: ResourceOf<RepositoryEnvironmentArgs>,
  name: string,
): boolean {
  const isOfIt = (it: { at: ResourceOf<{ environment?: unknown }>["at"] }) =>
    known(() => it.at("environment").string()?.toLowerCase()) === name;
  return (
    /release|publish|deploy|monitor|ops|admin|backup|migrat|infra/.test(name) ||
    environment.at("reviewers").items().length > 0 ||
    isGiven(environment.at("deploymentBranchPolicy")) ||
    ofRepository(stack, repository, github.environmentRefs).some(isOfIt) ||
    ofRepository(stack, repository, github.environmentSecret).some(isOfIt)
  );
}

function approvalFault(environment: ResourceOf<RepositoryEnvironmentArgs>): Verdict {
  const reviewers = environment.at("reviewers");
  const isReviewed = reviewers
    .items()
    .some((entry) => (["teams", "users"] as const).some((kind) => entry.at(kind).items().length > 0));
  const self = environment.at("preventSelfReview");
  const bypass = environment.at("canAdminsBypass");
  if (!isReviewed) {
    return fault(
      reviewers,
      "Whoever may start the workflow releases without approval: the environment has no reviewers.",
    );
  }
  if (self.boolean() !== true) {
    return fault(self, "Whoever starts a release may approve it.");
  }
  return bypass.boolean() === false || fault(bypass, "Administrators may bypass the approval of a release.");
}
