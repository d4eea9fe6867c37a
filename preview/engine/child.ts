import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Duplex } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { Failure } from "../../lib/failure.ts";
import type { Launch } from "../isolation/isolation.ts";

/** What a child process of the preview may use up before it is stopped. */
export interface ChildLimits {
  /** Bytes of standard output and error together. */
  outputBytes: number;
}

export interface ChildOptions {
  /** What to call the process in an error, such as `the program`. */
  label: string;
  launch: Launch;
  limits: ChildLimits;
  failure: "program" | "policy-pack";
}

/** How long the output of a process that ended is waited for, in milliseconds. */
const outputGraceMs = 1000;

const running = new Set<Child>();

/**
 * A process with bounded output that cannot outlive the preview: it leads a process group of its own, which
 * is killed as a whole when the preview ends, is interrupted or fails.
 */
export class Child {
  readonly label: string;
  /** Resolves with the exit status when the process has ended and its output is read; rejects on a flood. */
  readonly exited: Promise<number>;
  /** What the process has of the preview as descriptor 3, and nobody else. */
  readonly connection: Duplex;
  #process: ChildProcess;
  #output = "";
  #errors = "";
  #gone = false;

  constructor(options: ChildOptions) {
    this.label = options.label;
    const { command, args, cwd, env } = options.launch;
    this.#process = spawn(command, args, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
    });
    const connection = this.#process.stdio[3];
    if (!(connection instanceof Duplex)) throw new Error("a child without its connection");
    this.connection = connection;
    // A process that ends resets it; whoever calls over it hears of that.
    connection.on("error", () => undefined);
    running.add(this);
    this.exited = this.#watch(options);
    // Whoever waits hears of a failure; one that nobody waits for any more is no second error.
    this.exited.catch(() => undefined);
  }

  /** What the process wrote so far to standard output, without colours. */
  get output(): string {
    return stripVTControlCharacters(this.#output);
  }

  /** What the process wrote so far to standard error, without colours. */
  get errors(): string {
    return stripVTControlCharacters(this.#errors);
  }

  /** Kills the process and all that it started. */
  kill(): void {
    const { pid } = this.#process;
    // Once the group is gone, another may have its number.
    if (pid === undefined || this.#gone) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // The group is gone already.
    }
  }

  async #watch(options: ChildOptions): Promise<number> {
    let bytes = 0;
    let flooded = false;
    const take = (chunk: string, keep: (text: string) => void): void => {
      if (flooded) return;
      bytes += Buffer.byteLength(chunk);
      if (bytes > options.limits.outputBytes) {
        flooded = true;
        this.kill();
        return;
      }
      keep(chunk);
    };
    this.#process.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      take(chunk, (text) => {
        this.#output += text;
      });
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      take(chunk, (text) => {
        this.#errors += text;
      });
    });
    this.#process.once("exit", () => {
      // A process that ended may have left others of its group behind, which hold its output open.
      this.kill();
      // One that left the group too may hold it for as long as it likes.
      setTimeout(() => {
        this.#process.stdout?.destroy();
        this.#process.stderr?.destroy();
      }, outputGraceMs).unref();
    });
    try {
      const [status, signal] = (await once(this.#process, "close")) as [number | null, string | null];
      if (flooded) {
        throw new Failure(
          "limit",
          `${options.label} wrote more than ${Math.round(options.limits.outputBytes / 1024)} KiB and was stopped`,
        );
      }
      return status ?? (signal === "SIGKILL" ? 137 : 1);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(options.failure, `${options.label} did not start: ${String(error)}`);
    } finally {
      this.kill();
      this.#gone = true;
      running.delete(this);
    }
  }
}

/** Kills every process that a preview of this process has running. */
export function killAll(): void {
  for (const child of running) child.kill();
}

/**
 * Kills the children when this process is told to end, then lets the signal have its usual effect.
 *
 * @returns a function that takes the handlers away again
 */
export function killAllOnSignal(): () => void {
  const handlers = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => {
    const handler = (): void => {
      killAll();
      remove();
      process.kill(process.pid, signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  const remove = (): void => {
    process.off("exit", killAll);
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
  process.on("exit", killAll);
  return remove;
}
