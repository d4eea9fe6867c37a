import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { Failure } from "../../lib/failure.ts";

/** Where a person is asked: standard input and error output, unless a test has others. */
export interface Terminal {
  input: Readable & { isTTY?: boolean };
  output: Writable;
}

/**
 * Asks a person, and answers what was typed: nothing, where they close the terminal's input.
 *
 * @throws {Failure} `refused`, with `otherwise`, when there is no person to ask
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
    // What was raised from outside is said in the words of who raised it.
    signal.throwIfAborted();
    throw error;
  } finally {
    terminal.close();
  }
}
