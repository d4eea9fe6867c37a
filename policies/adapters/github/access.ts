import type { OrganizationSettingsArgs } from "@pulumi/github";
import { fault, type ResourceOf, type Stack, unproved, type Verdict } from "../../framework/index.ts";
import { type Access, access } from "../../model/repository.ts";
import { fileFault } from "../../model/repository-files.ts";
import { subjectFault } from "../../model/subject-templates.ts";
import { github } from "../../model/tokens.ts";

function judgeBase(settings: ResourceOf<OrganizationSettingsArgs>): Verdict {
  const base = settings.at("defaultRepositoryPermission");
  return (
    !["write", "admin"].includes(base.string() ?? "read") ||
    fault(base, `Every member of the organization has the permission ${base.string()} in every repository.`)
  );
}

/** Keys and roles by which code or rules may be changed without review. */
export const writers = (stack: Stack): Access[] => [
  ...stack.ofType(github.deployKey).map((key) =>
    access(key, () => {
      const readOnly = key.at("readOnly");
      return (
        readOnly.boolean() !== false ||
        fault(readOnly, `Whoever has the deploy key ${key.name} may push to the repository.`)
      );
    }),
  ),
  ...stack.ofType(github.membership).map((member) =>
    access(member, () => {
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
      access(role, () =>
        unproved(
          undefined,
          `${role.name} gives somebody a role in the organization, whose rights this stack does not say.`,
          "Give rights to a team by github.TeamRepository; where the role may not change rules, waive this policy for it.",
        ),
      ),
    ),
  ...stack.ofType(github.organizationSettings).map((settings) => access(settings, () => judgeBase(settings))),
];

/** Files that the stack writes into a repository. */
export const writtenFiles = (stack: Stack): Access[] =>
  stack.ofType(github.file).map((file) => access(file, () => fileFault(file.at("file")) ?? true));

/** What claims an issuer at GitHub puts into a token. */
export const productionAccess = (stack: Stack): Access[] =>
  stack
    .ofType(...github.subjectTemplate)
    .map((template) => access(template, () => subjectFault(template) ?? true));

/** Who may change the rules of a repository. */
export const ruleWriters = (stack: Stack): Access[] => [
  ...stack.ofType(github.collaborator).map((collaborator) =>
    access(collaborator, () => {
      const permission = collaborator.at("permission");
      return (
        permission.string() !== "admin" ||
        fault(
          permission,
          `${collaborator.at("username").string()} alone may change the rules of ${collaborator.at("repository").string()}.`,
        )
      );
    }),
  ),
  ...stack.ofType(github.teamRepository).map((team) =>
    access(team, () => {
      const permission = team.at("permission");
      return (
        permission.string() !== "admin" ||
        fault(permission, `A team may change the rules of ${team.at("repository").string()}.`)
      );
    }),
  ),
  ...stack.ofType(github.collaborators).map((collaborators) =>
    access(collaborators, () => {
      const permission = [...collaborators.at("users").items(), ...collaborators.at("teams").items()]
        .map((member) => member.at("permission"))
        .find((it) => it.string() === "admin");
      return (
        permission === undefined ||
        fault(
          permission,
          `A collaborator may change the rules of ${collaborators.at("repository").string()}.`,
        )
      );
    }),
  ),
];
