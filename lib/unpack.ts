import { promisify } from "node:util";
import { brotliDecompress, constants, gunzip, inflate, inflateRaw, zstdDecompress } from "node:zlib";
import { codeOf } from "./file-reasons.ts";

/** Why a body cannot be unpacked. */
export type UnpackReason = "too-large" | "unknown-encoding" | "invalid";

export class UnpackError extends Error {
  override readonly name = "UnpackError";
  readonly reason: UnpackReason;

  constructor(reason: UnpackReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

type Unpacker = (raw: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const unzip = promisify(gunzip);
const unzstd = promisify(zstdDecompress);

/** The largest window that zstd may have in HTTP, as a power of two (RFC 9659): it is memory that an answer asks for. */
const zstdWindow = 23;

const unpackers: Readonly<Record<string, Unpacker>> = {
  gzip: unzip,
  "x-gzip": unzip,
  deflate: inflated,
  br: promisify(brotliDecompress),
  zstd: (raw, options) =>
    unzstd(raw, { ...options, params: { [constants.ZSTD_d_windowLogMax]: zstdWindow } }),
};

const unzlib = promisify(inflate);
const unzipRaw = promisify(inflateRaw);

/** Servers send `deflate` with and without the wrapping that the standard asks for, and clients take both. */
async function inflated(raw: Buffer, options: { maxOutputLength: number }): Promise<Buffer> {
  // The wrapping begins with a multiple of 31 whose lowest four bits are 8 (RFC 1950, section 2.2).
  const isWrapped = raw.length > 1 && ((raw[0] ?? 0) & 15) === 8 && raw.readUInt16BE() % 31 === 0;
  return isWrapped ? unzlib(raw, options) : unzipRaw(raw, options);
}

/**
 * A body without its `Content-Encoding`. One encoding is taken, since no server needs several and each of them
 * multiplies what an answer can cost.
 *
 * @param mostBytes of the body as unpacked
 * @throws {UnpackError}
 */
export async function unpack(raw: Buffer, encoding: string, mostBytes: number): Promise<Buffer> {
  const names = encoding
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  const [name, ...others] = names;
  if (name === undefined || raw.length === 0) return raw;
  const unpacker = Object.hasOwn(unpackers, name) ? unpackers[name] : undefined;
  if (unpacker === undefined || others.length > 0) {
    const shown = JSON.stringify(encoding.trim().toLowerCase().slice(0, 40));
    throw new UnpackError("unknown-encoding", `encoded as ${shown}`);
  }
  try {
    return await unpacker(raw, { maxOutputLength: mostBytes });
  } catch (error) {
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") throw new UnpackError("too-large", "too large as unpacked");
    throw new UnpackError("invalid", `not valid ${name}`, { cause: error });
  }
}
