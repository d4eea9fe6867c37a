import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const command = join(import.meta.dirname, "..", "..", "cli", "optropic.js");

export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Starts the command as a shell does. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [command, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
}

/** Waits for the command's end, reading all that it prints. */
export async function ended(process: ChildProcess): Promise<Ended> {
  const [stdout, stderr, [status, signal]] = await Promise.all([
    process.stdout === null ? "" : text(process.stdout),
    process.stderr === null ? "" : text(process.stderr),
    once(process, "close"),
  ]);
  return { status, signal, stdout, stderr };
}

export function run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return ended(start(args, env));
}
