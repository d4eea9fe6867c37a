import { type Stack, some } from "../../framework/index.ts";
import { judgeSource } from "../../model/deployment-source.ts";
import { judgePaths, judgeWork } from "../../model/deployment-work.ts";
import {
  enforcesPack,
  isInGroup,
  isTaggedStaging,
  isTemplate,
  runsPack,
  stackLabel,
  trigger,
} from "../../model/deployments.ts";
import { isCalledProduction } from "../../model/production-access.ts";
import type { PackGroup, StackDeployment } from "../../model/repository.ts";
import { pulumiCloud } from "../../model/tokens.ts";

/** Deployment settings at Pulumi Cloud. */
export const stackDeployments = (stack: Stack): StackDeployment[] => {
  const groups = stack.ofType(pulumiCloud.policyGroup);
  return stack.ofType(pulumiCloud.deploymentSettings).map((settings) => ({
    resource: settings,
    label: stackLabel(settings),
    isTemplate: () => isTemplate(settings),
    previewsPullRequests: () => trigger(settings, "previewPullRequests"),
    followsAll: () => judgePaths(settings),
    runsReviewed: (isSupplied) => judgeWork(stack, settings, isSupplied),
    deploysReviewed: () => judgeSource(stack, settings),
    isJudged: () =>
      some(groups, (group) => isInGroup(settings, group) && enforcesPack(group)) ||
      (some(groups, (group) => isInGroup(settings, group) && runsPack(group)) &&
        isTaggedStaging(stack, settings)),
  }));
};

/** Policy groups, and the stacks of production in them that nothing deploys, where anything is deployed. */
export const packGroups = (stack: Stack): PackGroup[] => {
  const settings = stack.ofType(pulumiCloud.deploymentSettings);
  return stack.ofType(pulumiCloud.policyGroup).map((group) => ({
    resource: group,
    enforces: () => enforcesPack(group) && group.at("stacks").items().length > 0,
    undeployed: () => {
      const names = group
        .at("stacks")
        .items()
        .map((member) => member.at("name").string() ?? "");
      const alone = names
        .filter(isCalledProduction)
        .find((name) => !some(settings, (it) => it.at("stack").string() === name));
      return settings.length === 0 ? undefined : alone;
    },
  }));
};
