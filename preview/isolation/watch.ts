import { parentPort } from "node:worker_threads";
import { bytesLeft, usageBelow } from "./usage.ts";
import type { Watched } from "./watcher.ts";

// A thread of its own that counts what sandboxes use and ends those that use too much. The thread that answers
// their guests may be busy with just that for longer than a stranger needs to take the machine.

/** How often each sandbox's use is counted, in milliseconds. */
const countMs = 50;

const watched = new Map<number, Watched>();

parentPort?.on("message", (message: Watched | { ended: number }) => {
  if ("ended" in message) watched.delete(message.ended);
  else watched.set(message.init, message);
});

setInterval(() => {
  const left = bytesLeft();
  for (const [init, { verdict, processes, memoryBytes, leftBytes }] of watched) {
    const use = usageBelow(init, processes);
    const excess =
      use.processes > processes ? 1 : use.memoryBytes > memoryBytes ? 2 : left < leftBytes ? 3 : 0;
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
