import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Port that answers with the stacks of this repository, recorded. */
    recordingsPort: number;
  }
}

/**
 * Offers the recorded stacks to every test file, as a global set-up of Vitest: to load the providers' packages
 * and to run the program costs seconds, so that it is done once, by the first file that asks.
 */
export async function setup(project: TestProject): Promise<() => void> {
  let recorded: Promise<string> | undefined;
  const server = createServer((socket) => {
    recorded ??= recordInChild();
    recorded.then(
      (text) => socket.end(text),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  project.provide("recordingsPort", address.port);
  project.onTestsRerun(() => {
    recorded = undefined;
  });
  return () => {
    server.close();
  };
}

async function recordInChild(): Promise<string> {
  const script = join(import.meta.dirname, "print.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
