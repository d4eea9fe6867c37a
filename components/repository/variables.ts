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

/**
 * Tells the workflows who deploys, where the state is or which teams they act as at Pulumi Cloud, and where evidence
 * is.
 */
export function workflowVariables({
  backendUrl,
  pulumiCloud,
  evidenceStore,
}: Pick<DeliverySettings, "backendUrl" | "pulumiCloud" | "evidenceStore">): Record<string, string> {
  const kept: Record<string, string> = evidenceStore === undefined ? {} : { EVIDENCE: evidenceStore };
  if (pulumiCloud === undefined) {
    const url: Record<string, string> = backendUrl === undefined ? {} : { PULUMI_BACKEND_URL: backendUrl };
    return { DEPLOY_BY: "workflows", ...url, ...kept };
  }
  const { deployBy, organization, workflowTeams } = pulumiCloud;
  return {
    DEPLOY_BY: deployBy,
    PULUMI_ORGANIZATION: organization,
    PULUMI_DEPLOY_TEAM: workflowTeams.deploy,
    PULUMI_PREVIEW_TEAM: workflowTeams.preview,
    ...kept,
  };
}
