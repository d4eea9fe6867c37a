import type { ResourceOf } from "../../framework/index.ts";
import type { ResourceTypes } from "../../model/resource-type.ts";
import { github } from "../../model/tokens.ts";

/** A branch that nothing is released from. */
const isOfWork = (it: ResourceOf<unknown>): boolean =>
  !/^(?:refs\/heads\/)?(?:main|master|trunk|stable|live|prod|release|hotfix)/i.test(
    it.at("branch").string() ?? "main",
  );

/** A role that changes no rule and passes none. */
const isOfReading = (it: ResourceOf<unknown>): boolean =>
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
    { name: "Branch", may: "may begin a release at code that nobody has reviewed", unless: isOfWork },
    {
      name: "BranchProtectionV3",
      may: "makes its branch one that environments for protected branches deploy, in a form that the pack does not read (use github.BranchProtection)",
    },
    {
      name: "EnterpriseActionsRunnerGroup",
      may: "may let code of strangers run on the machines of the enterprise",
    },
    {
      name: "EnterpriseActionsWorkflowPermissions",
      may: "may let workflows write, or approve pull requests",
      unless: (it) =>
        it.at("defaultWorkflowPermissions").string() === "read" &&
        it.at("canApprovePullRequestReviews").boolean() !== true,
    },
    {
      name: "OrganizationCustomRole",
      may: "may be a role that changes rules or passes them",
      unless: isOfReading,
    },
    {
      name: "OrganizationRepositoryRole",
      may: "may be a role that changes rules or passes them",
      unless: isOfReading,
    },
    {
      name: "Release",
      may: "may make a tag that production is deployed from",
      unless: (it) => it.at("draft").boolean() === true,
    },
    { name: "UserSshKey", may: "lets whoever has the key push as the account that deploys the stack" },
  ],
};
