import { inOrder, type ServerSession, type Session } from "../../postgres/session.ts";
import { throwShortage } from "./lock-holders.ts";

/**
 * A session in a transaction of which no query keeps its locks: each runs within a savepoint that is rolled back. A
 * transaction otherwise keeps a lock on every table and index that it reads, and a server has room for few. A query and
 * its savepoint are sent together.
 *
 * Settings must be made by `run`, since those of a query are taken back too.
 */
export class Unlocked implements Session {
  #session: ServerSession;
  #savepoints = 0;

  constructor(session: ServerSession) {
    this.#session = session;
  }

  async rows(query: string, value?: readonly string[]): Promise<unknown[]> {
    const { begun, release } = this.#begin();
    const [, rows] = await inOrder(begun, this.#session.rows(query, value), release());
    return rows;
  }

  async *batches(query: string, value?: readonly string[]): AsyncGenerator<unknown[]> {
    const { begun, release } = this.#begin();
    const batches = this.#session.batches(query, value);
    let isFailed = true;
    try {
      let [, next] = await inOrder(begun, batches.next());
      for (; next.done !== true; next = await batches.next()) yield next.value;
      isFailed = false;
    } finally {
      // What failed says why, and nothing needs releasing in a session that was lost.
      await (isFailed ? release().catch(() => undefined) : release());
    }
  }

  run(statements: string): Promise<void> {
    return this.#session.run(statements);
  }

  /**
   * A server without room for another lock says nothing of the query: unless `failed` is there to say what comes of it,
   * that is thrown.
   */
  async attempt(query: string, failed = throwShortage): Promise<unknown[] | undefined> {
    const { begun, release } = this.#begin();
    const rows = this.#session.rows(query);
    const released = release();
    try {
      const [, found] = await inOrder(begun, rows, released);
      return found;
    } catch (error) {
      // Without a session there is nothing to go back to.
      await released.catch(() => {
        throw error;
      });
      failed(error);
      return undefined;
    }
  }

  #begin(): { begun: Promise<void>; release: () => Promise<void> } {
    this.#savepoints += 1;
    const name = `optropic_${this.#savepoints}`;
    return {
      begun: this.#session.run(`savepoint ${name}`),
      release: () => this.#session.run(`rollback to savepoint ${name}; release savepoint ${name}`),
    };
  }
}
