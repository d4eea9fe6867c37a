import type { Resource } from "@pulumi/pulumi";
import { DriftSchedule } from "@pulumi/pulumiservice/driftSchedule.js";
import { TtlSchedule } from "@pulumi/pulumiservice/ttlSchedule.js";
import type { DeliveryScope, DeployedStack, PulumiCloudSettings } from "./args.ts";

/**
 * Compares what is deployed with what is declared, and reports the drift. Someone made each change, perhaps to
 * keep the platform up, so a person decides whether to revert it. The schedule needs the deployment settings.
 */
export function watchDrift(
  scope: DeliveryScope,
  { organization, project }: PulumiCloudSettings,
  { stage, settings: { stack, driftSchedule } }: DeployedStack,
  deploymentSettings: Resource,
): void {
  new DriftSchedule(
    ...scope.named(
      "drift",
      `${stage}-drift`,
      { organization, project, stack, scheduleCron: driftSchedule, autoRemediate: false },
      { dependsOn: deploymentSettings },
    ),
  );
}

/** Destroys each review stack at the time that the settings say, and deletes it. */
export function expireReviews(
  scope: DeliveryScope,
  { organization, project, review }: PulumiCloudSettings,
): void {
  for (const { stack, at } of review.expiring) {
    new TtlSchedule(
      ...scope.named("expiry", `expire-${stack}`, {
        organization,
        project,
        stack,
        timestamp: at,
        deleteAfterDestroy: true,
      }),
    );
  }
}
