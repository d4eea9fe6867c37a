import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { compiled } from "../compiled.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Port that answers with the stacks of this repository, recorded. */
    recordingsPort: number;
    /** Ports that answer with previews of the stacks by the real command, and with what a pack sees of each. */
    previewPorts: { production: number; staging: number };
  }
}

const root = join(import.meta.dirname, "..", "..");

/**
 * Offers the recorded stacks and the previews of both stages to every test file, as a global set-up of Vitest: to
 * load the providers' packages and to run the program costs seconds, so that it is done once, by the first file
 * that asks.
 */
export async function setup(project: TestProject): Promise<() => void> {
  const recordings = await offer(project, () => outputOf([join(import.meta.dirname, "print.ts")]));
  const [production, staging] = [
    await offer(project, () => previewOf("production")),
    await offer(project, () => previewOf("staging")),
  ];
  project.provide("recordingsPort", recordings.port);
  project.provide("previewPorts", { production: production.port, staging: staging.port });
  return () => {
    for (const { server } of [recordings, production, staging]) server.close();
  };
}

/** Previews a stack with its pack, and with another that writes what it is handed. */
async function previewOf(stack: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "seen-"));
  const seen = join(folder, "seen.json");
  const packs = [join(root, "policies"), join(root, "test", "fixtures", "packs", "seen")];
  const options = ["--json", "--stack", stack, ...packs.flatMap((pack) => ["--policy-pack", pack])];
  try {
    const document = await outputOf([join(root, "cli", "optropic.js"), "preview", ...options], {
      SEEN_BY_PACK: seen,
    });
    return `{"document":${document},"seen":${readFileSync(seen, "utf8")}}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Offers a text, which is made where somebody asks. */
async function offer(
  project: TestProject,
  make: () => Promise<string>,
): Promise<{ server: Server; port: number }> {
  let made: Promise<string> | undefined;
  const server = createServer((socket) => {
    made ??= make();
    made.then(
      (text) => socket.end(text),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  project.onTestsRerun(() => {
    made = undefined;
  });
  return { server, port: address.port };
}

/** What a command of Node.js prints that ends with status 0, and with nothing on standard error. */
async function outputOf(command: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, {
    env: { NODE_COMPILE_CACHE: compiled, ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stderr !== "") throw new Error(stderr);
  return stdout;
}
