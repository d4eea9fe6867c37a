import type { OrganizationSettingsArgs } from "@pulumi/github";
import {
  type Finding,
  fault,
  judge,
  policy,
  type ResourceOf,
  type Stack,
  unproved,
} from "./framework/index.ts";
import { isCalledProduction, judgeIssuer, judgeTeam, teamFault } from "./model/production-access.ts";
import { fileFault } from "./model/repository-files.ts";
import { subjectFault } from "./model/subject-templates.ts";
import { github, pulumiCloud } from "./model/tokens.ts";
import { webhooks } from "./model/webhooks.ts";

// Item 1.5: ways around reviews and approvals that are not among the rules of a branch.

export const repositoryWriters = policy({
  name: "repository-writers",
  items: ["1.5"],
  scope: "delivery",
  title: "Nobody may have a key or a role by which code or rules change without review.",
  severity: "critical",
  fix: "Set readOnly of the deploy key to true; name an owner who is meant in the setting organizationOwners, or remove the role; let defaultRepositoryPermission be read or none.",
  url: "https://docs.github.com/en/authentication/connecting-to-github-with-ssh/managing-deploy-keys",
  check: (stack) => [
    ...stack.ofType(github.deployKey).map((key) =>
      judge(key, () => {
        const readOnly = key.at("readOnly");
        return (
          readOnly.boolean() !== false ||
          fault(readOnly, `Whoever has the deploy key ${key.name} may push to the repository.`)
        );
      }),
    ),
    ...stack.ofType(github.membership).map((member) =>
      judge(member, () => {
        const role = member.at("role");
        if (role.string() !== "admin") return true;
        const login = member.at("username").string() ?? "";
        return (
          stack.declared.organizationOwners.has(login.toLowerCase()) ||
          fault(
            role,
            `${login} may change every rule of the organization, and the setting organizationOwners does not name this login.`,
          )
        );
      }),
    ),
    ...stack
      .ofType(...github.organizationRole)
      .map((role) =>
        judge(role, () =>
          unproved(
            undefined,
            `${role.name} gives somebody a role in the organization, whose rights this stack does not say.`,
            "Give rights to a team by github.TeamRepository; where the role may not change rules, waive this policy for it.",
          ),
        ),
      ),
    ...stack
      .ofType(github.organizationSettings)
      .map((settings) => judge(settings, () => judgeBase(settings))),
  ],
});

function judgeBase(settings: ResourceOf<OrganizationSettingsArgs>) {
  const base = settings.at("defaultRepositoryPermission");
  return (
    !["write", "admin"].includes(base.string() ?? "read") ||
    fault(base, `Every member of the organization has the permission ${base.string()} in every repository.`)
  );
}

export const productionAccess = policy({
  name: "production-access",
  items: ["1.5"],
  scope: "delivery",
  title: "Only workflows and teams that push no code may change production, and no token may administer it.",
  severity: "critical",
  fix: "Give the team read (101), remove the token or let admin be false, and let every rule of an issuer name a repository and an environment or branch.",
  url: "https://www.pulumi.com/docs/administration/access-identity/teams/",
  check: (stack) => [
    ...stack
      .ofType(pulumiCloud.teamPermission)
      .map((granted) => judge(granted, () => judgeTeam(stack, granted))),
    ...environments(stack),
    ...tokens(stack),
    ...stack.ofType(pulumiCloud.issuer).map((issuer) => judge(issuer, () => judgeIssuer(issuer))),
    ...stack
      .ofType(...github.subjectTemplate)
      .map((template) => judge(template, () => subjectFault(template) ?? true)),
  ],
});

/** Environments of Pulumi ESC hold the credentials of a deployment. */
function environments(stack: Stack): Finding[] {
  return stack.ofType(pulumiCloud.environmentPermission).map((granted) =>
    judge(granted, () => {
      const level = granted.at("permission");
      const name = granted.at("environment").string() ?? "";
      return (
        !isCalledProduction(name) ||
        !["write", "admin"].includes(level.string() ?? "") ||
        (teamFault(stack, granted.at("team"), level, `change the credentials of ${name}`) ?? true)
      );
    }),
  );
}

function tokens(stack: Stack): Finding[] {
  return [
    ...stack.ofType(pulumiCloud.organizationToken).map((token) =>
      judge(token, () => {
        const admin = token.at("admin");
        return (
          admin.boolean() !== true ||
          fault(admin, `Whoever has the token ${token.name} may change every stack and every policy group.`)
        );
      }),
    ),
    ...stack
      .ofType(pulumiCloud.personalToken)
      .map((token) =>
        judge(token, () =>
          fault(
            token.at("description"),
            `The token ${token.name} may do all that whoever deploys this stack may, an administrator.`,
          ),
        ),
      ),
    ...stack.ofType(pulumiCloud.member).map((member) =>
      judge(member, () => {
        const role = member.at("role");
        return (
          role.string() !== "admin" ||
          fault(role, `${member.at("username").string()} may change every stack and every policy group.`)
        );
      }),
    ),
    ...stack.ofType(pulumiCloud.stack).map((owned) =>
      judge(owned, () => {
        const force = owned.at("forceDestroy");
        return (
          force.boolean() !== true ||
          !isCalledProduction(owned.at("stackName").string() ?? "") ||
          fault(force, `${owned.name} may be deleted with the resources of production in it.`)
        );
      }),
    ),
  ];
}

export const repositoryFilesReviewed = policy({
  name: "repository-files-reviewed",
  items: ["1.5"],
  scope: "delivery",
  title: "No resource may write workflows, owners or code into the repository, which a pull request must do.",
  severity: "high",
  fix: "Remove the github.RepositoryFile, and change the file by a pull request.",
  url: "https://docs.github.com/en/actions/reference/security/secure-use",
  check: (stack) =>
    stack.ofType(github.file).map((file) => judge(file, () => fileFault(file.at("file")) ?? true)),
});

export const webhooksVerified = policy({
  name: "webhooks-verified",
  items: ["2.9"],
  scope: "any",
  title: "Every webhook must be sent by https to a verified server, signed with a secret.",
  severity: "high",
  fix: "Let the URL begin with https, set a generated secret, and remove insecureSsl.",
  url: "https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks",
  check: webhooks,
});
