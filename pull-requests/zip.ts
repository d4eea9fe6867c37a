import { inflateRawSync } from "node:zlib";
import { Failure } from "../lib/failure.ts";

/** Limits beyond which a ZIP file is refused. */
export interface ZipLimits {
  readonly entries: number;
  /** Unpacked bytes of one file. */
  readonly fileBytes: number;
}

const endSignature = 0x06054b50;
const directorySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endSize = 22;
const stored = 0;
const deflated = 8;

/**
 * Unpacks the files of a ZIP archive (APPNOTE 6.3.10) whose names are among `names`, in memory: no name from the
 * archive ever becomes a path. Other files stay packed.
 *
 * @throws {Failure} for an archive that is malformed, encrypted, uses another compression or exceeds the limits
 */
export function unzip(zip: Buffer, names: ReadonlySet<string>, limits: ZipLimits): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  try {
    for (const entry of entriesOf(zip, limits.entries)) {
      if (!names.has(entry.name)) continue;
      if (files.has(entry.name)) throw new Failure("refused", `The archive has ${entry.name} twice`);
      files.set(entry.name, unpack(zip, entry, limits.fileBytes));
    }
  } catch (error) {
    // A read past the end of a truncated archive.
    if (error instanceof RangeError) throw new Failure("refused", "The archive is malformed");
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

/** The entries of the central directory; sizes in the local headers may be zero. */
function entriesOf(zip: Buffer, limit: number): Entry[] {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  if (count > limit) throw new Failure("refused", `The archive has ${count} files; the limit is ${limit}`);
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (zip.readUInt32LE(at) !== directorySignature) throw new Failure("refused", "The archive is malformed");
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

/** Only a comment of at most 65,535 bytes can follow the end record. */
function findEnd(zip: Buffer): number {
  const first = Math.max(0, zip.length - endSize - 0xffff);
  for (let at = zip.length - endSize; at >= first; at -= 1) {
    if (zip.readUInt32LE(at) === endSignature) return at;
  }
  throw new Failure("refused", "The download is not a ZIP archive");
}

function unpack(
  zip: Buffer,
  { name, flags, method, packedSize, size, offset }: Entry,
  limit: number,
): Buffer {
  if (size > limit) throw new Failure("refused", `${name} has ${size} bytes; the limit is ${limit}`);
  if ((flags & 1) !== 0) throw new Failure("refused", `${name} is encrypted`);
  if (zip.readUInt32LE(offset) !== localSignature) throw new Failure("refused", "The archive is malformed");
  const start = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
  if (start + packedSize > zip.length) throw new Failure("refused", "The archive is malformed");
  const packed = zip.subarray(start, start + packedSize);
  const file = method === deflated ? inflate(name, packed, limit) : packed;
  if (method !== deflated && method !== stored)
    throw new Failure("refused", `${name} uses an unknown compression method`);
  if (file.length !== size)
    throw new Failure("refused", `${name} does not have the size that the archive states`);
  return file;
}

function inflate(name: string, packed: Buffer, limit: number): Buffer {
  try {
    // The size in the directory cannot be trusted.
    return inflateRawSync(packed, { maxOutputLength: limit });
  } catch {
    throw new Failure("refused", `Cannot unpack ${name} within ${limit} bytes`);
  }
}
