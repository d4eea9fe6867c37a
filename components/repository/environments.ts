import { getTeamOutput } from "@pulumi/github/getTeam.js";
import { RepositoryEnvironment } from "@pulumi/github/repositoryEnvironment.js";
import { RepositoryEnvironmentDeploymentPolicy } from "@pulumi/github/repositoryEnvironmentDeploymentPolicy.js";
import type { Output, Resource } from "@pulumi/pulumi";
import type { DeliverySettings } from "../../config/delivery.ts";
import type { RepositoryScope } from "./scope.ts";

type EnvironmentSettings = DeliverySettings["environments"]["production"];

/**
 * The environments that the deploying workflows run in: who approves, how long a deployment waits, and which
 * branches and tags may be deployed at all. `permissions` are the reviewers', which GitHub wants to see first.
 */
export function createEnvironments(
  scope: RepositoryScope,
  { staging, production }: DeliverySettings["environments"],
  permissions: readonly Resource[],
): void {
  createEnvironment(scope, "staging", staging, permissions);
  createEnvironment(scope, "production", production, permissions);
}

function createEnvironment(
  scope: RepositoryScope,
  environment: string,
  settings: EnvironmentSettings,
  permissions: readonly Resource[],
): void {
  const { name, repository, options } = scope;
  const { reviewers, waitMinutes, branches, tags } = settings;
  const created = new RepositoryEnvironment(
    `${name}-${environment}`,
    {
      repository,
      environment,
      waitTimer: waitMinutes,
      ...(reviewers.length > 0 && {
        reviewers: [{ teams: reviewers.map((slug) => teamId(scope, slug)) }],
      }),
      preventSelfReview: reviewers.length > 0,
      canAdminsBypass: false,
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
    },
    { ...options, dependsOn: [...permissions] },
  );
  const refs = [
    ...branches.map((branch) => ({ ref: `branch-${branch}`, branchPattern: branch })),
    ...tags.map((tag) => ({ ref: `tag-${tag}`, tagPattern: tag })),
  ];
  for (const { ref, ...pattern } of refs) {
    new RepositoryEnvironmentDeploymentPolicy(
      `${name}-${environment}-${ref}`,
      { repository, environment: created.environment, ...pattern },
      options,
    );
  }
}

/** GitHub's number of a team. */
function teamId({ options }: RepositoryScope, slug: string): Output<number> {
  return getTeamOutput({ slug, summaryOnly: true }, options).id.apply(Number);
}
