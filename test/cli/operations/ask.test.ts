import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { ask } from "../../../cli/operations/ask.ts";
import { Failure } from "../../../lib/failure.ts";

describe("a question", () => {
  test("is put to a person, whose line is the answer", async () => {
    const { terminal, said } = makeTerminal();
    const answer = ask("Type x: ", "nobody", new AbortController().signal, terminal);
    terminal.input.write("db.example.com:5432/app\nmore\n");
    expect(await answer).toBe("db.example.com:5432/app");
    expect(said()).toBe("Type x: ");
  });

  test("whose input is closed is answered by nothing", async () => {
    const { terminal } = makeTerminal();
    const answer = ask("Type x: ", "nobody", new AbortController().signal, terminal);
    terminal.input.end();
    expect(await answer).toBe("");
  });

  test("ends when a signal comes, in the signal's words", async () => {
    const { terminal } = makeTerminal();
    const stop = new AbortController();
    const answer = ask("Type x: ", "nobody", stop.signal, terminal);
    const failure = new Failure("failed", "Stopped by SIGINT");
    stop.abort(failure);
    await expect(answer).rejects.toBe(failure);
  });

  test("is refused where nobody is", async () => {
    const { terminal } = makeTerminal();
    const noTerminal = { ...terminal, input: new PassThrough() };
    await expect(
      ask("Type x: ", "nobody is there", new AbortController().signal, noTerminal),
    ).rejects.toThrow(new Failure("refused", "nobody is there"));
  });
});

function makeTerminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  return { terminal: { input, output }, said: (): string => String(output.read() ?? "") };
}
