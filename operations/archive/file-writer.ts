import { type FileHandle, open } from "node:fs/promises";

/** Bytes that are written at a time: each write costs a task of its own, whatever its length. */
const mostPieceBytes = 1024 * 1024;

/**
 * Writes a stream into a new file that only this account can read. A piece is written while the next one is filled,
 * and what the stream yields is copied, so that it may be used again.
 *
 * @param expectedBytes about how long it is: what is short gets small pieces
 */
export async function writeNewFile(
  file: string,
  content: AsyncIterable<Uint8Array>,
  expectedBytes: number = mostPieceBytes,
): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  const pieceBytes = Math.max(1024, Math.min(mostPieceBytes, expectedBytes));
  let filling = Buffer.allocUnsafe(pieceBytes);
  let other = Buffer.allocUnsafe(pieceBytes);
  let used = 0;
  let writing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    await writing;
    writing = writeAll(handle, filling.subarray(0, used));
    // It is awaited before the next one, or below.
    writing.catch(() => undefined);
    [filling, other] = [other, filling];
    used = 0;
  };
  try {
    for await (let chunk of content) {
      while (chunk.length > 0) {
        if (used === pieceBytes) await flush();
        const taken = Math.min(pieceBytes - used, chunk.length);
        filling.set(chunk.subarray(0, taken), used);
        used += taken;
        chunk = chunk.subarray(taken);
      }
    }
    await flush();
    await writing;
  } finally {
    // The file is not closed under a write.
    await writing?.catch(() => undefined);
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.write(rest);
    rest = rest.subarray(bytesWritten);
  }
}
