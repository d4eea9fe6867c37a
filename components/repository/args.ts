import type { ActionsRepositoryPermissionsArgs } from "@pulumi/github/actionsRepositoryPermissions.js";
import type { ActionsVariableArgs } from "@pulumi/github/actionsVariable.js";
import type { ProviderArgs } from "@pulumi/github/provider.js";
import type { RepositoryArgs as GitHubRepositoryArgs } from "@pulumi/github/repository.js";
import type { RepositoryDependabotSecurityUpdatesArgs } from "@pulumi/github/repositoryDependabotSecurityUpdates.js";
import type { RepositoryEnvironmentArgs } from "@pulumi/github/repositoryEnvironment.js";
import type { RepositoryEnvironmentDeploymentPolicyArgs } from "@pulumi/github/repositoryEnvironmentDeploymentPolicy.js";
import type { RepositoryRulesetArgs } from "@pulumi/github/repositoryRuleset.js";
import type { RepositoryVulnerabilityAlertsArgs } from "@pulumi/github/repositoryVulnerabilityAlerts.js";
import type { TeamRepositoryArgs } from "@pulumi/github/teamRepository.js";
import type { WorkflowRepositoryPermissionsArgs } from "@pulumi/github/workflowRepositoryPermissions.js";
import type { Input } from "@pulumi/pulumi";
import type { DeliverySettings } from "../../config/delivery.ts";
import type { ComponentArgs, Scope } from "../scope.ts";

/**
 * @example
 * new Repository("repository", {
 *   repository: settings.repository,
 *   environments: settings.environments,
 *   variables: workflowVariables(settings),
 *   transform: { repository: { topics: ["pulumi"], hasDiscussions: true } },
 * });
 */
export interface RepositoryArgs extends ComponentArgs<RepositoryChildren> {
  repository: RepositorySettings;
  environments: DeliverySettings["environments"];
  /** Variables that the workflows read, by name. None of them is a secret. */
  variables: Readonly<Record<string, string>>;
}

export type RepositorySettings = DeliverySettings["repository"];

/** The resources of a `Repository`. */
export interface RepositoryChildren {
  /** The connection to GitHub. */
  github: ProviderArgs;
  repository: GitHubRepositoryArgs;
  /** The rules of the protected branches. */
  branches: RepositoryRulesetArgs;
  /** The rules of release tags. */
  tags: RepositoryRulesetArgs;
  /** Alerts to vulnerable dependencies. */
  alerts: RepositoryVulnerabilityAlertsArgs;
  /** Pull requests that update vulnerable dependencies. */
  updates: RepositoryDependabotSecurityUpdatesArgs;
  /** Which actions workflows may use. */
  actions: ActionsRepositoryPermissionsArgs;
  /** What the token of workflows may do. */
  workflows: WorkflowRepositoryPermissionsArgs;
  /** The permission of each team. */
  team: TeamRepositoryArgs;
  /** Each variable that the workflows read. */
  variable: ActionsVariableArgs;
  /** Each environment: `staging` and `production`. */
  environment: RepositoryEnvironmentArgs;
  /** Each branch or tag that may be deployed to an environment. */
  deploymentPolicy: RepositoryEnvironmentDeploymentPolicyArgs;
}

export type RepositoryScope = Scope<RepositoryChildren>;

/** Name of the repository that a child belongs to, without its owner. */
export type RepositoryName = Input<string>;
