import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { Failure } from "../lib/failure.ts";

export interface ChildOptions {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string | undefined;
  /** Account to run as. */
  account?: { uid: number; gid: number } | undefined;
  /** Ends the process when it is raised. */
  signal: AbortSignal;
}

/** Characters of the error output that are kept, its last ones. */
const keptCharacters = 4000;

/** A program that runs, its output to be read, what it says of errors kept for the failure. */
export class Child {
  readonly stdin: Writable;
  readonly stdout: Readable;
  #name: string;
  #process: ChildProcess;
  #said = "";
  #ended: Promise<number | string>;
  #signal: AbortSignal | undefined;
  #stop: () => void;

  constructor(name: string, command: string, options: ChildOptions) {
    this.#name = name;
    this.#signal = options.signal;
    const child = spawn(command, options.args, {
      env: options.env,
      cwd: options.cwd,
      ...options.account,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#process = child;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    // Who reads may end first; the exit status says what happened.
    child.stdin.on("error", () => undefined);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-keptCharacters);
    });
    const stop = (): void => void child.kill("SIGTERM");
    this.#stop = stop;
    this.#ended = new Promise<number | string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, signal) => resolve(code ?? `signal ${signal}`));
    }).finally(() => options.signal.removeEventListener("abort", stop));
    options.signal.addEventListener("abort", stop, { once: true });
    if (options.signal.aborted) stop();
  }

  /**
   * Waits for the end.
   *
   * @throws {Failure} `failed`, with what the program said, unless its exit status is 0
   */
  async success(): Promise<void> {
    const ended = await this.#ended;
    this.#signal?.throwIfAborted();
    if (ended === 0) return;
    const said = this.#said.trim() === "" ? "" : `:\n${this.#said.trim()}`;
    throw new Failure("failed", `${this.#name} ended with ${ended}${said}`);
  }

  /** From now on the signal does not end the process. */
  shield(): void {
    this.#signal?.removeEventListener("abort", this.#stop);
    this.#signal = undefined;
  }

  /** Ends the process, if it still runs, and waits until it has ended. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.#process.kill(signal);
    this.stdout.destroy();
    await this.#ended;
  }
}

/** Runs a program to its end and answers its output, of at most 64 MiB. */
export async function output(name: string, command: string, options: ChildOptions): Promise<string> {
  const child = new Child(name, command, options);
  child.stdin.end();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    if (bytes > 64 * 1024 * 1024) {
      await child.stop();
      throw new Failure("failed", `${name} printed more than 64 MiB`);
    }
    chunks.push(chunk);
  }
  await child.success();
  return Buffer.concat(chunks).toString("utf8");
}
