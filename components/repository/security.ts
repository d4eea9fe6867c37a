import { ActionsRepositoryPermissions } from "@pulumi/github/actionsRepositoryPermissions.js";
import { RepositoryDependabotSecurityUpdates } from "@pulumi/github/repositoryDependabotSecurityUpdates.js";
import { RepositoryVulnerabilityAlerts } from "@pulumi/github/repositoryVulnerabilityAlerts.js";
import { WorkflowRepositoryPermissions } from "@pulumi/github/workflowRepositoryPermissions.js";
import type { RepositoryName, RepositoryScope, RepositorySettings } from "./args.ts";

type SecuritySettings = RepositorySettings["security"];

/** Alerts to vulnerable dependencies, and pull requests that update them (item 1.6). */
export function watchDependencies(
  scope: RepositoryScope,
  repository: RepositoryName,
  { dependencyAlerts, dependencyUpdates }: SecuritySettings,
): void {
  const alerts = new RepositoryVulnerabilityAlerts(
    ...scope.child("alerts", { repository, enabled: dependencyAlerts }),
  );
  new RepositoryDependabotSecurityUpdates(
    ...scope.child(
      "updates",
      { repository, enabled: dependencyUpdates },
      // GitHub rejects the updates while the alerts are off.
      { dependsOn: alerts },
    ),
  );
}

/**
 * Restricts workflows to GitHub's own actions and those in the settings, each pinned to a commit, with a token
 * that is read-only unless a job asks for more, and that cannot approve pull requests.
 */
export function restrictWorkflows(
  scope: RepositoryScope,
  repository: RepositoryName,
  { actions }: SecuritySettings,
): void {
  new ActionsRepositoryPermissions(
    ...scope.child("actions", {
      repository,
      enabled: true,
      allowedActions: "selected",
      allowedActionsConfig: { githubOwnedAllowed: true, verifiedAllowed: false, patternsAlloweds: actions },
      shaPinningRequired: true,
    }),
  );
  new WorkflowRepositoryPermissions(
    ...scope.child("workflows", {
      repository,
      defaultWorkflowPermissions: "read",
      canApprovePullRequestReviews: false,
    }),
  );
}
