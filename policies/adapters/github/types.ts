import type * as gh from "@pulumi/github";
import type { ResourceOf } from "../../framework/index.ts";
import { doubt, type ResourceTypes, typeOf } from "../../model/resource-type.ts";
import { github } from "../../model/tokens.ts";

/** A branch that nothing is released from. */
const isOfWork = (it: ResourceOf<gh.BranchArgs>): boolean =>
  !/^(?:refs\/heads\/)?(?:main|master|trunk|stable|live|prod|release|hotfix)/i.test(
    it.at("branch").string() ?? "main",
  );

/** A role that changes no rule and passes none. */
const isOfReading = (
  it: ResourceOf<gh.OrganizationCustomRoleArgs | gh.OrganizationRepositoryRoleArgs>,
): boolean =>
  /^(?:read|triage|write)$/.test(it.at("baseRole").string() ?? "") &&
  it
    .at("permissions")
    .strings()
    .every((permission) =>
      /^(?:view|read|add|remove|set|mark|close|reopen|assign|resolve|request|edit_discussion)_/.test(
        permission,
      ),
    );

/** Types of GitHub's provider up to version 6.15 of its package. */
export const resourceTypes: ResourceTypes = {
  vendor: "GitHub",
  concern: "code",
  judged: Object.values(github).flat(),
  harmless: [
    [
      "holds a secret, or says who gets it: policies judge secrets in whatever resource they are",
      [
        "ActionsOrganizationSecret",
        "ActionsOrganizationSecretRepositories",
        "ActionsOrganizationSecretRepository",
        "ActionsOrganizationVariableRepositories",
        "ActionsOrganizationVariableRepository",
        "ActionsSecret",
        "CodespacesOrganizationSecret",
        "CodespacesOrganizationSecretRepositories",
        "CodespacesSecret",
        "CodespacesUserSecret",
        "DependabotOrganizationSecret",
        "DependabotOrganizationSecretRepositories",
        "DependabotOrganizationSecretRepository",
        "DependabotSecret",
      ],
    ],
    [
      "says who belongs to a team or the organization, whose rights policies judge",
      [
        "EmuGroupMapping",
        "EnterpriseOrganization",
        "OrganizationBlock",
        "OrganizationRole",
        "OrganizationSecurityManager",
        "Team",
        "TeamMembers",
        "TeamMembership",
        "TeamSettings",
        "TeamSyncGroupMapping",
        "UserGpgKey",
        "UserInvitationAccepter",
      ],
    ],
    [
      "plans or describes work, or proposes code that reviews still guard",
      [
        "Issue",
        "IssueLabel",
        "IssueLabels",
        "OrganizationCustomProperties",
        "OrganizationProject",
        "ProjectCard",
        "ProjectColumn",
        "RepositoryAutolinkReference",
        "RepositoryCustomProperty",
        "RepositoryMilestone",
        "RepositoryPages",
        "RepositoryProject",
        "RepositoryPullRequest",
        "RepositoryTopics",
      ],
    ],
    [
      "narrows what repositories allow, is a machine of GitHub's, or leaves the rules of branches as they are",
      [
        "ActionsHostedRunner",
        "ActionsOrganizationPermissions",
        "ActionsRepositoryAccessLevel",
        "AppInstallationRepositories",
        "AppInstallationRepository",
        "EnterpriseActionsPermissions",
        "EnterpriseIpAllowListEntry",
        "EnterpriseSecurityAnalysisSettings",
      ],
    ],
  ],
  doubtful: [
    doubt(
      typeOf<gh.BranchArgs>("github:index/branch:Branch"),
      "may begin a release at code that nobody has reviewed",
      isOfWork,
    ),
    {
      name: "BranchProtectionV3",
      may: "makes its branch one that environments for protected branches deploy, in a form that the pack does not read (use github.BranchProtection)",
    },
    {
      name: "EnterpriseActionsRunnerGroup",
      may: "may let code of strangers run on the machines of the enterprise",
    },
    doubt(
      typeOf<gh.EnterpriseActionsWorkflowPermissionsArgs>(
        "github:index/enterpriseActionsWorkflowPermissions:EnterpriseActionsWorkflowPermissions",
      ),
      "may let workflows write, or approve pull requests",
      (it) =>
        it.at("defaultWorkflowPermissions").string() === "read" &&
        it.at("canApprovePullRequestReviews").boolean() !== true,
    ),
    doubt(
      typeOf<gh.OrganizationCustomRoleArgs>("github:index/organizationCustomRole:OrganizationCustomRole"),
      "may be a role that changes rules or passes them",
      isOfReading,
    ),
    doubt(
      typeOf<gh.OrganizationRepositoryRoleArgs>(
        "github:index/organizationRepositoryRole:OrganizationRepositoryRole",
      ),
      "may be a role that changes rules or passes them",
      isOfReading,
    ),
    doubt(
      typeOf<gh.ReleaseArgs>("github:index/release:Release"),
      "may make a tag that production is deployed from",
      (it) => it.at("draft").boolean() === true,
    ),
    { name: "UserSshKey", may: "lets whoever has the key push as the account that deploys the stack" },
  ],
};
