import { main } from "../../cli/main.ts";
import type { Ended } from "./command.ts";

type Command = (args: readonly string[]) => Promise<void>;

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the command in this process, one run after the other, since variables and streams belong to the process.
 * It spares the second that a process takes to load the command; what only a process of its own shows, such as
 * what a signal does, needs `start`.
 *
 * @param env variables in addition to those of this process
 */
export function runHere(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return inTurn(() => run(args, { ...process.env, ...env }));
}

/**
 * Runs a command in this process with these variables and no other.
 *
 * @param command `optropic` unless it is another one
 */
export function runHereWith(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  command: Command = main,
): Promise<Ended> {
  return inTurn(() => run(args, environment, command));
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const running = last.then(work);
  last = running.catch(() => undefined);
  return running;
}

async function run(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  command: Command = main,
): Promise<Ended> {
  const before = { ...process.env };
  const written = { stdout: "", stderr: "" };
  const { stdout, stderr } = process;
  const write = { stdout: stdout.write, stderr: stderr.write };
  const capture = (name: "stdout" | "stderr"): typeof stdout.write => {
    return (chunk: string | Uint8Array) => {
      written[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      return true;
    };
  };
  become(environment);
  stdout.write = capture("stdout");
  stderr.write = capture("stderr");
  try {
    await command(args);
    const status = Number(process.exitCode ?? 0);
    return { status, signal: null, ...written };
  } finally {
    stdout.write = write.stdout;
    stderr.write = write.stderr;
    stdout.removeAllListeners("error");
    process.exitCode = undefined;
    become(before);
  }
}

/** Gives this process these variables and no other. */
function become(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined) process.env[name] = value;
  }
}
