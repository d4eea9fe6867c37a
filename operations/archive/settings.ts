import { escapeIdentifier, escapeLiteral } from "pg";
import type { Setting } from "./details.ts";
import { inThisDatabase } from "./this-database.ts";

/**
 * Statements that give the session's database the settings of a backup.
 *
 * @param roles whether roles also get the settings that they have in every database
 */
export function settingStatements(settings: readonly Setting[], { roles }: { roles: boolean }): string[] {
  return settings
    .filter(({ isLocal }) => isLocal || roles)
    .map(({ role, isLocal, name, values }) => {
      // An empty list is written as one empty name.
      const value = (values.length === 0 ? [""] : values).map(escapeLiteral).join(", ");
      const change = ` set ${name.split(".").map(escapeIdentifier).join(".")} to ${value}`;
      const subject = `alter role ${role === null ? "all" : escapeIdentifier(role)}`;
      if (!isLocal) return `${subject}${change}`;
      return inThisDatabase(role === null ? "alter database " : `${subject} in database `, change);
    });
}
