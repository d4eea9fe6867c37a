import { join } from "node:path";
import { type Given, openEnvironment } from "./environment.ts";

/** How a process of the preview is to be started: with descriptor 3 as its connection to the preview. */
export interface Launch {
  command: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

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
  /** Folders that it reads. */
  needs: readonly string[];
  /** The Unix socket of the services that the preview offers to it. */
  socket: string;
  /** What the preview gives of the environment. */
  env: Given;
}

/** What keeps the code of others from the caller's own. */
export interface Isolation {
  /** @returns the address at which a guest finds the services at a socket */
  address(socket: string): string;
  launch(guest: Guest): Launch;
}

/** Folder of the main modules of guests. */
export const hostFolder = join(import.meta.dirname, "..", "host");

/** Runs code as Pulumi's engine does: as the caller, with the caller's environment. */
export const openly: Isolation = {
  address: (socket) => `unix:${socket}`,
  launch: ({ host, nodeArgs, runner, args, cwd, env }) => ({
    command: process.execPath,
    args: [...nodeArgs, join(hostFolder, `${host}.cjs`), runner, ...args],
    cwd,
    env: openEnvironment(env),
  }),
};
