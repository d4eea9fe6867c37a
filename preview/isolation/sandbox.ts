import { setPriority } from "node:os";
import { Readable, Writable } from "node:stream";
import * as z from "zod";
import type { Guard } from "../../lib/child.ts";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { counted } from "../../lib/text.ts";
import { formatBytes } from "../../lib/units.ts";
import { adviceFor } from "./advice.ts";
import { type SandboxLimits, watch } from "./watcher.ts";

/** What bubblewrap says of itself at descriptor 4: the first process as it starts, the status as it ends. */
const started = z.object({ "child-pid": z.int().positive() });
const ended = z.object({ "exit-code": z.int() });

/** Whatever a stranger starts, and however much of it, the preview that counts it comes first. */
const priority = 10;

/** A sandbox that bubblewrap makes: watched, and ended as a whole. */
export class Sandbox implements Guard {
  readonly descriptors = 3;
  #filter: Buffer;
  #limits: SandboxLimits;
  /** The first process in the sandbox. */
  #init: number | undefined;
  /** Closing it has the supervisor end the sandbox, as the end of this process would. */
  #life: Readable | undefined;
  #hasRun = false;
  /** Ends the watching, and says what it used too much of. */
  #excess: ReturnType<typeof watch> | undefined;
  #stop: ((reason: Failure) => void) | undefined;

  /** @param filter of system calls, which bubblewrap reads from descriptor 5 */
  constructor(filter: Buffer, limits: SandboxLimits) {
    this.#filter = filter;
    this.#limits = limits;
  }

  attach([status, filter, life]: readonly unknown[], stop: (reason: Failure) => void): void {
    if (!(status instanceof Readable && filter instanceof Writable && life instanceof Readable)) {
      throw new Error("a sandbox without its descriptors");
    }
    this.#life = life.on("error", () => undefined);
    // Where bubblewrap ends before it has read all, it says why itself.
    filter.on("error", () => undefined).end(this.#filter);
    let text = "";
    status.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const document of text.split("\n").map(parseJson)) {
        if (this.#init === undefined) this.#begin(started.safeParse(document).data?.["child-pid"]);
        this.#hasRun ||= ended.safeParse(document).success;
      }
    });
    this.#stop = stop;
  }

  /** Kills the first process, which ends all others and then bubblewrap; the supervisor where that is not known yet. */
  kill(): boolean {
    if (this.#life === undefined) return false;
    if (this.#init === undefined) {
      this.#life.destroy();
      return true;
    }
    try {
      return process.kill(this.#init, "SIGKILL");
    } catch {
      return false;
    }
  }

  ended(errors: string): Failure | undefined {
    const excess = this.#excess?.();
    // Another process may have its number from now on.
    this.#init = undefined;
    this.#life = undefined;
    if (excess !== undefined) this.#stop?.(tooMuch(this.#limits, excess));
    const reason = /^bwrap: (.*)/.exec(errors)?.[1]?.replace(/\.$/, "");
    if (this.#hasRun || reason === undefined) return undefined;
    return new Failure(
      "isolation",
      `--isolate: this machine cannot isolate: ${reason}. ${adviceFor(reason)}`,
    );
  }

  #begin(init: number | undefined): void {
    if (init === undefined) return;
    this.#init = init;
    comeFirst(init);
    this.#excess = watch(init, this.#limits);
  }
}

function comeFirst(init: number): void {
  try {
    setPriority(init, priority);
  } catch {
    // It has ended already, or the machine does not let anyone: the count is then a little slower.
  }
}

function tooMuch({ processes, memoryBytes, leftBytes }: SandboxLimits, excess: keyof SandboxLimits): Failure {
  if (excess === "leftBytes") {
    return new Failure("limit", `the machine had less than ${formatBytes(leftBytes)} of memory left`);
  }
  const limit =
    excess === "processes"
      ? `${counted(processes, "process", "processes")} at a time`
      : `${formatBytes(memoryBytes)} of memory`;
  return new Failure("limit", `it used more than ${limit}, the most that --isolate allows`);
}
