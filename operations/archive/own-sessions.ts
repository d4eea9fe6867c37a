import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "../../postgres/connection.ts";
import { type Session, sqlStateOf, withSession } from "../../postgres/session.ts";
import { lockTimeoutMs } from "./lock-holders.ts";

/** A name for the sessions of one backup, or of one program of a drill or restore, which tells them from any others. */
export function sessionName(of: "backup" | "drill" | "restore"): string {
  return `optropic ${of} ${randomBytes(4).toString("hex")}`;
}

/** Pauses between two looks at the sessions of a server, in milliseconds: each twice as long as the one before. */
const firstPauseMs = 5;
const longestPauseMs = 500;

/** Sessions of programs that have ended, which may be open for a moment longer. */
export class EndedPrograms {
  #names = new Set<string>();

  /** @param name of the program's sessions */
  add(name: string): void {
    this.#names.add(name);
  }

  /** Waits until the sessions of those that have ended so far have ended too. */
  async leave(session: Session, signal: AbortSignal): Promise<void> {
    for (const name of [...this.#names]) {
      await othersEnded(session, name, signal);
      this.#names.delete(name);
    }
  }
}

/**
 * Waits until the other sessions of a name have ended. A program does not wait for the end of its session, which has its
 * locks and counts as a connection until then. One that does not end within a minute is waited for no longer.
 *
 * @param session in which a query may fail, such as that of a transaction whose queries keep no lock
 */
export function othersEnded(session: Session, name: string, signal: AbortSignal): Promise<void> {
  const look = (): Promise<boolean> =>
    isAlone(session, name).catch((error: unknown) => {
      if (isShort(error)) return false;
      throw error;
    });
  return untilAlone(look, signal);
}

/** Waits, in sessions of its own, until all sessions of a name have ended. */
export function allEnded(connection: Connection, name: string, signal: AbortSignal): Promise<void> {
  const look = (): Promise<boolean> =>
    withSession(connection, "optropic", (session) => isAlone(session, name))
      // What else fails is told by who goes on.
      .catch((error: unknown) => !isShort(error));
  return untilAlone(look, signal);
}

/**
 * Whether the server has no room for a lock or a session: those that have not ended may be why. The class of its code:
 * https://www.postgresql.org/docs/17/errcodes-appendix.html
 */
function isShort(error: unknown): boolean {
  return sqlStateOf(error)?.startsWith("53") === true;
}

async function untilAlone(look: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  const last = performance.now() + lockTimeoutMs;
  for (let pause = firstPauseMs; !(await look()); pause = Math.min(2 * pause, longestPauseMs)) {
    if (performance.now() > last) return;
    await delay(pause, undefined, { signal });
  }
}

/**
 * Asks a function of the server in the place of its view, which takes locks on the catalogs of databases and roles. A
 * pooler keeps a session when its client has ended, and it is idle then.
 */
async function isAlone(session: Session, name: string): Promise<boolean> {
  // A transaction is shown the same sessions until it asks for others.
  await session.rows("select pg_catalog.pg_stat_clear_snapshot()");
  const others = await session.rows(
    `select a.pid from pg_catalog.pg_stat_get_activity(null) a
      where a.application_name operator(pg_catalog.=) any($1::pg_catalog.text[])
        and a.pid operator(pg_catalog.<>) pg_catalog.pg_backend_pid()
        and a.state is distinct from 'idle'`,
    [name],
  );
  return others.length === 0;
}
