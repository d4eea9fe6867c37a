import { crc32, deflateRawSync } from "node:zlib";

export interface ArchivedFile {
  readonly name: string;
  readonly content: string | Buffer;
  /** Compression method that is written, whatever was done. */
  readonly method?: number;
  /** Unpacked size that the directory claims. */
  readonly claimedSize?: number;
  readonly flags?: number;
}

/** A ZIP file as a stream writes it: the sizes are behind each file and in the directory, not before the file. */
export function zipOf(files: readonly ArchivedFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, method = 8, claimedSize, flags = 8 } of files) {
    const bytes = Buffer.from(content);
    const packed = method === 0 ? bytes : deflateRawSync(bytes);
    const size = claimedSize ?? bytes.length;
    const nameBytes = Buffer.from(name);
    const local = record(30, {
      0: [4, 0x04034b50],
      6: [2, flags],
      8: [2, method],
      26: [2, nameBytes.length],
    });
    const descriptor = record(16, {
      0: [4, 0x08074b50],
      4: [4, crc32(bytes)],
      8: [4, packed.length],
      12: [4, size],
    });
    parts.push(local, nameBytes, packed, descriptor);
    directory.push(
      record(46, {
        0: [4, 0x02014b50],
        8: [2, flags],
        10: [2, method],
        16: [4, crc32(bytes)],
        20: [4, packed.length],
        24: [4, size],
        28: [2, nameBytes.length],
        42: [4, offset],
      }),
      nameBytes,
    );
    offset += local.length + nameBytes.length + packed.length + descriptor.length;
  }
  const central = Buffer.concat(directory);
  const end = record(22, {
    0: [4, 0x06054b50],
    8: [2, files.length],
    10: [2, files.length],
    12: [4, central.length],
    16: [4, offset],
  });
  return Buffer.concat([...parts, central, end]);
}

/** Little-endian numbers of two or four bytes at their places. */
function record(length: number, fields: Record<number, [2 | 4, number]>): Buffer {
  const bytes = Buffer.alloc(length);
  for (const [at, [size, value]] of Object.entries(fields)) bytes.writeUIntLE(value, Number(at), size);
  return bytes;
}
