import { escapeIdentifier, escapeLiteral } from "pg";
import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { inThisDatabase } from "./this-database.ts";

export const settingSchema = z.strictObject({
  /** Null for every role. */
  role: z.string().nullable(),
  /** Whether the setting is for this database, or for the role in each. */
  isLocal: z.boolean(),
  name: z.string(),
  /** A list, such as a search path, has its parts. */
  values: z.array(z.string()),
});

export type Setting = z.infer<typeof settingSchema>;

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

/** The settings of the database, of its roles in it, and of roles everywhere. */
export async function readSettings(session: Session): Promise<Setting[]> {
  const rows = settingRows.parse(await session.rows(settingsQuery));
  return rows.map(({ setting, ...rest }) => {
    const at = setting.indexOf("=");
    const name = setting.slice(0, at);
    const value = setting.slice(at + 1);
    return { ...rest, name, values: lists.has(name.toLowerCase()) ? listParts(value) : [value] };
  });
}

const settingRows = z.array(settingSchema.omit({ name: true, values: true }).extend({ setting: z.string() }));

const settingsQuery = `
  select case when s.setrole <> 0 then pg_get_userbyid(s.setrole)::text end as role,
         s.setdatabase <> 0 as "isLocal", setting
    from pg_db_role_setting s
   cross join lateral unnest(s.setconfig) setting
   where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
     and (s.setrole = 0 or exists (select from pg_roles r where r.oid = s.setrole))
   order by s.setdatabase, 1, setting collate "C"`;

/** Settings whose value is a list of names. Source: GUC_LIST_QUOTE in PostgreSQL's guc_tables.c. */
const lists: ReadonlySet<string> = new Set([
  "search_path",
  "local_preload_libraries",
  "session_preload_libraries",
  "shared_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
]);

function listParts(value: string): string[] {
  return [...value.matchAll(/"((?:[^"]|"")*)"|([^,\s][^,]*)/g)].map(([, quoted, plain = ""]) =>
    quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'),
  );
}
