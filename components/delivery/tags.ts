import { StackTag } from "@pulumi/pulumiservice/stackTag.js";
import type { DeliveryScope, DeployedStack } from "./scope.ts";

/** Says at Pulumi Cloud which stage a stack is of; its name does not. */
export function tagStack(
  { name, organization, project, options }: DeliveryScope,
  { stage, settings }: DeployedStack,
): void {
  new StackTag(
    `${name}-${stage}-tag-stage`,
    { organization, project, stack: settings.stack, name: "stage", value: stage },
    options,
  );
}
