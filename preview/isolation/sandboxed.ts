import type { ChildProcess } from "node:child_process";
import { Readable, Writable } from "node:stream";
import * as z from "zod";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { counted } from "../../lib/text.ts";
import { formatBytes } from "../../lib/units.ts";
import { usageBelow } from "./usage.ts";

/** What bubblewrap has beside its arguments, and how much its sandbox may use. */
export interface SandboxLaunch {
  /** The filter of system calls, which it reads from descriptor 5. */
  filter: Buffer;
  limits: { memoryBytes: number; processes: number };
}

/** What bubblewrap says of itself at descriptor 4: the first process as it starts, the status as it ends. */
const started = z.object({ "child-pid": z.int().positive() });
const ended = z.object({ "exit-code": z.int() });

/** How often a sandbox's use is counted, in milliseconds. */
const countMs = 200;

/** A sandbox that bubblewrap has started: watched, and ended as a whole. */
export class Sandboxed {
  #init: number | undefined;
  #hasRun = false;
  #timer: NodeJS.Timeout;

  /** @param stop is told why the sandbox has to be ended */
  constructor(bubblewrap: ChildProcess, { filter, limits }: SandboxLaunch, stop: (why: Failure) => void) {
    const stdio: readonly unknown[] = bubblewrap.stdio;
    const [, , , , status, filterPipe] = stdio;
    if (!(status instanceof Readable) || !(filterPipe instanceof Writable)) {
      throw new Error("a sandbox without its descriptors");
    }
    // Where bubblewrap ends before it has read all, it says why itself.
    filterPipe.on("error", () => undefined).end(filter);
    let text = "";
    status.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const document of text.split("\n").map(parseJson)) {
        this.#init ??= started.safeParse(document).data?.["child-pid"];
        this.#hasRun ||= ended.safeParse(document).success;
      }
    });
    this.#timer = setInterval(() => {
      const use = this.#init === undefined ? undefined : usageBelow(this.#init);
      if (use === undefined) return;
      if (use.processes > limits.processes) {
        stop(tooMuch(`${counted(limits.processes, "process", "processes")} at a time`));
      } else if (use.memoryBytes > limits.memoryBytes) {
        stop(tooMuch(`${formatBytes(limits.memoryBytes)} of memory`));
      }
    }, countMs).unref();
  }

  /**
   * Kills the first process of the sandbox, which ends all others and then bubblewrap.
   *
   * @returns whether it is there to be killed
   */
  kill(): boolean {
    if (this.#init === undefined) return false;
    try {
      return process.kill(this.#init, "SIGKILL");
    } catch {
      return false;
    }
  }

  /** To be called once bubblewrap has ended: another process may have the first one's number. */
  close(): void {
    clearInterval(this.#timer);
    this.#init = undefined;
  }

  /**
   * @param errors what bubblewrap and its sandbox wrote
   * @returns why the sandbox could not be made; undefined where it has run
   */
  refusal(errors: string): Failure | undefined {
    const [, reason] = /^bwrap: (.*)/.exec(errors) ?? [];
    if (this.#hasRun || reason === undefined) return undefined;
    return new Failure(
      "isolation",
      `--isolate: this machine cannot isolate: ${reason}. ${adviceFor(reason)}`,
    );
  }
}

function tooMuch(limit: string): Failure {
  return new Failure("limit", `stopped: it used more than ${limit}, the most that --isolate allows`);
}

function adviceFor(reason: string): string {
  if (/Unknown option/.test(reason)) return "It needs bubblewrap 0.8 or newer.";
  if (/Can't find source path/.test(reason))
    return "A file or folder that the project links to is not there.";
  return "It may lack namespaces for users without privileges: docs/security.md says how to allow them on Ubuntu and in a container. --isolate=permissions stops less and needs none.";
}
