import { ActionsRepositoryPermissions } from "@pulumi/github/actionsRepositoryPermissions.js";
import { RepositoryDependabotSecurityUpdates } from "@pulumi/github/repositoryDependabotSecurityUpdates.js";
import { RepositoryVulnerabilityAlerts } from "@pulumi/github/repositoryVulnerabilityAlerts.js";
import { WorkflowRepositoryPermissions } from "@pulumi/github/workflowRepositoryPermissions.js";
import type { DeliverySettings } from "../../config/delivery.ts";
import type { RepositoryScope } from "./scope.ts";

type SecuritySettings = DeliverySettings["repository"]["security"];

/** Alerts to vulnerable dependencies, and pull requests that mend them (item 1.6). */
export function watchDependencies(
  { name, repository, options }: RepositoryScope,
  { dependencyAlerts, dependencyUpdates }: SecuritySettings,
): void {
  const alerts = new RepositoryVulnerabilityAlerts(
    `${name}-alerts`,
    { repository, enabled: dependencyAlerts },
    options,
  );
  new RepositoryDependabotSecurityUpdates(
    `${name}-updates`,
    { repository, enabled: dependencyUpdates },
    // GitHub refuses the updates where the alerts are off.
    { ...options, dependsOn: alerts },
  );
}

/**
 * What workflows may do: use GitHub's own actions and those named, each by its commit, with a token that reads
 * until a job asks for more and that never approves a pull request.
 */
export function restrictWorkflows(
  { name, repository, options }: RepositoryScope,
  { actions }: SecuritySettings,
): void {
  new ActionsRepositoryPermissions(
    `${name}-actions`,
    {
      repository,
      enabled: true,
      allowedActions: "selected",
      allowedActionsConfig: { githubOwnedAllowed: true, verifiedAllowed: false, patternsAlloweds: actions },
      shaPinningRequired: true,
    },
    options,
  );
  new WorkflowRepositoryPermissions(
    `${name}-workflows`,
    { repository, defaultWorkflowPermissions: "read", canApprovePullRequestReviews: false },
    options,
  );
}
