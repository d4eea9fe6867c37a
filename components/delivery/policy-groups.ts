import { PolicyGroup } from "@pulumi/pulumiservice/policyGroup.js";
import { vendorName } from "../../config/naming.ts";
import type { DeliveryScope, DeployedStack, PulumiCloudSettings } from "./scope.ts";

/**
 * Runs the published pack on every preview and update of the stack, whoever starts it and wherever. A stack
 * has a group of its own, so that a new version of the pack can go to staging first.
 *
 * The levels are the pack's own in production: setting one for all would take the policies' own away, and with
 * it the remediation level of `secrets-encrypted`, without which it cannot tell.
 */
export function enforcePack(
  { name, organization, project, options }: DeliveryScope,
  { stage, settings }: DeployedStack,
  pack: PulumiCloudSettings["pack"],
): void {
  if (settings.policies === "off") return;
  new PolicyGroup(
    `${name}-${stage}-policies`,
    {
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
    },
    options,
  );
}
