import { beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../cli/main.ts";
import { Session } from "../../preview/session.ts";
import { captureConsole } from "./console.ts";

const captured = captureConsole();

beforeEach(() => {
  vi.spyOn(Session.prototype, "run").mockRejectedValue(new TypeError("a defect of the preview"));
});

describe("an error that nobody foresaw", () => {
  it("is status 2, never «does not hold», with its message and no stack trace", async () => {
    await main(["preview"]);
    expect({ status: process.exitCode, ...captured }).toEqual({
      status: 2,
      stdout: "",
      stderr: "error: a defect of the preview\n",
    });
  });

  it("has a stack trace for --debug", async () => {
    await main(["preview", "--debug"]);
    expect(captured.stderr).toMatch(/^error: TypeError: a defect of the preview\n {4}at /);
  });

  it("is one document for --json", async () => {
    await main(["preview", "--json"]);
    expect(captured.stdout).toBe('{"error":{"failure":"internal","message":"a defect of the preview"}}\n');
  });
});
