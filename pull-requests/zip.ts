import { inflateRawSync } from "node:zlib";
import { Failure } from "../lib/failure.ts";

/** What a ZIP file may hold before it is refused. */
export interface ZipLimits {
  readonly entries: number;
  /** Bytes of one file, unpacked. */
  readonly fileBytes: number;
}

const endSignature = 0x06054b50;
const directorySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endSize = 22;
const stored = 0;
const deflated = 8;

/**
 * The files of a ZIP file (APPNOTE 6.3.10) whose names are among `names`, unpacked in memory: no name of the
 * file ever becomes a path. Other names are left packed.
 *
 * @throws {Failure} for what is malformed, encrypted, of another compression or beyond the limits
 */
export function unzip(zip: Buffer, names: ReadonlySet<string>, limits: ZipLimits): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  try {
    for (const entry of entriesOf(zip, limits.entries)) {
      if (!names.has(entry.name)) continue;
      if (files.has(entry.name)) throw new Failure("refused", `the archive has ${entry.name} twice`);
      files.set(entry.name, unpack(zip, entry, limits.fileBytes));
    }
  } catch (error) {
    // Reading beyond the end of a truncated file.
    if (error instanceof RangeError) throw new Failure("refused", "the archive is malformed");
    throw error;
  }
  return files;
}

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly packedSize: number;
  readonly size: number;
  readonly offset: number;
}

/** The entries of the central directory, which is what has the sizes: those before each file may be zero. */
function entriesOf(zip: Buffer, limit: number): Entry[] {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  if (count > limit) throw new Failure("refused", `the archive has ${count} files, more than ${limit}`);
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (zip.readUInt32LE(at) !== directorySignature) throw new Failure("refused", "the archive is malformed");
    const nameLength = zip.readUInt16LE(at + 28);
    entries.push({
      name: zip.toString("utf8", at + 46, at + 46 + nameLength),
      flags: zip.readUInt16LE(at + 8),
      method: zip.readUInt16LE(at + 10),
      packedSize: zip.readUInt32LE(at + 20),
      size: zip.readUInt32LE(at + 24),
      offset: zip.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

/** The end record is last but for a comment of at most 65,535 bytes. */
function findEnd(zip: Buffer): number {
  const first = Math.max(0, zip.length - endSize - 0xffff);
  for (let at = zip.length - endSize; at >= first; at -= 1) {
    if (zip.readUInt32LE(at) === endSignature) return at;
  }
  throw new Failure("refused", "what was downloaded is not a ZIP archive");
}

function unpack(
  zip: Buffer,
  { name, flags, method, packedSize, size, offset }: Entry,
  limit: number,
): Buffer {
  if (size > limit) throw new Failure("refused", `${name} has ${size} bytes, more than ${limit}`);
  if ((flags & 1) !== 0) throw new Failure("refused", `${name} is encrypted`);
  if (zip.readUInt32LE(offset) !== localSignature) throw new Failure("refused", "the archive is malformed");
  const start = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
  if (start + packedSize > zip.length) throw new Failure("refused", "the archive is malformed");
  const packed = zip.subarray(start, start + packedSize);
  const file = method === deflated ? inflate(name, packed, limit) : packed;
  if (method !== deflated && method !== stored)
    throw new Failure("refused", `${name} is compressed by an unknown method`);
  if (file.length !== size) throw new Failure("refused", `${name} has not the size that the archive says`);
  return file;
}

function inflate(name: string, packed: Buffer, limit: number): Buffer {
  try {
    // What the directory says of the size is not to be believed.
    return inflateRawSync(packed, { maxOutputLength: limit });
  } catch {
    throw new Failure("refused", `${name} cannot be unpacked within ${limit} bytes`);
  }
}
