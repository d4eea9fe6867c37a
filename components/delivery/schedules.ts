import type { Resource } from "@pulumi/pulumi";
import { DriftSchedule } from "@pulumi/pulumiservice/driftSchedule.js";
import { TtlSchedule } from "@pulumi/pulumiservice/ttlSchedule.js";
import type { DeliveryScope, DeployedStack, PulumiCloudSettings } from "./scope.ts";

/**
 * Compares what is deployed with what is declared, and tells. What differs is a person's doing and may be what
 * keeps the platform up, so nothing is put back without one. A schedule runs by the deployment settings.
 */
export function watchDrift(
  { name, organization, project, options }: DeliveryScope,
  { stage, settings }: DeployedStack,
  deploymentSettings: Resource,
): void {
  new DriftSchedule(
    `${name}-${stage}-drift`,
    {
      organization,
      project,
      stack: settings.stack,
      scheduleCron: settings.driftSchedule,
      autoRemediate: false,
    },
    { ...options, dependsOn: deploymentSettings },
  );
}

/** Destroys review stacks at their end, and deletes what is left of them. */
export function expireReviews(
  { name, organization, project, options }: DeliveryScope,
  { expiring }: PulumiCloudSettings["review"],
): void {
  for (const { stack, at } of expiring) {
    new TtlSchedule(
      `${name}-expire-${stack}`,
      { organization, project, stack, timestamp: at, deleteAfterDestroy: true },
      options,
    );
  }
}
