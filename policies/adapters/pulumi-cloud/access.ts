import { fault, type Stack } from "../../framework/index.ts";
import { isCalledProduction, judgeIssuer, judgeTeam, teamFault } from "../../model/production-access.ts";
import { type Access, access } from "../../model/repository.ts";
import { pulumiCloud } from "../../model/tokens.ts";
import { roles } from "./roles.ts";

/** Environments of Pulumi ESC hold the credentials of a deployment. */
function environments(stack: Stack): Access[] {
  return stack.ofType(pulumiCloud.environmentPermission).map((granted) =>
    access(granted, () => {
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

function administrators(stack: Stack): Access[] {
  return [
    ...stack.ofType(pulumiCloud.organizationToken).map((token) =>
      access(token, () => {
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
        access(token, () =>
          fault(
            token.at("description"),
            `The token ${token.name} may do all that whoever deploys this stack may, an administrator.`,
          ),
        ),
      ),
    ...stack.ofType(pulumiCloud.member).map((member) =>
      access(member, () => {
        const role = member.at("role");
        return (
          role.string() !== "admin" ||
          fault(role, `${member.at("username").string()} may change every stack and every policy group.`)
        );
      }),
    ),
    ...stack.ofType(pulumiCloud.stack).map((owned) =>
      access(owned, () => {
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

/** Teams, tokens and issuers by which production may be changed. */
export const productionAccess = (stack: Stack): Access[] => [
  ...stack
    .ofType(pulumiCloud.teamPermission)
    .map((granted) => access(granted, () => judgeTeam(stack, granted))),
  ...environments(stack),
  ...administrators(stack),
  ...roles(stack),
  ...stack.ofType(pulumiCloud.issuer).map((issuer) => access(issuer, () => judgeIssuer(issuer))),
];
