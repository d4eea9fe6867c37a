import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeNewFile } from "../../../operations/archive/file-writer.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "writer-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each([0, 1, 1024 * 1024, 1024 * 1024 + 1, 3_500_000])(
  "a file of %i bytes is what was written",
  async (bytes) => {
    const content = randomBytes(bytes);
    const file = join(folder, `${bytes}`);
    await writeNewFile(file, reused(content));
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(writeNewFile(file, reused(content))).rejects.toThrow("EEXIST");
  },
);

test("what fails while it is read fails the writing, and the file is closed", async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield randomBytes(3_000_000);
    throw new Error("canary");
  }
  await expect(writeNewFile(join(folder, "broken"), broken())).rejects.toThrow("canary");
});

/** Pieces of odd lengths, each in the same memory: what was yielded before is overwritten. */
async function* reused(content: Buffer): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(77_777);
  for (let at = 0; at < content.length; at += memory.length) {
    const length = content.copy(memory, 0, at, at + memory.length);
    yield memory.subarray(0, length);
  }
}
