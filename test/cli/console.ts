import { afterEach, beforeEach, vi } from "vitest";

/** What the command, run in this process, wrote to its streams in the test that runs now. */
export interface CapturedConsole {
  stdout: string;
  stderr: string;
}

/** Captures standard output and error in each test of the file, and takes the command's traces away after it. */
export function captureConsole(): CapturedConsole {
  const captured = { stdout: "", stderr: "" };
  beforeEach(() => {
    for (const name of ["stdout", "stderr"] as const) {
      captured[name] = "";
      vi.spyOn(process[name], "write").mockImplementation((text) => {
        captured[name] += text;
        return true;
      });
    }
  });
  afterEach(() => {
    process.stdout.removeAllListeners("error");
    process.exitCode = undefined;
    vi.restoreAllMocks();
  });
  return captured;
}
