import { escapeLiteral } from "pg";

/** A statement that names the session's database. */
export function inThisDatabase(before: string, after: string): string {
  const body = `begin execute ${escapeLiteral(before)} || quote_ident(current_database()) || ${escapeLiteral(after)}; end`;
  return `do ${escapeLiteral(body)}`;
}
