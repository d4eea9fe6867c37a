import { randomUUID } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Writes a file in one step: a reader sees the old content or the new one. Missing folders are made. Where
 * writing fails, what was there stays and nothing is left beside it. A link stays a link, and what is no file,
 * such as `/dev/stdout` or a pipe, is written to.
 *
 * @throws the error of the file system
 */
export function writeAtomic(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const present = statSync(path, { throwIfNoEntry: false });
  if (present !== undefined && !present.isFile()) {
    writeFileSync(path, content);
    return;
  }
  const target = present === undefined ? path : realpathSync(path);
  // In the same folder, since a file cannot be renamed into another file system.
  const draft = join(dirname(target), `.${randomUUID()}.tmp`);
  try {
    writeFileSync(draft, content, { flag: "wx" });
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Makes a folder that only this account can read, below `parent` or the folder for temporary files. */
export function makePrivateFolder(name: string, parent: string = tmpdir()): string {
  return mkdtempSync(join(parent, `${name}-`));
}

/** How many bytes this account may still write below a folder; undefined where there is no such folder. */
export function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** Removes a folder with all that is in it, also what a process that is about to end still puts there. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
