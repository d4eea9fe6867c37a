import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../cli/main.ts";

vi.mock("../../preview/index.ts", async (original) => ({
  ...(await original<object>()),
  preview: () => Promise.reject(new TypeError("a defect of the preview")),
}));

let stdout: string;
let stderr: string;

beforeEach(() => {
  [stdout, stderr] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += text;
    return true;
  });
});

afterEach(() => {
  process.stdout.removeAllListeners("error");
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

describe("an error that nobody foresaw", () => {
  it("is status 2, never «does not hold», with its message and no stack trace", async () => {
    await main(["preview"]);
    expect({ status: process.exitCode, stdout, stderr }).toEqual({
      status: 2,
      stdout: "",
      stderr: "error: a defect of the preview\n",
    });
  });

  it("has a stack trace for --debug", async () => {
    await main(["preview", "--debug"]);
    expect(stderr).toMatch(/^error: TypeError: a defect of the preview\n {4}at /);
  });

  it("is one document for --json", async () => {
    await main(["preview", "--json"]);
    expect(stdout).toBe('{"error":{"failure":"internal","message":"a defect of the preview"}}\n');
  });
});
