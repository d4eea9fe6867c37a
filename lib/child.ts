import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Duplex, type Readable, type Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { coveredDescriptors } from "./descriptors.ts";
import { Failure, type FailureKind } from "./failure.ts";
import { groups } from "./process-groups.ts";

/** What is started, and how. */
export interface Launch {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string | undefined;
  /** Account to run as. */
  account?: { uid: number; gid: number } | undefined;
  /** What the command has to itself, and what ends it better than a signal to its group. */
  guard?: Guard | undefined;
  /** It gets no descriptor but its own: what this process inherited is not for it. */
  closed?: boolean;
}

/** A command that keeps what it runs within bounds. */
export interface Guard {
  /** How many descriptors from 4 on it has; what they lead to is handed over once the process is started. */
  readonly descriptors: number;
  /** @param stop ends the process, with the reason for whoever waits for it */
  attach(streams: readonly unknown[], stop: (reason: Failure) => void): void;
  /** @returns whether there is something left to kill, after which the command ends too */
  kill(): boolean;
  /**
   * The process has ended.
   *
   * @param errors what it wrote to its standard error
   * @returns why it could not be kept within bounds, if so
   */
  ended(errors: string): Failure | undefined;
}

export interface ChildOptions {
  /** What a message calls the process, such as `pg_dump` or `the program`. */
  label: string;
  launch: Launch;
  /** Ends the process with SIGTERM when it is raised. */
  signal?: AbortSignal | undefined;
  /**
   * Most bytes of standard output and error together, which are all kept; a process that writes more is
   * killed. Without a limit the caller writes the input and reads the output, and the end of the errors is
   * kept.
   */
  outputBytes?: number | undefined;
  /** The process leads a group of its own, which is killed when it ends and when this process does. */
  group?: boolean;
  /** The process has one end of a connection as descriptor 3. */
  connection?: boolean;
  /**
   * Called with each line of standard error, where output is not limited; one that it answers false to is not kept, and
   * a text is kept in its place.
   */
  keepsError?: (line: string) => boolean | string;
  /** Kind of the failure when the process does not start. Default: `failed`. */
  failure?: FailureKind;
}

/** How long the output of a group whose leader has ended is waited for, in milliseconds. */
const outputGraceMs = 1000;

/** Characters of the errors that are kept for a message, when they are not limited. */
const keptCharacters = 4000;

/** A process that this one runs. */
export class Child {
  readonly label: string;
  /**
   * Resolves with the exit status when the process has ended and its output is read. Rejects when it did not
   * start or wrote too much.
   */
  readonly exited: Promise<number>;
  #process: ChildProcess;
  #options: ChildOptions;
  #signal: AbortSignal | undefined;
  #output = "";
  #errors = "";
  #bytes = 0;
  #gone = false;
  /** Why it was not let go on. */
  #stopped: Failure | undefined;
  #terminate = (): void => this.kill("SIGTERM");

