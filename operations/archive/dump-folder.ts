import { createReadStream, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { Child } from "../../lib/child.ts";
import type { Failure } from "../../lib/failure.ts";
import { makePrivateFolder, removeFolder } from "../../lib/files.ts";
import { guardFolder } from "../../lib/guard-folder.ts";
import { programEnvironment } from "../../postgres/connection.ts";
import { launchOf } from "../../postgres/programs.ts";
import { type DumpOptions, dumpArguments } from "./dump.ts";
import {
  archiveEnd,
  checkLength,
  ParallelDumpFailure,
  packed,
  packedWhole,
  smallBytes,
} from "./folder-archive.ts";

/** What pg_dump says once a table's file is complete, with the number that the file is named after. */
const finishedTable = /finished item (\d+) TABLE DATA /;

/** What of pg_dump's messages is no report of its progress. */
const isProblem = (line: string): boolean =>
  !line.startsWith("pg_dump: ") || /\b(?:error|detail|hint|warning): /.test(line);

/**
 * Streams a dump in pg_dump's directory format, made by several jobs of one snapshot, as one archive of its files.
 * pg_dump writes them, compressed and in plain, into a private folder below that for temporary files; each file is
 * emptied as soon as it was read, which is when its table is complete. The folder is removed in the end, and also
 * when this process is killed.
 */
export async function* dumpInParallel(options: DumpOptions & { jobs: number }): AsyncGenerator<Uint8Array> {
  const { connection, name: sessions, serverMajor, signal, jobs } = options;
  const holder = makePrivateFolder("optropic-dump");
  const folder = join(holder, "dump");
  const guard = guardFolder(holder);
  // Every item that pg_dump says it has finished, in that order.
  const finished: string[] = [];
  let wake = (): void => undefined;
  const args = [
    "--format=directory",
    `--jobs=${jobs}`,
    `--file=${folder}`,
    "--verbose",
    // What is read from here at once need not outlast this machine.
    "--no-sync",
    ...dumpArguments(options),
  ];
  // What it says of its progress is read, so it must not be translated.
  const env = programEnvironment(connection, sessions);
  let child: Child | undefined;
  try {
    child = new Child({
      label: "pg_dump",
      launch: launchOf("pg_dump", args, env, serverMajor),
      signal,
      group: true,
      keepsError(line) {
        const [, id] = finishedTable.exec(line) ?? [];
        if (id !== undefined) finished.push(id);
        wake();
        if (!isProblem(line)) return false;
        options.warnings.take(line);
        return true;
      },
    });
    if (child.pid !== undefined) guard.kills(child.pid);
    child.stdin.end();
    child.stdout.resume();
    let isDone = false;
    const done = child.success().finally(() => {
      isDone = true;
      // Another group may get its number from now on.
      guard.spares();
      wake();
    });
    // It is awaited below, once what is complete was read.
    done.catch(() => undefined);
    const read = new Set<string>();
    for (let next = 0; !isDone; ) {
      const id = finished[next];
      if (id === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      next += 1;
      const name = fileOf(folder, id);
      if (name === undefined || read.has(name)) continue;
      yield* emptied(folder, name);
      read.add(name);
    }
    await done;
    for (const name of readdirSync(folder).sort()) {
      if (!read.has(name)) yield* emptied(folder, name);
    }
    checkSaid(folder, finished, read);
    yield archiveEnd();
  } finally {
    await child?.stop("SIGKILL");
    // The watch goes last, since this process may be killed in between.
    removeFolder(holder);
    await guard.release();
  }
}

/**
 * Who chooses the name of a table can also choose what pg_dump says of it, and have a file read before it is complete.
 * It is then said to be complete again later, whether or not it grows after it was emptied.
 */
function checkSaid(folder: string, finished: readonly string[], read: ReadonlySet<string>): void {
  if (new Set(finished).size < finished.length) throw misled("said twice that a table was complete");
  if (finished.some((id) => fileOf(folder, id) === undefined)) {
    throw misled("said that a table was complete which has no file");
  }
  for (const name of read) {
    if (sizeOf(join(folder, name)) !== 0) throw misled(`wrote to ${name} after it said that it was complete`);
  }
}

function misled(what: string): Failure {
  return new ParallelDumpFailure(`What pg_dump says of its progress is not reliable: it ${what}`);
}

/** The file with the rows of a table. */
function fileOf(folder: string, id: string): string | undefined {
  return [`${id}.dat.gz`, `${id}.dat`].find((name) => sizeOf(join(folder, name)) !== undefined);
}

/** Reads a file and empties it, which gives its space back. */
async function* emptied(folder: string, name: string): AsyncGenerator<Uint8Array> {
  const path = join(folder, name);
  const size = sizeOf(path) ?? 0;
  if (size <= smallBytes) {
    const content = readFileSync(path);
    checkLength(name, size, content.length);
    yield packedWhole(name, content);
  } else yield* packed(name, size, createReadStream(path, { highWaterMark: readBytes }));
  truncateSync(path);
}

/** Bytes that are read at a time. */
const readBytes = 256 * 1024;

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
