import { getTeamOutput } from "@pulumi/github/getTeam.js";
import { RepositoryEnvironment } from "@pulumi/github/repositoryEnvironment.js";
import { RepositoryEnvironmentDeploymentPolicy } from "@pulumi/github/repositoryEnvironmentDeploymentPolicy.js";
import type { Output, Resource } from "@pulumi/pulumi";
import type { DeliverySettings } from "../../config/delivery.ts";
import type { RepositoryName, RepositoryScope } from "./args.ts";

type EnvironmentSettings = DeliverySettings["environments"]["production"];

/**
 * The environments that workflows with credentials run in: who approves, how long a deployment waits, and which
 * branches and tags may be deployed. `permissions` are the reviewers', which GitHub requires first.
 */
export function createEnvironments(
  scope: RepositoryScope,
  repository: RepositoryName,
  environments: DeliverySettings["environments"],
  permissions: readonly Resource[],
): void {
  for (const [name, settings] of Object.entries(environments)) {
    createEnvironment(scope, repository, name, settings, permissions);
  }
}

function createEnvironment(
  scope: RepositoryScope,
  repository: RepositoryName,
  environment: string,
  settings: EnvironmentSettings,
  permissions: readonly Resource[],
): void {
  const { reviewers, waitMinutes } = settings;
  const created = new RepositoryEnvironment(
    ...scope.named(
      "environment",
      environment,
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
      { dependsOn: [...permissions] },
    ),
  );
  for (const { ref, ...pattern } of deployableRefs(settings)) {
    new RepositoryEnvironmentDeploymentPolicy(
      ...scope.named("deploymentPolicy", `${environment}-${ref}`, {
        repository,
        environment: created.environment,
        ...pattern,
      }),
    );
  }
}

function deployableRefs({ branches, tags }: EnvironmentSettings) {
  return [
    ...branches.map((branch) => ({ ref: `branch-${branch}`, branchPattern: branch })),
    ...tags.map((tag) => ({ ref: `tag-${tag}`, tagPattern: tag })),
  ];
}

/** GitHub's number of a team. */
function teamId({ options }: RepositoryScope, slug: string): Output<number> {
  return getTeamOutput({ slug, summaryOnly: true }, options).id.apply(Number);
}
