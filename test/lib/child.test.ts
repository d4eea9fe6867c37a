import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { Child, type ChildOptions, type Launch, outputOf } from "../../lib/child.ts";
import { Failure } from "../../lib/failure.ts";

const never = new AbortController().signal;

/** Runs a script of Node.js. */
function node(script: string): Launch {
  return { command: process.execPath, args: ["-e", script], env: { NO_COLOR: "1" } };
}

function start(script: string, options: Partial<ChildOptions> = {}): Child {
  return new Child({ label: "the script", launch: node(script), ...options });
}

/** Prints a line, and goes on for ever. */
const endless = "console.log(process.pid); setInterval(() => undefined, 1000)";

describe("a process whose output is read", () => {
  test("answers what it is told", async () => {
    const child = start("process.stdin.pipe(process.stdout)");
    child.stdin.end("word");
    expect(await text(child.stdout)).toBe("word");
    await child.success();
    expect(await child.exited).toBe(0);
  });

  test("that fails is told of by its status and the end of its errors", async () => {
    const child = start("process.stderr.write('x'.repeat(9000) + '\\nthe last words'); process.exitCode = 3");
    child.stdout.resume();
    const failure = await child.success().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ kind: "failed" });
    expect(String(failure)).toMatch(/the script ended with exit status 3:\nx{3900,3990}\nthe last words$/);
  });

  test("that a signal ends is told of by the signal", async () => {
    const child = start(endless);
    await once(child.stdout, "data");
    await child.stop("SIGKILL");
    await expect(child.success()).rejects.toThrow("the script ended with signal SIGKILL");
    expect(await child.exited).toBe(137);
  });

  test("ends when the signal is raised, for the reason of the signal", async () => {
    const stop = new AbortController();
    const child = start(endless, { signal: stop.signal });
    await once(child.stdout, "data");
    stop.abort(new Error("enough"));
    await expect(child.success()).rejects.toThrow("enough");
    await expect(start(endless, { signal: stop.signal }).success()).rejects.toThrow("enough");
  });

  test("that is shielded goes on", async () => {
    const stop = new AbortController();
    const child = start("process.stdin.pipe(process.stdout)", { signal: stop.signal });
    child.shield();
    stop.abort();
    child.stdin.end("word");
    expect(await text(child.stdout)).toBe("word");
    await child.success();
  });

  test("that does not start is told of", async () => {
    const launch = { command: "/absent/program", args: [], env: {} };
    const failing = new Child({ label: "the program", launch, failure: "program" });
    await expect(failing.exited).rejects.toMatchObject({
      kind: "program",
      message: expect.stringContaining("the program did not start: Error: spawn /absent/program ENOENT"),
    });
    await expect(outputOf("the program", launch, never)).rejects.toMatchObject({ kind: "failed" });
  });
});

describe("a process whose output is kept", () => {
  const kept = { outputBytes: 1000, group: true };

  test("has both streams, without colors", async () => {
    const child = start("console.log('\\u001b[31mout\\u001b[0m'); console.error('err')", kept);
    expect(await child.exited).toBe(0);
    expect([child.output, child.errors]).toEqual(["out\n", "err\n"]);
  });

  test("is killed when it writes more than the limit, on both streams together", async () => {
    const write = (stream: string): string => `process.${stream}.write('x'.repeat(600));`;
    const child = start(`${write("stdout")}${write("stderr")}${endless}`, kept);
    await expect(child.exited).rejects.toMatchObject({
      kind: "limit",
      message: "the script wrote more than 1 KiB and was stopped",
    });
    expect(child.output.length + child.errors.length).toBeLessThanOrEqual(1000);
  });

  test("has no input", async () => {
    const child = start("process.stdin.on('end', () => console.log('closed')).resume()", kept);
    await child.exited;
    expect(child.output).toBe("closed\n");
    expect(() => child.stdin).toThrow("without this stream");
  });

  test("takes the processes that it left behind with it", async () => {
    const left = `const { spawn } = require("node:child_process");
      console.log(spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { stdio: "inherit" }).pid);
      process.exit(0)`;
    const child = start(left, kept);
    // Its output would stay open for as long as the process that it started.
    expect(await child.exited).toBe(0);
    await expect.poll(() => isRunning(Number(child.output))).toBe(false);
  });
});

test("a connection leads both ways", async () => {
  const echo = "const s = new (require('node:net').Socket)({ fd: 3 }); s.pipe(s)";
  const child = start(echo, { outputBytes: 1000, group: true, connection: true });
  child.connection.write("word");
  expect(String((await once(child.connection, "data"))[0])).toBe("word");
  child.connection.end();
  expect(await child.exited).toBe(0);
});

describe("the output of a program", () => {
  test("is what it printed, as it printed it", async () => {
    const printed = "\u001b[31mä\u001b[0m\r\n";
    expect(await outputOf("node", node(`process.stdout.write(${JSON.stringify(printed)})`), never)).toBe(
      printed,
    );
  });

  test("is refused beyond 64 MiB", async () => {
    const flood = "const x = Buffer.alloc(1 << 20); (function more() { process.stdout.write(x, more) })()";
    await expect(outputOf("node", node(flood), never)).rejects.toThrow("node printed more than 64 MiB");
  });
});

/** One that has ended may wait for its status to be taken. */
function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, "utf8"));
}
