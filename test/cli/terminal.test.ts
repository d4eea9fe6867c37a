import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../cli/main.ts";
import { program } from "../preview/harness.ts";
import { captureConsole } from "./console.ts";

const captured = captureConsole();

beforeEach(() => {
  for (const stream of [process.stdout, process.stderr]) {
    Object.defineProperty(stream, "isTTY", { value: true, configurable: true, writable: true });
  }
  vi.stubEnv("NO_COLOR", undefined);
});

afterEach(() => {
  for (const stream of [process.stdout, process.stderr]) Reflect.deleteProperty(stream, "isTTY");
  vi.unstubAllEnvs();
});

const args = ["preview", "--cwd", program("small"), "--stack", "dev"];

describe("on a terminal", () => {
  it("the preview has colours, and says on standard error what it waits for", async () => {
    await main(args);
    expect(captured.stdout).toContain("\u001b[32m");
    expect(captured.stdout).not.toBe(stripVTControlCharacters(captured.stdout));
    expect(captured.stderr).toMatch(/waiting for the program[\s\S]*waiting for the policies/);
    // The last that is written there clears the line.
    expect(captured.stderr.endsWith("\r\u001b[K")).toBe(true);
    expect(process.exitCode).toBe(0);
  });

  it.each([
    ["--no-color", [...args, "--no-color"], undefined],
    ["NO_COLOR", args, "1"],
    ["--json", [...args, "--json"], undefined],
  ])("the preview has none with %s", async (_, given, noColor) => {
    vi.stubEnv("NO_COLOR", noColor);
    await main(given);
    expect(captured.stdout).toBe(stripVTControlCharacters(captured.stdout));
  });

  it("a preview for --json says nothing of what it waits for", async () => {
    await main([...args, "--json"]);
    expect(captured.stderr).toBe("");
  });
});
