import { ActionsVariable } from "@pulumi/github/actionsVariable.js";
import type { DeliverySettings } from "../../config/delivery.ts";
import type { RepositoryName, RepositoryScope } from "./args.ts";

/** Sets the variables that the repository's workflows read. */
export function setVariables(
  scope: RepositoryScope,
  repository: RepositoryName,
  variables: Readonly<Record<string, string>>,
): void {
  for (const [variableName, value] of Object.entries(variables)) {
    new ActionsVariable(
      ...scope.named("variable", `variable-${variableName}`, { repository, variableName, value }),
    );
  }
}

/** Tells the workflows who deploys, and where the state is or which teams they act as at Pulumi Cloud. */
export function workflowVariables({
  backendUrl,
  pulumiCloud,
}: Pick<DeliverySettings, "backendUrl" | "pulumiCloud">): Record<string, string> {
  if (pulumiCloud === undefined) {
    return { DEPLOY_BY: "workflows", ...(backendUrl !== undefined && { PULUMI_BACKEND_URL: backendUrl }) };
  }
  const { deployBy, organization, workflowTeams } = pulumiCloud;
  return {
    DEPLOY_BY: deployBy,
    PULUMI_ORGANIZATION: organization,
    PULUMI_DEPLOY_TEAM: workflowTeams.deploy,
    PULUMI_PREVIEW_TEAM: workflowTeams.preview,
  };
}
