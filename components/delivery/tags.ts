import { StackTag } from "@pulumi/pulumiservice/stackTag.js";
import type { DeliveryScope, DeployedStack, PulumiCloudSettings } from "./args.ts";

/** Shows the stage of a stack at Pulumi Cloud; the name of the stack does not. */
export function tagStack(
  scope: DeliveryScope,
  { organization, project }: PulumiCloudSettings,
  { stage, settings: { stack } }: DeployedStack,
): void {
  new StackTag(
    ...scope.named("stageTag", `${stage}-tag-stage`, {
      organization,
      project,
      stack,
      name: "stage",
      value: stage,
    }),
  );
}
