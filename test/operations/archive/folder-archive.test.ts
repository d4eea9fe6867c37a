import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  archiveEnd,
  packed,
  packedWhole,
  smallBytes,
  unpack,
} from "../../../operations/archive/folder-archive.ts";

const { signal } = new AbortController();
let parent: string;
let folders = 0;

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), "archive-"));
});

afterAll(() => rmSync(parent, { recursive: true }));

describe("a folder of files as one stream", () => {
  test("comes back, however it is cut, and only for its owner", async () => {
    const files = fc.dictionary(
      fc.stringMatching(/^[a-z0-9][a-z0-9_.]{0,30}$/).filter((name) => name !== "__proto__"),
      fc.uint8Array({ maxLength: 1500 }),
      { maxKeys: 4 },
    );
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 2000 }), async (content, bytes) => {
        const folder = nextFolder();
        await unpack(cut(await archive(content), bytes), folder, signal);
        const found = readdirSync(folder).map((name) => [
          name,
          new Uint8Array(readFileSync(join(folder, name))),
        ]);
        expect(Object.fromEntries(found)).toEqual(content);
        expect(statSync(folder).mode & 0o777).toBe(0o700);
      }),
      { numRuns: 30 },
    );
  });

  test("comes back where its files are large", async () => {
    const sizes = [smallBytes - 1, smallBytes, smallBytes + 1, 3 * smallBytes + 5];
    const content = Object.fromEntries(sizes.map((size) => [`${size}.dat`, randomBytes(size)]));
    const folder = nextFolder();
    await unpack(cut(await archive(content), 10_000), folder, signal);
    for (const [name, bytes] of Object.entries(content)) {
      expect(readFileSync(join(folder, name)).equals(bytes)).toBe(true);
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  test("has a file that is read in one piece as it has one that is streamed", async () => {
    for (const size of [0, 1, 511, 512, 513, smallBytes]) {
      const content = new Uint8Array(size).fill(7);
      const streamed = await bytesOf(packed("4012.dat.gz", size, cut(content, 700)));
      expect(Buffer.from(packedWhole("4012.dat.gz", content)).equals(streamed)).toBe(true);
    }
    expect(() => packedWhole("../4012.dat", new Uint8Array())).toThrow("a file with the name");
  });

  test("is one that tar reads, files of more than 8 GiB too", async () => {
    const small = await archive({ "toc.dat": Buffer.from("contents"), "4012.dat.gz": Buffer.alloc(1024) });
    expect(listed(small)).toEqual(["8 toc.dat", "1024 4012.dat.gz"]);
    const { value: header } = await packed("1.dat", 2 ** 34, cut(new Uint8Array(), 1)).next();
    expect(listed(Buffer.from(header ?? []))).toEqual([`${2 ** 34} 1.dat`]);
  });

  test.each(["", ".", "..", "../toc.dat", "a/b", "/etc/passwd", ".hidden", "a\0b", "x".repeat(100)])(
    "has no file with the name %o",
    async (name) => {
      await expect(archive({ [name]: new Uint8Array(1) })).rejects.toThrow("a file with the name");
    },
  );

  test("that another program wrote, was cut off, goes on or names a file twice is refused", async () => {
    const good = Buffer.from(await archive({ "toc.dat": Buffer.from("contents") }));
    const first = good.subarray(0, 1024);
    const escaping = Buffer.from(good);
    escaping.write("../x.at\0", 0);
    const padded = Buffer.from(good);
    padded[600] = 1;
    const broken = [
      ["empty", Buffer.alloc(0)],
      ["cut", good.subarray(0, good.length - 512)],
      ["cut in a file", good.subarray(0, 515)],
      ["longer", Buffer.concat([good, Buffer.alloc(1)])],
      ["escaping", escaping],
      ["padded", padded],
      ["noise", Buffer.alloc(2048, 7)],
    ] as const;
    for (const [what, bytes] of broken) {
      await expect(unpack(cut(bytes, 300), nextFolder(), signal), what).rejects.toThrow(
        "not a folder of files",
      );
    }
    const twice = Buffer.concat([first, good]);
    await expect(unpack(cut(twice, 300), nextFolder(), signal)).rejects.toThrow(/EEXIST/);
  });

  test("fails when a file is not as long as it was", async () => {
    const short = packed("toc.dat", 2, cut(new Uint8Array(1), 1));
    await expect(bytesOf(short)).rejects.toThrow("toc.dat of the dump changed while it was read");
  });
});

async function archive(files: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const [name, content] of Object.entries(files)) {
    parts.push(await bytesOf(packed(name, content.length, cut(content, 700))));
  }
  return Buffer.concat([...parts, archiveEnd()]);
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function nextFolder(): string {
  folders += 1;
  return join(parent, `${folders}`);
}

/** Sizes and names, as GNU's tar lists them; one that is cut off still has its header. */
function listed(bytes: Uint8Array): string[] {
  const script = 'tar --list --verbose --file=- 2>"$0" || true';
  const output = execFileSync("/bin/sh", ["-c", script, "/dev/null"], { input: bytes, encoding: "utf8" });
  return output
    .trim()
    .split("\n")
    .map((line) => line.split(/\s+/))
    .map((cells) => `${cells[2]} ${cells.at(-1)}`);
}
