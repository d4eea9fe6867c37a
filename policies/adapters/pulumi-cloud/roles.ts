import type {
  OrganizationMemberArgs,
  OrganizationRoleArgs,
  TeamRoleAssignmentArgs,
} from "@pulumi/pulumiservice";
import {
  type AnyValue,
  type Fault,
  fault,
  type ResourceOf,
  type Stack,
  unproved,
  type Value,
} from "../../framework/index.ts";
import { teamFault } from "../../model/production-access.ts";
import { type Access, access } from "../../model/repository.ts";
import { pulumiCloud } from "../../model/tokens.ts";

type Role = ResourceOf<OrganizationRoleArgs>;
type Holder = ResourceOf<TeamRoleAssignmentArgs> | ResourceOf<OrganizationMemberArgs>;

/** Roles of the organization's own, and whoever has one: by such a role too a stack can be updated. */
export const roles = (stack: Stack): Access[] => [
  ...stack.ofType(pulumiCloud.role).map((role) => access(role, () => judgeUnassigned(stack, role) ?? true)),
  ...stack
    .ofType(pulumiCloud.roleAssignment)
    .map((assigned) =>
      access(
        assigned,
        () =>
          rightFault(stack, assigned, assigned.at("roleId"), (does) =>
            teamFault(stack, assigned.at("teamName"), assigned.at("roleId"), does),
          ) ?? true,
      ),
    ),
  ...stack.ofType(pulumiCloud.member).map((member) =>
    access(member, () => {
      const role = member.at("roleId");
      return (
        (!role.isUnknown && !role.exists) ||
        (rightFault(stack, member, role, (does) =>
          fault(role, `${member.at("username").string()} may ${does}.`),
        ) ??
          true)
      );
    }),
  ),
];

const declareRole =
  "Declare the pulumiservice.OrganizationRole in this stack with permissions that only read, or give rights in each stack by a pulumiservice.TeamStackPermission.";

/** What is wrong with somebody's having a role: where it only reads, nothing. Throws UnknownRead. */
function rightFault(
  stack: Stack,
  holder: Holder,
  id: AnyValue,
  judgeHolder: (does: string) => Fault | undefined,
): Fault | undefined {
  const role = roleOf(stack, holder, id);
  if (role === undefined) {
    return unproved(
      id,
      `${holder.name} gives somebody a role whose permissions this stack does not say.`,
      declareRole,
    );
  }
  return changing(role.at("permissions").as<Permission>()) === undefined
    ? undefined
    : judgeHolder(`change stacks by the role ${role.name} without a review`);
}

function roleOf(stack: Stack, holder: Holder, id: AnyValue): Role | undefined {
  const declared = stack.ofType(pulumiCloud.role);
  const from = holder.dependenciesOf("roleId");
  const text = id.isUnknown ? undefined : id.string();
  return declared.find(
    (role) => from.some((source) => source === role) || (role.id !== undefined && role.id === text),
  );
}

/** A role that may change something and that nobody has in this stack, so that somebody gets it elsewhere. */
function judgeUnassigned(stack: Stack, role: Role): Fault | undefined {
  const held = [
    ...stack.ofType(pulumiCloud.roleAssignment).map((it) => roleOf(stack, it, it.at("roleId"))),
    ...stack.ofType(pulumiCloud.member).map((it) => roleOf(stack, it, it.at("roleId"))),
  ];
  const right = changing(role.at("permissions").as<Permission>());
  return right === undefined || held.includes(role)
    ? undefined
    : unproved(
        right,
        `The role ${role.name} has ${right.string() ?? "a permission"}, and this stack does not say who has the role.`,
        declareRole,
      );
}

/** Permissions by which nothing changes. Source: Pulumi Cloud, RBAC, scopes. */
const reads = /^[\w-]+:(?:read|list|get|view|open|read_decrypt)(?:[_A-Z]\w*)?$/;

/** A node of a role's permissions. Source: Pulumi Cloud, REST API, roles. */
interface Permission {
  __type?: string;
  /** Of an allowance: the scopes. */
  permissions?: string[];
  /** Of a group. */
  entries?: Permission[];
  /** Of a condition. */
  subNode?: Permission;
}

/** The first part of a role's permissions that is not known to read only, wherever it stands in them. */
function changing(part: Value<Permission | undefined>): AnyValue | undefined {
  const type = part.at("__type").string();
  if (type === "PermissionDescriptorAllow") {
    const scopes = part.at("permissions").items();
    return scopes.find((scope) => !reads.test(scope.string() ?? ""));
  }
  if (type === "PermissionDescriptorGroup") {
    return part
      .at("entries")
      .items()
      .map(changing)
      .find((found) => found !== undefined);
  }
  return type === "PermissionDescriptorCondition" ? changing(part.at("subNode")) : part;
}
