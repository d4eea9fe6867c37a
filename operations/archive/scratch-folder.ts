import { tmpdir } from "node:os";
import { makePrivateFolder, removeFolder } from "../../lib/files.ts";
import { guardFolder } from "../../lib/guard-folder.ts";

/** A private folder for decrypted data, which is removed also when this process is killed. */
export interface ScratchFolder {
  path: string;
  remove(): Promise<void>;
  /** Leaves the folder where it is. */
  keep(): Promise<void>;
}

/**
 * Makes a private folder for decrypted data, below the folder that the user named with --scratch.
 *
 * @throws {Failure} `refused`, when it cannot be made there
 */
export function makeScratchFolder(name: string, parent: string = tmpdir()): ScratchFolder {
  const path = makePrivateFolder(name, parent, "--scratch");
  const guard = guardFolder(path);
  return {
    path,
    async remove() {
      removeFolder(path);
      await guard.release();
    },
    keep: () => guard.release(),
  };
}
