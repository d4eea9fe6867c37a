import { spawn } from "node:child_process";
import { join } from "node:path";
import { type ExitStatus, exitStatus } from "../lib/exit.ts";

/** The largest output that is kept, in bytes; a command that prints more is stopped. */
const documentLimit = 64 * 1024 * 1024;

/** How a run of the command ended; `output` is empty where standard output was inherited. */
export interface Ended {
  status: ExitStatus;
  output: Buffer;
}

/** Runs the `optropic` command of a repository with the Node.js of this process. */
export function runOptropic(
  repository: string,
  args: readonly string[],
  { stdout, cwd }: { stdout: "inherit" | "pipe"; cwd?: string },
): Promise<Ended> {
  const child = spawn(process.execPath, [join(repository, "cli", "optropic.js"), ...args], {
    cwd,
    stdio: ["ignore", stdout, "inherit"],
  });
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout?.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > documentLimit) child.kill();
    else chunks.push(chunk);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ status: statusOf(code), output: Buffer.concat(chunks) }));
  });
}

/** Any other end, such as by a signal, could not tell. */
function statusOf(code: number | null): ExitStatus {
  return Object.values(exitStatus).find((status) => status === code) ?? exitStatus.couldNotTell;
}
