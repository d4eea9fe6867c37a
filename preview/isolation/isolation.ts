import { join } from "node:path";
import type { Launch } from "../../lib/child.ts";
import { type Given, openEnvironment } from "./environment.ts";

/** A process that runs code of others: a program or a policy pack, in the runner of its own SDK. */
export interface Guest {
  /** The main module in `preview/host/`, which becomes the runner. */
  host: "program" | "pack";
  /** Arguments for Node.js itself. */
  nodeArgs: readonly string[];
  runner: string;
  /** Arguments of the runner. */
  args: readonly string[];
  cwd: string;
  /** The folder of its project or pack, as the caller names it. */
  folder: string;
  /** Further folders that it reads, as the project itself names them. */
  needs: readonly string[];
  /** The Unix socket of the services that the preview offers to it. */
  socket: string;
  /** What the preview gives of the environment. */
  env: Given;
}

/** How to isolate, and what is let through. */
export interface IsolationOptions {
  /** `namespaces` of Linux, or Node's own `permissions`, which stop less. */
  by: "namespaces" | "permissions";
  /** Names of the caller's variables that guests get. */
  env: readonly string[];
  /** Files and folders that guests may read in addition to what they load. */
  read: readonly string[];
}

/** Bytes of one message of an isolated guest. */
export const isolatedBytes = 32 * 1024 * 1024;

/** What keeps the code of others from the caller's own. */
export interface Isolation {
  /** Bytes that a guest may answer to one call; undefined for as many as an SDK takes. */
  answerBytes?: number;
  /** @returns the address at which a guest finds the services at a socket */
  address(socket: string): string;
  /** @returns a folder's path as guests see it */
  path(folder: string): string;
  /**
   * The preview reads some files for a guest, which may have made them links to what is the caller's.
   *
   * @param folder of the guest's project or pack
   * @param needs further folders that the guest reads
   * @throws {Failure} for a file that the guest itself cannot read
   */
  mayRead(folder: string, path: string, needs?: readonly string[]): void;
  /** Whether a path is in the folder for temporary files that a guest has to itself, which the preview does not see. */
  isTemporary?(path: string): boolean;
  /** @returns how to start it with a connection to the preview as descriptor 3 */
  launch(guest: Guest): Launch;
}

/**
 * Arguments for Node.js by which a guest's objects have room: what a program makes for a resource is let go at once,
 * and collecting it in small steps takes a third of the processor time of a large program; and what a small one loads
 * stays to its end, so that V8 has nothing to find in it. `host/start.cjs` knows these two.
 */
export const roomForObjects = ["--max-semi-space-size=32", "--initial-old-space-size=128"];

/** Folder of the main modules of guests. */
export const hostFolder = join(import.meta.dirname, "..", "host");

/**
 * Folder of Node's cache of compiled code, which takes a third off the start of guests. What they write there is
 * loaded by other guests alone: the preview has a cache of its own.
 */
export const cacheFolder = join(import.meta.dirname, "..", "..", "node_modules", ".cache", "previewed-code");

/** Runs code as Pulumi's engine does: as the caller, with the caller's environment. */
export const openly: Isolation = {
  address: (socket) => `unix:${socket}`,
  path: (folder) => folder,
  mayRead: () => undefined,
  launch: ({ host, nodeArgs, runner, args, cwd, env }) => ({
    command: process.execPath,
    args: [...nodeArgs, join(hostFolder, `${host}.cjs`), runner, ...args],
    cwd,
    env: { NODE_COMPILE_CACHE: cacheFolder, ...openEnvironment(env) },
  }),
};