  constructor(options: ChildOptions) {
    this.label = options.label;
    this.#options = options;
    this.#signal = options.signal;
    const { launch, outputBytes, group = false, connection = false } = options;
    const { command, args, env, cwd, account, guard, closed = false } = launch;
    const given: ("pipe" | "ignore")[] = [
      outputBytes === undefined ? "pipe" : "ignore",
      "pipe",
      "pipe",
      ...(connection ? ["pipe" as const] : []),
      ...Array.from({ length: guard?.descriptors ?? 0 }, () => "pipe" as const),
    ];
    const covered = closed ? coveredDescriptors(given.length) : undefined;
    try {
      this.#process = spawn(command, args, {
        env,
        cwd,
        ...account,
        stdio: [...given, ...(covered?.entries ?? [])],
        detached: group,
      });
    } finally {
      covered?.release();
    }
    // A process that ends resets these; its status says what happened.
    this.#process.stdin?.on("error", () => undefined);
    if (connection) this.connection.on("error", () => undefined);
    guard?.attach(this.#process.stdio.slice(4, given.length), ({ kind, message }) => {
      this.#stop(new Failure(kind, `${this.label} was stopped: ${message}`));
    });
    if (group) groups.add(this);
    this.#collect();
    this.exited = this.#watch();
    // One that nobody waits for any more is no second error.
    this.exited.catch(() => undefined);
    this.#signal?.addEventListener("abort", this.#terminate, { once: true });
    if (this.#signal?.aborted) this.#terminate();
  }

  get stdin(): Writable {
    return present(this.#process.stdin);
  }

  get stdout(): Readable {
    return present(this.#process.stdout);
  }

  /** This end of descriptor 3, which no other process has. */
  get connection(): Duplex {
    const stream = this.#process.stdio[3];
    return present(stream instanceof Duplex ? stream : undefined);
  }

  /** Id of the process; undefined when it did not start. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** What the process wrote so far to standard output, if that is limited, without colors. */
  get output(): string {
    return stripVTControlCharacters(this.#output);
  }

  /** What the process wrote so far to standard error, or the end of it, without colors. */
  get errors(): string {
    return stripVTControlCharacters(this.#errors);
  }

  /**
   * Waits until the process ends.
   *
   * @throws the reason of the signal, if that is raised
   * @throws {Failure} `failed`, with the errors of the process, unless its exit status is 0
   */
  async success(): Promise<void> {
    const status = await this.exited.finally(() => this.#signal?.throwIfAborted());
    if (status === 0) return;
    const { signalCode } = this.#process;
    const how = signalCode === null ? `exit status ${status}` : `signal ${signalCode}`;
    const errors = this.errors.trim();
    throw new Failure("failed", `${this.label} ended with ${how}${errors === "" ? "" : `:\n${errors}`}`);
  }

  /** From now on the signal does not end the process. */
  shield(): void {
    this.#signal?.removeEventListener("abort", this.#terminate);
    this.#signal = undefined;
  }

  /** Sends a signal to the process, or to its group; SIGKILL unless another is given. */
  kill(signal: NodeJS.Signals = "SIGKILL"): void {
    const { pid } = this.#process;
    if (!this.#options.group) {
      this.#process.kill(signal);
      return;
    }
    // Once the group is gone, another may have its number.
    if (pid === undefined || this.#gone) return;
    if (signal === "SIGKILL" && this.#options.launch.guard?.kill() === true) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is gone already.
    }
  }

  /** Ends the process, if it still runs, and waits until it has ended. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.kill(signal);
    this.stdout.destroy();
    await this.exited.catch(() => undefined);
  }

  #stop(reason: Failure): void {
    this.#stopped ??= reason;
    this.kill();
  }

  #collect(): void {
    const { outputBytes } = this.#options;
    const { stdout, stderr } = this.#process;
    if (outputBytes === undefined) {
      const keep = (text: string): void => {
        this.#errors = (this.#errors + text).slice(-keptCharacters);
      };
      const { keepsError } = this.#options;
      const take = keepsError === undefined ? keep : byLine(keep, keepsError);
      stderr?.setEncoding("utf8").on("data", take);
      // The last line may have no end.
      if (keepsError !== undefined) stderr?.once("end", () => take("\n"));
      return;
    }
    const isWithin = (text: string): boolean => {
      if (this.#bytes > outputBytes) return false;
      this.#bytes += Buffer.byteLength(text);
      if (this.#bytes <= outputBytes) return true;
      const limit = `${Math.round(outputBytes / 1024)} KiB`;
      this.#stop(new Failure("limit", `${this.label} wrote more than ${limit} and was stopped`));
      return false;
    };
    stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (isWithin(text)) this.#output += text;
    });
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (isWithin(text)) this.#errors += text;
    });
  }

  async #watch(): Promise<number> {
    const { group, launch, failure = "failed" } = this.#options;
    if (group) this.#process.once("exit", () => this.#endGroup());
    try {
      await once(this.#process, "close");
      const reason = launch.guard?.ended(this.#errors);
      if (this.#stopped ?? reason) throw this.#stopped ?? reason;
      const { exitCode, signalCode } = this.#process;
      return exitCode ?? (signalCode === "SIGKILL" ? 137 : 1);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(failure, `${this.label} did not start: ${String(error)}`, { cause: error });
    } finally {
      this.#signal?.removeEventListener("abort", this.#terminate);
      if (group) this.kill();
      this.#gone = true;
      groups.delete(this);
    }
  }

  /** A leader that ended may have left others of its group behind, which hold its output open. */
  #endGroup(): void {
    this.kill();
    // One that left the group too may hold it for as long as it likes.
    setTimeout(() => {
      for (const stream of this.#process.stdio) stream?.destroy();
    }, outputGraceMs).unref();
  }
}

/** Keeps the lines of a text that comes in pieces; the end of a line that is too long counts as one. */
function byLine(
  keep: (text: string) => void,
  kept: (line: string) => boolean | string,
): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = (lines.pop() ?? "").slice(-keptCharacters);
    for (const line of lines) {
      const answer = kept(line);
      if (answer !== false) keep(`${answer === true ? line : answer}\n`);
    }
  };
}

function present<T>(stream: T | null | undefined): T {
  if (stream === null || stream === undefined) throw new Error("The process was started without this stream");
  return stream;
}

/** Most bytes that a program may print that is read as one text, by default. */
const maximumText = 64 * 1024 * 1024;

/** As `bytesOf`, with the output as text. */
export async function outputOf(...given: Parameters<typeof bytesOf>): Promise<string> {
  return (await bytesOf(...given)).toString("utf8");
}

/**
 * Runs a program to its end.
 *
 * @param maximum most bytes that it may print
 * @returns its standard output
 * @throws {Failure} `failed`, when it prints more than that or its exit status is not 0
 */
export async function bytesOf(
  label: string,
  launch: Launch,
  signal: AbortSignal,
  maximum: number = maximumText,
): Promise<Buffer> {
  const child = new Child({ label, launch, signal });
  child.stdin.end();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    if (bytes > maximum) {
      await child.stop();
      throw new Failure("failed", `${label} printed more than ${Math.round(maximum / 1024 / 1024)} MiB`);
    }
    chunks.push(chunk);
  }
  await child.success();
  return Buffer.concat(chunks);
}
