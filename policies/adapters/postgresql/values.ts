import { type Finding, fault, judge, type Stack, violation } from "../../framework/index.ts";
import { postgresql } from "../../model/tokens.ts";
import { privilegesOf } from "../../values/ruleset-values.ts";

export function judgeGrantValues(stack: Stack): Finding[] {
  return [
    ...stack.ofType(postgresql.grant, postgresql.defaultPrivileges).map((grant) =>
      judge(grant, () => {
        const kind = grant.at("objectType").string() ?? "";
        const privileges = privilegesOf.get(kind);
        if (privileges === undefined) {
          return fault(
            grant.at("objectType"),
            `${grant.name} is about ${JSON.stringify(kind)}, which is not a kind of object.`,
          );
        }
        const wrong = grant
          .at("privileges")
          .items()
          .find((item) => ![...privileges, "ALL"].includes(item.string()?.toUpperCase() ?? ""));
        return (
          wrong === undefined ||
          fault(
            wrong,
            `${grant.name} grants ${JSON.stringify(wrong.string())}, which is not a privilege of a ${kind}.`,
          )
        );
      }),
    ),
    ...stack.ofType(postgresql.role).flatMap((role) => {
      const limit = role.at("connectionLimit");
      const isShut = !limit.isUnknown && limit.number() === 0 && role.at("login").boolean() === true;
      return isShut ? [violation(fault(limit, `${role.name} may log in and have no connection.`), role)] : [];
    }),
  ];
}
