import { known, type Stack } from "../framework/index.ts";
import type { Adapter } from "../model/adapter.ts";
import { postgresql } from "../model/tokens.ts";
import { connections } from "./postgresql/connections.ts";
import { resourceTypes } from "./postgresql/types.ts";
import { judgeGrantValues } from "./postgresql/values.ts";

/** Roles, grants and connections of PostgreSQL, wherever the server is. */
export const postgresqlAdapter: Adapter = {
  packages: ["postgresql"],
  types: resourceTypes,
  isPlatform: (type) => type.startsWith("postgresql:"),
  connections,
  writtenSchemas,
  rejects: { grants: judgeGrantValues },
};

function writtenSchemas(stack: Stack): string[] {
  return stack.ofType(postgresql.grant).flatMap((grant) => {
    const writes = known(() =>
      grant
        .at("privileges")
        .strings()
        .some((text) => /^(?:INSERT|UPDATE|ALL)$/i.test(text)),
    );
    const schema = known(() => grant.at("schema").string());
    return writes === true && known(() => grant.at("objectType").string()) === "table" && schema
      ? [schema]
      : [];
  });
}
