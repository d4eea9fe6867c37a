import { PolicyGroup } from "@pulumi/pulumiservice/policyGroup.js";
import { vendorName } from "../../config/naming.ts";
import type { DeliveryScope, DeployedStack, PulumiCloudSettings } from "./args.ts";

/**
 * Runs the published pack on every preview and update of the stack, whoever starts it and wherever. Each stack
 * has a group of its own, so that a new version of the pack can go to staging first.
 *
 * In production the pack sets the levels: one level for all policies would override each policy's own, among
 * them the remediation level of `secrets-encrypted`, which that policy needs to see which inputs are secret.
 */
export function enforcePack(
  scope: DeliveryScope,
  { organization, project, pack }: PulumiCloudSettings,
  { stage, settings }: DeployedStack,
): void {
  if (settings.policies === "off") return;
  new PolicyGroup(
    ...scope.named("policies", `${stage}-policies`, {
      organizationName: organization,
      name: vendorName({ name: project }, stage, "checklist"),
      entityType: "stacks",
      mode: "preventative",
      stacks: [{ name: settings.stack, routingProject: project }],
      policyPacks: [
        {
          name: pack.name,
          versionTag: pack.version,
          ...(settings.policies === "advisory" && { config: { all: "advisory" } }),
        },
      ],
    }),
  );
}
