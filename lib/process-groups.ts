/** Leads a group of processes that must not outlive this process. */
interface Leader {
  kill(): void;
}

/** Those that run. */
export const groups = new Set<Leader>();

/**
 * Kills the groups when this process is told to end, then lets the signal have its usual effect.
 *
 * @param raises whether it has that effect: not where the caller ends by itself
 * @returns a function that takes the handlers away again
 */
export function killGroupsOnSignal(raises = true): () => void {
  const handlers = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => {
    const handler = (): void => {
      killGroups();
      if (!raises) return;
      remove();
      process.kill(process.pid, signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  const remove = (): void => {
    process.off("exit", killGroups);
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
  process.on("exit", killGroups);
  return remove;
}

/** Kills the groups of all children of this process. */
function killGroups(): void {
  for (const leader of groups) leader.kill();
}
