import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../lib/failure.ts";
import { writeNewFile } from "./file-writer.ts";

/**
 * A folder of files as one stream, in the ustar format of POSIX, so that `tar` unpacks it too:
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
const blockBytes = 512;

/** What pg_dump calls its files, such as toc.dat, 4012.dat.gz or blob_16400.dat.gz. */
const fileName = /^[a-z0-9][a-z0-9_.]{0,98}$/;

/** The largest size that eleven octal digits hold, in bytes. */
const octalBytes = 8 ** 11 - 1;

/**
 * Most bytes of a file that is read and written in one piece: a database can have many tables with few rows, and a
 * stream for each costs more than its content.
 */
export const smallBytes = 64 * 1024;

/** A small file as a part of the stream. */
export function packedWhole(name: string, content: Uint8Array): Uint8Array {
  const header = checkedHeader(name, content.length);
  return Buffer.concat([header, content], blockBytes + content.length + paddingOf(content.length));
}

/** One file of the stream, of exactly so many bytes. */
export async function* packed(
  name: string,
  size: number,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield checkedHeader(name, size);
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    yield chunk;
  }
  checkLength(name, size, bytes);
  if (paddingOf(size) > 0) yield new Uint8Array(paddingOf(size));
}

/** What goes wrong of a dump by parallel jobs alone: another one, by one job, may succeed. */
export class ParallelDumpFailure extends Failure {
  constructor(message: string) {
    super("failed", message);
  }
}

/** @throws {Failure} when a file has not the length that it had before it was read */
export function checkLength(name: string, size: number, bytes: number): void {
  if (bytes !== size) throw new ParallelDumpFailure(`${name} of the dump changed while it was read`);
}

function checkedHeader(name: string, size: number): Buffer {
  if (!fileName.test(name)) throw new Failure("failed", `pg_dump made a file with the name ${name}`);
  return headerOf(name, size);
}

/** What ends the stream. */
export function archiveEnd(): Uint8Array {
  return new Uint8Array(2 * blockBytes);
}

/**
 * Writes the files of a stream into a new folder, which only this account can read.
 *
 * @throws {Failure} `failed`, at anything that `packed` does not write
 */
export async function unpack(
  source: AsyncIterable<Uint8Array>,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  mkdirSync(folder, { mode: 0o700 });
  const pieces = new Pieces(source, signal);
  for (;;) {
    const header = await pieces.take(blockBytes);
    if (header.every((byte) => byte === 0)) break;
    const { name, size } = readHeader(header);
    const path = join(folder, name);
    if (size <= smallBytes) {
      writeFileSync(path, await pieces.take(size), { flag: "wx", mode: 0o600 });
    } else {
      await writeNewFile(path, pieces.next(size));
    }
    checkZero(await pieces.take(paddingOf(size)));
  }
  checkZero(await pieces.take(blockBytes));
  if (!(await pieces.isAtEnd())) throw malformed();
}

/** Takes a stream apart into pieces of given lengths. */
class Pieces {
  #chunks: AsyncIterator<Uint8Array>;
  #signal: AbortSignal;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#chunks = source[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  async *next(bytes: number): AsyncGenerator<Uint8Array> {
    let left = bytes;
    while (left > 0) {
      if (await this.isAtEnd()) throw malformed();
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Few bytes in one piece, which mostly is a view of what was read. */
  async take(bytes: number): Promise<Buffer> {
    if (this.#rest.length < bytes) {
      const parts: Uint8Array[] = [];
      for await (const part of this.next(bytes)) parts.push(part);
      return Buffer.concat(parts);
    }
    const { buffer, byteOffset } = this.#rest;
    this.#rest = this.#rest.subarray(bytes);
    return Buffer.from(buffer, byteOffset, bytes);
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#rest.length === 0) {
      this.#signal.throwIfAborted();
      const { done, value } = await this.#chunks.next();
      if (done === true) return true;
      this.#rest = value;
    }
    return false;
  }
}

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  header.write(name, 0, "latin1");
  header.write("0000600\0", 100, "latin1");
  header.write("0000000\0", 108, "latin1");
  header.write("0000000\0", 116, "latin1");
  writeSize(header, size);
  header.write("00000000000\0", 136, "latin1");
  header.write("        0", 148, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** Larger sizes are binary, as GNU's tar writes them. */
function writeSize(header: Buffer, size: number): void {
  if (size <= octalBytes) {
    header.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
    return;
  }
  header[124] = 0x80;
  header.writeBigUInt64BE(BigInt(size), 128);
}

function readHeader(header: Buffer): { name: string; size: number } {
  const [name = ""] = header.toString("latin1", 0, 100).split("\0");
  const size =
    header[124] === 0x80
      ? Number(header.readBigUInt64BE(128))
      : Number.parseInt(header.toString("latin1", 124, 135), 8);
  // Nothing else is read than what is written here.
  const isOurs = fileName.test(name) && Number.isSafeInteger(size) && headerOf(name, size).equals(header);
  if (!isOurs) throw malformed();
  return { name, size };
}

function paddingOf(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

function checkZero(bytes: Uint8Array): void {
  if (bytes.some((byte) => byte !== 0)) throw malformed();
}

function malformed(): Failure {
  return new Failure("failed", "The backup is not a folder of files as pg_dump --format=directory writes it");
}
