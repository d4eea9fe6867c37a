import { escapeLiteral } from "pg";
import { majorOf } from "../../postgres/programs.ts";

/*
 * A newer server has privileges that `GRANT ALL` of a dump gives to everybody who had all, and quotes names that have
 * become keywords. A restored database is described in the terms of the source's server, or it would differ from that in
 * what nobody changed. Settings of the session say what these terms are.
 */

/** The newest version whose privileges and keywords are listed here. */
const newest = 18;

/** Privileges of the oldest version that can be backed up: https://www.postgresql.org/docs/18/ddl-priv.html */
const privileges =
  "SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,CREATE,CONNECT,TEMPORARY,EXECUTE,USAGE,SET,ALTER SYSTEM".split(
    ",",
  );

/** Those that were added, by their version. */
const addedPrivileges: Readonly<Record<string, number>> = { MAINTAIN: 17 };

/**
 * Words that have to be quoted as names, by the version that made such keywords of them:
 * https://www.postgresql.org/docs/18/sql-keywords-appendix.html
 */
const addedKeywords: Readonly<Record<string, number>> = {
  json_array: 16,
  json_arrayagg: 16,
  json_object: 16,
  json_objectagg: 16,
  system_user: 16,
  json: 17,
  json_exists: 17,
  json_query: 17,
  json_scalar: 17,
  json_serialize: 17,
  json_table: 17,
  json_value: 17,
  merge_action: 17,
};

const knownSetting = "optropic.known_privileges";
const keywordsSetting = "optropic.newer_keywords";
const identitySetting = "optropic.identity_of_partitions";

/** The version from which partitions have the identity columns of their parents, as dumps of older ones do not say. */
const identityOfPartitions = 17;

/**
 * A query that has a session describe what there is in the terms of a server.
 *
 * @param source version of that server; without it, as its own server does
 */
export function inTermsOf(source: string | undefined): string {
  const major = source === undefined ? newest + 1 : majorOf(source);
  const newer = (added: Readonly<Record<string, number>>): string[] =>
    Object.keys(added).filter((word) => (added[word] ?? 0) > major);
  const unknown = newer(addedPrivileges);
  const known = [...privileges, ...Object.keys(addedPrivileges).filter((word) => !unknown.includes(word))];
  const words = newer(addedKeywords);
  const settings = [
    [knownSetting, major > newest ? "" : known.join(",")],
    // Between two of them is one quote at most.
    [keywordsSetting, words.length === 0 ? "" : `(?<!")"(${words.join("|")})"(?!")`],
    [identitySetting, major < identityOfPartitions ? "no" : ""],
  ];
  const set = settings.map(([name, value = ""]) => `set_config('${name}', ${escapeLiteral(value)}, false)`);
  return `select ${set.join(", ")}`;
}

/** Whether the server in whose terms is described has a privilege. */
export function isKnownPrivilege(privilege: string): string {
  return `(coalesce(current_setting('${knownSetting}', true), '') = ''
    or ${privilege} = any (string_to_array(current_setting('${knownSetting}'), ',')))`;
}

/** How a column of a table is an identity, if it is one that the server in whose terms is described would call so. */
export function identityOf(column: string, table: string): string {
  return `case when ${table}.relispartition and current_setting('${identitySetting}', true) = 'no'
      and current_setting('server_version_num')::int >= ${identityOfPartitions}0000 then null
    else nullif(${column}.attidentity::text, '') end`;
}

const hasNewerKeywords = `coalesce(current_setting('${keywordsSetting}', true), '') <> ''`;

/** A text whose names are quoted as the server in whose terms is described does it. */
export function inItsQuotes(text: string): string {
  return `case when ${hasNewerKeywords}
    then replace(regexp_replace(${text}, current_setting('${keywordsSetting}'), '\\1', 'g'), E'\\x01', '"') else ${text} end`;
}

/** A part of such a text in which nothing is a name. */
export function literally(text: string): string {
  return `case when ${hasNewerKeywords} then replace(${text}, '"', E'\\x01') else ${text} end`;
}
