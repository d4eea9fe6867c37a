import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { Failure } from "../../lib/failure.ts";

/** Where to ask a person: standard input and standard error, unless a test has others. */
export interface Terminal {
  input: Readable & { isTTY?: boolean };
  output: Writable;
}

/**
 * Asks a person a question at the terminal.
 *
 * @returns what they typed; an empty text when they close the input
 * @throws {Failure} `refused`, with the message `otherwise`, when there is no terminal
 */
export async function ask(
  question: string,
  otherwise: string,
  signal: AbortSignal,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<string> {
  if (input.isTTY !== true) throw new Failure("refused", otherwise);
  const terminal = createInterface({ input, output });
  const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  try {
    return await Promise.race([terminal.question(question, { signal }), closed]);
  } catch (error) {
    // Whoever aborted gave the reason.
    signal.throwIfAborted();
    throw error;
  } finally {
    terminal.close();
  }
}
