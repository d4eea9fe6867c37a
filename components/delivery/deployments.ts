import { DeploymentSettings, type DeploymentSettingsArgs } from "@pulumi/pulumiservice/deploymentSettings.js";
import type { DeliveryScope, DeployedStack, PulumiCloudSettings } from "./scope.ts";

/** Previews the stack on pull requests and deploys it on pushes, by the Pulumi GitHub App. */
export function deployStack(
  scope: DeliveryScope,
  { stage, settings }: DeployedStack,
  pulumiCloud: PulumiCloudSettings,
): DeploymentSettings {
  return declare(scope, stage, pulumiCloud, {
    stack: settings.stack,
    branch: settings.branch,
    deployCommits: pulumiCloud.deployBy === "pulumi-cloud",
    previewPullRequests: settings.previewPullRequests,
    pullRequestTemplate: false,
  });
}

/**
 * What each pull request gets a stack of its own from, where the settings name such a template. Pulumi Cloud
 * destroys the stack when the pull request is closed, and deletes it with its history.
 */
export function deployReviews(scope: DeliveryScope, pulumiCloud: PulumiCloudSettings): void {
  const { template, branch } = pulumiCloud.review;
  if (template === undefined) return;
  declare(scope, "review", pulumiCloud, {
    stack: template,
    branch,
    deployCommits: false,
    previewPullRequests: false,
    pullRequestTemplate: true,
  });
}

interface Trigger {
  stack: string;
  branch: string;
  deployCommits: boolean;
  previewPullRequests: boolean;
  pullRequestTemplate: boolean;
}

function declare(
  { name, organization, project, repository, options }: DeliveryScope,
  part: string,
  { executorImage, paths }: PulumiCloudSettings,
  { stack, branch, ...trigger }: Trigger,
): DeploymentSettings {
  return new DeploymentSettings(
    `${name}-${part}-deployments`,
    {
      organization,
      project,
      stack,
      executorContext: { executorImage },
      sourceContext: { git: { branch: `refs/heads/${branch}` } },
      // `vcs`, which is to replace it, lets pushes go by: https://github.com/pulumi/pulumi-pulumiservice/issues/754
      github: { repository, paths, ...trigger },
      operationContext: {
        preRunCommands,
        environmentVariables: {
          // The pack of the commit itself runs too, not only the one that is published.
          PULUMI_OPTION_POLICY_PACK: "policies",
        },
        options: {
          // `npm ci` has done it, from the lock file.
          skipInstallDependencies: true,
          skipIntermediateDeployments: true,
          deleteAfterDestroy: trigger.pullRequestTemplate,
        },
      },
      cacheOptions: { enable: true },
    } satisfies DeploymentSettingsArgs,
    options,
  );
}

/**
 * The image brings some Node of its own, which the project does not depend on: its own is an npm package. Only
 * that goes on the path, since node_modules/.bin would put another Pulumi CLI before the image's. Each command
 * has a shell of its own; what it appends to /PULUMI_ENV holds for those after it and for Pulumi itself.
 * Source: https://www.pulumi.com/docs/deployments/concepts/settings/environment-variables/
 */
const preRunCommands = ["npm ci", 'echo "PATH=$PWD/node_modules/node/bin:$PATH" >> /PULUMI_ENV'];
