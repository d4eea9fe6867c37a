import { escapeLiteral } from "pg";
import * as z from "zod";
import { reasonOf } from "../../lib/failure.ts";
import { inOrder, type Session } from "../../postgres/session.ts";

/** Runs statements, which change nothing when they fail; resolves with the server's reason then. */
export type Attempt = (statements: readonly string[]) => Promise<string | undefined>;

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

/** Runs statements in a transaction of their own. */
export async function attemptTogether(
  session: Session,
  statements: readonly string[],
): Promise<string | undefined> {
  await session.run("begin");
  try {
    for (const statement of statements) await session.run(statement);
    await session.run("commit");
    return undefined;
  } catch (error) {
    await session.run("rollback");
    return reasonOf(error);
  }
}

/** Runs statements one by one. Where several were asked for, those before one that fails stay. */
export async function attemptEach(
  session: Session,
  statements: readonly string[],
): Promise<string | undefined> {
  try {
    for (const statement of statements) await session.run(statement);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
