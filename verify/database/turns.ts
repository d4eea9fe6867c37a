import type { Context } from "../context.ts";

/**
 * Lets probes of the database work one after the other: a role has few connections, and the application's own
 * share them with whoever measures.
 */
export async function inTurn<Answer>(context: Context, work: () => Promise<Answer>): Promise<Answer> {
  const before = turns.get(context.run) ?? Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  turns.set(
    context.run,
    before.then(() => promise),
  );
  try {
    await before;
    context.signal.throwIfAborted();
    return await work();
  } finally {
    resolve();
  }
}

const turns = new WeakMap<object, Promise<void>>();
