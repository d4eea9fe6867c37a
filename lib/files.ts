import { randomUUID } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Failure, type FailureKind } from "./failure.ts";
import { cannotRead, writeReasonOf } from "./file-reasons.ts";
import { formatLimit } from "./units.ts";

/** How a file that a person named is read. */
export interface ReadOptions {
  /** The most that is read, in bytes. */
  maximumBytes: number;
  /** The kind of the failure; `refused` by default. */
  kind?: FailureKind;
}

/**
 * Reads a file that a person named, a pipe too.
 *
 * @param what the option and the path, or other words for the file, as {@link cannotRead} says them
 * @throws {Failure} where there is none, it is a folder, may not be read or is too large
 */
export function readBytes(what: string, path: string, { maximumBytes, kind }: ReadOptions): Buffer {
  try {
    const stats = statSync(path);
    // A folder has a size too, which says nothing.
    const size = stats.isFile() ? stats.size : 0;
    if (size > maximumBytes) throw new TooLarge(maximumBytes);
    const file = openSync(path, "r");
    try {
      // What says no size, such as a pipe, is read to its end too.
      const chunks: Buffer[] = [];
      for (let total = 0; ; ) {
        const chunk = Buffer.allocUnsafe(Math.max(size - total + 1, 64 * 1024));
        const bytes = readSync(file, chunk);
        if (bytes === 0) return chunks.length === 1 ? (chunks[0] ?? chunk) : Buffer.concat(chunks);
        total += bytes;
        if (total > maximumBytes) throw new TooLarge(maximumBytes);
        chunks.push(chunk.subarray(0, bytes));
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw cannotRead(what, error, kind);
  }
}

/** {@link readBytes}, as text in UTF-8. */
export function readText(what: string, path: string, options: ReadOptions): string {
  return readBytes(what, path, options).toString("utf8");
}

class TooLarge extends Error {
  constructor(maximumBytes: number) {
    super(`it is larger than ${formatLimit(maximumBytes)}, the most that is read; name another file`);
  }
}

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

/**
 * Makes a folder that only this account can read, below `parent` or the folder for temporary files.
 *
 * @param by what a person names `parent` with
 * @throws {Failure} `refused`, where it cannot be made there
 */
export function makePrivateFolder(name: string, parent: string = tmpdir(), by = "TMPDIR"): string {
  try {
    return mkdtempSync(join(parent, `${name}-`));
  } catch (error) {
    const where = `a folder in ${parent} (${by})`;
    throw new Failure("refused", `Cannot create ${where}: ${writeReasonOf(error)}`, { cause: error });
  }
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
