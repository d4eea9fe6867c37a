import * as pulumi from "@pulumi/pulumi";
import { OidcIssuer } from "@pulumi/pulumiservice/oidcIssuer.js";
import { TeamStackPermission } from "@pulumi/pulumiservice/teamStackPermission.js";
import {
  AuthPolicyDecision,
  AuthPolicyTokenType,
  TeamStackPermissionScope,
} from "@pulumi/pulumiservice/types/enums/index.js";
import type { DeliveryScope, DeployedStack, PulumiCloudSettings } from "./scope.ts";

/** What each team may do with the stack. */
export function giveRights(
  { name, organization, project, options }: DeliveryScope,
  { stage, settings }: DeployedStack,
): void {
  for (const { team, permission } of settings.teams) {
    new TeamStackPermission(
      `${name}-${stage}-team-${team}`,
      { organization, project, stack: settings.stack, team, permission: permissions[permission] },
      options,
    );
  }
}

const permissions = {
  read: TeamStackPermissionScope.Read,
  edit: TeamStackPermissionScope.Edit,
  admin: TeamStackPermissionScope.Admin,
};

/**
 * Lets the workflows of the repository have a token of a team's rights for as long as they run, so that none
 * is stored at GitHub. Only what runs in an environment, or on the branch of a stack, is trusted: the claim
 * `sub` of a pull request is another, and a fork's workflow gets no token to show at all.
 * Source: https://www.pulumi.com/docs/administration/guides/oidc-issuers/github/
 */
export function trustWorkflows(
  { name, organization, repository, options }: DeliveryScope,
  { workflowTeam, production, staging }: PulumiCloudSettings,
): void {
  if (workflowTeam === undefined) return;
  const branches = [...new Set([production.branch, staging.branch])];
  const subjects = [
    ...["staging", "production"].map((environment) => `environment:${environment}`),
    ...branches.map((branch) => `ref:refs/heads/${branch}`),
  ];
  new OidcIssuer(
    `${name}-github-actions`,
    {
      organization,
      name: "github-actions",
      url: "https://token.actions.githubusercontent.com",
      maxExpirationSeconds: 3600,
      policies: subjects.map((subject) => ({
        decision: AuthPolicyDecision.Allow,
        tokenType: AuthPolicyTokenType.Team,
        teamName: workflowTeam,
        rules: {
          aud: `urn:pulumi:org:${organization}`,
          sub: pulumi.interpolate`repo:${repository}:${subject}`,
        },
      })),
    },
    options,
  );
}
