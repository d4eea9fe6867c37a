import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Folder of what Node.js has compiled for the tests. */
export const compiled = join(import.meta.dirname, "..", "node_modules", ".cache", "compiled-for-tests");

/** Most files in it: some are of temporary folders, so that all is made anew once it has grown. */
const mostFiles = 20_000;

/** Runs once, before any test. */
export function setup(): void {
  if (existsSync(compiled) && readdirSync(compiled, { recursive: true }).length > mostFiles) {
    rmSync(compiled, { recursive: true });
  }
}
