import { extname } from "node:path";
import { Worker } from "node:worker_threads";

/** How much a sandbox may use. */
export interface SandboxLimits {
  memoryBytes: number;
  processes: number;
  /** Bytes that the machine must have left: buffers of the kernel, too, are memory, and count for no process. */
  leftBytes: number;
}

/** What the thread that counts is told of a sandbox. */
export interface Watched extends SandboxLimits {
  /** The first process in the sandbox, which ends all others with it. */
  init: number;
  /** One number, which the thread sets before it ends the sandbox: of which limit was exceeded. */
  verdict: SharedArrayBuffer;
}

let thread: Worker | undefined;
let count = 0;

/**
 * Has a sandbox ended as soon as it uses more than it may.
 *
 * @returns ends the watching, and gives the limit that was exceeded, if one was
 */
export function watch(init: number, limits: SandboxLimits): () => keyof SandboxLimits | undefined {
  const verdict = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  thread ??= startThread();
  const watching = thread;
  count += 1;
  watching.postMessage({ init, verdict, ...limits } satisfies Watched);
  return () => {
    watching.postMessage({ ended: init });
    count -= 1;
    if (count === 0) {
      thread = undefined;
      void watching.terminate();
    }
    return ([undefined, "processes", "memoryBytes", "leftBytes"] as const)[
      Atomics.load(new Int32Array(verdict), 0)
    ];
  };
}

/** Which outlives nothing, needs nothing of the caller's, and is written as this file is. */
function startThread(): Worker {
  const file = new URL(`./watch${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 32 } });
  worker.unref();
  return worker;
}
