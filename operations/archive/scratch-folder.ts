import { tmpdir } from "node:os";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { makePrivateFolder } from "../../lib/files.ts";

/**
 * Makes a private folder for decrypted data, below the folder that the user named with --scratch.
 *
 * @throws {Failure} `refused`, when it cannot be made there
 */
export function makeScratchFolder(name: string, parent: string = tmpdir()): string {
  try {
    return makePrivateFolder(name, parent);
  } catch (error) {
    throw new Failure(
      "refused",
      `Cannot create a folder in ${parent}: ${reasonOf(error)}. Name another folder with --scratch`,
    );
  }
}
