import * as pulumi from "@pulumi/pulumi";
import { OidcIssuer } from "@pulumi/pulumiservice/oidcIssuer.js";
import { TeamStackPermission } from "@pulumi/pulumiservice/teamStackPermission.js";
import {
  AuthPolicyDecision,
  AuthPolicyTokenType,
  TeamStackPermissionScope,
} from "@pulumi/pulumiservice/types/enums/index.js";
import type { DeliveryArgs, DeliveryScope, DeployedStack, PulumiCloudSettings } from "./args.ts";

/** Gives each team its rights in the stack. */
export function giveRights(
  scope: DeliveryScope,
  { organization, project }: PulumiCloudSettings,
  { stage, settings: { stack, teams } }: DeployedStack,
): void {
  for (const { team, permission } of teams) {
    new TeamStackPermission(
      ...scope.named("team", `${stage}-team-${team}`, {
        organization,
        project,
        stack,
        team,
        permission: permissions[permission],
      }),
    );
  }
}

const permissions = {
  read: TeamStackPermissionScope.Read,
  edit: TeamStackPermissionScope.Edit,
  admin: TeamStackPermissionScope.Admin,
};

/**
 * Gives the workflows of the repository a token with a team's rights for as long as they run, so that no token
 * is stored at GitHub. In an environment they may deploy. On a pull request and on the default branch they may
 * preview only, since nobody has reviewed that code. A fork's workflow gets no identity that it could present.
 *
 * The rules identify the repository by its number: someone else can take over a name, the subject (`sub`) of
 * repositories created since July 15, 2026 has another form than that of older ones, and a dot in a rule
 * matches any character.
 * Sources: https://www.pulumi.com/docs/administration/guides/oidc-issuers/,
 * https://docs.github.com/en/actions/reference/security/oidc
 */
export function trustWorkflows(
  scope: DeliveryScope,
  { pulumiCloud: { organization, deployBy, workflowTeams }, repository }: DeliveryArgs,
): void {
  if (deployBy !== "workflows") return;
  const branch = `refs/heads/${repository.defaultBranch}`;
  const trusted: { team: string; claims: Record<string, string> }[] = [
    { team: workflowTeams.deploy, claims: { environment: "staging" } },
    { team: workflowTeams.deploy, claims: { environment: "production" } },
    { team: workflowTeams.preview, claims: { event_name: "pull_request" } },
    { team: workflowTeams.preview, claims: { event_name: "push", ref: branch } },
  ];
  new OidcIssuer(
    ...scope.child("githubActions", {
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
          repository_id: pulumi.interpolate`${repository.id}`,
          ...claims,
        },
      })),
    }),
  );
}
