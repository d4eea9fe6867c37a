import type { Session } from "../../postgres/session.ts";
import { throwShortage } from "./lock-holders.ts";

/**
 * A session in a transaction of which no query keeps its locks: each runs within a savepoint that is rolled back. A
 * transaction otherwise keeps a lock on every table and index that it reads, and a server has room for few.
 *
 * Settings must be made by `run`, since those of a query are taken back too.
 */
export class Unlocked implements Session {
  #session: Session;
  #savepoints = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  rows(query: string, value?: readonly string[]): Promise<unknown[]> {
    return this.#releasing(() => this.#session.rows(query, value));
  }

  async *batches(query: string, value?: readonly string[]): AsyncGenerator<unknown[]> {
    const release = await this.#begin();
    let isFailed = true;
    try {
      yield* this.#session.batches(query, value);
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
  attempt(query: string, failed = throwShortage): Promise<unknown[] | undefined> {
    return this.#releasing(() => this.#session.attempt(query, failed));
  }

  async #releasing<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.#begin();
    try {
      const result = await work();
      await release();
      return result;
    } catch (error) {
      await release().catch(() => undefined);
      throw error;
    }
  }

  async #begin(): Promise<() => Promise<void>> {
    this.#savepoints += 1;
    const name = `optropic_${this.#savepoints}`;
    await this.#session.run(`savepoint ${name}`);
    return () => this.#session.run(`rollback to savepoint ${name}; release savepoint ${name}`);
  }
}
