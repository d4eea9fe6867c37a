import type { Adapter } from "../model/adapter.ts";
import { productionAccess } from "./pulumi-cloud/access.ts";
import { packGroups, stackDeployments } from "./pulumi-cloud/deployments.ts";
import { documents } from "./pulumi-cloud/documents.ts";
import { driftChecks, stackClocks } from "./pulumi-cloud/schedules.ts";
import { resourceTypes } from "./pulumi-cloud/types.ts";

/** What Pulumi Cloud deploys, and who may. */
export const pulumiCloudAdapter: Adapter = {
  packages: ["pulumiservice"],
  types: resourceTypes,
  documents,
  productionAccess,
  stackDeployments,
  packGroups,
  stackClocks,
  driftChecks,
};
