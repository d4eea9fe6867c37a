import { escapeLiteral } from "pg";
import * as z from "zod";
import { inOrder, type Session } from "../../postgres/session.ts";

/**
 * Runs statements within a transaction, which goes on when they fail and changes nothing then.
 *
 * @returns the server's reason; undefined when they succeed
 */
export async function attempt(session: Session, statements: readonly string[]): Promise<string | undefined> {
  const body = `begin
      ${statements.map((statement) => `execute ${escapeLiteral(statement)};`).join("\n")}
      perform set_config('optropic.failure', '', false);
    exception when others then perform set_config('optropic.failure', sqlerrm, false); end`;
  const [, [row]] = await inOrder(
    session.run(`do ${escapeLiteral(body)}`),
    session.rows("select current_setting('optropic.failure', true) as reason"),
  );
  const { reason } = z.object({ reason: z.string().nullable() }).parse(row);
  return reason === null || reason === "" ? undefined : reason;
}
