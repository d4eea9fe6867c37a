import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import type { ServerSession } from "../../postgres/session.ts";
import type { Linted } from "./lint.ts";
import { begin, fail, finish, resetting, withRow } from "./record-applied.ts";

export interface Patience {
  /** Longest wait for a lock, in milliseconds. */
  lockTimeoutMs: number;
  attempts: number;
  /** Waits between two attempts. */
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
  signal: AbortSignal;
  progress?: ((step: string) => void) | undefined;
}

/** SQLSTATE of a lock that was not to be had in time. */
const lockNotAvailable = "55P03";

const withCode = z.object({ code: z.string() });

/**
 * Applies one migration as Prisma does, in one message, and records it in Prisma's table. A wait for a lock is cut
 * short, so that others do not queue behind it, and tried again.
 *
 * @returns how often it was tried
 * @throws {Failure} `failed`; of one transaction nothing is left, of any other form it says so
 */
export async function runMigration(
  session: ServerSession,
  { migration, wrapping }: Pick<Linted, "migration" | "wrapping">,
  patience: Patience,
): Promise<number> {
  const {
    lockTimeoutMs,
    attempts,
    wait = (ms, signal) => pause(ms, undefined, { signal }),
    signal,
  } = patience;
  const text = migration.sql.replace(/^\uFEFF/, "");
  for (let attempt = 1; ; attempt += 1) {
    // In one transaction with its row, a migration is applied and recorded or neither, whenever the process dies.
    const id = wrapping === "one" ? undefined : await begin(session, migration);
    try {
      // What works beside others waits for their transactions without keeping anybody out.
      await session.run(`set lock_timeout = ${wrapping === "none" ? 0 : lockTimeoutMs}`);
      await session.run(id === undefined ? withRow(migration, text) : text);
      // Its row would be written into that transaction, which ends with the session.
      if (wrapping === "own" && (await isOpen(session))) {
        throw new Error("it begins a transaction and does not end it, so that the rest of it was taken back");
      }
      await resetSession(session);
      if (id !== undefined) await finish(session, id);
      return attempt;
    } catch (error) {
      signal.throwIfAborted();
      await session.run("rollback").catch(() => undefined);
      await resetSession(session).catch(() => {
        throw new Failure("failed", lostText(migration.name, wrapping, reasonOf(error)));
      });
      const isLock = withCode.safeParse(error).data?.code === lockNotAvailable && wrapping === "one";
      if (!isLock) {
        await fail(session, id ?? (await begin(session, migration)), reasonOf(error));
        throw new Failure("failed", failureText(migration.name, wrapping, reasonOf(error)));
      }
      // Nothing of it was done, so that it is as pending as before.
      if (attempt >= attempts) {
        throw new Failure(
          "failed",
          `${migration.name} did not get its locks within ${lockTimeoutMs} ms in ${counted(attempts, "attempt")}; nothing of it was done. Look for long transactions in pg_stat_activity, and run it again`,
        );
      }
      patience.progress?.(`${migration.name}: waiting for a lock, attempt ${attempt}`);
      await wait(Math.min(30_000, 500 * 2 ** (attempt - 1)), signal);
    }
  }
}

/** Whether a transaction is open: then its time is that of its beginning, and not that of the statement. */
async function isOpen(session: ServerSession): Promise<boolean> {
  const ask = `select now() <> statement_timestamp() as "isOpen"`;
  return z.tuple([z.object({ isOpen: z.boolean() })]).parse(await session.rows(ask))[0].isOpen;
}

/** What a script may have left in the session. */
export async function resetSession(session: ServerSession): Promise<void> {
  await session.run(resetting);
}

/** Whether the server had committed when the connection ended, only the database can tell. */
function lostText(name: string, wrapping: Linted["wrapping"], reason: string): string {
  const either =
    wrapping === "one"
      ? "it was applied and recorded, or neither"
      : "something of it may be left, such as an invalid index";
  return `${name}: the connection to the database was lost (${reason}), and ${either}. Run optropic migrate status to see which`;
}

function failureText(name: string, wrapping: Linted["wrapping"], reason: string): string {
  const left =
    wrapping === "one"
      ? "Its transaction took everything back"
      : "It does not run in one transaction: something of it may be left, such as an invalid index";
  return `${name} failed: ${reason}. ${left}. Run optropic migrate resolve ${name} to see the ways on`;
}
