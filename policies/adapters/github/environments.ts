import type { RepositoryEnvironmentArgs } from "@pulumi/github";
import { fault, known, type ResourceOf, type Stack, some, type Verdict } from "../../framework/index.ts";
import { isProductionPart, judgeRefs } from "../../model/environment-refs.ts";
import { isGiven } from "../../model/given.ts";
import { ofRepository, type Repository } from "../../model/repositories.ts";
import type { CredentialEnvironment } from "../../model/repository.ts";
import { github } from "../../model/tokens.ts";

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

/** Whether somebody else approves each deployment to production. Throws UnknownRead. */
export function reviewsProduction(stack: Stack, repository: Repository): Verdict {
  const { label } = repository;
  // GitHub tells no letter case apart.
  const environments = ofRepository(stack, repository, github.environment, (candidate) =>
    isProductionPart(stack, candidate.at("environment")),
  );
  const name = stack.declared.productionEnvironment;
  if (
    !environments.some((it) => ["prod", name].includes(it.at("environment").string()?.toLowerCase() ?? ""))
  ) {
    return `${label} has no environment named ${name}.`;
  }
  const verdicts = environments.map((environment) => reviewsEnvironment(stack, repository, environment));
  return verdicts.find((verdict) => verdict !== true) ?? true;
}

function reviewsEnvironment(
  stack: Stack,
  repository: Repository,
  environment: ResourceOf<RepositoryEnvironmentArgs>,
): Verdict {
  const { label } = repository;
  const stranger = environment
    .at("reviewers")
    .items()
    .flatMap((reviewers) => [...reviewers.at("teams").items(), ...reviewers.at("users").items()])
    .find((reviewer) => !reviewer.isUnknown && !/^\d+$/.test(String(reviewer.number() ?? reviewer.string())));
  if (stranger !== undefined) {
    return fault(stranger, `GitHub identifies reviewers of ${label} by number, and this is not a number.`);
  }
  const isReviewed = some(environment.at("reviewers").items(), (reviewers) =>
    some(["teams", "users"] as const, (kind) => reviewers.at(kind).items().length > 0),
  );
  if (!isReviewed) {
    return fault(
      environment.at("reviewers"),
      `The environment production of ${label} allows deployments without approval.`,
    );
  }
  if (environment.at("preventSelfReview").boolean() !== true) {
    return fault(
      environment.at("preventSelfReview"),
      `Whoever starts a deployment of ${label} to production may approve it.`,
    );
  }
  if (environment.at("canAdminsBypass").boolean() !== false) {
    return fault(
      environment.at("canAdminsBypass"),
      `Administrators may bypass the approval of deployments of ${label} to production.`,
    );
  }
  return judgeRefs(stack, repository, environment);
}

/** Environments of a repository, which hold credentials. */
export const environmentsOf = (stack: Stack, repository: Repository): CredentialEnvironment[] =>
  ofRepository(stack, repository, github.environment).map((environment) => ({
    resource: environment,
    isLimited: () => judgeLimits(stack, repository, environment),
  }));

function judgeLimits(
  stack: Stack,
  repository: Repository,
  environment: ResourceOf<RepositoryEnvironmentArgs>,
): Verdict {
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
}
