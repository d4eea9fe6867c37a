import { constants, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { bytesLeft, usageBelow } from "./usage.ts";
import type { Watched } from "./watcher.ts";

// A thread of its own that counts what sandboxes use and ends those that use too much. The thread that answers
// their guests may be busy with just that for longer than a stranger needs to take the machine.

/** How often each sandbox's use is counted, in milliseconds. */
const countMs = 50;

/**
 * Processes from which on the others of the machine go before them, this thread among them: processes that start more
 * of their kind would otherwise leave it no time to end them.
 */
const crowd = 64;

const watched = new Map<number, Watched>();

parentPort?.on("message", (message: Watched | { ended: number }) => {
  if ("ended" in message) watched.delete(message.ended);
  else watched.set(message.init, message);
});

setInterval(() => {
  const left = bytesLeft();
  for (const [init, { verdict, processes, memoryBytes, leftBytes }] of watched) {
    const use = usageBelow(init, processes);
    if (use.processes.size > crowd) for (const pid of use.processes) yieldToOthers(pid);
    const excess =
      use.processes.size > processes ? 1 : use.memoryBytes > memoryBytes ? 2 : left < leftBytes ? 3 : 0;
    if (excess === 0) continue;
    watched.delete(init);
    Atomics.store(new Int32Array(verdict), 0, excess);
    try {
      process.kill(init, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}, countMs);

/** What it starts afterwards inherits that. */
function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended meanwhile.
  }
}
