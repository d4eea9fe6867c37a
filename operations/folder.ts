import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperationFailure, reasonOf } from "./failure.ts";

/**
 * Makes a folder for this account's eyes alone, below `parent` or else below the folder for temporary files.
 *
 * @throws {OperationFailure} `refused`, when it cannot be made there
 */
export function makeFolder(name: string, parent: string = tmpdir()): string {
  try {
    return mkdtempSync(join(parent, `${name}-`));
  } catch (error) {
    throw new OperationFailure(
      "refused",
      `No folder can be made in ${parent}: ${reasonOf(error)}. Name another with --scratch`,
    );
  }
}

/** Removes a folder with all that is in it; what a process that ends still puts there, too. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
