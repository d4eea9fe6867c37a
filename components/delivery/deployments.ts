import { interpolate } from "@pulumi/pulumi";
import { DeploymentSettings } from "@pulumi/pulumiservice/deploymentSettings.js";
import type { DeliveryArgs, DeliveryScope, DeployedStack } from "./args.ts";

/** Previews the stack on pull requests and deploys it on pushes, through the Pulumi GitHub App. */
export function deployStack(
  scope: DeliveryScope,
  args: DeliveryArgs,
  { stage, settings }: DeployedStack,
): DeploymentSettings {
  return declare(scope, args, stage, {
    stack: settings.stack,
    branch: settings.branch,
    deployCommits: args.pulumiCloud.deployBy === "pulumi-cloud",
    previewPullRequests: settings.previewPullRequests,
    pullRequestTemplate: false,
  });
}

/**
 * The template from which each pull request gets a stack of its own, where the settings name one. Pulumi Cloud
 * destroys the stack when the pull request is closed, and deletes it with its history.
 */
export function deployReviews(scope: DeliveryScope, args: DeliveryArgs): void {
  const { template, branch } = args.pulumiCloud.review;
  if (template === undefined) return;
  declare(scope, args, "review", {
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
  scope: DeliveryScope,
  { pulumiCloud, repository: { owner, name } }: DeliveryArgs,
  part: string,
  { stack, branch, ...trigger }: Trigger,
): DeploymentSettings {
  const { organization, project, executorImage, paths } = pulumiCloud;
  return new DeploymentSettings(
    ...scope.named("deployments", `${part}-deployments`, {
      organization,
      project,
      stack,
      executorContext: { executorImage },
      sourceContext: { git: { branch: `refs/heads/${branch}` } },
      // `vcs`, its announced replacement, misses pushes: https://github.com/pulumi/pulumi-pulumiservice/issues/754
      github: { repository: interpolate`${owner}/${name}`, paths, ...trigger },
      operationContext: {
        preRunCommands,
        environmentVariables: {
          // Runs the pack of the commit itself too, not only the published one.
          PULUMI_OPTION_POLICY_PACK: "policies",
        },
        options: {
          // `npm ci` has installed them, from the lock file.
          skipInstallDependencies: true,
          skipIntermediateDeployments: true,
          deleteAfterDestroy: trigger.pullRequestTemplate,
        },
      },
      cacheOptions: { enable: true },
    }),
  );
}

/**
 * The project brings its own Node as an npm package and does not depend on the image's. Only Node goes on the
 * path: node_modules/.bin would put another Pulumi CLI before the image's. Each command runs in a shell of its
 * own; the lines that it appends to /PULUMI_ENV apply to the later commands and to Pulumi itself.
 * Source: https://www.pulumi.com/docs/deployments/concepts/settings/environment-variables/
 */
const preRunCommands = ["npm ci", 'echo "PATH=$PWD/node_modules/node/bin:$PATH" >> /PULUMI_ENV'];
