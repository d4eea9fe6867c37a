import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Port that answers with the stacks of this repository, recorded. */
    recordingsPort: number;
    /** Port that answers with the document of a preview of production by the real command. */
    previewPort: number;
  }
}

/**
 * Offers the recorded stacks and the preview of production to every test file, as a global set-up of Vitest: to
 * load the providers' packages and to run the program costs seconds, so that it is done once, by the first file
 * that asks.
 */
export async function setup(project: TestProject): Promise<() => void> {
  const root = join(import.meta.dirname, "..", "..");
  const recordings = await offer(project, [join(import.meta.dirname, "print.ts")]);
  const preview = await offer(project, [join(root, "cli", "optropic.js"), "preview", "--json"]);
  project.provide("recordingsPort", recordings.port);
  project.provide("previewPort", preview.port);
  return () => {
    recordings.server.close();
    preview.server.close();
  };
}

/** Offers what a command of Node.js prints, which is run where somebody asks. */
async function offer(
  project: TestProject,
  command: readonly string[],
): Promise<{ server: Server; port: number }> {
  let printed: Promise<string> | undefined;
  const server = createServer((socket) => {
    printed ??= outputOf(command);
    printed.then(
      (text) => socket.end(text),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  project.onTestsRerun(() => {
    printed = undefined;
  });
  return { server, port: address.port };
}

async function outputOf(command: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, command, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
