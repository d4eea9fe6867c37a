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
 * is stored at GitHub: in an environment, those that deploy; on a pull request and the default branch, those
 * that preview, since nobody has reviewed that code. A fork's workflow gets nothing that it could show.
 *
 * The repository is told by its number. Names can be taken over by others, the subject (`sub`) of repositories
 * made since 15 July 2026 has another form than that of older ones, and a dot in a rule stands for any character.
 * Sources: https://www.pulumi.com/docs/administration/guides/oidc-issuers/,
 * https://docs.github.com/en/actions/reference/security/oidc
 */
export function trustWorkflows(
  { name, organization, repositoryId, defaultBranch, options }: DeliveryScope,
  { deployBy, workflowTeams }: PulumiCloudSettings,
): void {
  if (deployBy !== "workflows") return;
  const trusted: { team: string; claims: Record<string, string> }[] = [
    { team: workflowTeams.deploy, claims: { environment: "staging" } },
    { team: workflowTeams.deploy, claims: { environment: "production" } },
    { team: workflowTeams.preview, claims: { event_name: "pull_request" } },
    { team: workflowTeams.preview, claims: { event_name: "push", ref: `refs/heads/${defaultBranch}` } },
  ];
  new OidcIssuer(
    `${name}-github-actions`,
    {
      organization,
      name: "github-actions",
      url: "https://token.actions.githubusercontent.com",
      maxExpirationSeconds: 3600,
      policies: trusted.map(({ team, claims }) => ({
        decision: AuthPolicyDecision.Allow,
        tokenType: AuthPolicyTokenType.Team,
        teamName: team,
        rules: {
          aud: `urn:pulumi:org:${organization}`,
          repository_id: pulumi.interpolate`${repositoryId}`,
          ...claims,
        },
      })),
    },
    options,
  );
}
